"""Which accounts need me now? My book, part by part.

mybookstate   the page in the link
mine          a book narrowed to the reader's own accounts
mybook        tiles and the list
changed       what changed since a visit
exceptions    which accounts left the path
worklist      what is to be done
renewals      what comes up this quarter
"""
