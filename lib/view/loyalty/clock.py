"""The clock of the page: what the data says of the rule, the rising curve, and the figures by day or by group.

stand      the state of the page, of the link
ask        the answer; where nothing is known of use, says which files would fill the page and ends it
said       the headline sentence
picture    whose clock and by which groups; the rising curve
table      the figures: by day of the whole, or of each group at the clock's day
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.loyalty.clock import FAILS, FEW, HOLDS, SHORT
from lib.store.dimensions import StoredDimension
from lib.view import address, booklink, door, frame, look, numbers, step, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.charts import rising, theme
from lib.view.loyalty.loyaltystate import Loyalty, read_state
from lib.view.plain import plain
from lib.view.words import word, word_within

MOST_CURVES = 5  # groups that are drawn, those with most people; all are in the table
_OF = {"people": "People until loyal", "accounts": "Accounts until adopted"}
_BECAME = {"people": "became loyal", "accounts": "adopted"}
_VERDICTS = {
    HOLDS: "The {} rule holds here.",
    FAILS: "The {} rule does not hold here.",
    FEW: "Too few to tell whether the {} rule holds here.",
    SHORT: "Too early to tell whether the {} rule holds here.",
}


def dimensions() -> list[StoredDimension]:
    """What groups can be made by."""
    return list(door.opened().dimensions)


def stand() -> Loyalty:
    """The state of the page, of the link."""
    state, dropped = read_state(address.read(), dimensions(), windows())
    step.stand(state=state)
    frame.notices(dropped)
    return state


def windows() -> list[str]:
    """How near a renewal can be, in the order of nearness."""
    days = [f"{days:.0f} days" for days in door.definitions().standing.renewal_windows_days]
    return ["in grace", *days, "later", "rolling", "none"]


def ask(book: Book, state: Loyalty) -> Answer:
    """The clock; where no use by people is known, says which files would fill the page and ends it."""
    with st.skeleton(height=300):
        people = door.ask("user_classes", book)
        answer = door.ask("loyalty", book, of=state.of, **({"by": state.by} if state.by else {}))
    if not people.table["n_users"].sum() and not people.left_out["n"].sum():
        look.empty(
            "No people known yet",
            "Who becomes loyal is read from usage events that name a person (account, person, feature, time), "
            "and from people with the day they were given a login, so that those who never came count too.",
            "<code>.venv/bin/python -m lib import people.csv events.csv</code>",
        )
        st.stop()
    return answer


def whole(answer: Answer) -> pd.DataFrame:
    """The rows of the whole book."""
    return answer.table[[not segment for segment in answer.table["segment"]]]


def said(answer: Answer, state: Loyalty) -> None:
    """What the data says of the rule, and until when nurture pays."""
    words, rows = door.definitions().adoption, whole(answer)
    share = round(words.clock_share * 100)
    verdict = _VERDICTS[rows["verdict"].iat[0]].format(f"{share}/{100 - share}") if state.of == "people" else ""
    look.html(f'<p class="hl-said"><b>{verdict}</b> {plain(answer.notes[0])} <b>{_nurture(rows)}</b></p>')
    rare = round(words.rare_chance * 100)
    rule = f"The rule as defined: about {share} % by day {words.clock_days}, then a chance of {rare} % or less."
    pays = (
        f"Nurture pays while surely more than {words.nurture_chance * 100:.0f} % of those still to come become so in the next "
        f"{words.nurture_days} days."
    )
    left = "; ".join(f"{numbers.count(row.n)}, {plain(row.reason)}" for row in answer.left_out.itertuples())
    parts = [rule if state.of == "people" else "", pays, f"Not counted: {left}." if left else ""]
    look.note(" ".join(filter(None, parts)))


def _nurture(rows: pd.DataFrame) -> str:
    words, until, told = door.definitions().adoption, rows["nurture_until_days"].iat[0], rows["told_until_days"].iat[0]
    if pd.isna(told):
        return ""
    if pd.isna(until):
        return "On no day is it sure that nurture pays." if told >= words.nurture_days else ""
    if until >= told - words.nurture_days:
        return f"Nurture still pays on day {until}, the last that can be told."
    return f"Nurture pays until day {until}."


def picture(book: Book, answer: Answer, state: Loyalty) -> Answer | None:
    """The choice of clock and groups, and the rising curve; gives the curve's answer."""
    _choose(book, state)
    found = door.try_ask("loyalty_curve", book, of=state.of, **({"by": state.by} if state.by else {}))
    if found is None:
        return None
    if found.table.empty:
        look.empty("Too few to draw", "A curve needs people of more accounts who came while use is known.")
        return found
    words, rows = door.definitions().adoption, whole(answer)
    curves = _curves(found.table, state)
    last = max(curves[0].days)
    marks = {words.clock_days: f"day {words.clock_days}"} if words.clock_days <= last else {}
    until = rows["nurture_until_days"].iat[0]
    if pd.notna(until) and until < last - words.nurture_days and until != words.clock_days:
        marks |= {int(until): f"nurture pays until day {until} "}
    became = _BECAME[state.of]
    st.plotly_chart(
        rising.figure(curves, became=became, marks=marks, colours=theme.palette()),
        key="rising",
        theme=None,
        alt=rising.alternative(curves, became=became, marks=marks),
        config={"displayModeBar": False, "doubleClick": False},
    )
    n_groups = len({str(each) for each in found.table["segment"]}) - 1
    more = f" The {MOST_CURVES} largest groups are drawn." if n_groups > MOST_CURVES else ""
    look.note(
        f"Share that {became} by each day after coming, with its 95 % band. Under the days: {state.of} still to come, "
        f"there and not {'loyal' if state.of == 'people' else 'adopted'} by then.{more}"
    )
    return found


def _choose(book: Book, state: Loyalty) -> None:
    step.show("clock of", state.of)
    step.show("clock by", state.by)

    def turned() -> None:
        step.turn(of=st.session_state["clock of"], by=st.session_state["clock by"])

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="clock choice"):
        st.segmented_control(
            "Whose clock", list(_OF), key="clock of", format_func=_OF.get, on_change=turned, required=True,
            label_visibility="collapsed", width="content",
        )  # fmt: skip
        st.selectbox(
            "Groups by", ["", *(each.name for each in dimensions())], key="clock by", on_change=turned, width=220,
            format_func=lambda name: f"By {word_within(name)}" if name else "All together", label_visibility="collapsed",
        )  # fmt: skip
        st.space("stretch")
        frame.share({**booklink.query(book), **state.to_query()})


def _curves(table: pd.DataFrame, state: Loyalty) -> list[rising.Curve]:
    keys = [tuple(segment.items()) for segment in table["segment"]]
    curves = []
    for key in dict.fromkeys(keys):
        rows = table[[each == key for each in keys]]
        curves.append(
            rising.Curve(
                _group(dict(key)),
                rows["by_day"].tolist(),
                *(rows[name].tolist() for name in ("reached_rate", "reached_rate_lo", "reached_rate_hi", "n_at_risk")),
            )
        )
    return curves[: MOST_CURVES + 1]


def _group(segment: dict[str, str | None]) -> str:
    return next(("(missing)" if value is None else value for value in segment.values()), "all")


def table(book: Book, answer: Answer, state: Loyalty) -> None:
    """The figures by day of the whole; with groups, each group at the clock's day."""
    words = door.definitions().adoption
    so = "loyal" if state.of == "people" else "adopted"
    if state.by:
        look.section(f"By {plain(word_within(state.by))}", f"each by itself, at day {words.clock_days}")
        rows = answer.table[answer.table["by_day"] == words.clock_days]
        first = [Column(plain(word(state.by)), lambda row: f"<b>{plain(_group(row['segment']))}</b>")]
        last = [
            Column("Nurture until", lambda row: _days(row["nurture_until_days"]), is_number=True),
            Column(f"The rule of day {words.clock_days}", lambda row: row["verdict"]),
        ]
    else:
        look.section("The clock", "95 % intervals in brackets, over accounts")
        rows = whole(answer)
        first = [Column("By day", lambda row: _marked(row["by_day"], words.clock_days))]
        last = [Column("Still to come", lambda row: numbers.count(row["n_at_risk"]), is_number=True)]
    columns = [
        *first,
        Column(f"{so.capitalize()} by then", lambda row: _rate(row, "reached_rate"), is_number=True),
        Column(f"Of all who are within {words.horizon_days} days", lambda row: _rate(row, "made_rate"), is_number=True),
        Column("Chance yet of the others", lambda row: _rate(row, "chance_rate"), is_number=True),
        Column("If none leaves", lambda row: _rate(row, "staying_rate"), is_number=True),
        Column(f"In the next {words.nurture_days} days", lambda row: _rate(row, "soon_rate"), is_number=True),
        *last,
    ]
    paper.table(tables.records(rows), columns, label="The clock by day", height=420)
    tables.download(
        "Download", f"loyalty-{state.of}.csv", door.whole("loyalty", book, of=state.of, **({"by": state.by} if state.by else {})),
        key="download clock", is_quiet=True,
    )  # fmt: skip


def _marked(day: int, clock: int) -> str:
    return f"<b>day {day}</b>" if day == clock else f"day {day}"


def _days(value: object) -> str:
    return numbers.NOTHING if pd.isna(value) else f"day {value}"


def _rate(row: dict, name: str) -> str:
    return numbers.interval(row[name], row[f"{name}_lo"], row[f"{name}_hi"])
