"""Where is churn hot? The hot-spot page, part by part.

hotstate    what is asked and what is open: the page in the link
hotpage     what is searched, tiles, the finds
headline    figures and sentences about them; sentences: one find in words; hotlist: the finds, one line each
drill       going through the book in any order; splits: one step of it as a chart
listing     the accounts of a selection
"""
