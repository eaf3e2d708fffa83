"""The KPIs of adoption, of the book and of each value of a dimension, now and in time, and the accounts behind each.

adoption   `adoption`: every KPI on the day and 30 days before, against its target
trend      `adoption_trend`: one KPI month by month
listing    `kpi_accounts`: the accounts of one KPI
account    `account_kpis`: the KPIs of one account
values     `value_times`: days until promised outcomes were reached
features   `feature_adoption`: every feature, how deep it is adopted and by whom
figures    what accounts add up to, and the error of it; changes: the error of a change
"""
