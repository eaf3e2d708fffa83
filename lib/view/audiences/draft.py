"""An audience that is being built: its conditions, the accounts it is cut to, and the letter, as they stand now.

Draft      one that is not saved yet
begun      an empty one; of_campaign: with the conditions and the letter of a campaign; of_audience: a kept one, to be changed
conditions what of it can be asked: those that are whole; lacking: what the others lack
asked      the question it makes, and what is written
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lib.definitions import piece, words_of
from lib.definitions.campaigns import Campaign
from lib.definitions.conditions import KINDS, Condition, said
from lib.errors import Refused
from lib.facts.addressees import read, text_of
from lib.workspace import Row
from lib.workspace.audiences import Asked
from lib.workspace.audiences import asked as asked_of

PAGE, LIST = "pages/audiences.py", "contacts"
DIMENSIONS = ("segment", "plan", "tier", "region", "csm")  # what accounts can be cut to
_FIRST = {  # what a condition asks when it is added
    "signed_up": {"least": 30, "most": 90},
    "last_login": {"days": 7},
    "days_of_use": {"least": 3},
    "logins": {"least": 11},
    "contacted": {"is_not": True, "days": 14},
    "contacted_since_onboarding": {"is_not": True},
    "feature": {"is_not": True},
    "advanced_features": {"least": 1},
    "renews": {"least": 0, "most": 90},
    "account_left": {"is_not": True},
}


@dataclass
class Draft:
    """One that is not saved yet.

    n           counts the drafts of a session: each has widgets of its own
    rows        number -> condition, in their order; `begun` is the number the next one gets
    cut         dimension -> values of accounts
    letter      the campaign, without its conditions; None: nothing is written yet
    of          the id and the version of the kept audience it changes
    """

    n: int
    whom: str = "people"
    rows: dict[int, Condition] = field(default_factory=dict)
    next: int = 0
    cut: dict[str, list[str]] = field(default_factory=dict)
    letter: Campaign | None = None
    name: str = ""
    of: tuple[str, int] | None = None

    def add(self, kind: str) -> None:
        """One more condition."""
        self.put(Condition(kind, **_FIRST.get(kind, {})))

    def put(self, condition: Condition) -> None:
        """One more condition, as it is."""
        self.rows[self.next] = condition
        self.next += 1


def begun(n: int) -> Draft:
    """An empty one, but for that accounts have not left."""
    draft = Draft(n)
    draft.add("account_left")
    return draft


def of_campaign(n: int, campaign: Campaign, feature: str) -> Draft:
    """With the conditions and the letter of a campaign, about one feature where it is about one."""
    about = campaign.feature or (feature if campaign.needs_feature else "")
    draft = Draft(n, letter=replace(campaign, who=(), feature=about), name=campaign.play(about)[:100])
    for each in campaign.who:
        draft.put(_named(each, about))
    return draft


def of_audience(n: int, row: Row) -> Draft:
    """A kept audience, to be changed; raises Refused where what it asks cannot be read any more."""
    question = asked_of(row)
    draft = Draft(n, question.whom, name=row["name"], of=(row.id, row.version))
    feature = str(question.options.get("feature") or "")
    for each in read(str(question.options.get("conditions") or "[]")):
        draft.put(_named(each, feature))
    draft.cut = {
        name.removeprefix("f."): list(values) for name, values in question.book.items() if name.startswith("f.")
    }
    draft.letter = piece(Campaign, dict(question.campaign), "The letter") if question.campaign else None
    return draft


def _named(each: Condition, feature: str) -> Condition:
    is_open = KINDS[each.condition].shape == "feature" and not each.feature
    return replace(each, feature=feature) if is_open else each


def lacking(draft: Draft) -> list[str]:
    """What conditions lack that cannot be asked yet."""
    found = []
    for each in draft.rows.values():
        wrong = next((f"{key} must be {rule}" for key, holds, rule in each.rules() if not holds), "")
        if KINDS[each.condition].shape == "feature" and not each.feature:
            wrong = "say which feature"
        if wrong:
            found.append(f"{KINDS[each.condition].label}: {wrong}")
    return found


def conditions(draft: Draft) -> list[Condition]:
    """Those that can be asked."""
    return [
        each
        for each in draft.rows.values()
        if all(holds for _, holds, _ in each.rules())
        and not (KINDS[each.condition].shape == "feature" and not each.feature)
    ]


def campaign(draft: Draft) -> Campaign | None:
    """The letter under the name the audience has, checked; None for none. Raises Refused for one that cannot be sent."""
    if draft.letter is None:
        return None
    return piece(Campaign, words_of(replace(draft.letter, campaign=draft.name.strip() or "Letter")), "The letter")


def asked(draft: Draft) -> Asked:
    """The question it makes, and what is written; raises Refused for a letter that cannot be sent."""
    options = {"conditions": text_of(conditions(draft)), "whom": draft.whom}
    book = {f"f.{name}": list(values) for name, values in draft.cut.items() if values}
    letter = campaign(draft)
    who = "; ".join(map(said, conditions(draft))) or "everybody"
    return Asked(
        draft.whom, LIST, options, book, PAGE, {}, f"{draft.whom}: {who}"[:500], words_of(letter) if letter else {}
    )


def options_text(options: Mapping[str, object]) -> str:
    """The options of a list as an answer takes them."""
    return json.dumps(dict(options), ensure_ascii=False)


def check_name(draft: Draft) -> None:
    """Refuses where something keeps it from being saved."""
    if not draft.name.strip():
        raise Refused("Give the audience a name first.")
    if wrong := lacking(draft):
        raise Refused(f"One condition is not whole yet. {wrong[0]}.")
