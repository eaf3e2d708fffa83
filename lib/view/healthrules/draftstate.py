"""What the editor of health holds: parts and weights as rows people read, and the definitions that come of them.

Draft       an edit that is not published yet, and the version it began from
begun       a draft in which nothing is changed yet, or that begins with other rules
section   the rules as a section of definitions
parts_of, weights_of   the rules as rows of the tables
follow_parts  let the weights have the parts there are now
drafted     the definitions the draft makes; refuses in words what is no set of rules
is_untouched  whether nothing is changed in it
alike       the rules in force as the tables say them
renamed     which parts go by another name
drafted_again  the draft with other weights
text_of     the rules as the measures take a draft
RENEWAL     the column of what a part counts times as much near a renewal
"""

import json
import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pandas as pd

from lib.definitions import Definitions, made_of
from lib.definitions.health import FACTS, Health, Profile
from lib.errors import Refused
from lib.facts import healthdraft
from lib.view.healthrules import fitting

RENEWAL = "near a renewal"
_SOURCE = "The rules as they stand here"
_SAID = (
    "red_below",
    "green_from",
    "null_rule",
    "least_weight",
    "high_touch",
    "renewal_days",
    "overrides",
)  # words of the rules that stand outside the tables


@dataclass
class Draft:
    """An edit that is not published yet.

    base      the definitions it began from, and `after` the version they are; None for the default
    begins    the rules it began with: those of base, or others that were put in their place
    parts     the rows of the table of parts as it was drawn, parts_now what became of them; weights and weights_now alike
    fits      the accounts each profile is for, as drawn: stages and touch; and fits_now
    said      the other words of the rules, as they stand now, and drawn as they were when their widgets were drawn
    names     what each row of parts was called when the weights last followed it
    n         counts the edits, n_drawn the widgets, n_weighed the tables of weights beside them: each has keys of its own
    """

    base: Definitions
    after: str | None
    begins: Health
    n: int = 0
    n_drawn: int = 0
    n_weighed: int = 0
    names: dict[int, str] = field(init=False)
    parts: pd.DataFrame = field(init=False)
    weights: pd.DataFrame = field(init=False)
    fits: pd.DataFrame = field(init=False)
    said: dict[str, object] = field(init=False)
    drawn: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self.parts = self.parts_now = parts_of(self.begins)
        self.weights = self.weights_now = weights_of(self.begins)
        self.fits = self.fits_now = fitting.fits_of(self.begins)
        self.said = self.drawn = {name: section(self.begins)[name] for name in _SAID}
        self.names = _named(self.parts)

    def profiles(self) -> list[Profile]:
        """The profiles in their order, for the accounts they are for now, with the weights they began with."""
        return fitting.fitted(self.begins.profiles, self.fits_now)

    def redraw(self) -> None:
        """Begin the tables with what was written in them."""
        self.n_drawn, self.drawn = self.n_drawn + 1, self.said
        self.parts = self.parts_now = self.parts_now.reset_index(drop=True)
        self.names = _named(self.parts)
        self.fits = self.fits_now
        self.weigh(self.weights_now)

    def weigh(self, weights: pd.DataFrame) -> None:
        """Begin the table of weights alone with these."""
        self.n_weighed += 1
        self.weights = self.weights_now = weights.reset_index(drop=True)

    def type_weights(self, edited: dict[int, dict[str, float | None]]) -> None:
        """Take what was typed in the table of weights that is drawn: row -> column -> weight."""
        self.weights_now = self.weights.copy()
        for row, cells in edited.items():
            for column, weight in cells.items():
                self.weights_now.loc[int(row), column] = float("nan") if weight is None else weight


def begun(base: Definitions, after: str | None, was: Draft | None, rules: Health | None = None) -> Draft:
    """A draft in the place of another, that begins with `rules`, else with those of base."""
    n, n_drawn = (was.n + 1, was.n_drawn + 1) if was else (0, 0)
    return Draft(base, after, rules or base.health, n, n_drawn)


def section(health: Health) -> dict:
    """The rules as a section of definitions."""
    from dataclasses import asdict

    said = asdict(health)
    for each in said["profiles"]:
        each["weights"] = dict(each["weights"])
    return said | {"renewal_weights": dict(said["renewal_weights"])}


def parts_of(health: Health) -> pd.DataFrame:
    """The parts as rows: name, fact, its column, cuts and points as texts, and what it is called in the rules it begins with."""
    rows = [
        {"part": each.part, "fact": each.fact, "of": each.of, "cuts": _listed(each.cuts), "points": _listed(each.points)}
        | {"was": each.part}
        for each in health.parts
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["part", "fact", "of", "cuts", "points", "was"], dtype=object)


def weights_of(health: Health) -> pd.DataFrame:
    """A row per part: its weight in every profile (w0, w1 ...), empty for none, and how many times it counts near a renewal."""
    near = dict(health.renewal_weights)
    rows = [
        {"part": each.part}
        | {f"w{at}": dict(profile.weights).get(each.part) or None for at, profile in enumerate(health.profiles)}
        | {RENEWAL: near.get(each.part)}
        for each in health.parts
    ]
    table = pd.DataFrame(rows, columns=["part", *(f"w{at}" for at in range(len(health.profiles))), RENEWAL])
    return table.astype(dict.fromkeys(table.columns[1:], float))


def follow_parts(draft: Draft) -> None:
    """Let the table of weights have the parts there are now: what is renamed keeps its weights, what is gone loses them.

    The table of parts is not drawn anew, so whoever types in it goes on. A name that is lacking, or comes twice, is no part
    yet: nothing changes.
    """
    named = _named(draft.parts_now)
    names = list(named.values())
    if not all(names) or len(set(names)) < len(names) or names == draft.weights_now["part"].tolist():
        return
    by_part = draft.weights_now.set_index("part")
    is_new = {at: at not in draft.parts.index for at in named}  # its label is the next row's once it is deleted
    taken = [name if is_new[at] and name in by_part.index else draft.names.get(at) for at, name in named.items()]
    rows = [by_part.loc[was].to_dict() if was in by_part.index else {} for was in taken]
    table = pd.DataFrame(rows, columns=draft.weights_now.columns[1:], dtype=float)
    table.insert(0, "part", names)
    draft.names = named
    draft.weigh(table)


def _named(parts: pd.DataFrame) -> dict[int, str]:
    """The names of parts by the label of their row, which stays theirs while they are typed over."""
    return dict(zip(parts.index, _texts(parts["part"]), strict=True))


def renamed(draft: Draft) -> dict[str, str]:
    """Parts that go by another name than in the rules the draft began with: name there -> name here."""
    pairs = list(zip(_texts(draft.parts_now["was"]), _texts(draft.parts_now["part"]), strict=True))
    names = {name for _, name in pairs}
    return {was: name for was, name in pairs if was and name and was not in names}


def _texts(values: pd.Series) -> list[str]:
    return ["" if each is None or each != each else str(each).strip() for each in values]


def drafted(draft: Draft) -> Definitions:
    """The definitions with these rules, held of every week. Raises Refused, in words, where they make none."""
    parts = [_part(number, row) for number, row in enumerate(draft.parts_now.to_dict("records"), 1)]
    _check(parts)
    weights = draft.weights_now.set_index("part")
    names = [each["part"] for each in parts]
    profiles = []
    for at, each in enumerate(section(replace(draft.begins, profiles=tuple(draft.profiles())))["profiles"]):
        own = _positive(weights[f"w{at}"], names, each["weights"])
        if not sum(own.values()):
            raise Refused(f"“{each['profile']}” has no weight left. Give one of its parts a weight.")
        profiles.append(each | {"weights": own})
    near = _positive(weights[RENEWAL], names, dict(draft.begins.renewal_weights))
    rules = section(draft.base.health) | draft.said
    rules |= {"parts": parts, "profiles": profiles, "renewal_weights": near, "earlier": []}
    return made_of({**draft.base.words(), "health": rules}, _SOURCE)


def _positive(column: pd.Series, names: list[str], was: dict[str, float]) -> dict[str, float]:
    """The weights that are given, in the order they had, new ones last; a weight of 0 where one was said stays."""
    given = {name: float(column[name]) for name in names if name in column.index and column[name] == column[name]}
    return {
        name: given[name] for name in [*(each for each in was if each in given), *(n for n in given if n not in was)]
    }


def is_untouched(draft: Draft) -> bool:
    """Whether the draft says what its base says."""
    try:
        return drafted(draft).health.as_rules() == alike(draft.base).health.as_rules()
    except Refused:
        return False


def alike(base: Definitions) -> Definitions:
    """The rules in force as the tables say them: held of every week, weights of 0 left out."""
    return drafted(Draft(base, None, base.health))


def text_of(words: Definitions) -> str:
    """The rules as the measures take a draft."""
    return json.dumps(words.words()["health"], sort_keys=True)


def _part(number: int, row: dict) -> dict:
    """A row of the table as a part."""
    texts = {
        name: "" if _is_empty(row.get(name)) else str(row[name]).strip()
        for name in ("part", "fact", "of", "cuts", "points")
    }
    if not texts["part"]:
        raise Refused(f"Part {number} has no name. Give it one, or delete its row.")
    if not texts["fact"]:
        raise Refused(f"Say by what “{texts['part']}” is told.")
    return texts | {name: _numbers(texts["part"], name, texts[name]) for name in ("cuts", "points")}


def _numbers(part: str, name: str, text: str) -> list[float]:
    try:
        return [float(each) for each in re.split(r"[;,\s]+", text) if each]
    except ValueError:
        raise Refused(f"{name.capitalize()} of “{part}” are “{text}”; say numbers such as 0.5, 0.7, 0.9.") from None


def _check(parts: list[dict]) -> None:
    """What people get wrong most, in words that name the part; the definitions' own rules refuse the rest."""
    seen = set()
    for each in parts:
        name, cuts, points = each["part"], each["cuts"], each["points"]
        if name.casefold() in seen:
            raise Refused(f"“{name}” comes twice. Give one of them another name, or delete it.")
        seen.add(name.casefold())
        if each["fact"] == "column" and not each["of"]:
            raise Refused(f"“{name}” is told by a column of accounts: say which under “Column”.")
        if each["fact"] != "column" and each["of"]:
            raise Refused(
                f"“{name}” says “{each['of']}” under “Column”, but is told by {FACTS.get(each['fact'], each['fact'])}. Clear it."
            )
        if not cuts:
            raise Refused(f"“{name}” has no cuts. Say where its bands begin, such as 0.5, 0.7, 0.9.")
        if not all(a < b for a, b in pairwise(cuts)):
            raise Refused(f"The cuts of “{name}” must rise; they are {_listed(cuts)}.")
        if len(points) != len(cuts) + 1:
            raise Refused(
                f"“{name}” has {len(cuts)} cuts, which make {len(cuts) + 1} bands, and points for {len(points)}."
            )
        if not all(0 <= point <= 100 for point in points):
            raise Refused(f"Points of “{name}” must be 0 to 100; they are {_listed(points)}.")


def _listed(numbers) -> str:
    return ", ".join(f"{each:.12g}" for each in numbers)


def _is_empty(value: object) -> bool:
    return value is None or value is pd.NA or value != value


def drafted_again(draft: Draft, weights: dict[str, dict[str, float]]) -> Health:
    """The rules of the draft with other weights of some profiles: profile -> part -> weight."""
    words = drafted(draft)
    rules = section(words.health)
    for each in rules["profiles"]:
        each["weights"] |= weights.get(each["profile"], {})
    return healthdraft.read(draft.base, json.dumps(rules)).health
