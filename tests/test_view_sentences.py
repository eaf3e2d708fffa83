"""Findings in plain English: what is said, written by hand."""

import pandas as pd
import pytest

from lib.view.hotspots import sentences


def spot(**changes) -> dict:
    row = {
        "segment": {"channel": "Reseller", "region": "US"}, "parent": {"region": "US"}, "churn_rate": 0.25, "parent_rate": 0.14,
        "excess_lost_vs_parent": 23.2, "excess_arr_vs_parent": 700_000.0, "arr": 10e6, "arr_lost": 2.5e6, "confidence": "firm",
    }  # fmt: skip
    return row | changes


@pytest.mark.parametrize(
    ("changes", "weight", "said"),
    [
        ({}, "accounts", "Reseller × US: 25 % lost; 14 % in the US as a whole. 23 more accounts and 0.7 M ARR than at that rate. Firm."),
        ({"confidence": "tentative", "excess_lost_vs_parent": 1.2, "excess_arr_vs_parent": float("nan")}, "accounts",
         "Reseller × US: 25 % lost; 14 % in the US as a whole. 1 more account than at that rate. Tentative."),
        ({"segment": {"channel": None}, "parent": {}}, "accounts",
         "Channel missing: 25 % lost; 14 % in the base as a whole. 23 more accounts and 0.7 M ARR than at that rate. Firm."),
        ({"segment": {"TechSupport": "No", "region": "US"}, "parent": {"TechSupport": "No"}}, "accounts",
         "TechSupport: No × US: 25 % lost; 14 % where TechSupport is No. 23 more accounts and 0.7 M ARR than at that rate. Firm."),
        ({"parent": {"region": None, "plan": "Team"}}, "accounts",
         "Reseller × US: 25 % lost; 14 % where region is missing and plan is Team. "
         "23 more accounts and 0.7 M ARR than at that rate. Firm."),
        ({"parent": {"region": "EMEA", "plan": "Team"}, "churn_rate": 0.051, "parent_rate": 0.032}, "accounts",
         "Reseller × US: 5.1 % lost; 3.2 % in EMEA × Team as a whole. 23 more accounts and 0.7 M ARR than at that rate. Firm."),
        ({"churn_rate": 0.254, "parent_rate": 0.246}, "accounts",
         "Reseller × US: 25 % lost; 25 % in the US as a whole. 23 more accounts and 0.7 M ARR than at that rate. Firm."
         .replace("25 % lost", "25.4 % lost").replace("; 25 %", "; 24.6 %")),
        ({"excess_arr_vs_parent": -7_000.0}, "accounts",
         "Reseller × US: 25 % lost; 14 % in the US as a whole. 23 more accounts, but 7,000 less ARR, than at that rate. Firm."),
        ({}, "arr", "Reseller × US: 25 % of ARR lost; 18 % in the US as a whole. 0.7 M more ARR and 23 accounts than at that rate. Firm."),
        ({"excess_lost_vs_parent": -3.0}, "arr",
         "Reseller × US: 25 % of ARR lost; 18 % in the US as a whole. 0.7 M more ARR, but 3 fewer accounts, than at that rate. Firm."),
    ],
)  # fmt: skip
def test_hotspot(changes, weight, said):
    assert str(sentences.hotspot(spot(**changes), "lost", weight)) == said


def test_the_verb_is_the_outcomes():
    assert " 25 % lapsed;" in str(sentences.hotspot(spot(), "lapsed"))


def change(n_before, n_lost_before, n, n_lost, rate_part, mix_part, is_simpson=False) -> pd.DataFrame:
    moved = sum(n_lost) / sum(n) - (sum(n_lost_before) / sum(n_before) if sum(n_before) else 0)
    return pd.DataFrame(
        {
            "segment": [{"region": name} for name in ("US", "EMEA")[: len(n)]],
            "n_before": n_before, "n_lost_before": n_lost_before, "rate_before": [a / b if b else None for a, b in zip(n_lost_before, n_before, strict=True)],
            "n": n, "n_lost": n_lost, "churn_rate": [a / b for a, b in zip(n_lost, n, strict=True)],
            "rate_part": rate_part, "mix_part": mix_part, "change": moved, "is_simpson": is_simpson,
        }
    )  # fmt: skip


def test_what_changed():
    table = change([500, 500], [50, 30], [500, 500], [70, 30], [0.02, 0.0], [0.0, 0.0])
    assert sentences.changed(table, "lost", "region") == (
        "10.0 % lost, 2.0 points more than the 8.0 % of the previous period: "
        "+2.0 points from rates within each region, 0.0 points from other shares of accounts."
    )
    row = table.iloc[0].to_dict()
    assert sentences.mover(row, "lost") == "US: 10.0 % lost then, 14.0 % now; +2.0 points of the change."


def test_what_changed_without_an_earlier_period_or_a_change():
    assert "no earlier period" in sentences.changed(
        change([0, 0], [0, 0], [10, 10], [1, 1], [0, 0], [0, 0]), "lost", "region"
    )
    same = change([100, 100], [10, 10], [100, 100], [10, 10], [0, 0], [0, 0])
    assert sentences.changed(same, "lost", "region") == "10.0 % lost, as in the previous period."


def test_simpson_is_said_only_where_it_holds():
    quiet = change([100, 100], [10, 10], [100, 100], [20, 10], [0.05, 0], [0, 0])
    assert sentences.simpson(quiet, "region") == ""
    worse = change([100, 100], [10, 30], [10, 190], [1, 57], [0, 0], [0.04, 0.05], is_simpson=True)
    assert sentences.simpson(worse, "region").startswith(
        "Parts and whole disagree: no value of region got worse, and yet the whole did"
    )
    better = change([10, 190], [1, 57], [100, 100], [10, 30], [0, 0], [-0.04, -0.05], is_simpson=True)
    assert "no value of region got better" in sentences.simpson(better, "region")


def test_nothing_stands_out():
    said = sentences.nothing(1_200, 96, "lost", 60)
    assert (
        sentences.nothing(18, 3, "lost", 60)
        == "18 accounts, 3 of them lost: too few to tell whether anything stands out."
    )
    assert said.startswith("Nothing stands out. 96 accounts of 1,200 lost, and no combination")
