"""The page of renewals ahead, part by part.

aheadstate   its state, and the way to the link and back
aheadpage    the choice of the part, the part, and the words of its figures
asking       answers that may be refused, and lists of accounts behind a figure
forecast     what will renew: ranges, their record, the renewals behind them, the calls
sizing       seats bought against seats used
race         adoption in time for the renewal
notice       deadlines of notice
deciles      what went with renewing
reasons      why customers left
saves        save plans, moves between plans, flat renewers
"""
