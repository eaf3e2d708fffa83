"""Renewals: what is due, what came of it, and what will.

ahead of the day, from each renewal's own odds:
    past          what past renewals teach; traits: what is known of one, as columns; odds, worth: what is learnt of them
    draws         what may come, drawn many times; forecasting: of which renewals
    forecast      ranges by quarter; record: past ones against what came
    chances       the renewals behind a range; calls: what the team says beside it
"""
