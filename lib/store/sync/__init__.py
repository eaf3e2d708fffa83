"""Bringing rows in from where they live, night after night: databases and object stores, only what is new.

settings   sources.toml: what to read from where, checked before anything is read
secrets    ${VARIABLES} filled in, and kept out of every message
database   a query's rows as a Parquet file of text, as a stream
cells      values of a database as text that says the same
watermark  the newest value of a query, and the rows that stand exactly there
files      new and changed files of a folder, a pattern or an object store
empty      files without a row
marks      how far each source has been read, by the batch that brought it
gather     all sources of a run
"""

from lib.store.sync.gather import Gathered, gather
from lib.store.sync.marks import known, remember
from lib.store.sync.settings import Source, read_sources

__all__ = ["Gathered", "Source", "gather", "known", "read_sources", "remember"]
