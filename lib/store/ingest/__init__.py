"""Reading files of somebody else's, safely: any export in, clean rows of the store's tables and an account of the rest out.

kinds      what can a file be? (kinds.sql: what becomes rows of other tables)
formats    workbooks, archives, Parquet and JSON as CSV text, within limits
text       is it text, in which encoding, and whole?                copies   of it, without what a reader leaves out
dialect    how is it written: delimiter, quote, header row, decimal mark?   footers   and what stands below the rows?
profile    what stands in each column?
fields     which header is which field? (words, synonyms/: the names by which fields go)
recognise  what is this file, from a look at its first rows?         doubts   and what of it may be meant otherwise?
columns    which columns does it give, read how? (values; macros.sql: the rules for one cell)
meant      what rows mean that their cells do not say
rows       the file as a table of text                                      faults    what is refused, merged, numbered
quick      usage events by the million, in one pass
remarks    what a reader must be told of it
read       all of it, in order, for one file
derive     deals become milestones, invoices become contracts
refer      whose rows are these?
people     is it the same person?
prepare    several files together, ready to publish
"""

from lib.store.ingest.dialect import Dialect
from lib.store.ingest.read import Reading, read

__all__ = ["Dialect", "Reading", "read"]
