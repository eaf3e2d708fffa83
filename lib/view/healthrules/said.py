"""Rules of health in plain words. What is given is no markup: it passes `plain` where it is shown.

bands        0 points below 0.5, 30 from 0.5 ...
whose        the accounts of a profile
differences  what other rules change, a sentence each
"""

from collections.abc import Mapping
from dataclasses import replace

from lib.definitions.health import CONDITIONS, FACTS, NULL_RULES, Part, Profile, Rules

_NUMBERS = {
    "red_below": "red below",
    "green_from": "green from",
    "renewal_days": "renewals count as near within days",
    "least_weight": "least share known",
}


def bands(part: Part) -> str:
    """people active in four weeks / seats: 0 points below 0.2, 35 from 0.2, 65 from 0.4."""
    told = f"the column {part.of}" if part.fact == "column" else FACTS[part.fact]
    above = [f"{points:g} from {cut:g}" for cut, points in zip(part.cuts, part.points[1:], strict=True)]
    return f"{told}: {part.points[0]:g} points below {part.cuts[0]:g}, {', '.join(above)}"


def whose(profile: Profile) -> str:
    """of the stage Onboarding, high touch."""
    stages = f"of {', '.join(profile.stages)}" if profile.stages else "of any other stage"
    return f"Accounts {stages}{f', {profile.touch} touch' if profile.touch else ''}"


def differences(was: Rules, would: Rules, renamed: Mapping[str, str] | None = None) -> list[str]:
    """What `would` changes of `was`. Of `renamed` parts, name there -> name here, only the rest is compared."""
    there = {each.part for each in was.parts}
    names = {old: new for old, new in (renamed or {}).items() if old in there and new not in there}
    was = _called(was, names)
    called = [f"{old} is called {new}" for old, new in names.items()]
    return [*_words(was, would), *called, *_parts(was, would), *_weights(was, would), *_overrides(was, would)]


def _called(rules: Rules, names: Mapping[str, str]) -> Rules:
    """The rules with other names of parts."""

    def weights(of: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
        return tuple((names.get(part, part), weight) for part, weight in of)

    return replace(
        rules,
        parts=tuple(replace(each, part=names.get(each.part, each.part)) for each in rules.parts),
        profiles=tuple(replace(each, weights=weights(each.weights)) for each in rules.profiles),
        renewal_weights=weights(rules.renewal_weights),
    )


def _words(was: Rules, would: Rules) -> list[str]:
    found = []
    for name, label in _NUMBERS.items():
        before, after = getattr(was, name), getattr(would, name)
        if before != after:
            found.append(f"{label} {before:g} → {after:g}")
    if was.null_rule != would.null_rule:
        found.append(NULL_RULES[would.null_rule])
    if set(was.high_touch) != set(would.high_touch):
        found.append(f"high touch are {', '.join(would.high_touch) or 'none'}")
    return found


def _parts(was: Rules, would: Rules) -> list[str]:
    before, after = ({each.part: each for each in rules.parts} for rules in (was, would))
    found = [f"{name} is gone" for name in before if name not in after]
    found += [f"{name} is new" for name in after if name not in before]
    return found + [f"{name}: {bands(after[name])}" for name in before if name in after and before[name] != after[name]]


def _weights(was: Rules, would: Rules) -> list[str]:
    before, after = ({each.profile: dict(each.weights) for each in rules.profiles} for rules in (was, would))
    found = [f"profile {name} is gone" for name in before if name not in after]
    found += [f"profile {name} is new" for name in after if name not in before]
    of = {each.profile: each for each in was.profiles}
    for each in would.profiles:
        there = of.get(each.profile, each)
        if (there.stages, there.touch) != (each.stages, each.touch):
            found.append(f"{each.profile} is for {whose(each)[0].lower()}{whose(each)[1:]}")
    for name, weights in after.items():
        if moved := _moved(before.get(name, weights), weights, "0"):
            found.append(f"{name}: {', '.join(moved)}")
    if moved := _moved(dict(was.renewal_weights), dict(would.renewal_weights), "1"):
        found.append(f"times as much near a renewal: {', '.join(moved)}")
    return found


def _moved(was: dict[str, float], would: dict[str, float], none: str) -> list[str]:
    none_at = float(none)
    parts = dict.fromkeys([*was, *would])
    return [
        f"{part} {was.get(part, none_at):g} → {would.get(part, none_at):g}"
        for part in parts
        if was.get(part, none_at) != would.get(part, none_at)
    ]


def _overrides(was: Rules, would: Rules) -> list[str]:
    before, after = ({each.when: each.at_most for each in rules.overrides} for rules in (was, would))
    return [
        f"{label}: " + (f"at most {after[when]:g}" if when in after else "held down no more")
        for when, label in CONDITIONS.items()
        if before.get(when) != after.get(when)
    ]
