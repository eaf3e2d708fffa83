"""Did it help? Whom the team reaches, how well accounts are covered, and what came of it.

reach, reachaccounts         accounts and ARR reached in the last days, and the accounts behind
coverage, coverageaccounts   against how often each touch model is to be met
tail                         where coverage stops when the period opens, and who is lost from there; the accounts behind
impact, impactaccounts       what comes where the team reached accounts, and where not
playeffects, playaccounts    what came of each play and campaign, and what it took
touched, covered, engaged, plays   the rows these count; alike: who is like whom; listed: a page of accounts; levels: of a dimension
"""
