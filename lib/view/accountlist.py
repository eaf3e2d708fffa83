"""A page of a long list of accounts, or of what is theirs: a click on a name opens the account, the foot has the other pages.

show   the rows, which of how many they are, and the download of all
"""

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from lib.measures import Answer
from lib.view import accountlink, tables
from lib.view.paging import foot

_ROW, _HEAD = 32, 42  # pixels


def show(
    table: pd.DataFrame,
    columns: list[str],
    everyone: Callable[[], Answer],
    *,
    key: str,
    page: int,
    parameter: str,
    file_name: str,
    most: int,
    drop: tuple[str, ...] = ("n_rows",),
    labels: Mapping[str, str] | None = None,
    config: Mapping[str, object] | None = None,
    beside: Callable[[], None] | None = None,
) -> None:
    """The `columns` of `table`, a page of the list that `everyone` gives whole.

    key         of the list, its foot and its download
    parameter   of the link, that has its `page`
    most        pixels high
    beside      draws what else stands at the foot
    drop        columns that the download is without
    """
    listed, names = accountlink.opening(table[columns], key=key)
    height = min(most, _HEAD + _ROW * len(table))
    tables.show(listed, key=key, height=height, labels=labels, config={**(config or {}), **names})
    with st.container(horizontal=True, vertical_alignment="center"):
        foot(page, len(table), int(table["n_rows"].iat[0]), name=key, parameter=parameter)
        tables.download("Download", file_name, everyone, key=f"download {key}", drop=drop)
        if beside:
            beside()
