"""From whatever was sent to text files the engine reads: CSV as it is, archives, workbooks, Parquet and JSON unpacked.

kind       what a file is, by its first bytes and never by its name
unpack     gzip and zip, as streams, within a budget of bytes
workbook   Excel workbooks: checked part by part, then one CSV for each sheet
columnar   Parquet and JSON: one CSV each, written by DuckDB
sheets     all of it, for one file
"""

from lib.store.ingest.formats.sheets import BETWEEN, Sheet, sheets
from lib.store.ingest.limits import Limits

__all__ = ["BETWEEN", "Limits", "Sheet", "sheets"]
