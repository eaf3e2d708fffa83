"""The rows of a list that are asked for at once.

check_page   refuses a page of rows there cannot be
"""

from lib.errors import Refused


def check_page(limit: int | None, offset: int) -> None:
    """Raises Refused for a page that begins before the first row, or has fewer rows than none."""
    if (limit or 0) < 0 or offset < 0:
        raise Refused(f"A page has no negative rows; limit {limit} and offset {offset} were asked for.")
