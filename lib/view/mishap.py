"""An error nobody foresaw, said calmly.

failed   log it and say so, with a reference that both have
note     log it, where it was overcome
"""

import logging
import secrets
import traceback
from pathlib import Path

import streamlit as st

from lib.view import private

_log = logging.getLogger("headlight")


def failed(error: Exception) -> None:
    """Say calmly that something went wrong, with the reference under which the log has it."""
    reference = secrets.token_hex(4)
    _write(f"reference {reference}", error)
    st.error(
        f"Something went wrong on our side, and this part of the page could not be made. Reference **{reference}**: "
        "the server's log says more under it. Your data was not changed.",
        icon=":material/error:",
    )


def note(error: Exception) -> None:
    """Log an error that was overcome."""
    _write("overcome", error)


def _write(said: str, error: Exception) -> None:
    if private.is_on():  # a message may hold a value of the reader's own data
        places = [f"{Path(each.filename).name}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__)]
        _log.error("%s: %s at %s", said, type(error).__name__, " < ".join(places[::-1]))
    else:
        _log.error("%s", said, exc_info=error)
