"""Numbers as people read them: hand-written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.view import numbers

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"), (12, "12"), (9_499, "9,499"), (9_999.6, "10 k"), (12_345, "12 k"), (340_000, "340 k"), (499_499, "499 k"),
        (700_000, "0.7 M"), (1_240_000, "1.2 M"), (12_345_678, "12.3 M"), (99_960_000, "100 M"), (378e6, "378 M"),
        (1.2e9, "1.2 B"), (-5e6, "−5.0 M"), (-0.2, "0"), (NAN, "–"), (None, "–"), (math.inf, "–"),
    ],
)  # fmt: skip
def test_money(value, said):
    assert numbers.money(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(1234.4, "1,234"), (0, "0"), (-3, "−3"), (-0.4, "0"), (NAN, "–"), (None, "–")]
)
def test_count(value, said):
    assert numbers.count(value) == said


def test_rates_and_intervals():
    assert numbers.percent(0.123) == "12.3 %"
    assert numbers.percent(0.25, 0) == "25 %"
    assert numbers.percent(-0.00001) == "0.0 %"
    assert numbers.percent(NAN) == "–"
    assert numbers.interval(0.112, 0.084, 0.147) == "11.2 % (8.4–14.7)"
    assert numbers.interval(0.112, NAN, NAN) == "11.2 %"


def test_differences_have_a_sign_and_zero_has_none():
    assert numbers.points(0.0123) == "+1.2 points"
    assert numbers.points(-0.0123) == "−1.2 points"
    assert numbers.points(-0.0001) == "0.0 points"


def test_n_and_plurals():
    assert numbers.n_of(1_128) == "n = 1,128"
    assert numbers.plural(1, "account") == "1 account"
    assert numbers.plural(0, "account") == "0 accounts"
    assert numbers.plural(2_000, "entry", "entries") == "2,000 entries"


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_no_figure_uses_a_hyphen_for_minus(value):
    for say in (numbers.money, numbers.count, numbers.percent, numbers.points):
        assert "-" not in say(value)
