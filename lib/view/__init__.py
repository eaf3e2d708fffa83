"""What pages are made of: state in the address, answers through the cache, and figures as people read them.

inforce    the definitions of the run, and of its link
frame      opens a page: who views, the book bar, the title line       access    who views, and what of it
bookbar    the period, the day and the filters of the book             periods   last 12 months, this quarter, ...
step       what a click changes: one step, one entry of the history
address    the state of a page is its link                             rooms     the pages there are, in groups
door       the one way to an answer: cache, cursor, calm refusals      look      the style sheet
hotstate   the state of the hot-spot page                              hotlist   hot-spots as ranked sentences
hotpage    the parts of the hot-spot page above its drill              home      the cards of the overview
drill      breakdown by clicking: breadcrumb, Back, Lock               splits    the pictures of a split
words      what dimensions are called                                  listing   the accounts behind any figure
tiles      headline figures that open                                  tables    tables and safe downloads
passport   how a figure is computed                                    imports   what was read and what was refused
plain      text from data, shown as typed                              numbers   1.2 M, 12.3 %, 11.2 % (8.4–14.7)
sentences  findings in plain English                                   charts    every figure, one module each
upload     the steps of bringing an export                             jobs      imports and the like as child processes
private    the reader's own dataset, of one session                    desk      the folder a session works in
serve      how the server is set up: the way in for large files        warming   what takes longest, made ready beside the readers
"""
