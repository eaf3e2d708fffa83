"""Period against period: mix and rate add up to the change, a loop agrees, and Simpson is told from plain change."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lib.errors import Refused
from lib.measures.change import COLUMNS
from tests.worldlets import YEAR, account_frame, ask, contract_frame, days, open_world

BOOK = replace(YEAR, opens_on=date(2025, 1, 1), closes_on=date(2026, 1, 1))


def two_years(tmp_path, sizes: dict[str, tuple[int, int, int, int]]):
    """segment -> (n before, lost before, n now, lost now); an account lives in one of the two years."""
    accounts, terms = [], []
    for segment, (n0, k0, n1, k1) in sizes.items():
        for year, n, k in ((2024, n0, k0), (2025, n1, k1)):
            for i in range(n):
                name = f"{segment}{year}-{i}"
                accounts.append((name, None if segment == "missing" else segment))
                start, end = date(year - 1, 7, 1), date(year, 6, 1) if i < k else date(year + 1, 1, 2)
                terms.append({"contract": name, "account": name, "starts_on": start, "ends_on": end,
                              "notice_given_on": start})  # fmt: skip
                if year == 2024 and i >= k:
                    terms[-1]["ends_on"] = date(2025, 1, 1)  # gone as the second year opens
                    terms.append({"contract": f"{name}+", "account": name, "starts_on": date(2025, 1, 1),
                                  "ends_on": date(2025, 1, 1)})  # fmt: skip
    frame = account_frame([name for name, _ in accounts], segment=[segment for _, segment in accounts])
    return open_world(tmp_path, {"account": frame, "contract": contract_frame(*terms)})


def kitagawa(sizes) -> dict[str, tuple[float, float]]:
    """(mix part, rate part) of each segment, one at a time, from the textbook."""
    n0, k0, n1, k1 = (sum(row[i] for row in sizes.values()) for i in range(4))
    parts = {}
    for name, (a, b, c, d) in sizes.items():
        r0, r1 = b / a if a else d / c, d / c if c else b / a
        s0, s1 = a / n0, c / n1
        parts[name] = ((s1 - s0) * ((r0 + r1) / 2 - (k0 / n0 + k1 / n1) / 2), (r1 - r0) * (s0 + s1) / 2)
    return parts


@pytest.fixture
def by_flag(monkeypatch):
    """Answers `change` from counts alone: the split itself, without a store."""
    from lib.measures.change import _parts

    def parts(sizes):
        def cells(i):
            rows = [(None if name == "missing" else name, row[i], row[i + 1]) for name, row in sizes.items() if row[i]]
            return pd.DataFrame(rows, columns=["d0", "n", "n_lost"]).astype({"d0": object})

        return _parts("segment", cells(0), cells(2))

    return parts


@pytest.mark.parametrize(
    "sizes",
    [
        {"A": (100, 10, 100, 20), "B": (100, 30, 100, 30)},
        {"A": (100, 10, 20, 2), "B": (100, 30, 180, 54)},
        {"A": (100, 10, 50, 1), "B": (10, 3, 180, 60), "missing": (7, 0, 9, 9)},
        {"A": (100, 10, 50, 1), "new": (0, 0, 30, 12), "over": (40, 2, 0, 0)},
    ],
)
def test_the_parts_add_up_and_agree_with_a_loop(by_flag, sizes):
    table = by_flag(sizes)
    n0, k0, n1, k1 = (sum(row[i] for row in sizes.values()) for i in range(4))
    moved = k1 / n1 - k0 / n0
    assert table["mix_part"].sum() + table["rate_part"].sum() == pytest.approx(moved)
    assert table["change"].tolist() == pytest.approx([moved] * len(sizes))
    for segment, mix, rate in table[["segment", "mix_part", "rate_part"]].itertuples(index=False):
        assert (mix, rate) == pytest.approx(kitagawa(sizes)[segment["segment"] or "missing"])


def test_random_counts_add_up(by_flag):
    chance = np.random.default_rng(3)
    for _ in range(50):
        n = chance.integers(0, 60, (2, 5))
        n[:, 0] += 1
        k = chance.binomial(n, chance.uniform(0, 1, (2, 5)))
        table = by_flag({f"s{i}": (n[0, i], k[0, i], n[1, i], k[1, i]) for i in range(5)})
        moved = k[1].sum() / n[1].sum() - k[0].sum() / n[0].sum()
        assert table["mix_part"].sum() + table["rate_part"].sum() == pytest.approx(moved)


@pytest.mark.parametrize(
    ("sizes", "is_simpson"),
    [
        # both got better, 10 to 8 % and 40 to 36 %, but there is more of B: 15 -> 29 %
        ({"A": (500, 50, 150, 12), "B": (100, 40, 450, 162)}, True),
        # mirrored: both got worse, the whole better
        ({"A": (150, 12, 500, 50), "B": (450, 162, 100, 40)}, True),
        # no value moved at all, the whole did
        ({"A": (500, 50, 100, 10), "B": (100, 40, 500, 200)}, True),
        # one up, one down
        ({"A": (500, 50, 150, 20), "B": (100, 40, 450, 162)}, False),
        # both worse, the whole worse
        ({"A": (100, 10, 100, 20), "B": (100, 30, 100, 40)}, False),
        # one value alone cannot be at odds with the whole
        ({"A": (100, 10, 100, 20)}, False),
    ],
)
def test_simpson_is_flagged_and_plain_change_is_not(by_flag, sizes, is_simpson):
    assert set(by_flag(sizes)["is_simpson"]) == {is_simpson}


def test_a_value_of_one_period_alone_is_all_mix(by_flag):
    table = by_flag({"A": (100, 10, 100, 10), "new": (0, 0, 50, 25), "over": (50, 5, 0, 0)})
    rows = {row["segment"]["segment"]: row for row in table.to_dict("records")}
    assert rows["new"]["rate_part"] == rows["over"]["rate_part"] == 0
    assert np.isnan(rows["new"]["rate_before"]) and np.isnan(rows["over"]["churn_rate"])
    assert (rows["new"]["share_before"], rows["over"]["share"]) == (0, 0)


def test_the_answer_from_a_store_counts_each_period_on_its_own_opening_day(tmp_path):
    sizes = {"A": (10, 2, 5, 1), "B": (4, 1, 8, 4), "missing": (2, 0, 3, 3)}
    table = ask(two_years(tmp_path, sizes), "change", BOOK, by="segment").table
    assert list(table.columns) == COLUMNS
    found = {
        row["segment"]["segment"] or "missing": (row["n_before"], row["n_lost_before"], row["n"], row["n_lost"])
        for row in table.to_dict("records")
    }
    # the accounts of 2024 that were not lost by June are gone as 2025 opens
    assert found == {name: (n0, n0, n1, k1) for name, (n0, _, n1, k1) in sizes.items()}
    assert table["mix_part"].sum() + table["rate_part"].sum() == pytest.approx(table["change"].iat[0])


def test_no_previous_period_says_so_and_an_empty_book_is_empty(tmp_path):
    contracts = contract_frame({"account": "a", "starts_on": days("2025-01-01")})
    world = open_world(tmp_path, {"account": account_frame("a", region="N"), "contract": contracts})
    answer = ask(world, "change", BOOK, by="region")
    assert answer.notes == ("There is no previous period in the data.",)
    assert answer.table["change"].isna().all() and not answer.table["is_simpson"].any()
    empty = ask(world, "change", BOOK.where("region", ["nowhere"]), by="region").table
    assert empty.empty and list(empty.columns) == COLUMNS


def test_an_outcome_without_a_period_has_no_previous_one(tmp_path):
    world = open_world(tmp_path, {"account": account_frame("ab", region="N", churned=[True, False])})
    with pytest.raises(Refused, match="no previous period"):
        ask(world, "change", by="region")


def test_within_a_segment_is_the_change_of_the_book_cut_to_it(tmp_path):
    rng = np.random.default_rng(5)
    names = [str(n) for n in range(400)]
    channels, regions = rng.choice(["Direct", "Reseller"], 400), rng.choice(["EU", "US", "APAC"], 400)
    terms = [
        {"contract": name, "account": name, "starts_on": date(2023, 7, 1), "notice_given_on": date(2023, 7, 1),
         "ends_on": date(2024 + int(rng.integers(0, 3)), 6, 1)} for name in names
    ]  # fmt: skip
    frame = account_frame(names, channel=list(channels), region=list(regions))
    world = open_world(tmp_path, {"account": frame, "contract": contract_frame(*terms)})
    inside = ask(world, "change", BOOK, by="region", within=[("channel", "Direct")]).table
    cut = ask(world, "change", BOOK.where("channel", ["Direct"]), by="region").table
    pd.testing.assert_frame_equal(inside, cut)
    assert inside["n"].sum() < ask(world, "change", BOOK, by="region").table["n"].sum()
    assert inside["n_before"].sum() == (channels == "Direct").sum()
