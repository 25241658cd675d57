"""The store itself: schema, exact values, append-only events, safe settings; alike on both databases."""

from __future__ import annotations

import sqlite3
import stat
import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Float, Numeric, delete, insert, select, text, update

from scrubjay.store import Store, StoreError, StoreFailedError, schema, work
from scrubjay.store.bulk import insert_frame, next_id, read_frame
from scrubjay.store.engine import parsed_url
from scrubjay.store.migrate import HEAD
from scrubjay.store.types import Json, Money
from scrubjay.tables import MONEY, QUANTITY

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_the_migrations_make_what_the_tables_declare(store):
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        lacking = compare_metadata(context, schema.metadata)
    assert lacking == [], 'a table changed: run `python -m scrubjay.testing.migration "what changed"`'
    config = Config()
    config.set_main_option("script_location", "scrubjay.store:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_opening_again_changes_nothing_and_many_may_open_a_new_one_at_once(store_url):
    errors = []

    def open_it():
        try:
            Store.open(store_url).close()
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_no_column_is_a_float():
    for table in schema.metadata.sorted_tables:
        for column in table.columns:
            assert not isinstance(column.type, Float | Numeric), column
            assert "REAL" not in str(column.type.dialect_impl(_sqlite())).upper(), column


def _sqlite():
    from sqlalchemy.dialects import sqlite

    return sqlite.dialect()


def test_no_float_gets_in(store):
    money, json, dialect = Money(), Json(), _sqlite()
    for bad in (1.5, 0.1, True, "1.50"):
        with pytest.raises(TypeError):
            money.process_bind_param(bad, dialect)
    with pytest.raises(ValueError, match="decimals"):
        money.process_bind_param(Decimal("0.001"), dialect)
    with pytest.raises(TypeError):
        json.process_bind_param({"amounts": [{"paid": 0.1}]}, dialect)
    frame = pl.DataFrame({"id": [1], "digest": ["d"], "claim_charge_amount": [1.5]})
    with store.writing() as connection, pytest.raises(TypeError, match="exact"):
        insert_frame(connection, schema.claims, frame)


@settings(max_examples=50, deadline=None)
@given(st.decimals("-9999999999999999.99", "9999999999999999.99", places=2))
def test_money_comes_back_as_it_went_in(value):
    money = Money()
    assert money.process_result_value(money.process_bind_param(value, _sqlite()), _sqlite()) == value


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


def test_frames_come_back_as_they_went_in(store):
    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.none() | st.decimals("-9999999999999999.99", "9999999999999999.99", places=2),
                st.none() | st.decimals("-999999999999.999999", "999999999999.999999", places=6),
                st.none() | st.dates(),
                st.none() | st.booleans(),
                st.none() | st.lists(_TEXT, max_size=3),
                st.none() | _TEXT,
            ),
            max_size=5,
        )
    )
    def both_ways(rows):
        columns = [schema.payments.c.payment_amount, schema.remit_claims.c.drg_weight]
        shape = {
            "charge_amount": MONEY, "drg_weight": QUANTITY, "statement_from": pl.Date(), "is_reversal": pl.Boolean(),
            "inpatient_values": pl.List(pl.String()), "patient_control_number": pl.String(),
        }  # fmt: skip
        assert columns
        frame = pl.DataFrame(rows, schema=shape, orient="row")
        with store.writing() as connection:
            connection.execute(delete(schema.remit_claims))
            connection.execute(delete(schema.payments))
            connection.execute(insert(schema.payments).values(id=1, digest="x"))
            start = next_id(connection, schema.remit_claims)
            numbered = frame.with_columns(
                (pl.int_range(pl.len(), dtype=pl.Int64) + start).alias("id"),
                pl.lit(1, dtype=pl.Int64).alias("payment_id"),
            )
            insert_frame(connection, schema.remit_claims, numbered)
        with store.reading() as connection:
            back = read_frame(connection, [schema.remit_claims.c[name] for name in shape])
            total = connection.execute(select(schema.remit_claims.c.charge_amount)).scalars().all()
        assert back.schema == frame.schema
        assert back.rows() == frame.rows()
        assert total == frame["charge_amount"].to_list()

    both_ways()


def _event(connection):
    connection.execute(
        insert(work.events).values(at=NOW, actor="me", kind="note", data={"amount": Decimal("1.10")})
    )


@pytest.mark.parametrize("change", [
    update(work.events).values(actor="you"), delete(work.events), text("UPDATE events SET kind = 'x'"),
])  # fmt: skip
def test_events_can_only_be_added(store, change):
    with store.writing() as connection:
        _event(connection)
    with pytest.raises(StoreFailedError, match="append-only"), store.writing() as connection:
        connection.execute(change)
    with store.reading() as connection:
        row = connection.execute(select(work.events)).one()
    assert (row.actor, row.data, row.at) == ("me", {"amount": "1.10"}, NOW)


def test_postgresql_refuses_to_empty_the_events(store):
    if store.dialect == "sqlite":
        return
    with pytest.raises(StoreFailedError, match="append-only"), store.writing() as connection:
        connection.execute(text("TRUNCATE events"))


def test_what_is_raised_undoes_the_transaction(store):
    def add_and_fail():
        with store.writing() as connection:
            _event(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with store.reading() as connection:
        assert connection.execute(select(work.events)).all() == []


def test_a_line_without_its_claim_is_refused(store):
    with pytest.raises(StoreFailedError) as raised, store.writing() as connection:
        connection.execute(insert(schema.claim_lines).values(id=1, claim_id=990099, line_note="SECRET"))
    assert "SECRET" not in str(raised.value)
    assert "990099" not in str(raised.value)


def test_cases_outcomes_and_authorizations_hold_exact_values(store):
    with store.writing() as connection:
        case = connection.execute(
            insert(work.cases).values(status="open", opened_at=NOW)
        ).inserted_primary_key[0]
        connection.execute(insert(work.outcomes).values(
            case_id=case, remedy="REPL", outcome="paid", recovered_amount=Decimal("0.10"),
            work_minutes=Decimal("7.5"), decided_on=date(2026, 1, 2), recorded_at=NOW,
        ))  # fmt: skip
        connection.execute(
            insert(schema.authorizations).values(
                id=1, digest="a", authorization_number="A", units=Decimal("0.000001")
            )
        )
    with store.reading() as connection:
        row = connection.execute(select(work.outcomes)).one()
        assert (row.recovered_amount, row.work_minutes) == (Decimal("0.10"), Decimal("7.5"))
        assert connection.execute(select(schema.authorizations.c.units)).scalar() == Decimal("0.000001")


# SQLite's own.


def test_sqlite_is_set_up_to_lose_nothing(tmp_path):
    store = Store.open(str(tmp_path / "s.sqlite"))
    with store.reading() as connection:
        asked = {name: connection.execute(text(f"PRAGMA {name}")).scalar()
                 for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}  # fmt: skip
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
    store.close()
    assert stat.S_IMODE((tmp_path / "s.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize(("given_url", "words"), [
    ("{tmp}", "is a folder"), ("{tmp}/absent.sqlite", "there is no store"), ("mysql://a/b", "no kind of store"),
    ("{tmp}/text.txt", "cannot be opened"), ("nonsense://", "no kind of store"), ("{tmp}/text.txt/below", "cannot be made"),
    ("postgresql://nobody:secretword@127.0.0.1:1/none", "cannot be opened"), ("://", "cannot be read"),
])  # fmt: skip
def test_what_cannot_be_opened_is_one_line(tmp_path, given_url, words):
    (tmp_path / "text.txt").write_text("no database " * 100)
    is_making = "below" in given_url
    with pytest.raises(StoreError) as raised:
        Store.open(given_url.format(tmp=tmp_path), create=is_making)
    line = raised.value.one_line()
    assert words in line
    assert "secretword" not in line
    assert "\n" not in line
    assert not (tmp_path / "absent.sqlite").exists()


def test_a_store_of_a_later_version_is_left_alone(tmp_path):
    path = tmp_path / "s.sqlite"
    Store.open(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="later version"):
        Store.open(str(path))


def test_addresses():
    assert parsed_url("postgresql://u@h/d").drivername == "postgresql+psycopg"
    assert parsed_url("sqlite:///a/b.db").database == "a/b.db"
    assert parsed_url("a/b.db").database == "a/b.db"
