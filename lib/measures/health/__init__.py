"""Health: how accounts score, what a score is made of, what moved it, what it foretold.

listing     `health`: accounts with their parts; parts: `health_parts`; history: `health_history`; readings, sayings, foretold
stood       the accounts of a book on two days: spread, movement, movers, matrix, bylevel, trend, disagree, healthaccounts
proven      what was foretold, and what came: proof, calibration, drift, lead, false greens, losses, warning
riskmodel   `risk_model`: what goes with a loss; trialodds: `trial_odds`, trials under way
draft       `health_draft`: rules tried before they count; draftmovers, draftrecord; suggested: `suggested_weights`, learning
"""
