"""The page that reads a file of the reader's own, one screen a step; what they said is kept while they go back and forth.

state      where the upload stands: files, sheets, what the reader said of them, the report
steps      the step the reader is at, and the way back
files      1  drop files; they go to disk and are recognised
large      1  files too large for the page's box, and (tickets) leave to send them, and (stream) the way to disk
sheets     2  what each sheet is and how it is read
columns    2  which column becomes what
running    1, 3  a child at work, and what follows; (watching) how far it is, Cancel
result     4  what came in, what was refused, (meets) what does not meet
refused    4  refused cells by column and reason; mend, leave out, download
publish    4  for who may: what publishing would change, and the way to it
feeds      5  the pages this data can feed, and what others need
log        below: every change of the shared data, and the undo of one
change     a change of the shared data on its way, and (difference) what it would do
"""
