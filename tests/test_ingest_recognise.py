"""What is this file? Kinds by headers, by contents, traps, tables that are none, and files that are odd."""

import csv
import json
import time
from pathlib import Path

import pytest

from lib.errors import Refused
from lib.store.ingest.recognise import SURE, as_json, recognise

SHARED = Path(__file__).parents[2] / "shared" / "data"
PLENTY = 0.6

# kind of file, its header row, and what must be found in it: {header: field or kept meaning}
EXPORTS = {
    "Zendesk tickets": (
        "ticket",
        "Id,Requester,Requester id,Requester email,Submitter,Assignee,Group,Subject,Tags,Status,Priority,Via,"
        "Ticket type,Created at,Updated at,Organization,Due date,Solved at,Satisfaction Score",
        {"Id": "ticket", "Requester id": "person", "Organization": "account", "Created at": "opened_at",
         "Solved at": "closed_at", "Priority": "severity", "Satisfaction Score": "csat", "Group": "team"},
    ),
    "Jira Service Management": (
        "ticket",
        "Issue key,Issue id,Summary,Reporter,Priority,Status,Created,Updated,Resolved,Custom field (Organizations)",
        {"Issue key": "ticket", "Custom field (Organizations)": "account", "Created": "opened_at",
         "Resolved": "closed_at", "Reporter": "person"},
    ),
    "Intercom conversations": (
        "ticket",
        "Conversation ID,Conversation started at,Closed at,User ID,User email,Company ID,Company name,"
        "Conversation rating,Conversation state",
        {"Conversation ID": "ticket", "Conversation started at": "opened_at", "Company ID": "account",
         "User ID": "person", "Conversation rating": "csat", "Company name": "plain"},
    ),
    "Salesforce opportunities": (
        "deal",
        "Opportunity Name,Account Name,Stage,Amount,Close Date,Created Date,Opportunity Owner,Type,Lead Source,"
        "Probability (%),Fiscal Period",
        {"Opportunity Name": "name", "Account Name": "account", "Stage": "stage", "Close Date": "closes_on",
         "Created Date": "created_on", "Opportunity Owner": "owner", "Lead Source": "channel",
         "Probability (%)": "probability"},
    ),
    "Salesforce accounts": (
        "account",
        "Account ID,Account Name,Account Owner,Billing Country,Industry,Employees,Annual Revenue,Created Date",
        {"Account ID": "account", "Account Owner": "csm", "Annual Revenue": "company_revenue",
         "Created Date": "started_on"},
    ),
    "Chargebee subscriptions": (
        "contract",
        "Subscription Id,Customer Id,Customer Email,Plan Id,Plan Quantity,Status,Started At,Current Term Start,"
        "Current Term End,Next Billing At,Cancelled At,Cancel Reason,MRR,Currency",
        {"Subscription Id": "contract", "Customer Id": "account", "Plan Quantity": "seats", "Started At": "starts_on",
         "Current Term End": "ends_on", "Cancelled At": "cancelled_on", "Cancel Reason": "lost_reason", "MRR": "mrr"},
    ),
    "Mixpanel": (
        "event",
        "event,time,distinct_id,$insert_id,$device_id,$city,$os",
        {"event": "feature", "time": "occurred_at", "distinct_id": "person", "$insert_id": "event"},
    ),
    "Pendo": (
        "event",
        "Visitor ID,Account ID,Feature Name,App,Date,Number of Clicks",
        {"Visitor ID": "person", "Account ID": "account", "Feature Name": "feature", "Date": "occurred_at",
         "Number of Clicks": "quantity"},
    ),
    "Delighted": (
        "survey",
        "Response ID,Person ID,Name,Email,Score,Comment,Survey Type,Survey Sent At (UTC),"
        "Response Received At (UTC),Company",
        {"Response ID": "survey", "Person ID": "person", "Score": "score", "Comment": "comment",
         "Survey Sent At (UTC)": "sent_on", "Response Received At (UTC)": "answered_on", "Company": "account"},
    ),
    "Gainsight timeline": (
        "touch",
        "Activity ID,Activity Type,Subject,Activity Date,Author Name,Company Name,Notes,Duration",
        {"Activity ID": "touch", "Activity Type": "kind", "Activity Date": "occurred_at", "Author Name": "made_by",
         "Company Name": "account", "Notes": "notes"},
    ),
    "German customers": (
        "account",
        "Kundennummer;Firma;Branche;Land;Vertragsbeginn;Lizenzen;Monatlicher Betrag;Kündigungsdatum;Mitarbeiter",
        {"Kundennummer": "account", "Firma": "name", "Branche": "industry", "Land": "country", "Lizenzen": "seats",
         "Monatlicher Betrag": "mrr", "Kündigungsdatum": "churned_on", "Vertragsbeginn": "started_on"},
    ),
    "settings": (
        "setting",
        "account_id,setting_name,setting_value,changed_at",
        {"setting_name": "setting", "setting_value": "value", "changed_at": "set_on"},
    ),
    "entitlements": ("entitlement", "Account ID,Metric,Limit", {"Metric": "metric", "Limit": "allowance"}),
    "goals": ("goal", "Account,Goal,Due Date,Status", {"Goal": "category", "Due Date": "due_on", "Status": "status"}),
    "milestones": ("milestone", "Account ID,Milestone,Completed On", {"Milestone": "stage"}),
    "features": ("feature", "Feature ID,Feature Name,Complexity,Plan", {"Feature ID": "feature", "Complexity": "level"}),
}  # fmt: skip

UNRELATED = {
    "products": "product,series,sales_price\nGTX Basic,GTX,550\nGTX Pro,GTX,4821\n",
    "sales teams": "sales_agent,manager,regional_office\nAnna,Dustin,Central\nCecily,Dustin,Central\n",
    "dictionary": "Table,Field,Description\naccounts,account,Company name\naccounts,sector,Industry\n",
    "employees": "employee_id,name,department,salary\n1,Ann,Sales,100\n2,Ben,Legal,90\n",
    "weather": "station,temp,wind,rain\nA,1.5,2,0\nB,2.5,3,1\n",
}


@pytest.fixture
def look(tmp_path):
    def at(text, name="file.csv", **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return recognise(path, tmp_path / "work", **options)

    return at


def says(recognised):
    return {m.header: m.says for m in recognised.mapping}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_known_by_its_headers_alone(look, name):
    kind, header, expected = EXPORTS[name]
    found = look(header + "\n")
    assert (found.table, found.confidence >= SURE) == (kind, True), (found.table, found.confidence, found.rivals)
    assert {header: says(found)[header] for header in expected} == expected
    assert "no rows yet" in found.problems[-1]


@pytest.mark.parametrize("name", UNRELATED)
def test_a_table_that_is_none_of_ours_is_a_guess_and_says_so(look, name):
    found = look(UNRELATED[name])
    assert found.confidence < SURE
    assert "say what" in found.problems[0].lower()


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("crm_maven/accounts.csv", "account"),
        ("crm_maven/sales_pipeline.csv", "deal"),
        ("crm_maven_iso/sales_pipeline.csv", "deal"),
        ("dbt_mrr_playbook/subscription_periods.csv", "contract"),
        ("telco_ibm/Telco-Customer-Churn.csv", "account"),
        ("telco_ibm/Telco-Customer-Churn.eulerian.csv", "account"),
        ("crm_maven/products.csv", None),
        ("crm_maven/sales_teams.csv", None),
        ("crm_maven_iso/data_dictionary.csv", None),
    ],
)
def test_public_files(tmp_path, file, kind):
    if not (SHARED / file).exists():
        pytest.skip(f"no {SHARED / file}")
    found = recognise(SHARED / file, tmp_path)
    if kind is None:
        assert found.confidence < SURE
    else:
        assert found.table == kind
        assert found.confidence >= PLENTY
    assert list(tmp_path.iterdir()) == []


def test_the_exports_of_twelve_vendors_have_the_right_kind(tmp_path):
    if not (SHARED / "vendor_headers").is_dir():
        pytest.skip(f"no vendor headers at {SHARED}")
    kinds = {"accounts": "account", "deals": "deal", "users": "person", "invoices": "invoice", "events": "event",
             "surveys": "survey"}  # fmt: skip
    exports = json.loads((SHARED / "vendor_headers" / "expected.json").read_text())
    assert len(exports) == 12
    for export in exports:
        found = recognise(SHARED / export["file"], tmp_path)
        assert found.table == kinds[export["entity"]], export["file"]
        assert found.confidence >= PLENTY, (export["file"], found.confidence)


def test_of_two_headers_of_one_meaning_the_one_used_is_named(look):
    deals = look("Record ID,Deal Stage,Lead source,Original Source,Associated Company IDs\n7,Won,Ads,Web,9\n")
    assert says(deals)["Lead source"] == says(deals)["Original Source"] == "channel"
    assert [m.header for m in deals.mapping if m.field and m.field.name == "channel"] == ["Original Source"]
    assert (
        "'Original Source' and 'Lead source' both say channel: 'Original Source' is used, 'Lead source' is left out."
        in deals.problems
    )


def test_of_two_headers_of_one_kept_meaning_both_stay(look):
    accounts = look("Account ID,Industry,Stage,Lifecycle Stage\n1,Steel,Live,Customer\n")
    assert says(accounts)["Stage"] == says(accounts)["Lifecycle Stage"] == "lifecycle_stage"
    assert "'Stage' and 'Lifecycle Stage' both say lifecycle_stage: both stay plain columns." in accounts.problems


def test_an_account_id_on_many_rows_does_not_make_accounts(look):
    header = "account id,industry,employees\n"
    once = look(header + "".join(f"{at},Steel,{at}\n" for at in range(20)))
    often = look(header + "".join(f"{at % 4},Steel,{at}\n" for at in range(20)), table="account")
    assert often.confidence == pytest.approx(0.6 * once.confidence, abs=0.01)


def test_days_that_can_be_read_in_two_ways_are_a_problem(look):
    found = look("account id,customer since,plan\n1,01/02/2024,Pro\n2,03/04/2024,Basic\n")
    assert any(
        problem.startswith("'customer since' has days that can be read in two ways") for problem in found.problems
    )
    told = look("account id,customer since,plan\n1,01/02/2024,Pro\n2,13/04/2024,Basic\n")
    assert not any("two ways" in problem for problem in told.problems)


def test_a_churn_column_with_a_third_value_is_a_problem_and_no_refusal(look):
    found = look("account id,plan,churned\n1,Pro,Yes\n2,Pro,No\n3,Pro,Maybe\n")
    assert any(problem.startswith("'churned' should say yes or no") for problem in found.problems)
    assert found.table == "account"


def test_a_missing_column_is_named(look):
    found = look("Subscription ID,MRR,Plan Name\nS1,10,Pro\n", table="contract")
    assert found.confidence < SURE
    assert any("No column says starts_on or ends_on" in problem for problem in found.problems)


def test_what_the_person_said_wins(look):
    text = "key,what,day\n1,Live,2024-01-31\n2,Live,2024-02-29\n"
    given = {"key": "account", "what": "stage", "day": "reached_on"}
    assert look(text).confidence < SURE
    found = look(text, mapping=given)
    assert (found.table, says(found)) == ("milestone", given)
    assert found.asked == given
    assert look(text, table="touch").table == "touch"


def test_a_recognised_mapping_can_be_given_back(look):
    text = "Account ID,City,Stage,Lifecycle Stage,ARR,MRR\n1,Ulm,a,b,120,10\n"
    first = look(text)
    again = look(text, table=first.table, mapping=first.asked)
    assert {m.header: m.field and m.field.name for m in again.mapping} == {
        "Account ID": "account", "City": None, "Stage": None, "Lifecycle Stage": None, "ARR": "arr", "MRR": None
    }  # fmt: skip
    kept = look(text, table="account", mapping={"City": "city"})
    assert says(kept)["City"] == "city"


def test_samples_are_the_first_distinct_filled_values(look):
    found = look("account id,plan\n1,Pro\n2, \n3,Pro\n4,Basic\n5,a\n6,b\n7,c\n8,d\n")
    assert found.samples == {"account id": ("1", "2", "3", "4", "5"), "plan": ("Pro", "Basic", "a", "b", "c")}


def test_the_answer_as_json_is_plain(look):
    found = as_json(look("Titel;\n;\nKundennummer;Land;Umsatz\n1;DE;1,5\n2;AT;2,5\n"))
    assert json.loads(json.dumps(found)) == found
    assert set(found) == {
        "file", "table", "confidence", "mapping", "dialect", "problems", "samples", "rivals"
    }  # fmt: skip
    assert found["dialect"] == {
        "encoding": "utf-8", "delimiter": ";", "quote": '"', "decimal": ",", "header_row": 3
    }  # fmt: skip
    assert found["mapping"] == {"Kundennummer": "account", "Land": "country", "Umsatz": "company_revenue"}


def test_two_hundred_columns(look):
    headers = ["Account ID", "Industry", "ARR", *(f"measure {at}" for at in range(197))]
    rows = "".join(",".join([str(at), "Steel", "9", *["1"] * 197]) + "\n" for at in range(50))
    found = look(",".join(headers) + "\n" + rows)
    assert len(found.mapping) == 200
    assert [m.header for m in found.mapping if m.field] == ["Account ID", "Industry", "ARR"]


def test_only_the_beginning_of_a_large_file_is_read(look):
    line = b'%d,"Steel, and more","two\nlines",2024-01-31\n'
    body = b"".join(line % at for at in range(1_200_000))
    began = time.perf_counter()
    found = look(b"account id,industry,note,customer since\n" + body)
    assert time.perf_counter() - began < 5
    assert (found.table, says(found)["industry"], says(found)["customer since"]) == (
        "account",
        "industry",
        "started_on",
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(look, encoding):
    rows = "".join(f"{at};Öl;2024-01-31\n" for at in range(60_000))
    found = look(("Kundennummer;Branche;Kündigungsdatum\n" + rows).encode(encoding))
    assert says(found) == {"Kundennummer": "account", "Branche": "industry", "Kündigungsdatum": "churned_on"}
    assert found.samples["Branche"] == ("Öl",)


def test_a_header_below_a_title_and_without_rows(look):
    found = look("Accounts as of today\n\nAccount ID,Industry,ARR\n")
    assert (found.table, found.dialect.header_row) == ("account", 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"PAR1abc", "a Parquet file"),
        (b"just one column\n1\n2\n", "one column only"),
        (b"a,b\n\x00\x00\x01\n", "NUL byte|not text"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(look, content, reason):
    with pytest.raises(Refused, match=reason):
        look(content)


def test_no_file_no_kind_no_column(look, tmp_path):
    with pytest.raises(Refused, match="There is no file"):
        recognise(tmp_path / "absent.csv", tmp_path)
    with pytest.raises(Refused, match="cannot be read as 'nothing'"):
        look("a,b\n1,2\n", table="nothing")
    with pytest.raises(Refused, match="no column 'c'"):
        look("a,b\n1,2\n", mapping={"c": "account"})


def test_a_broken_quote_still_shows_what_stands_above_it(look):
    rows = "".join(f"{at},Steel\n" for at in range(30))
    found = look(f'account id,industry\n{rows}99,"never "closed" here\n')
    assert (found.table, found.samples["industry"]) == ("account", ("Steel",))


def test_headers_that_look_like_sql_are_only_headers(look):
    text = 'account id,"x""; drop table raw; --",arr\n1,2,3\n'
    with_quote = next(csv.reader([text.splitlines()[0]]))[1]
    assert says(look(text))[with_quote] == "plain"
