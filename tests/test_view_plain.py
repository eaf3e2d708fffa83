"""Text from data is shown as typed: the one escape, against any text and against the names people fear."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.view.plain import label, plain
from tests.stores import HOSTILE_COLUMN, NAMES

JOINER = "\u2060"
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@given(texts)
def test_every_text_reads_as_typed(text):
    assert html.unescape(plain(text)).replace(JOINER, "") == text.replace(JOINER, "")


@given(texts)
def test_nothing_that_markup_begins_with_is_left(text):
    left = re.sub(r"&#\d+;", "", plain(text))
    assert not re.search(r"[!-+\--/:-@\[-`{-~]", left)


@given(st.text())
def test_control_characters_become_spaces(text):
    assert not re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", plain(text))


@pytest.mark.parametrize("name", [*NAMES, HOSTILE_COLUMN])
def test_names_people_fear_keep_every_letter(name):
    assert html.unescape(plain(name)) == name


@pytest.mark.parametrize("name", [":material_home:", ":streamlit:", "a -> b", "-- x", "1 >= 0", "<-> y", "~= 2"])
def test_what_the_finished_text_would_turn_into_is_kept_apart(name):
    said = html.unescape(plain(name))
    assert said.replace(JOINER, "") == name and JOINER in said


def test_spaces_that_would_begin_a_code_block_are_kept():
    assert plain("    x") == "&#32;&#32;&#32; x"
    assert html.unescape(plain("    x")) == "    x"


@pytest.mark.parametrize(
    "text",
    [
        "http://evil.example",
        "see HTTPS://a.b/c",
        "www.a.example",
        "WWW.a.example",
        "dana@acme.com",
        "ftp://x",
        "a.b+c@d.e",
    ],
)
def test_an_address_in_a_label_is_no_link_and_reads_as_typed(text):
    said = html.unescape(label(text))  # as markdown has it when it looks for addresses
    assert said.replace(JOINER, "") == text and JOINER in said
    assert not re.search(r"https?://|www(?=\.)|ftp://|[-.\w+]@", said, re.IGNORECASE)


@given(texts)
def test_every_label_reads_as_typed(text):
    assert html.unescape(label(text)).replace(JOINER, "") == text.replace(JOINER, "")
