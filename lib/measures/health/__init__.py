"""Health: how accounts score, what a score is made of, what moved it, what it foretold.

riskmodel   `risk_model`: what goes with a loss; trialodds: `trial_odds`, trials under way
"""
