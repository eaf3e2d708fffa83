"""The sample world: two years of a B2B software company, seeded, with planted truths.

tables   every table of the store, in chunks

Accounts are made in blocks of BLOCK; each block draws its own chance from (seed, block, question), so the world is the
same however it is cut into chunks. data/README.md is the codebook; truths.py holds what was planted.

    days      which days the world has            company    accounts and their dimensions
    dice      how chance is drawn                 fate       who is lost, when and how
    names     what things are called              changes    what changed on the way
    truths    what was planted                    contracts  terms and endings
    arrow     arrays to tables                    people     who works with the product
                                                  product    features and settings
                                                  usage      events
                                                  journey    milestones and goals
                                                  relations  tickets, surveys, touches
"""

from collections.abc import Iterator

import pyarrow as pa

from lib.store.sample import (
    changes,
    company,
    contracts,
    fate,
    journey,
    names,
    people,
    product,
    relations,
    usage,
)

BLOCK = 1_000


def tables(
    accounts: int, seed: int, *, events_per_account: float | None = None, planted: bool = True, chunk: int = 10_000
) -> Iterator[tuple[str, pa.Table]]:
    """(table name, rows) of a world of `accounts` accounts; each table comes once per `chunk` accounts.

    `events_per_account` thins (or thickens) use, for worlds too big to keep all of it; the habits and falls in use that
    were planted fade as it gets small. Without `planted` nothing goes with anything: who is lost, who is slow and who
    becomes loyal is chance alone, for showing that no false alarm is raised.
    """
    if not 1 <= accounts <= names.ROOM:
        raise ValueError(f"a sample has 1 to {names.ROOM:,} accounts, not {accounts:,}")
    blocks = [(block, first, min(BLOCK, accounts - first)) for block, first in enumerate(range(0, accounts, BLOCK))]
    per_chunk = max(1, chunk // BLOCK)
    yield "feature", product.feature_table()
    for at in range(0, len(blocks), per_chunk):
        parts = [_block(seed, *block, events_per_account, planted) for block in blocks[at : at + per_chunk]]
        for name in tuple(parts[0]):
            yield name, pa.concat_tables([part.pop(name) for part in parts])


def _block(
    seed: int, block: int, first: int, n: int, events_per_account: float | None, planted: bool
) -> dict[str, pa.Table]:
    who = company.draw(seed, block, first, n, planted=planted)
    end = fate.draw(seed, block, who, planted=planted)
    users = people.draw(seed, block, who, end, planted=planted)
    change = changes.draw(seed, block, who, end)
    return {
        "account": changes.account_table(seed, block, who, end, change),
        "account_history": changes.history_table(who, end, change),
        "contract": contracts.contract_table(seed, block, who, end),
        "entitlement": contracts.entitlement_table(seed, block, who),
        "person": people.person_table(seed, block, who, users),
        "setting": product.setting_table(seed, block, who, users),
        "milestone": journey.milestone_table(seed, block, who, end),
        "ticket": relations.ticket_table(seed, block, who, end, users),
        "survey": relations.survey_table(seed, block, who, end, users),
        "touch": relations.touch_table(seed, block, who, end, users, change),
        "goal": journey.goal_table(seed, block, who, end),
        "event": usage.event_table(seed, block, who, end, users, events_per_account=events_per_account),
    }
