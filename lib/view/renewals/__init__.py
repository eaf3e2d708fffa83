"""The page of renewals, part by part.

renewalsstate   its state, and the way to the link and back
spelt           levers and their parts as people call them
board           what is asked, the choices at its head, and what is said where there is nothing
sentences       the takeaway in words
figures         the tiles: what is kept, and each lever alone
opened          the list behind a figure
parts           the part of the page that is shown: the one place where its sections are called
bridge          from what was due to what became of it, or from opening to closing
trend           each lever month by month
levels          the levers against a dimension
duecalendar     who is due when, by CSM
concentration   how few accounts most of the loss comes from
otherrules      the same period by the rules of other tools
meaning         its figures in words
"""
