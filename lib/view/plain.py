"""Text from data, shown exactly as typed: in markdown, in HTML and in Plotly alike.

plain    the one escape for titles, captions, labels, buttons, pills, breadcrumbs, chart labels and hovers

Widgets that show text as it is (select boxes, multiselects, table cells) take the text without it.
"""

import re

# Numeric character references mean the same letter to markdown, to HTML and to Plotly, and start no markup in any of them.
_MARKUP = re.compile(r"[^\w ,]|_|^ | $| (?= )", re.ASCII)

# Streamlit's markdown looks at the finished text once more, for icons and arrows. A word joiner, which has no width, keeps
# their letters apart. (Addresses become links there and nowhere else: only names of columns come that way.)
_SECOND_LOOK = re.compile(
    r"(?<=:)(?=material_\w|streamlit:)"  # :material_x:
    r"|(?<=(?<!\S)[-<>~=])(?=[-=>]{1,2}(?!\S))",  # ->
)
_WORD_JOINER = "\u2060"


def plain(text: object) -> str:
    """`text` escaped so that a reader sees it letter by letter, and no markup, icon, formula, link or image comes of it."""
    apart = _SECOND_LOOK.sub(_WORD_JOINER, _without_control(str(text)))
    return _MARKUP.sub(_reference, apart)


def _reference(found: re.Match) -> str:
    letter = found.group()
    return letter if ord(letter) > 127 else f"&#{ord(letter)};"


def _without_control(text: str) -> str:
    """Line breaks and control characters as spaces: they would end a label or vanish."""
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", text)
