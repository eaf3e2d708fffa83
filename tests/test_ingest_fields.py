"""Which header is which field: by meaning, by contents, by order; and the headers of twelve vendors."""

import csv
import json
from pathlib import Path

import pytest

from lib.errors import Refused
from lib.store.ingest.fields import fields_of, match, meaning
from lib.store.ingest.profile import Profile

SHARED = Path(__file__).parents[2] / "shared" / "data"
EMPTY = Profile()
TEXTS = Profile(n_filled=4, n_values=4)
NUMBERS = Profile(n_filled=4, n_values=4, n_number=4, n_whole=4)
DAYS = Profile(n_filled=4, n_values=4, n_day=4)


def flag(*values: tuple[str, int], n_gone: int) -> Profile:
    return Profile(n_filled=sum(n for _, n in values), n_values=len(values), n_gone=n_gone, commonest=values)


def mapped(headers, profiles=None, given=None):
    """{header: field, or how the column is kept} of an account file."""
    found, _ = match("account", headers, profiles or [EMPTY] * len(headers), given)
    return {m.header: m.field.name if m.field else m.how for m in found}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("customerID", "Customer ID"),
        ("accountExternalId", "account_external_id"),
        ("Date of Churn", "churn_date"),
        ("MonthlyCharges", "monthly charge"),
        ("cf_Segment", "Segment"),
        ("Segment__c", "segment"),
        ("SFDC Account ID", "AccountId"),
        ("Created (UTC)", "created"),
        ("ARR (USD)", "arr"),
        ("HTTPStatus", "http status"),
    ],
)
def test_headers_that_mean_the_same(one, other):
    assert meaning(one) == meaning(other)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("customerID", "account"),
        ("Record ID", "account"),
        ("Company name", "name"),
        ("Company owner", "csm"),
        ("OwnerUserAccount", "csm"),
        ("totalContractAmount", "arr"),
        ("MonthlyCharges", "mrr"),
        ("Original Contract Date", "started_on"),
        ("tenure", "tenure_months"),
        ("Churn", "churned"),
        ("isActive", "churned"),
        ("endDate", "churned_on"),
        ("Number of Employees", "employees"),
        ("billingAddressState", "region"),
        ("ParentAccountExternalId", "parent"),
        ("CAC", "acquisition_cost"),
        ("Total Spend", "plain"),
        ("TotalCharges", "plain"),
        ("Annual Revenue", "plain"),
        ("usage", "plain"),
        ("Contract", "plain"),
        ("Email", "plain"),
    ],
)
def test_a_header_alone(header, field):
    assert mapped([header])[header] == field


def test_contents_decide_what_a_loose_name_is():
    assert mapped(["size"], [NUMBERS]) == {"size": "employees"}
    assert mapped(["size"], [TEXTS]) == {"size": "plain"}
    assert mapped(["End Date"], [DAYS]) == {"End Date": "churned_on"}
    assert mapped(["End Date"], [TEXTS]) == {"End Date": "plain"}


def test_a_firm_name_keeps_its_field_when_a_few_cells_do_not_fit():
    mostly = Profile(n_filled=4, n_values=4, n_number=3)
    assert mapped(["ARR"], [mostly]) == {"ARR": "arr"}
    assert mapped(["size"], [Profile(n_filled=4, n_whole=3)]) == {"size": "plain"}


def test_a_misfit_is_noted():
    _, notes = match("account", ["size"], [TEXTS])
    assert notes == ["'size' is named like employees, but only 0 of its 4 values fit: kept as a plain column."]


def test_the_better_name_wins_and_the_other_stays_plain():
    assert mapped(["id", "Account ID"]) == {"id": "plain", "Account ID": "account"}
    assert mapped(["MRR", "ARR"], [NUMBERS, NUMBERS]) == {"MRR": "plain", "ARR": "arr"}
    assert mapped(["CSM", "Account Owner"]) == {"CSM": "csm", "Account Owner": "account_executive"}
    assert mapped(["Account Owner"]) == {"Account Owner": "csm"}


def test_a_churn_column_of_days_says_when():
    assert mapped(["Churn"], [DAYS]) == {"Churn": "churned_on"}


def test_a_churn_column_with_a_third_value_is_refused_with_the_counts():
    three = flag(("No", 5), ("Yes", 3), ("Maybe", 1), n_gone=8)
    with pytest.raises(Refused, match=r"'Churn'.*more than two values: 'No' \(5\), 'Yes' \(3\), 'Maybe' \(1\)"):
        mapped(["Churn"], [three])
    with pytest.raises(Refused, match=r"'State'.*more than two values"):
        mapped(["State"], [three], {"State": "churned"})
    assert mapped(["Churn"], [three], {"Churn": "plain"}) == {"Churn": "plain"}


def test_a_churn_column_with_two_unknown_words_is_refused():
    with pytest.raises(Refused, match="neither a yes nor a no: 'here'"):
        mapped(["churned"], [flag(("here", 2), ("there", 1), n_gone=0)])


def test_a_status_says_who_churned_only_with_two_speaking_values():
    assert mapped(["Status"], [flag(("Active", 3), ("Churned", 1), n_gone=4)]) == {"Status": "churned"}
    three = flag(("Active", 3), ("Churned", 1), ("Onboarding", 1), n_gone=4)
    assert mapped(["Status"], [three]) == {"Status": "plain"}


def test_a_second_column_that_says_who_churned_is_left_out_with_a_note():
    yes_no = flag(("No", 3), ("Yes", 1), n_gone=4)
    found, notes = match("account", ["Churn Label", "Churn Value"], [yes_no, yes_no])
    assert [m.how for m in found] == ["by name", "skipped"]
    assert "'Churn Value' may say once more" in notes[0]


def test_a_given_mapping_wins_and_is_written_in_any_case():
    given = {"COMPANY": "Account", "id": "skip", "plan": "plain"}
    assert mapped(["Company", "id", "plan"], None, given) == {"Company": "account", "id": "skipped", "plan": "plain"}


def test_a_given_mapping_still_hears_what_the_header_says():
    found, _ = match("account", ["isActive"], [flag(("Yes", 1), ("No", 1), n_gone=2)], {"isActive": "churned"})
    assert found[0].reads == "stays"


def test_a_given_mapping_that_cannot_be_is_refused():
    with pytest.raises(Refused, match=r"no column 'plam'. Its headers: 'id', 'plan'"):
        mapped(["id", "plan"], None, {"plam": "plan"})
    with pytest.raises(Refused, match=r"no field 'regoin' \(did you mean region\?\)"):
        mapped(["id", "plan"], None, {"plan": "regoin"})
    with pytest.raises(Refused, match="'a' and 'b' both map to arr"):
        mapped(["a", "b"], None, {"a": "arr", "b": "mrr"})


def test_every_field_has_a_column_of_the_schema_and_no_name_is_said_twice_in_one_field():
    for field in fields_of("account").values():
        names = [meaning(name) for name in (*field.firm, *field.loose, *field.inverted)]
        assert len(names) == len(set(names)), field.name


def test_what_no_file_can_be_is_refused():
    with pytest.raises(Refused, match="cannot be read as"):
        fields_of("nothing")


# What expected.json calls a field and what the schema of accounts calls it; None: it has no such field, kept as typed
OURS = {
    "account_id": "account",
    "account_name": "name",
    "csm": "csm",
    "created_at": "started_on",
    "country": "country",
    "industry": "industry",
    "plan": "plan",
    "arr": "arr",
    "active": "churned",
    "region": "region",
    "start_date": "started_on",
    "churn_date": "churned_on",
    "segment": "segment",
}


def test_headers_of_vendors_land_on_their_fields():
    if not (SHARED / "vendor_headers").is_dir():
        pytest.skip(f"no vendor headers at {SHARED}")
    expected = json.loads((SHARED / "vendor_headers" / "expected.json").read_text())
    for export in (export for export in expected if export["entity"] == "accounts"):
        with (SHARED / export["file"]).open(newline="") as file:
            headers = next(csv.reader(file))
        found = mapped(headers)
        for header, theirs in export["expected_mapping"].items():
            assert found[header] == OURS.get(theirs, "plain"), f"{export['file']}: {header}"
