"""Exports of products nobody told us of: the kind, every column's field, and no row lost, from made-up rows.

A column is written HEADER|FIELD|VALUES: the field it must become (- for none), and values taken in turn, in which {i}
is the number of the row, {a} that of its account and {d} a day of 2024 past the twelfth.
"""

import json

import pytest

from lib.store.ingest import read
from lib.store.ingest.recognise import SURE, recognise

N_ROWS, N_ACCOUNTS = 24, 8
EXPORTS = {
    "Salesforce accounts": ("account", """
        Account ID (18)|account|0015g0000{i:05}AAA
        Account Name|name|Acme {i}
        Account Owner|csm|Ann;Bo
        Type|-|Customer
        Billing State/Province|region|CA;NY
        Annual Revenue|-|$1,000,000.00;$250,000.00
        ARR|arr|$12,500.00;$8,000.00
        Renewal Date|renews_on|3/{d}/2025
        Last Modified Date|-|3/{d}/2024
        Health Score|-|70;20;95"""),
    "Salesforce data loader": ("account", """
        ID|account|0015g0000{i:05}AAA
        NAME|name|Acme {i}
        BILLINGCOUNTRY|country|Germany;France
        NUMBEROFEMPLOYEES|employees|20;400
        ANNUALREVENUE|-|1000000;5000000
        OWNERID|-|0055g000001
        CREATEDDATE|started_on|2024-01-{d}T10:00:00.000Z
        ARR__C|arr|1200.5;900
        CONTRACT_END_DATE__C|renews_on|2025-02-{d}"""),
    "Salesforce opportunities": ("deal", """
        ID|deal|0065g0000{i:05}AAA
        ACCOUNTID|account|0015g0000{a:05}AAA
        STAGENAME|stage|Proposal;Closed Won
        AMOUNT|amount|1200;900
        CLOSEDATE|closes_on|2024-02-{d}
        ISCLOSED|-|true;false
        CREATEDDATE|created_on|2024-01-{d}T10:00:00.000Z
        LASTSTAGECHANGEDATE|entered_on|2024-02-{d}T10:00:00.000Z"""),
    "Salesforce stage history": ("milestone", """
        Account Name|account|Acme {a}
        Opportunity Name|-|Deal {i}
        From Stage|-|Prospecting;Proposal
        To Stage|stage|Proposal {i};Closed Won {i}
        Last Modified|reached_on|3/{d}/2024
        Amount|-|$1,200.00"""),
    "Salesforce tasks": ("touch", """
        Activity ID|touch|00T5g0000{i:05}
        Assigned|made_by|Ann;Bo
        Subject|-|Kick-off;Review
        Date|occurred_at|3/{d}/2024
        Priority|-|Normal
        Status|-|Completed
        Company / Account|account|Acme {a}
        Contact|person|Cy Young;Dee Park
        Type|kind|Call;Email"""),
    "Zendesk Explore": ("ticket", """
        Ticket ID|ticket|{i}
        Ticket created - Timestamp|opened_at|2024-01-{d} 10:00:00
        Ticket solved - Timestamp|closed_at|2024-02-{d} 10:00:00
        Ticket priority|severity|Low;High
        Ticket organization name|account|Acme {a}
        Requester email|person|u{a}@acme.com
        First reply time (min)|-|12;40"""),
    "ServiceNow": ("ticket", """
        Number|ticket|INC00{i}
        Opened|opened_at|2024-01-{d} 10:00:00
        Short description|-|Slow;Down
        Caller|person|Ann;Bo
        Company|account|Acme {a}
        Priority|severity|1 - Critical;4 - Low
        Assignment group|-|Desk
        Closed|closed_at|2024-02-{d} 10:00:00"""),
    "Help Scout": ("ticket", """
        Conversation Number|ticket|{i}
        Status|-|Closed;Active
        Customer|-|Ann Lee;Bo Chen
        Customer Email|person|u{a}@acme.com
        Organization|account|Acme {a}
        Created|opened_at|2024-01-{d} 10:00:00
        Closed|closed_at|2024-02-{d} 10:00:00"""),
    "Chargebee": ("contract", """
        subscriptions.id|contract|sub{i}
        subscriptions.customer_id|account|c{a}
        customers.company|-|Acme {a}
        subscriptions.plan_id|plan|pro-monthly;basic
        subscriptions.plan_quantity|seats|5;20
        subscriptions.started_at|starts_on|2024-01-{d}T00:00:00Z
        subscriptions.current_term_end|ends_on|2025-01-{d}T00:00:00Z
        subscriptions.next_billing_at|-|2024-02-{d}T00:00:00Z
        subscriptions.currency_code|currency|USD"""),
    "Recurly": ("contract", """
        account_code|account|c{a}
        plan_name|plan|Pro;Basic
        state|-|active
        quantity|seats|5;20
        unit_amount|-|49.00;99.00
        activated_at|starts_on|2024-01-{d}T00:00:00Z
        current_period_started_at|-|2024-06-{d}T00:00:00Z
        subscription_id|contract|s{i}"""),
    "Paddle": ("contract", """
        Subscription ID|contract|{i}
        Customer ID|account|ctm_{a}
        Product Name|product|Pro;Basic
        Recurring Amount|-|49.00;99.00
        Started At|starts_on|2024-01-{d}T00:00:00Z
        Next Payment Date|-|2024-02-{d}T00:00:00Z"""),
    "Zuora": ("contract", """
        Subscription: ID|contract|z{i}
        Account: Account Number|account|A{a}
        Subscription: Term Start Date|starts_on|2024-01-{d}
        Subscription: Term End Date|ends_on|2025-01-{d}
        Rate Plan: Name|plan|Pro
        Rate Plan Charge: Quantity|seats|5;20
        Rate Plan Charge: MRR|mrr|49.00;99.00
        Rate Plan Charge: TCV|-|588.00"""),
    "Stripe invoices": ("invoice", """
        id|invoice|in_{i}
        Customer|account|cus_{a}
        Customer Email|-|u{a}@acme.com
        Amount Due|-|49.00
        Amount Paid|amount|49.00;99.00
        Currency|currency|usd
        Status|status|paid;void
        Date (UTC)|paid_on|2024-01-{d} 10:00"""),
    "ProfitWell": ("account", """
        Customer ID|account|cus_{i}
        Company|name|Acme {i}
        MRR|mrr|49.00;99.00
        Customer Since|started_on|2024-01-{d}
        LTV|-|1200.00;80.00
        Churn Risk|-|Low;High
        Last Active|-|2024-02-{d}"""),
    "PostHog": ("event", """
        uuid|event|e{i}
        event|feature|report viewed;login
        timestamp|occurred_at|2024-01-{d}T10:00:00.123Z
        person_id|person|p{a}
        $group_0|account|acme-{a}
        properties|-|{{}}"""),
    "Planhat": ("account", """
        External ID|account|c{i}
        Name|name|Acme {i}
        Owner|csm|Ann;Bo
        Phase|-|Live
        Health|-|7;3
        Renewal date|renews_on|2025-01-{d}
        Customer from|started_on|2024-01-{d}
        Country|country|France"""),
    "Zoho accounts": ("account", """
        Record Id|account|88{i}
        Account Name|name|Acme {i}
        Account Number|-|0
        Account Owner|csm|Ann;Bo
        Industry|industry|Retail;Media
        Billing Country|country|France
        Created Time|started_on|2024-01-{d} 10:00:00"""),
    "SurveyMonkey": ("survey", """
        Respondent ID|survey|11{i}
        Collector ID|-|4711
        Date Modified|answered_on|3/{d}/2024 10:00:00 AM
        Email Address|person|u{a}@acme.com
        Company|account|Acme {a}
        How likely is it that you would recommend Foo to a friend?|score|9;10;3
        What is the reason for your score?|comment|Fast;Slow"""),
    "AskNicely": ("survey", """
        response_id|survey|{i}
        person_id|person|p{a}
        answer|score|9;10;3
        comment|comment|Fast;Slow
        sent|sent_on|17049{d}000
        responded|answered_on|17059{d}000
        company_c|account|Acme {a}"""),
    "a sheet kept by hand": ("account", """
        Customer|account|Acme {i}
        ARR|arr|$45.3K;$1.2M;$800
        Renewal|renews_on|2025-01-{d}
        CSM|csm|Ann;Bo
        Seats|seats|5;20"""),
    "German contracts": ("contract", """
        Vertragsnummer|contract|V{i}
        Kundennummer|account|{a}
        Vertragsbeginn|starts_on|{d}.01.2024
        Vertragsende|ends_on|{d}.01.2025
        Anzahl Lizenzen|seats|5;20
        Jahresbetrag|arr|1.234,50 €;900,00 €
        Kündigung zum|cancelled_on|{d}.06.2024"""),
    "French subscriptions": ("contract", """
        N° contrat|contract|V{i}
        Code client|account|{a}
        Offre|plan|Pro;Base
        Date de début|starts_on|{d}/01/2024
        Date de fin|ends_on|{d}/01/2025
        Montant annuel HT|arr|1 234,50;900,00
        Nb licences|seats|5;20"""),
    "Dutch customers": ("account", """
        Klantnummer|account|{i}
        Bedrijfsnaam|name|Acme {i}
        Aantal medewerkers|employees|20;400
        Klant sinds|started_on|{d}-01-2024
        Maandbedrag|mrr|49,50;900,00
        Opgezegd|churned|Ja;Nee"""),
    "Italian customers": ("account", """
        Codice cliente|account|{i}
        Ragione sociale|name|Acme {i}
        Paese|country|Italia;Francia
        Cliente dal|started_on|{d}/01/2024
        Canone mensile|mrr|49,50;900,00"""),
    "Japanese customers": ("account", """
        顧客ID|account|{i}
        会社名|name|アクメ{i}
        契約開始日|started_on|2024年1月{d}日
        契約更新日|renews_on|2025/01/{d}
        月額料金|mrr|¥10,000;¥250,000
        担当者|csm|田中;佐藤"""),
}  # fmt: skip


def written(name, path):
    """The export as a file with the marks of its country; (kind, {header: field})."""
    kind, columns = EXPORTS[name]
    columns = [line.strip().split("|") for line in columns.strip().splitlines()]
    is_semicolon = name.split()[0] in ("German", "French", "Dutch", "Italian")
    delimiter = ";" if is_semicolon else ","
    lines = [[header for header, _, _ in columns]]
    for i in range(N_ROWS):
        cells = [values.split(";")[i % len(values.split(";"))] for _, _, values in columns]
        lines.append([cell.format(i=1000 + i, a=i % N_ACCOUNTS, d=13 + i % 15) for cell in cells])
    text = "".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in line) + "\n" for line in lines)
    encoding = "cp932" if name.startswith("Japanese") else "cp1252" if is_semicolon else "utf-8"
    path.write_bytes(text.replace("¥", "\\" if encoding == "cp932" else "¥").encode(encoding))
    return kind, {header: field for header, field, _ in columns}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_of_a_product_nobody_told_us_of(tmp_path, name):
    path = tmp_path / "export.csv"
    kind, expected = written(name, path)
    found = recognise(path, tmp_path / "work")
    assert (found.table, found.confidence >= SURE) == (kind, True), (found.confidence, found.rivals)
    assert {m.header: m.field.name if m.field else "-" for m in found.mapping} == expected
    result = read(path, into=tmp_path / "read", table=kind)
    assert (result.n_rows_read, result.n_rows_refused) == (N_ROWS, 0), result.refused.to_string()
    assert result.n_rows_kept + result.n_rows_merged == N_ROWS


@pytest.mark.parametrize(
    "text",
    [
        "Account ID,Measure Name,Score,Score Label,Snapshot Date\nA1,Usage,70,Green,2024-01-31\nA2,Usage,9,Red,2024-01-31\n",
        "Customer,Movement Type,Change in MRR,Date\nA1,New,70,2024-01-31\nA2,Churn,-9,2024-01-31\n",
    ],
)
def test_a_history_of_scores_or_of_revenue_is_no_survey_and_no_contract(tmp_path, text):
    path = tmp_path / "export.csv"
    path.write_text(text)
    assert recognise(path, tmp_path / "work").confidence < SURE


def test_of_a_history_of_fields_only_the_stages_are_milestones(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(
        "Account Name,Field,Old Value,New Value,Edit Date\nAcme,Stage,Proposal,Closed Won,2024-01-31\n"
        "Acme,Amount,100,200,2024-01-31\n"
    )
    assert recognise(path, tmp_path / "work").table == "milestone"
    result = read(path, into=tmp_path / "read", table="milestone", on_refused="skip")
    assert (result.n_rows_kept, result.n_rows_refused) == (1, 1)
    assert result.refused[["row", "value"]].values.tolist() == [[3, "Amount"]]


def test_labels_below_the_header_are_no_rows_and_said(tmp_path):
    path = tmp_path / "export.csv"
    label = json.dumps({"ImportId": "QID1"}).replace('"', '""')
    path.write_text(
        "ResponseId,RecordedDate,Q1_NPS,AccountName\nResponse ID,Recorded Date,How likely?,Account\n"
        + ",".join([f'"{label}"'] * 4)
        + "\n"
        + "".join(f"R{i},2024-01-{10 + i},{i},Acme\n" for i in range(12))
        + "R99,not a day,9,Acme\n"
    )
    result = read(path, into=tmp_path / "read", table="survey", on_refused="skip")
    assert (result.n_rows_read, result.n_rows_kept) == (13, 12)
    assert result.refused["row"].tolist() == [16]  # as a spreadsheet counts, past the three rows of the header
    assert any("2 rows below the header hold no values but labels" in note for note in result.notes)


def test_a_first_row_that_lacks_two_values_is_a_row(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("account id,arr,customer since\nA0,,\n" + "".join(f"A{i},{i},2024-01-01\n" for i in range(1, 9)))
    assert read(path, into=tmp_path / "read").n_rows_read == 9
