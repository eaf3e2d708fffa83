"""The page of KPIs against their targets, part by part; and how a KPI is spelt wherever it stands.

spelt       value, interval, change and target of a KPI in words
units       what its glossary term does not say of it
kpistate    the state of the page, and the way to the link and back
headline    how many targets are met, the furthest off, what moved
board       the list by group; a click opens a KPI
opened      the KPI that is open: its trend, its segments, its accounts
parts       what it is made of, one by one: features, promised outcomes
meaning     the figures in words
"""
