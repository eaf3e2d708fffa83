"""Text from data, shown exactly as typed: in markdown, in HTML and in Plotly alike.

plain    the one escape for titles, captions, labels, buttons, pills, breadcrumbs, chart labels and hovers
label    the same for what Streamlit's markdown draws, where an address would become a link

Widgets that show text as it is (select boxes, multiselects, table cells) take the text without it.
"""

import re

# Numeric character references mean the same letter to markdown, to HTML and to Plotly, and start no markup in any of them.
_MARKUP = re.compile(r"[^\w ,]|_|^ | $| (?= )", re.ASCII)

# Streamlit's markdown looks at the finished text once more, for icons and arrows. A word joiner, which has no width, keeps
# their letters apart. It looks for addresses, too, and there alone: in HTML they keep their letters, to be copied whole.
_SECOND_LOOK = re.compile(
    r"(?<=:)(?=material_\w|streamlit:)"  # :material_x:
    r"|(?<=(?<!\S)[-<>~=])(?=[-=>]{1,2}(?!\S))",  # ->
)
_ADDRESS = re.compile(r"(?<=[a-z]:)(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def plain(text: object) -> str:
    """`text` escaped so that a reader sees it letter by letter, and no markup, icon, formula, link or image comes of it."""
    apart = _SECOND_LOOK.sub(_WORD_JOINER, _without_control(str(text)))
    return _MARKUP.sub(_reference, apart)


def label(text: object) -> str:
    """`plain` for labels and markdown: a word joiner in every address keeps it from becoming a link."""
    return plain(_ADDRESS.sub(_WORD_JOINER, str(text)))


def _reference(found: re.Match) -> str:
    letter = found.group()
    return letter if ord(letter) > 127 else f"&#{ord(letter)};"


def _without_control(text: str) -> str:
    """Line breaks and control characters as spaces: they would end a label or vanish."""
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", text)
