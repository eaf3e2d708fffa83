"""The book bar: the sidebar of every page, in which a reader chooses the period, the day and whose accounts are meant.

bookbar       all of it; gives the book
bookfilters   by name, by dimension, by how accounts stand, each with its number of accounts
relabelled    a box whose labels change while it is in use, as those with counts do
periods       the periods that go by a name
savedviews    a page with everything chosen on it, under a name
"""
