"""The account page, part by part.

state     what the link says: which account, which kind of things on the timeline
head      title, tiles and facts: what a reader wants in the first twenty seconds
use       people, week by week, against the seats bought
exceptions  when it left the path, and what is done about it
health    the score: what makes it, what moved it, its weeks
kpis      KPIs against targets, beside the figures of its segment
lists     people, features, contracts, goals and wins
story     the timeline
finder    a box to find an account, where the link names none
meaning   how the figures are computed, in words
paper     tables as HTML: scrolled on the screen, whole on paper
"""
