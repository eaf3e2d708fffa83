"""Reading a file of somebody else's, safely: any export of accounts in, clean rows and an account of the rest out.

text      is it text, in which encoding, and whole?
dialect   how is it written: delimiter, quote, header row, decimal mark?
profile   what stands in each column?
values    how does a column of text become values? (macros.sql: the rules for one cell)
fields    which header is which field? (synonyms/: the names by which fields go)
rows      which rows are kept, merged, refused?
remarks   what a reader must be told of it
read      all of it, in order
"""

from lib.store.ingest.dialect import Dialect
from lib.store.ingest.read import Reading, read

__all__ = ["Dialect", "Reading", "read"]
