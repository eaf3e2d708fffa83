"""The page of exceptions: what matters in one sentence, the tiles, and the rules with their counts.

head      the sentence and the tiles; each opens its exceptions
rules     the rules: which are on, and what each told; a click opens the exceptions behind a figure, or tries the rule
day_of    the day by which a snooze is over
meaning   the figures of the page in words, for its passport
"""

from datetime import date

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import access, booklink, door, frame, look, numbers, step, tables
from lib.view import tiles as tile
from lib.view.exceptions import switching
from lib.view.exceptions.exceptionstate import CLOSED, OF_RULE, Exceptions
from lib.view.plain import plain
from lib.view.tiles import Tile

_LABELS = {
    "open": ("Accounts off the path", "List them"), "arr": ("Their ARR", "List by ARR"),
    "new": ("New this week", "List them"), "waiting": ("Waiting", "List them"),
}  # fmt: skip
_COLUMNS = [
    "exception_rule", "is_active_rule", "n_exceptions", "n_new_7", "n_new_30", "n_gone", "n_done", "n_snoozed",
    "open_median_days", "rule_condition",
]  # fmt: skip
_NARROW = {
    "n_exceptions": "Open", "n_new_7": "New, 7 d", "n_new_30": "New, 30 d", "n_gone": "Gone", "n_done": "Done",
    "n_snoozed": "Snoozed",
}  # fmt: skip
_WHOLE = 920  # pixels of the table where the page is 1280 wide
_OPENS = {  # a figure of a rule -> what is listed by it
    "n_exceptions": {"show": "open"}, "n_new_7": {"show": "all", "days": "7"}, "n_new_30": {"show": "all", "days": "30"},
    "n_gone": {"show": "gone", "days": "try"}, "n_done": {"show": "done", "days": "try"}, "n_snoozed": {"show": "snoozed"},
}  # fmt: skip


def head(book: Book, state: Exceptions) -> dict[str, Answer]:
    """What matters in one sentence, and the tiles."""
    with st.skeleton(height=120):
        answer = door.ask("exception_tiles", book, on=day_of(book))
    rows = {row["exception_figure"]: row for row in tables.records(answer.table)}
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="exceptions-said"
    ):
        look.html(f'<p class="hl-said">{_sentence(rows)}</p>')
        frame.share({**booklink.query(book), **state.to_query()})
    is_, new, most = rows["open"], rows["new"], door.definitions().exceptions.new_per_week
    fresh = f"{numbers.plural(new['n_exception_accounts'], 'account')}, {numbers.money(new['arr'])} ARR"
    figures = {
        "open": (numbers.count(is_["n_exception_accounts"]), numbers.plural(is_["n_exceptions"], "exception")),
        "arr": (numbers.money(is_["arr"]), "of accounts with an open exception"),
        "new": (numbers.count(new["n_exceptions"]), fresh),
        "waiting": (numbers.count(rows["waiting"]["n_exceptions"]), f"told: {most} new per CSM and week"),
    }
    shown = []
    for name, (label, opens) in _LABELS.items():
        value, below = figures[name]
        is_hot = name == "new" and new["n_exceptions"] > 0
        shown.append(Tile(f"exceptions {name}", label, value, "", below, opens, is_hot=is_hot))
    tile.row(shown, {f"exceptions {name}": _opener(name) for name in _LABELS})
    return {"Exceptions counted": answer}


def _sentence(rows: dict[str, dict]) -> str:
    n, arr = rows["open"]["n_exception_accounts"], numbers.money(rows["open"]["arr"])
    new, waiting = rows["new"], rows["waiting"]["n_exceptions"]
    if not n and not waiting:
        return "<b>Nothing stands out:</b> no rule that is on tells of an account of this book."
    line = f"<b>{numbers.plural(n, 'account')} {'has' if n == 1 else 'have'} left the path</b>, {arr} ARR"
    fresh = (
        f"; {numbers.plural(new['n_exceptions'], 'exception')} came up this week"
        if new["n_exceptions"]
        else "; nothing new this week"
    )
    late = f", {numbers.count(waiting)} more wait for the next" if waiting else ""
    return f"{line}{fresh}{late}."


def _opener(name: str):
    def opened() -> None:
        changes = {"show": "open" if name == "arr" else name, "order": "arr" if name == "arr" else "work"}
        step.turn(**changes, rule="", owner="", days="")
        look.ask_to_scroll("exceptions")

    return opened


def rules(book: Book, state: Exceptions) -> dict[str, Answer]:
    """The rules, those that are on first."""
    answer = door.try_ask("exception_rules", book, on=day_of(book))
    if answer is None:
        return {}
    table = answer.table
    n_on, words = int(table["is_active_rule"].sum()), door.definitions().exceptions
    look.section(
        "The rules", f"{n_on} of {len(table)} are on · click a figure to list it, a rule to try it", place="rules"
    )  # fmt: skip
    columns = [name for name in _COLUMNS if name not in ("n_snoozed", "n_done") or table[name].fillna(0).any()]
    counted = [name for name in columns if name in _NARROW]
    key = tables.named("exception rules", table[["exception_rule", "is_active_rule"]])

    def clicked() -> None:
        cells = st.session_state[key]["selection"]["cells"]
        if cells:
            row, column = cells[0]
            _open(table["exception_rule"].iat[row], column, bool(table["is_active_rule"].iat[row]), words.try_days)

    column = st.column_config
    narrow = {name: column.NumberColumn(label, width=68, format="localized") for name, label in _NARROW.items()}
    tables.show(
        table[columns], key=key, height=min(42 + 32 * len(table), 42 + 32 * 10), selects="single-cell", clicked=clicked,
        config=narrow | {
            "exception_rule": column.TextColumn("Rule", width=205),
            "is_active_rule": column.CheckboxColumn("On", width=46),
            "open_median_days": column.NumberColumn("Median days", width=88, format="%d"),
            "rule_condition": column.TextColumn("Tells when", width=_WHOLE - 205 - 46 - 88 - 68 * len(counted)),
        },
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        tables.download(
            "Download",
            "exception-rules.csv",
            door.whole("exception_rules", book, on=day_of(book)),
            key="download rules",
        )
        st.button(
            "Try a new rule", key="try new", type="tertiary", icon=":material/science:", on_click=switching.try_one
        )
    return {"Rules": answer}


def _open(rule: str, column: str, is_on: bool, try_days: int) -> None:
    """What a click on a cell opens: the exceptions it counts, else the rule to be tried."""
    if is_on and column in _OPENS:
        asked = _OPENS[column]
        days = str(try_days) if asked.get("days") == "try" else asked.get("days", "")
        step.turn(show=asked["show"], days=days, rule=rule, owner="")
        look.ask_to_scroll("exceptions")
    else:
        step.turn(tried=rule, **dict.fromkeys(OF_RULE, ""), **CLOSED)
        look.ask_to_scroll("try")


def day_of(book: Book) -> date:
    """Today, or the day as of which the book is seen."""
    last = door.opened().manifest.as_of
    return book.as_of if last and book.as_of < last else access.today()


def meaning() -> dict[str, str]:
    """How the figures of the page are computed, by the definitions of this run."""
    words = door.definitions().exceptions
    on = ", ".join(plain(each.rule) for each in words.on())
    return {
        "Exception": "a rule that began to hold of an account, or one of its people, on a day. There is one per account, rule "
        "and person while it lasts; it is over once the fact is back past where the rule says, and can begin again only then.",
        "Open, snoozed, done, gone": "neither done nor snoozed; put off to a day; done, as somebody said; over by itself.",
        "Told, and waiting": f"of new exceptions a CSM is told of {words.new_per_week} in a week, those of most ARR and nearest "
        "renewal first; the others wait for the next week. What somebody acted on never waits.",
        "Order": f"ARR, halved for every {words.renewing_days} days that the renewal is away, a year where none is known; accounts "
        "with good news alone come last.",
        "Gone, done, median days": f"of exceptions that began in the last {words.try_days} days; the median by Kaplan and Meier: "
        "what lasts is censored.",
        "Precision": f"of accounts told of, by their first exception in the trial, the share lost within {words.judge_days} days. "
        "Those whose days, and grace days, are not over are pending and count neither way. Wilson’s interval.",
        "Recall": f"of accounts lost in the trial, the share with an exception open within {words.judge_days} days "
        "before. Wilson’s interval.",
        "Lift": "precision / the share of customers lost in as many days without any rule, on every seventh day of the trial. What "
        "goes with a loss need not cause it.",
        "Lead": "of accounts it warned of, days from when that exception began to the loss.",
        "Overlap": "of accounts of the tried rule, the share with an exception of the other rule at the same time.",
        "Rules that are on": on or "none.",
    }
