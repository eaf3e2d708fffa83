"""What people write in the app, in SQLite or PostgreSQL.

opening      open_workspace, is_there, edition
sheets       what a table is; tables: what is kept, and the rule of each column
rows         added, changed, removed, read: the acts for every table
sending      letters that went out: touches and draws, in one transaction
many         the same act on many rows, each by its version; plays: all tasks of one, and never twice
handing      exceptions handed over, with the open tasks of their plays
frames       a table as Arrow, for DuckDB
owned        rows with an owner and a name, for themselves or for all
views, audiences, links, visits, preferences, mappings, wording   where a rule is more than a row
"""

from lib.workspace.frames import frame, schema
from lib.workspace.opening import Workspace, default_url, edition, is_there, open_workspace
from lib.workspace.rows import Conflict, Row

__all__ = ["Conflict", "Row", "Workspace", "default_url", "edition", "frame", "is_there", "open_workspace", "schema"]
