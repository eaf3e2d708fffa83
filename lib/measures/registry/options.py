"""What a registry entry is made of: an option, a measure, and those that several share.

Option    an option of a measure as a shell spells it
Measure   an answer: where its function lives, what it says, and its options
WRITTEN   the tables of the workspace that say how an account stands
SAID      the tables in which people write about accounts
PAGE      the options of an answer that comes in pages
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """An option of a measure as a shell spells it."""

    name: str
    kind: str  # text, number, whole, names (a,b,c), pairs (a=b, repeatable), bands (a=1,2,3, repeatable), flag
    help: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """An answer: where its function lives, what it says, and its options."""

    path: str  # module:function
    summary: str
    options: tuple[Option, ...]
    reads: tuple[str, ...] = ()  # tables of the workspace it reads


WRITTEN = (
    "sentiment",
    "save_plan",
    "cancel_request",
    "touch",
    "renewal_call",
    "goal",
)  # by which accounts stand as they do
SAID = (*WRITTEN, "note", "next_step", "task")  # all that is written about an account
ACCOUNT = Option("account", "text", "the account's id")
OUTCOME = Option("outcome", "text", "lost, lapsed, cancelled or churned (default: what the data can answer)")
BANDS = Option("bands", "bands", "cut points of a number, as tenure_months=12,24,48 (repeatable)")
WITHIN = Option("within", "pairs", "keep one value, as channel=Reseller (repeatable; an empty value is missing)")
PAGE = (Option("limit", "whole", "at most this many rows"), Option("offset", "whole", "rows to skip"))
