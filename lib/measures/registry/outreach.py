"""Answers about whom we write to: people by conditions, letters, who is spared, who was contacted in time.

MEASURES   name -> Measure
"""

from lib.measures.registry.adoption import LISTS
from lib.measures.registry.options import PAGE, WRITTEN, Measure, Option

READS = (*WRITTEN, "hold_out")
GOAL_READS = (*READS, "audience")  # whose letters have goals
SENT_READS = (
    "touch",
    "hold_out",
    "audience",
    "goal",
    "cancel_request",
)  # by the last two: stages, renewals
FEATURE = Option("feature", "text", "the feature that is meant where none is named")
CAMPAIGN = (
    Option("campaign", "text", "a ready campaign of the definitions by its name, or one in JSON"),
    Option("asks", "text", "the list of members, as of `members` (default: whom the campaign is for)", LISTS),
    Option("options", "text", "its options as JSON"),
    FEATURE,
)

MEASURES = {
    "campaigns": Measure(
        "lib.measures.outreach.ready:campaigns",
        "the ready campaigns of the definitions: how many each is for, and how many are to be written to today",
        (FEATURE,),
        READS,
    ),
    "contacts": Measure(
        "lib.measures.outreach.contacts:contacts",
        "people, or accounts, of whom a list of conditions holds",
        (
            Option(
                "conditions",
                "text",
                'a list in JSON, such as [{"condition": "logins", "least": 11}] (README: Audiences)',
            ),
            FEATURE,
            Option("whom", "text", "what a row is", ("people", "accounts")),
            *PAGE,
        ),
        WRITTEN,
    ),
    "letters": Measure(
        "lib.measures.outreach.letters:letters",
        "what a campaign writes to whom, fields filled in; who is spared, and why",
        (*CAMPAIGN, Option("which", "text", "which members", ("to_write", "spared", "all")), *PAGE),
        GOAL_READS,
    ),
    "audience_size": Measure(
        "lib.measures.outreach.size:audience_size",
        "how many the members of an audience are, and how many are spared, by reason",
        CAMPAIGN,
        GOAL_READS,
    ),
    "audience_choices": Measure(
        "lib.measures.outreach.choices:audience_choices",
        "roles, stages and features that conditions can name",
        (),
        ("goal",),
    ),
    "moment_coverage": Measure(
        "lib.measures.outreach.coverage:moment_coverage",
        "of new people at each critical moment of their start, the share contacted in time",
        (),
        WRITTEN,
    ),
    "moment_people": Measure(
        "lib.measures.outreach.people:moment_people",
        "the new people of a moment who were not contacted, were, or still can be in time",
        (
            Option("moment", "text", "which moment of the definitions (default: the first)"),
            Option("which", "text", "which of them", ("missed", "contacted", "still")),
            *PAGE,
        ),
        WRITTEN,
    ),
    "campaign_goals": Measure(
        "lib.measures.outreach.goals:campaign_goals",
        "of those a campaign wrote to, of how many its goal was met; against those held out, beyond chance or not",
        (),
        SENT_READS,
    ),
    "campaign_goal_people": Measure(
        "lib.measures.outreach.goalpeople:campaign_goal_people",
        "the people behind a campaign's goal: not met, met, before, too early, held out",
        (
            Option("campaign", "text", "a campaign by the name of its letters (default: all)"),
            Option(
                "which",
                "text",
                "which of them",
                ("not met", "met", "before", "too early", "not read", "written", "held", "compared"),
            ),
            *PAGE,
        ),
        SENT_READS,
    ),
}
