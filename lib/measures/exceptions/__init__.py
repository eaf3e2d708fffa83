"""Exceptions: who has left the path, how the rules do, and what one would have told before it is switched on.

standing   the exceptions of the book on a day, laid for the answers below
listing    `exceptions`; tiles: `exception_tiles`; rules: `exception_rules`
tried      what a rule would have told in the past, and what came, laid for the answers below
trial      `exception_trial`; trialdays, overlap, trialaccounts: the same day by day, beside other rules, and its accounts
"""
