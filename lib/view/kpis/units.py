"""What of a KPI its glossary term does not say: its unit where that is neither a rate nor days, and what one account counts.

UNITS   name -> what follows the number; SCORE: a share told from -100 to 100
SIDES   name -> what is counted of one account, and out of what; of those alone whose counts say more than their ratio
"""

SCORE, PER_ACCOUNT = "score", "per account"
UNITS = {
    "high_engaged_users": PER_ACCOUNT,
    "medium_engaged_users": PER_ACCOUNT,
    "low_engaged_users": PER_ACCOUNT,
    "features_per_user": "each",
    "features_per_month": "a month",
    "tickets_per_user": "per person",
    "net_promoter_score": SCORE,
}
SIDES = {
    "seats_assigned_rate": ("People with a login", "Seats"),
    "seats_active_rate": ("People active", "Seats"),
    "activated_seats_rate": ("People who used it", "Seats"),
    "dau_mau": ("On a business day", "People active"),
    "wau_mau": ("In a week", "People active"),
    "adopted_share_rate": ("People adopted", "People with a login"),
    "roles_in_use_rate": ("Roles active", "Roles"),
    "features_per_user": ("Features, summed", "People active"),
    "high_value_rate": ("Used rightly", "Open to it"),
    "advanced_rate": ("Used", "Open to it"),
    "new_features_rate": ("Used", "Open to it"),
    "features_per_month": ("Features", "Months"),
    "settings_tuned": ("Chosen", "Settings"),
    "onboarding_engagement_rate": ("People active", "People with a login"),
    "tickets_per_user": ("Tickets", "People with a login"),
    "nps_response_rate": ("Answered", "Asked"),
    "csat_rate": ("Satisfied", "Answers"),
    "csat_response_rate": ("Answered", "Asked"),
    "arr_growth_rate": ("ARR added", "ARR a year before"),
}
