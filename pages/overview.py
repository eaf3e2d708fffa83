"""What needs attention now? The hottest segments, what changed, and how fresh the data is."""

from lib.view import frame, home

book = frame.page("Overview", "What needs attention now?")
home.tiles(book)
attention, aside = home.columns()
with attention:
    home.hot(book)
    home.changed(book)
with aside:
    home.data(book)
