"""What will renew, from each renewal's own odds: ranges, never a point, and how past ones did.

past       what past renewals teach; traits: what is known of one, as columns; worth: for how much they renew (odds: lib/odds.py)
draws      what may come, drawn many times; forecasting: of which renewals
forecast   `renewal_forecast`: ranges by quarter
record     `forecast_record`: past ones against what came
chances    `renewal_odds`: the renewals behind a range; reasons: what moves their odds
calls      `renewal_calls`: what the team says beside it
"""
