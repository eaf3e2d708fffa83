"""Health in words, as SQL: what a part counts, what holds a score down, why there is none.

VALUE       what a part's fact says of an account: of health_contribution
CAP         the override that holds, as at_most and in words: of `part` (health_part) and `rules` (health_rule); empty for none
WHY_NOT     why there is no score: of `score`, `reading` and `rules`
"""

from lib.definitions.health import CONDITIONS

_WORDS = {  # fact -> SQL of what its value says
    "utilisation": "format('{:.0f} % of seats', 100 * value)",
    "active_people": "format('{:.0f} {}', value, if(value = 1, 'person', 'people'))",
    "active_trend": "format('{:.2f} times', value)",
    "active_days": "format('{:.1f} a week', value)",
    "breadth": "format('{:.0f} {}', value, if(value = 1, 'feature', 'features'))",
    "key_features": "format('{:.1f} a week', value)",
    "silent_weeks": "format('{:.0f} {}', value, if(value = 1, 'week', 'weeks'))",
    "velocity": "format('{:.1f} times expected', value)",
    "tickets": "format('{:.2f} a person', value)",
    "sentiment": "format('{:.0f} of 5', value)",
    "contact": "format('{:.0f} {} ago', value, if(value = 1, 'day', 'days'))",
    "goals": "format('{:.0f} % reached', 100 * value)",
    "champion": "format('{:.0f} left', value)",
}
VALUE = f"""case fact
        {" ".join(f"when '{fact}' then {sql}" for fact, sql in _WORDS.items())}
        else format('{{:g}}', round(value, 2))
    end"""
_CAPS = ", ".join(
    f"case when part.{name} and rules.{name}_at_most is not null then "
    f"{{'at_most': rules.{name}_at_most, 'place': {place}, 'said': '{said}'}} end"
    for place, (name, said) in enumerate(CONDITIONS.items())
)
CAP = f"list_sort(list_filter([{_CAPS}], lambda each: each is not null))[1]"
WHY_NOT = """case
        when score.health_score is not null then null
        when score.profile is null then 'no profile of the rules fits its stage and touch model'
        when rules.null_rule = 'none' and score.known_share < 1 then 'a part is not known, and the rules ask for all'
        else format(
            '{}{:.0f} % of the weight is known, {:.0f} % are needed',
            case when reading.is_machine then 'used by machines alone: ' else '' end,
            100 * score.known_share, 100 * rules.least_weight
        )
    end"""
