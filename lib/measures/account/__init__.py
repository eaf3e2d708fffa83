"""One account on one page: who it is and how it stands, its use, its people, its story. One measure a question.

head       `account`: who, worth, renewal, stage against peers, seats, risk
weeks      `account_weeks`: people, use and seats, week by week
people     `account_people`: who uses it and how much of the use is theirs
features   `account_features`: what is used, by how many, against peers
terms      `account_terms`: the contract terms and what became of each
timeline   `account_timeline`: everything that happened, newest first
goals      `account_goals`: what was promised and what was reached
wins       `account_wins`: small wins of late
find       `account_find`: accounts by name or id

An account outside the viewer's scope is as one that does not exist: the same empty answer. The book's filters do not
count, its day does.

asked      what a statement of this package binds
"""

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import standing


def asked(sql: str, book: Book, definitions: Definitions, account: str, **values) -> dict:
    """The values `sql` binds: of the day, of the words, the account's id, and `values`."""
    words = definitions.one_account
    of_page = {
        "account": account,
        "spread_window": words.spread_window,
        "recent_weeks": words.recent_weeks,
        "new_feature_days": words.new_feature_days,
        "wins_days": words.wins_days,
        "promoter_score": words.promoter_score,
        "win_feature_people": words.win_feature_people,
        **values,
    }
    named = {name: value for name, value in of_page.items() if f"${name}" in sql}
    return standing.parameters(sql, book.as_of, definitions) | named
