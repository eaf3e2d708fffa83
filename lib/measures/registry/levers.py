"""Answers about the six revenue levers: what each found, and the lists behind it.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, WRITTEN, Measure, Option

_LEVERS = ("trials", "upsell", "declining", "evangelists", "barriers", "pricing")
_LEVER = Option("lever", "text", "which lever", _LEVERS)
_NEED = Option("need", "text", "one matter alone, as lever_parts names it (default: all)")
_BARRIER = Option(
    "barrier", "text", "of barriers: one task or process alone, as barrier_features names it (default: all)"
)
_SEARCH = Option("search", "text", "text in id or name")

MEASURES: dict[str, Measure] = {
    "levers": Measure(
        "lib.measures.levers.summary:levers",
        "the six revenue levers: trials, up-sell, declining use, evangelists, barriers, pricing; each with the ARR at stake",
        (Option("lever", "text", "one alone (default: all six)", _LEVERS),),
        WRITTEN,
    ),
    "lever_parts": Measure(
        "lib.measures.levers.parts:lever_parts",
        "what a lever found by what is the matter: a need, the week a fall began, a feature",
        (_LEVER,),
        WRITTEN,
    ),
    "lever_accounts": Measure(
        "lib.measures.levers.listing:lever_accounts",
        "the accounts behind a lever",
        (
            _LEVER,
            _NEED,
            _BARRIER,
            Option("sort", "text", "order", ("arr", "newest", "nearest", "most", "renewal", "chance", "account")),
            _SEARCH,
            Option("chances", "flag", "with the chance of each trial to convert"),
            *PAGE,
        ),
        WRITTEN,
    ),
    "lever_people": Measure(
        "lib.measures.levers.people:lever_people",
        "the people behind a lever: evangelists to enrol, or people who are held up",
        (
            _LEVER,
            _NEED,
            _BARRIER,
            Option("which", "text", "of evangelists: to enrol now, not now and why, or all", ("now", "apart", "all")),
            Option("sort", "text", "order", ("most", "account", "person")),
            _SEARCH,
            *PAGE,
        ),
        WRITTEN,
    ),
    "trial_features": Measure(
        "lib.measures.levers.early:trial_features",
        "which features, used in the first days of a trial, go with its conversion",
        (),
    ),
    "barrier_features": Measure(
        "lib.measures.levers.barriered:barrier_features",
        "where people are held up: by task and by guided process",
        (),
        WRITTEN,
    ),
}
