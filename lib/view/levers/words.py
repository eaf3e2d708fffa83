"""What the levers are called, and on which pages their figures are at home.

NAMES, ASKS   lever -> its name, and the question it answers
HOME          lever -> where its figures come from: a page, and what stands there
money         amounts, each in its currency; past `plain`
"""

from collections.abc import Mapping

from lib.view import numbers
from lib.view.plain import plain

NAMES = {
    "trials": "Trial conversion", "upsell": "Up-sell at the moment of need", "declining": "Declining use",
    "evangelists": "Evangelists", "barriers": "Usability barriers", "pricing": "Pricing",
}  # fmt: skip
ASKS = {
    "trials": "Which trials have not engaged?", "upsell": "Who is about to need more?",
    "declining": "Whose use falls, and since when?", "evangelists": "Who could speak for us?",
    "barriers": "What is in people's way?", "pricing": "What is worth more than it costs?",
}  # fmt: skip
HOME = {
    "trials": ("Health", "the chance of each trial to convert, and what moves it"),
    "upsell": ("KPIs", "seats assigned, as these accounts are counted here"),
    "declining": ("Hot-spots", "where accounts were lost, by how they used it before"),
    "evangelists": ("What carries", "the features that go with staying, which these people use most"),
    "barriers": ("KPIs", "how many people use the product at all"),
    "pricing": ("What carries", "the features that go with staying, with their price hints"),
}
TOUCHED = {"evangelists": "people to enrol", "barriers": "people held up"}


def money(amounts: Mapping[object, float]) -> str:
    """9.7 M USD, 1.2 M EUR: the largest first; past `plain`."""
    largest = sorted(((amount, str(name or "")) for name, amount in amounts.items() if amount > 0), reverse=True)
    said = [f"{numbers.money(amount)}{f' {plain(name)}' if name else ''}" for amount, name in largest[:3]]
    return ", ".join(said) or numbers.NOTHING
