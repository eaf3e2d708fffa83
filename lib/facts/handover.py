"""The fields of a hand-over from sales, in the order in which they are asked for.

FIELDS   their names
"""

from lib.workspace.tables import HANDOVER

FIELDS: tuple[str, ...] = HANDOVER
