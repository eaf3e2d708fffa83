"""What is predicted of accounts, beside what the rules say: laid so that an answer joins it as one view.

lay         the view health_foretold: _account, reading, risk_90, risk_180, convert_rate; empty where nothing is predicted
explain     the view health_foretold_why of the accounts laid as health_asked: _account, reading, risk_reasons
"""

from datetime import date

import duckdb

from lib.definitions import Definitions
from lib.facts import prediction

_RISK = """create or replace temp view health_foretold as
select _account, reading, risk_90::double as risk_90, risk_180::double as risk_180, convert_rate::double as convert_rate
from health_risk"""
_LACK = "select case outcome when 'convert_rate' then 'chance to convert' else 'risk' end, lacks from health_lack order by outcome"
_WHY = """create or replace temp view health_foretold_why as
select _account, reading, list(reason order by place) as risk_reasons
from health_reason
where outcome in ('risk_90', 'convert_rate')
group by _account, reading"""


def lay(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> tuple[str, ...]:
    """The view health_foretold, after the scores are laid; and what a reader must know where it is empty."""
    prediction.lay(con, as_of, definitions)
    con.execute(_RISK)
    return tuple(dict.fromkeys(f"No {what} is predicted: {lacks}." for what, lacks in con.execute(_LACK).fetchall()))


def explain(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> None:
    """The view health_foretold_why, of the accounts and readings laid as health_asked."""
    prediction.explain(con, as_of, definitions)
    con.execute(_WHY)
