"""Whole frames into tables and back, without an object for each row.

Decimals pass as the whole numbers that they are stored as (`types.Scaled`), so nothing is rounded on the way.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import polars as pl
from sqlalchemy import BigInteger, Boolean, Column, Date, Select, Table, Text, func, select, type_coerce

from scrubjay.store.types import Scaled, Texts
from scrubjay.tables import MONEY, QUANTITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_CHUNK = 900
"""Values of one IN list: older builds of SQLite take 999."""
_ROWS = 50_000


def insert_frame(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Add the rows of a frame; columns of the table that it lacks stay null.

    Args:
        connection: in a transaction of a writer.
        table: the table.
        frame: columns named as those of the table, with `id` where the table has one.
    """
    if not frame.height:
        return
    is_sqlite = connection.dialect.name == "sqlite"
    columns = [c for c in table.columns if c.name in frame.columns]
    encoded = frame.select(_encoded(c, frame.schema[c.name], is_sqlite=is_sqlite) for c in columns)
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(c.name) for c in columns)
    if is_sqlite:
        marks = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})"  # noqa: S608 - names of our schema
        for part in encoded.iter_slices(_ROWS):
            connection.exec_driver_sql(statement, part.rows())
        return
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
        for part in encoded.iter_slices(_ROWS):
            for row in part.iter_rows():
                copy.write_row(row)


def _encoded(column: Column[Any], dtype: pl.DataType, *, is_sqlite: bool) -> pl.Expr:
    value = pl.col(column.name)
    kind = column.type
    if isinstance(kind, Scaled):
        exact = pl.Decimal(18, kind.places)
        if dtype != exact:
            raise TypeError(f"{table_of(column)}.{column.name}: an exact value is wanted, not {dtype}")
        return value.to_physical().cast(pl.Int64)
    if isinstance(kind, Texts):
        return _as_json(value).alias(column.name)
    if isinstance(kind, Date) and is_sqlite:
        return value.cast(pl.String)
    return value


def table_of(column: Column[Any]) -> str:
    """The name of a column's table."""
    table = cast("Table | None", column.table)
    return table.name if table is not None else "?"


def _as_json(value: pl.Expr) -> pl.Expr:
    """Lists of texts as JSON arrays."""
    items = value.list.eval(pl.element().fill_null("")).alias("v")
    written = pl.struct(items).struct.json_encode().str.strip_prefix('{"v":').str.strip_suffix("}")
    return pl.when(value.is_not_null()).then(written)


def read_frame(
    connection: Connection, columns: Sequence[Column[Any]], statement: Select[Any] | None = None
) -> pl.DataFrame:
    """Rows as a frame, exact.

    Args:
        connection: in a transaction.
        columns: of one table or of several joined ones; their names become those of the frame.
        statement: which rows, as a select whose columns are replaced; null takes all of the first column's table,
            in the order they came.
    """
    raw = [type_coerce(c, _raw(c, connection.dialect.name)).label(c.name) for c in columns]
    chosen = select(*raw) if statement is None else statement.with_only_columns(*raw)
    if statement is None:
        table = cast("Any", columns[0].table)
        chosen = chosen.order_by(*table.primary_key.columns)
    schema = {c.name: _stored(c, connection.dialect.name) for c in columns}
    rows = connection.execute(chosen).all()
    frame = pl.DataFrame([tuple(r) for r in rows], schema=schema, orient="row")
    return frame.select(_decoded(c) for c in columns)


def _raw(column: Column[Any], dialect: str) -> Any:
    kind = column.type
    if isinstance(kind, Scaled):
        return BigInteger()
    if isinstance(kind, Texts) or (isinstance(kind, Date) and dialect == "sqlite"):
        return Text()
    return kind


def _stored(column: Column[Any], dialect: str) -> pl.DataType:
    kind = column.type
    if isinstance(kind, Scaled | BigInteger):
        return pl.Int64()
    if isinstance(kind, Boolean):
        return pl.Boolean()
    if isinstance(kind, Date) and dialect != "sqlite":
        return pl.Date()
    return pl.String()


def _decoded(column: Column[Any]) -> pl.Expr:
    value = pl.col(column.name)
    kind = column.type
    if isinstance(kind, Scaled):
        exact = MONEY if kind.places == MONEY.scale else QUANTITY
        unit = pl.lit(Decimal(1).scaleb(-kind.places))
        return (value.cast(pl.Decimal(38, kind.places)) * unit).cast(exact)
    if isinstance(kind, Date):
        return value.cast(pl.String).str.to_date("%Y-%m-%d")
    if isinstance(kind, Texts):
        return value.str.json_decode(pl.List(pl.String))
    return value


def next_id(connection: Connection, table: Table) -> int:
    """The number that the next row of a table takes. Only a writer may ask: nobody else adds rows meanwhile."""
    top = connection.execute(select(func.max(table.c.id))).scalar()
    return int(top or 0) + 1


def ids_by(connection: Connection, column: Column[Any], values: Sequence[str]) -> dict[str, int]:
    """`id` of the rows whose `column` (unique) is one of `values`."""
    table = column.table
    found: dict[str, int] = {}
    for start in range(0, len(values), _CHUNK):
        asked = select(column, table.c.id).where(column.in_(values[start : start + _CHUNK]))
        found.update((value, row_id) for value, row_id in connection.execute(asked))
    return found
