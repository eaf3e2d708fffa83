"""Renewals ahead: what went with renewing, who has too many seats, who will adopt in time, deadlines, and why others left.

before    what accounts had before a number of days
deciles   `renewal_deciles`: renewal rate in tenths of what accounts had before; tenthaccounts: `tenth_accounts`
sizing    `right_sizing`: seats used well under seats bought; sized: the rule; sizingquarters: by quarter; sizingrecord: its record
race      `adoption_race`: contract cycle against adoption cycle; races: the chances; raceverdicts: `race_verdicts`
deadlines `notice_deadlines`; deadlineaccounts: `notice_accounts`
lossreasons   `loss_reasons`; lostaccounts: `loss_accounts`
saves     `save_rate`; saveaccounts: `save_accounts`
plans     `plan_moves`; movedaccounts: `moved_accounts`
flats     `flat_renewers`
"""
