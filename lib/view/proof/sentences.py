"""What the proof says, in sentences; past `plain`.

leading   of those lost, how many were red before and green to the end
verdict   whether a score ranks better than chance, or that it does not work here
adds_up   all colours at both days, which add up to those lost
interval  a figure with its interval
"""

from collections.abc import Mapping

from lib.measures.health.proof import is_by_chance
from lib.measures.health.proven import PREDICTION
from lib.view import numbers

DOES_NOT_WORK = "The score does not work here: it ranks no better than chance"
_CALLED = {"rules": "The score", PREDICTION: "The prediction"}


def leading(row: Mapping, proof_days: int, final_days: int) -> str:
    """Of 40 lost, 31 were red 60 days before; 9 were green to the end."""
    n, red, green = (numbers.count(row[name]) for name in ("n_proof_losses", "n_red_before", "n_green_final"))
    was, were = ("was" if row[name] == 1 else "were" for name in ("n_red_before", "n_green_final"))
    return f"Of {n} lost, {red} {was} red {proof_days} days before; {green} {were} green to the end."


def adds_up(row: Mapping, proof_days: int, final_days: int) -> str:
    """60 days before: 31 red, 3 amber, 4 green, 2 without a score. 14 days before: ..."""
    said = []
    for days, at in ((proof_days, "before"), (final_days, "final")):
        counts = ", ".join(f"{numbers.count(row[f'n_{name}_{at}'])} {word}" for name, word in _COLOURS.items())
        said.append(f"{days} days before: {counts}.")
    held = row["n_held_before"]
    if held:
        said.append(
            f"Of the {numbers.count(row['n_red_before'])} red ones an override held {numbers.count(held)} down, as a notice does: "
            "that was told, not foretold."
        )
    return " ".join(said)


def verdict(row: Mapping, days: int) -> tuple[str, bool]:
    """What is to be said of a score's ranking, and whether it does not work."""
    name = _CALLED[row["scored_by"]]
    if row["untold"]:
        return f"{name} cannot be judged: {row['untold']} within {days} days of a reading.", False
    between = f"AUC {interval(row, 'auc', 2)}"
    if is_by_chance(row):
        said = DOES_NOT_WORK if row["scored_by"] != PREDICTION else DOES_NOT_WORK.replace("The score", "The prediction")
        return f"{said} ({between}; 0.5 is chance).", True
    if row["auc_more_lo"] > 0 or row["auc_more_hi"] < 0:
        than = "better" if row["auc_more"] > 0 else "worse"
        between += f", {than} than the rules by {interval(row, 'auc_more', 2)}"
    return (
        f"{name} ranks better than chance: an account lost within {days} days had the worse one of two in "
        f"{numbers.percent(row['auc'], 0)} of pairs ({between}; 0.5 is chance).",
        False,
    )


def interval(row: Mapping, name: str, digits: int = 1) -> str:
    """0.73 (0.70–0.75); a dash where there is none."""
    value, lo, hi = (row[f"{name}{end}"] for end in ("", "_lo", "_hi"))
    if value != value:
        return numbers.NOTHING
    said = f"{value:.{digits}f}" if lo != lo or hi != hi else f"{value:.{digits}f} ({lo:.{digits}f}–{hi:.{digits}f})"
    return said.replace("-", numbers.MINUS)


_COLOURS = {"red": "red", "amber": "amber", "green": "green", "none": "without a score"}
