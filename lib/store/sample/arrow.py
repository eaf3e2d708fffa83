"""From plain arrays to a table of the store: the columns of schema.sql, in its order, with its types.

table    {column: array} as an Arrow table; what is not given is left empty
labels   codes as text; a negative code is empty
days     days as dates; NEVER and days outside the record are empty
coded    numbers as ids: "A0000042"
linked   ids as addresses in the systems they came from
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.store.sample.days import LAST
from lib.store.tables import columns

_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "DECIMAL(18,2)": pa.decimal128(18, 2),
}


def table(name: str, given: dict, extra: tuple[str, ...] = ()) -> pa.Table:
    """The rows of table `name`; `extra` are further dimensions, kept as text behind the columns of the schema."""
    kinds = columns(name) | dict.fromkeys(extra, "VARCHAR")
    assert set(given) <= set(kinds), set(given) - set(kinds)
    n = len(next(iter(given.values())))
    arrays = [_column(given[c], _TYPES[kind]) if c in given else pa.nulls(n, _TYPES[kind]) for c, kind in kinds.items()]
    return pa.Table.from_arrays(arrays, schema=pa.schema([(c, _TYPES[kind]) for c, kind in kinds.items()]))


def _column(values, kind: pa.DataType) -> pa.Array:
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        if pa.types.is_decimal(kind):
            values = np.round(values, 2)
        values = pa.array(values, from_pandas=True)
    return values if values.type == kind else values.cast(kind)


def labels(names: tuple[str, ...] | pa.Array, codes: np.ndarray) -> pa.Array:
    names = names if isinstance(names, pa.Array) else pa.array(names, pa.string())
    return names.take(pa.array(codes, mask=codes < 0))


def days(day: np.ndarray, *, until: np.datetime64 = LAST) -> np.ndarray:
    """Days nobody knows on the last day are empty; `until` is later only for what is agreed in advance."""
    return np.where(day <= until, day, np.datetime64("NaT"))


def coded(letter: str, number: np.ndarray, width: int = 7) -> pa.Array:
    digits = pc.utf8_lpad(pa.array(number).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(letter, digits, "")


def linked(kind: str, ids: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise("https://crm.example/" + kind + "/", ids, "")
