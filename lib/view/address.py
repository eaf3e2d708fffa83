"""The state of a page is its link: read at the start of every run, written by the widgets' callbacks.

read      the parameters of the link, each with all its values
seen      the same, as last seen or written, for callbacks
write     put new parameters in the place of old ones; one step for the browser's Back button
link      the whole link with some parameters changed, for people to copy and for links between pages
pair      a name and a value as one parameter, and
unpair    back
written   a page's state as parameters, defaults left out
page      the page of a list, from 1
chosen    one of the values a parameter can have, and
quoted    a text of the link as a notice says it

A click and the address it leads to can cross on the wire: a second click may arrive with the address of before the first.
A callback therefore builds on what this session last saw or wrote, and only a run without a callback (a link opened, Back,
Forward) takes the address as it comes.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import fields
from urllib.parse import urlencode

import streamlit as st

Query = dict[str, list[str]]
_SEEN = "address, as last seen or written"


def read() -> Query:
    """The parameters of the link, each with all its values; what callbacks build on from now."""
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    st.session_state[_SEEN] = query
    return query


def seen() -> Query:
    """The parameters of the link as this session last saw or wrote them. For callbacks."""
    return st.session_state.get(_SEEN, {})


def write(replaces: Callable[[str], bool], query: Mapping[str, list[str]]) -> None:
    """Put `query` in the place of every parameter whose name `replaces`. For callbacks only."""
    kept = {name: values for name, values in seen().items() if not replaces(name)}
    new = {name: list(values) for name, values in {**kept, **query}.items() if values}
    if new != {name: st.query_params.get_all(name) for name in st.query_params}:
        st.query_params.from_dict(new)
    st.session_state[_SEEN] = new


def link(query: Mapping[str, list[str]]) -> str:
    """The link to this page with the parameters `query`."""
    url = st.context.url or ""
    return f"{url}?{urlencode(query, doseq=True)}" if query else url


def pair(name: str, value: str | None) -> str:
    """name:value, for any name and any value; a missing value is the name alone.

    >>> pair("region", "US"), pair("a:b", "c:d"), pair("channel", None)
    ('region:US', 'a~1b:c:d', 'channel')
    """
    escaped = name.replace("~", "~0").replace(":", "~1")
    return escaped if value is None else f"{escaped}:{value}"


def unpair(text: str) -> tuple[str, str | None]:
    """The inverse of `pair`, for any text."""
    name, colon, value = text.partition(":")
    return name.replace("~1", ":").replace("~0", "~"), value if colon else None


def written(state: object) -> Query:
    """The fields of a page's state, a frozen dataclass, as parameters of the link; those with their default are left out."""
    said = {
        field.name: getattr(state, field.name) for field in fields(state) if getattr(state, field.name) != field.default
    }
    return {
        name: list(value) if isinstance(value, tuple) else ["yes" if value is True else str(value)]
        for name, value in said.items()
    }


def page(query: Mapping[str, Sequence[str]], name: str, notices: list[str]) -> int:
    """The page of a list that the link names; what is none is the first, with a notice."""
    said = (query.get(name) or ["1"])[-1]
    if said.isascii() and said.isdigit() and 0 < len(said) < 8 and int(said) >= 1:
        return int(said)
    notices.append(f"The link's {name} {quoted(said)} is no number; the first was used.")
    return 1


def chosen(
    query: Mapping[str, Sequence[str]], name: str, known: Container[str], default: str, notices: list[str]
) -> str:
    """What the link says of `name`; what is not among `known` is the default, with a notice."""
    said = (query.get(name) or [default])[-1]
    if said in known:
        return said
    notices.append(f"The link's {name} {quoted(said)} is not known; the default was used.")
    return default


def quoted(text: str) -> str:
    """A text of the link as a notice says it, cut where it is long."""
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"
