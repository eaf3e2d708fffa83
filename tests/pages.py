"""What a test sees of a page that ran without a browser."""

import html
import re

from streamlit.testing.v1 import AppTest


def text(app: AppTest) -> str:
    """All a reader sees of our own words, as read."""
    said = [each.proto.body for each in app.get("html")] + [
        each.value for each in (*app.markdown, *app.caption, *app.error)
    ]
    said += [each.label for each in (*app.button, *app.expander, *app.get("page_link"))]
    return html.unescape(
        re.sub(r"<style>.*?</style>|<script>.*?</script>|<[^>]+>", " ", " ".join(said), flags=re.DOTALL)
    )


def is_well(app: AppTest) -> bool:
    """Neither a traceback nor a calm word of one."""
    return not app.exception and not app.error
