"""Pricing: features that go with staying and come in every plan, or in none, and who has them without paying more.

find   lays who they are
"""

from lib.facts.carried import PLAN, parameters
from lib.measures.levers.found import ACCOUNT, Found, Scene, empty_people, put

_SQL = f"""with span as (
    select date_trunc('week', $as_of::date + 1)::date as closes_on
),
plan as (
    from {PLAN}
),
used as (
    select account, feature, max(n_active_people) as n_people
    from usage.usage_feature_week, span
    where week >= closes_on - 28 and week < closes_on and n_active_people > 0 and list_contains($features::varchar[], feature)
    group by account, feature
)
select
    ground._account, used.feature as need, coalesce(said.name, used.feature) as feature_name, ground.plan,
    used.n_people as n_touched
from used
join lever_ground as ground on ground.account = used.account and ground.is_customer
left join core.feature as said on said.feature = used.feature
left join plan on plan.plan = ground.plan
where said.plan is null or plan.place = 1
order by 1, 2"""


def find(scene: Scene) -> Found:
    """Customers who used such a feature in the last four full weeks: in the cheapest plan, where the feature comes in it; in any,
    where it comes in none. Which features they are, and their hint, is what What carries says."""
    table = scene.carries.table
    hinted = table[table["price_hint"].notna()] if len(table) else table
    features = hinted["trait"].tolist()
    asked = parameters(_SQL, scene.book, scene.definitions) | {"features": features}
    if "as_of" in _SQL:
        asked |= {"as_of": scene.book.as_of}
    rows = scene.con.execute(_SQL, asked).df()
    rows = rows.assign(why=[f"uses {name}" for name in rows["feature_name"]], level_now=rows["n_touched"])
    put(scene.con, "lever_account", rows, ACCOUNT)
    empty_people(scene.con)
    n, ((of_n,),) = (
        rows["_account"].nunique(),
        scene.con.execute("select count(*) from lever_ground where is_customer").fetchall(),
    )
    if not features:
        finding = "Nothing stands out: no feature that goes with staying comes in every plan, or in none."
    else:
        one = len(features) == 1
        finding = (
            f"{len(features)} {'feature goes' if one else 'features go'} with staying and {'comes' if one else 'come'} in every "
            f"plan, or in none; {n:,} customers use {'it' if one else 'them'} without paying more."
        )
    return Found(of_n, finding, f"{scene.carries.sql};\n\n{_SQL};", (), ())
