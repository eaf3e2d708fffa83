"""IBM's Telco base, read as an analyst would drop it in: every published or recomputed answer holds, in both vocabularies."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from lib import definitions, survival
from lib.__main__ import main
from lib.book import year_to
from lib.facts import open_store
from lib.measures.breakdown import breakdown

SHARED = Path(__file__).parents[2] / "shared" / "data"
FILES = {"yes/no": "Telco-Customer-Churn.csv", "stayed/churned": "Telco-Customer-Churn.eulerian.csv"}
SENIOR = {"0": "No", "1": "Yes"}  # the one dimension whose values the twin file spells differently

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason=f"the public data sets are not at {SHARED}")


@pytest.fixture(scope="module")
def known():
    answers = json.loads((SHARED / "known_answers.json").read_text())["answers"]
    return {answer["id"]: answer["answer"] for answer in answers}


@pytest.fixture(scope="module", params=FILES, ids=FILES)
def telco(request, tmp_path_factory):
    """(snapshot, how the file spells a value) of a store that holds one of the two files."""
    store = tmp_path_factory.mktemp("telco")
    assert (
        main(["import", str(SHARED / "telco_ibm" / FILES[request.param]), "--as", "account", "--store", str(store)])
        == 0
    )
    spell = (lambda name, value: value) if request.param == "yes/no" else _twin
    return open_store(store), spell


def _twin(name, value):
    return SENIOR[value] if name == "SeniorCitizen" else value


def cells(snapshot, *by, **options):
    book = year_to(snapshot.manifest.received_on)
    with snapshot.ask(book) as con:
        table = breakdown(con, book, definitions.load(), by=by, **options).table
    return {tuple(row.segment.values()): row for row in table.itertuples()}


def ask(snapshot, sql):
    with snapshot.ask(year_to(snapshot.manifest.received_on)) as con:
        return con.execute(sql).fetchone()


def test_the_base_and_its_money(telco, known):
    snapshot, _ = telco
    (row,) = cells(snapshot).values()
    wanted = known["telco_base.overall"]
    assert (row.n, row.n_lost) == (wanted["n"], wanted["churned"]) == (7043, 1869)
    assert row.churn_rate * 100 == pytest.approx(wanted["rate_pct"], abs=1e-4)
    money = (
        "select count(*) - count(TotalCharges), sum(arr) / 12, sum(arr) filter (where churned) / 12, sum(TotalCharges) "
        "from account"
    )
    blank, monthly, churned_monthly, total = ask(snapshot, money)
    assert blank == wanted["blank_totalcharges"] == 11
    assert float(monthly) == pytest.approx(wanted["monthly_charges"], abs=0.005)
    assert float(churned_monthly) == pytest.approx(wanted["churned_monthly"], abs=0.005)
    assert float(total) == pytest.approx(wanted["total_charges"], abs=0.005)


def test_every_dimension_alone(telco, known):
    snapshot, spell = telco
    asked = [key for key in known if key.startswith("telco_base.by_")]
    assert len(asked) == 8
    for key in asked:
        name = key.removeprefix("telco_base.by_")
        found = cells(snapshot, name)
        for wanted in known[key]:
            row = found[(spell(name, wanted[name]),)]
            assert (row.n, row.n_lost) == (wanted["n"], wanted["churned"]), (name, wanted)
            assert row.churn_rate * 100 == pytest.approx(wanted["rate_pct"], abs=1e-4)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_every_combination_counted_in_the_study(telco, known, depth):
    from itertools import combinations

    snapshot, spell = telco
    wanted = known[f"telco_base.hotspots.{depth}way"]
    names = [
        "Contract",
        "InternetService",
        "PaymentMethod",
        "SeniorCitizen",
        "TechSupport",
        "PaperlessBilling",
        "gender",
    ]
    found = {}
    for by in combinations(names, depth):
        found |= {
            frozenset(row.segment.items()): row for row in cells(snapshot, *by).values() if row.n >= wanted["min_n"]
        }
    assert len(found) == wanted["cells_tested"]
    rows = list(found.values())
    tables = [[[row.n_lost, row.n - row.n_lost], [1869 - row.n_lost, 5174 - row.n + row.n_lost]] for row in rows]
    q = false_discovery_control([fisher_exact(table).pvalue for table in tables])
    assert int(np.sum(q < 0.05)) == wanted["n_cells_bh_q_lt_0.05"]
    for cell in wanted["top_by_rate"] + wanted["top_by_excess_churners"]:
        row = found[frozenset((name, spell(name, value)) for name, value in cell["cell"].items())]
        assert (row.n, row.n_lost) == (cell["n"], cell["churned"])
        assert [row.churn_rate_lo * 100, row.churn_rate_hi * 100] == pytest.approx(cell["wilson95_pct"], abs=1e-3)
        assert row.lift_vs_overall == pytest.approx(cell["lift"], abs=1e-4)
        assert row.n_lost - row.n * row.overall_rate == pytest.approx(cell["excess_churners"], abs=1e-3)


def test_the_segments_every_reader_of_this_base_looks_for(telco):
    snapshot, _ = telco
    found = cells(snapshot, "Contract", "InternetService", "PaymentMethod")
    row = found["Month-to-month", "Fiber optic", "Electronic check"]
    assert (row.n_lost, row.n) == (789, 1307)
    assert (cells(snapshot, "Contract")[("Month-to-month",)].n_lost, 3875) == (1655, 3875)
    pair = cells(snapshot, "contract", "internetservice")["Month-to-month", "Fiber optic"]
    assert (pair.n_lost, pair.n) == (1162, 2128)


def test_tenure_in_bands_of_the_readers_choice(telco, known):
    snapshot, _ = telco
    found = list(cells(snapshot, "tenure", bands={"tenure": (12, 24, 48)}).values())
    by_label = {row.segment["tenure_months"]: row for row in found}
    labels = ["up to 12", "over 12 to 24", "over 24 to 48", "over 48"]
    for label, wanted in zip(labels, known["telco_base.tenure_cohort"], strict=True):
        assert (by_label[label].n, by_label[label].n_lost) == (wanted["n"], wanted["churned"])


def test_survival_by_contract(telco, known):
    snapshot, _ = telco
    wanted = known["telco_base.km.contract"]
    with snapshot.ask(year_to(snapshot.manifest.received_on)) as con:
        rows = con.execute('select tenure_months, churned, "Contract"::varchar as contract from account').df()
    curves = {"overall": (rows, wanted["overall"])} | {
        name: (rows[rows["contract"] == name], answer) for name, answer in wanted["by_contract"].items()
    }
    for name, (part, answer) in curves.items():
        curve = survival.kaplan_meier(part["tenure_months"], part["churned"])
        assert (len(part), int(part["churned"].sum())) == (answer["n"], answer["events"]), name
        months = [int(month) for month in answer["S"]]
        assert survival.survival_at(curve, months) == pytest.approx(list(answer["S"].values()), abs=1e-6), name
        median = survival.median_survival(curve)
        assert median == answer["median"] or (np.isnan(median) and answer["median"] == "not reached")
    chi2, freedom, p = survival.logrank(rows["tenure_months"], rows["churned"], rows["contract"])
    assert (chi2, freedom) == pytest.approx(
        (wanted["logrank_contract"]["chi2"], wanted["logrank_contract"]["dof"]), rel=1e-6
    )
    assert p < 1e-300
