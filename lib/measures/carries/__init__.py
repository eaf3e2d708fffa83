"""What goes with staying, and who is in which corner: features, settings and behaviours against renewal, beyond chance and mix.

traits     `carries`: a row per trait, retention with and without it, adjusted for age, segment and size
counted    accounts with each trait, by stratum; what `traits` and `listing` ask of
listing    `carries_accounts`: the accounts behind a trait
corners    `corners`: accounts by use, satisfaction and proficiency
members    `corner_accounts`: the accounts behind a corner
"""
