"""Renewals, lever by lever: what was due, what became of it, who lost it, and who is due next.

listing        `renewal_accounts`: the renewals and moves behind any figure
calendar       `due_calendar`: who is due when, by CSM, before and after the day
concentration  `lost_concentration`: how few accounts most of the loss comes from
losses         `largest_losses`: the accounts that lost most
"""
