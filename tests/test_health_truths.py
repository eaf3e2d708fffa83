"""The promise of health on the sample company: who stops using it is ranked before being lost, and chances mean what they say."""

from datetime import timedelta

import numpy as np
import pytest

from lib.__main__ import main
from lib.book import year_to
from lib.calibration import calibration_of
from lib.facts import health, open_store, prediction
from lib.facts.ask import ask
from lib.ranking import auc_of, flagged_of
from lib.store.sample import BLOCK, company, fate, truths
from tests.worldlets import WORDS

pytestmark = pytest.mark.slow
N, SEED = 20_000, 1
_ROWS = """
select
    score._account, account.account, -score.health_score as rules, risk_90, score.colour = 'red' as is_red,
    coalesce(lost_on <= score.day + $days::integer, false) as is_lost
from health_score as score
join health_outcome as outcome on outcome._account = score._account and outcome.reading = score.reading
join health_risk as risk on risk._account = score._account and risk.reading = score.reading
join (select _account, account from scope) as account on account._account = score._account
where health_score is not null and risk_90 is not null and score.day >= $since::date and score.day + $days::integer <= decided_to
order by score._account, score.reading
"""


def test_who_stops_using_it_is_ranked_and_chances_mean_what_they_say(tmp_path, capsys):
    """20,000 accounts, readings of the last year, each predicted by what was decided before it; most of the lost decline first."""
    assert main(["sample", "--accounts", str(N), "--seed", str(SEED), "--store", str(tmp_path)]) == 0
    world = open_store(tmp_path)
    as_of = world.manifest.as_of
    with ask(world, year_to(as_of), WORDS) as con:
        health.lay(con, as_of, WORDS)
        health.outcomes(con, as_of, WORDS)
        prediction.lay(con, as_of, WORDS)
        found = {
            days: con.execute(_ROWS, {"days": days, "since": as_of - timedelta(365)}).df() for days in (30, 60, 90)
        }
    style = np.concatenate([_styles(block) for block in range(N // BLOCK)])
    for days, rows in found.items():
        style_of = style[rows["account"].str[1:].astype(int)]
        declines = ~rows["is_lost"] | (style_of == truths.STYLES.index("declining"))
        own = rows[declines]
        rules = auc_of(own["rules"], own["is_lost"], own["_account"].to_numpy())
        risk = auc_of(own["risk_90"], own["is_lost"], own["_account"].to_numpy())
        red = flagged_of(rows["is_red"], rows["is_lost"], rows["_account"].to_numpy())
        with capsys.disabled():
            print(f"\n{days} days: declining, rules {rules.auc:.3f} ({rules.lo:.3f}-{rules.hi:.3f}), prediction {risk.auc:.3f} "
                  f"({risk.lo:.3f}-{risk.hi:.3f}); of all lost red {red.recall:.3f}, base rate {rows['is_lost'].mean():.4f}")  # fmt: skip
        assert risk.lo >= 0.80
        assert days > 30 or rules.lo >= 0.80
        assert red.recall > 3 * rows["is_red"].mean()
    rows = found[90]
    whole = calibration_of(rows["risk_90"], rows["is_lost"], rows["_account"].to_numpy())
    ranks = auc_of(rows["risk_90"], rows["is_lost"], rows["_account"].to_numpy())
    with capsys.disabled():
        print(f"all lost: AUC {ranks.auc:.3f} ({ranks.lo:.3f}-{ranks.hi:.3f}); slope {whole.slope:.3f}")
    assert ranks.lo >= 0.80 and 0.8 <= whole.slope <= 1.2


def _styles(block: int) -> np.ndarray:
    who = company.draw(SEED, block, block * BLOCK, BLOCK, planted=True)
    return fate.draw(SEED, block, who).style
