"""Renewals: each lever alone, on what was due or on the calendar, reconciled to the cent.

asked      what its answers have in common: periods, levels, money
levers     `renewals`: every lever of a period, each alone; figures: which there are
retention  `retention`: logo churn, revenue churn, gross and net retention side by side
rules      `rules`: the same period by the rules of other tools
listing    `renewal_accounts`: the renewals and moves behind any figure; entries has what they are made of
calendar   `due_calendar`: who is due when, by CSM, before and after the day
concentration  `lost_concentration`: how few accounts most of the loss comes from
losses     `largest_losses`: the accounts that lost most
"""
