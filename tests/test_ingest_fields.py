"""Which header is which field: by meaning, by contents, by order; and the headers of twelve vendors."""

import csv
import json
from pathlib import Path

import pytest

from lib.errors import Refused
from lib.store.ingest.fields import fields_of, match, meaning
from lib.store.ingest.kinds import KINDS, kind_of
from lib.store.ingest.profile import Profile
from lib.store.ingest.words import entered, meanings_of, telling

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
        ("Associated Company IDs", "associated company id"),
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
        ("LicenseCount", "seats"),
        ("nextRenewalDate", "renews_on"),
        ("Renewal Date", "renews_on"),
        ("Mitarbeiterzahl", "employees"),
        ("Kündigungsdatum", "churned_on"),
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


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_column_of_the_schema_and_no_name_is_said_twice_in_one_field(kind):
    schema = kind_of(kind).columns
    for field in meanings_of(kind).values():
        names = [meaning(name) for name in (*field.firm, *field.loose, *field.inverted)]
        assert len(names) == len(set(names)), field.name
        assert (field.name not in schema) if field.is_kept else (field.column in schema), field.name
    assert {field.column for field in fields_of(kind).values()} == set(schema)


def says(table, headers, profiles=None, given=None):
    """{header: field or kept meaning, (in brackets where it feeds no field)}."""
    found, _ = match(table, headers, profiles or [EMPTY] * len(headers), given)
    return {m.header: m.says if m.field else f"({m.says})" for m in found}


def test_a_meaning_without_a_column_is_known_and_stays_a_plain_column():
    found, notes = match("account", ["Account ID", "City", "Total Spend", "NPS"], [EMPTY] * 4)
    assert [(m.field and m.field.name, m.how, m.says) for m in found] == [
        ("account", "by name", "account"),
        (None, "plain", "city"),
        (None, "plain", "lifetime_revenue"),
        (None, "plain", "nps"),
    ]
    assert notes == []


def test_a_kept_meaning_never_takes_a_header_from_a_field():
    assert says("account", ["Created Date"]) == {"Created Date": "started_on"}
    assert says("account", ["Created Date", "Customer Since"]) == {
        "Created Date": "(created_at)", "Customer Since": "started_on"
    }  # fmt: skip


def test_a_kept_meaning_can_be_given():
    assert says("account", ["where", "id"], None, {"where": "city"}) == {"where": "(city)", "id": "account"}


def test_lifetime_money_is_never_recurring_revenue():
    for header in ("Total Spend", "Lifetime Value", "TotalCharges", "Total Revenue"):
        assert says("account", [header], [NUMBERS]) == {header: "(lifetime_revenue)"}


def test_what_was_used_is_the_part_of_the_product_where_a_file_says_it():
    assert says("event", ["Action", "Module"]) == {"Action": "(event_name)", "Module": "feature"}
    assert says("event", ["Action"]) == {"Action": "feature"}
    assert says("event", ["event", "id"]) == {"event": "feature", "id": "event"}
    assert says("event", ["event", "feature"]) == {"event": "event", "feature": "feature"}


def test_an_event_id_that_repeats_is_the_name_of_a_kind_of_event():
    repeats = Profile(n_filled=9, n_values=3)
    found, notes = match("event", ["event", "feature"], [repeats, repeats])
    assert [m.says for m in found] == ["event_name", "feature"]
    assert notes == []
    once = Profile(n_filled=9, n_values=9)
    assert says("event", ["event", "feature"], [once, repeats])["event"] == "event"


def test_the_time_of_an_event_is_when_it_happened_not_when_it_arrived():
    headers = ["original_timestamp", "sent_at", "received_at", "timestamp"]
    assert says("event", headers) == dict.fromkeys(headers[:3], "(other_time)") | {"timestamp": "occurred_at"}
    assert says("event", ["received_at"]) == {"received_at": "occurred_at"}


def test_an_epoch_is_a_moment_and_a_word_is_none():
    epochs = Profile(n_filled=4, n_values=4, n_number=4, n_whole=4, n_epoch=4)
    assert says("event", ["time"], [epochs]) == {"time": "occurred_at"}
    assert says("event", ["time"], [NUMBERS]) == {"time": "(plain)"}


def test_the_customers_answer_is_not_the_teams_reply():
    assert says("survey", ["responded_at", "rated_at"]) == {
        "responded_at": "(staff_replied_at)", "rated_at": "answered_on"
    }  # fmt: skip
    assert says("survey", ["responded_at"]) == {"responded_at": "answered_on"}


def test_a_cards_country_is_the_last_resort():
    assert says("invoice", ["Card Address Country", "Billing Country"]) == {
        "Card Address Country": "(plain)", "Billing Country": "country"
    }  # fmt: skip
    assert says("invoice", ["Card Address Country"]) == {"Card Address Country": "country"}


def test_a_payment_has_its_own_id_and_no_product_in_its_description():
    assert says("invoice", ["Invoice ID", "id", "Description"]) == {
        "Invoice ID": "(invoice)", "id": "invoice", "Description": "(description)"
    }  # fmt: skip


def test_a_month_of_a_contract_becomes_a_year():
    found, _ = match("contract", ["monthly_amount"], [NUMBERS])
    assert (found[0].field.column, found[0].reads) == ("arr", "monthly")


def test_a_goal_is_what_it_says_unless_there_is_a_category():
    assert says("goal", ["Goal"]) == {"Goal": "category"}
    assert says("goal", ["goal", "category"]) == {"goal": "goal", "category": "category"}


@pytest.mark.parametrize(
    ("header", "stage"),
    [
        ("hs_date_entered_closedwon", "closedwon"),
        ("hs_v2_date_entered_qualifiedtobuy", "qualifiedtobuy"),
        ("Date entered 'Contract Sent'", "Contract Sent"),
        ('Date entered "Closed Won (Sales Pipeline)"', "Closed Won"),
        ("Date entered 'Contract Sent (old stage)'", "Contract Sent (old stage)"),
        ("Date entered current stage", None),
        ("hs_date_exited_closedwon", None),
        ("Date entered", None),
    ],
)
def test_when_a_deal_entered_a_stage(header, stage):
    found = entered(header)
    assert (found and found.name) == (stage and f"entered:{stage}")


def test_columns_of_single_stages_are_fields_of_deals_alone():
    headers = ["hs_date_entered_Won", "Date entered 'Won'", "Date entered current stage", "Date entered 'Lost'"]
    found, _ = match("deal", headers, [DAYS, DAYS, DAYS, TEXTS])
    assert [m.says for m in found] == ["entered:Won", "entered:Won", "entered_on", "plain"]
    assert [m.field and (m.field.column, m.reads) for m in found] == [
        ("entered:Won", "day"), None, ("entered_on", "day"), None
    ]  # fmt: skip
    assert says("account", headers[:1]) == {"hs_date_entered_Won": "(plain)"}
    assert says("deal", ["won day"], [DAYS], {"won day": "entered:Closed Won"}) == {"won day": "entered:Closed Won"}
    with pytest.raises(Refused, match="both map to entered:Won"):
        match("deal", ["a", "b"], [DAYS, DAYS], {"a": "entered:Won", "b": "Entered:Won"})


def test_how_far_a_name_tells_the_kind():
    assert telling("Deal Stage") == 1
    assert telling("no such words at all") == 0
    assert 0 < telling("Account ID") < 0.1


def test_what_no_file_can_be_is_refused():
    with pytest.raises(Refused, match="cannot be read as"):
        fields_of("nothing")


# Per entity: its kind, and what expected.json calls a field and what we call it
OURS = {
    "accounts": ("account", {
        "account_id": "account", "account_name": "name", "csm": "csm", "created_at": "started_on",
        "last_activity_at": "(last_activity_at)", "country": "country", "city": "(city)", "industry": "industry",
        "email": "(email)", "plan": "plan", "status": "(status)", "arr": "arr", "mrr": "(mrr)", "active": "churned",
        "lifetime_revenue (NOT arr)": "(lifetime_revenue)", "region": "region", "start_date": "started_on",
        "churn_date": "churned_on", "segment": "segment", "renewal_date": "renews_on", "seats": "seats",
        "lifecycle_stage": "(lifecycle_stage)", "health_score": "(health_score)", "nps": "(nps)",
    }),
    "deals": ("deal", {
        "deal_id": "deal", "deal_name": "name", "stage": "stage", "amount": "amount", "owner": "owner",
        "close_date": "closes_on", "created_at": "created_on", "account_id": "account",
        "stage_entered_at": "entered_on", "channel": "channel",
    }),
    "users": ("person", {
        "user_id": "person", "email": "email", "lifecycle_stage": "(lifecycle_stage)", "created_at": "provisioned_at",
        "last_seen_at": "(last_seen_at)", "account_id": "account",
    }),
    "invoices": ("invoice", {
        "payment_id": "invoice", "account_id": "account", "paid_at": "paid_on", "amount": "amount",
        "currency": "currency", "status": "status", "country (last resort)": "country",
    }),
    "events": ("event", {  # without a module, what was done is the feature; with one it is the event's name
        "event_id": "event", "account_id": "account", "user_id": "person", "event_name": "feature",
        "feature": "feature", "count": "quantity", "timestamp": "occurred_at", "country": "(country)",
    }),
    "surveys": ("survey", {
        "response_id": "survey", "user_id": "person", "nps": "score", "comment": "comment",
        "responded_at": "answered_on",
    }),
}  # fmt: skip
SECOND = {"Lead source": "(channel)", "Action": "(event_name)"}  # of two headers of one meaning, the one not used


def test_headers_of_vendors_land_on_their_fields():
    if not (SHARED / "vendor_headers").is_dir():
        pytest.skip(f"no vendor headers at {SHARED}")
    exports = json.loads((SHARED / "vendor_headers" / "expected.json").read_text())
    assert len(exports) == 12
    for export in exports:
        with (SHARED / export["file"]).open(newline="") as file:
            headers = next(csv.reader(file))
        kind, ours = OURS[export["entity"]]
        found = says(kind, headers)
        for header, theirs in export["expected_mapping"].items():
            assert found[header] == SECOND.get(header, ours[theirs]), f"{export['file']}: {header}"
