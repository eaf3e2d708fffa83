"""The one family of errors Headlight raises on purpose. Each says what, where, how many and what to do."""


class Refused(Exception):
    """The data or the request cannot be used as given; the message is written for the person who gave it."""


class Busy(Refused):
    """Another process holds the store's lock; the message says who and since when."""


class Stale(Refused):
    """Something was published after a change was looked at, so it would be another change now."""
