"""The levers of each view, in their order, each with its parts: what counts for it, and what is added up.

Figure     one row of the answer
POOL       of what was due; BESIDE: what moved beside it in the same period
CALENDAR   from the opening to the closing
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row of the answer: which items count for it, and what is added up of them.

    has_rate   it is a share of the base
    stands     it is what there was on a day, one item an account
    """

    lever: str
    part: str
    which: str
    amount: str
    has_rate: bool = True
    stands: bool = False


def _split(lever: str, which: str, has_rate: bool = True) -> Iterator[Figure]:
    """An up- or down-sell, and how much of it is volume, price, edition; or is not told."""
    yield Figure(lever, "", which, "arr_change", has_rate)
    for part in ("volume", "price", "edition", "untold"):
        yield Figure(lever, part, f"{which} and {part} <> 0", part, has_rate)


def _moved(*, has_rate: bool, cuts: bool) -> Iterator[Figure]:
    """What moved beside the pool, and what moved all in all."""
    for lever in ("new", "reactivated", "cross_sell"):
        yield Figure(lever, "", f"kind = '{lever}'", "arr_change", has_rate)
    if cuts:
        yield from _split("upsell", "kind = 'upsell' and is_at_renewal")
    yield from _split("upsell_mid_term", "kind = 'upsell' and not is_at_renewal", has_rate)
    if cuts:
        yield from _split("downsell", "kind = 'downsell' and is_at_renewal")
    yield from _split("downsell_mid_term", "kind = 'downsell' and not is_at_renewal", has_rate)


POOL = (
    Figure("due", "", "is_due", "arr_due", False),
    Figure("renewed_flat", "", "is_due and outcome = 'renewed_flat'", "arr_due"),
    Figure("renewed_up", "", "is_due and outcome = 'renewed_up'", "arr_due"),
    Figure("renewed_down", "", "is_due and outcome = 'renewed_down'", "arr_renewed"),
    Figure("downsell", "", "is_due and outcome = 'renewed_down'", "arr_due - arr_renewed"),
    Figure("lapsed", "", "is_due and outcome = 'lapsed'", "arr_due"),
    Figure("lapsed", "with notice", "is_due and outcome = 'lapsed' and has_notice", "arr_due"),
    Figure("lapsed", "without notice", "is_due and outcome = 'lapsed' and not has_notice", "arr_due"),
    Figure("pending", "", "is_due and outcome = 'pending'", "arr_due", False),
    Figure("upcoming", "", "is_due and outcome = 'upcoming'", "arr_due", False),
    *_split("upsell", "is_due and outcome = 'renewed_up'"),
    Figure("cancelled", "", "outcome = 'cancelled'", "arr_due", False),
)
BESIDE = tuple(_moved(has_rate=False, cuts=False))
CALENDAR = (
    Figure("opening", "", "kind = 'opening'", "arr_change", False, True),
    *_moved(has_rate=True, cuts=True),
    Figure("lapse", "", "kind = 'lapse'", "arr_change"),
    Figure("cancellation", "", "kind = 'cancellation'", "arr_change"),
    Figure("restated", "", "kind = 'restated'", "arr_change", False),
    Figure("closing", "", "kind = 'closing'", "arr_change", False, True),
)
