"""Renewals: each lever alone, on what was due or on the calendar, reconciled to the cent.

asked      what its answers have in common: periods, levels, money
levers     `renewals`: every lever of a period, each alone
retention  `retention`: logo churn, revenue churn, gross and net retention side by side
rules      `rules`: the same period by the rules of other tools
"""
