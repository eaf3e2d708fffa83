"""The six revenue levers: trial conversion, up-sell, declining use, evangelists, usability barriers, pricing.

found       what each lever finds: accounts and people, as temp tables
trials, upsell, declining, evangelists, barriers, pricing   the levers, one by one
reached     days on which limits are reached
summary     `levers`: a row per lever and currency
listing     `lever_accounts`; people: `lever_people`; parts: `lever_parts`: the same by what is the matter
early       `trial_features`: features used early in a trial, and conversion; barriered: `barrier_features`
"""
