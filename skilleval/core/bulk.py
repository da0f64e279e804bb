"""Writing some fields of many rows at once, each with values of its own; sealed fields included (SPEC 5.2).

Django's bulk_update can't seal, and its CASE for each field grows with the square of the rows.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection, models

from skilleval.core.db import assert_in_transaction

ROWS_A_STATEMENT = 1000
LENGTHS = re.compile(r"\(\d+(,\s*\d+)?\)")


def save_many(objs: Sequence[models.Model], fields: Sequence[str]) -> int:
    """Write the named fields of saved rows of one model, 1,000 a statement; returns how many rows there were.

    Like save(update_fields=…) of each: what else changed in a row meanwhile stays.
    """
    assert_in_transaction()
    batches = (objs[start : start + ROWS_A_STATEMENT] for start in range(0, len(objs), ROWS_A_STATEMENT))
    return sum(_save(batch, fields) for batch in batches)


def _save(objs: Sequence[models.Model], names: Sequence[str]) -> int:
    meta = type(objs[0])._meta
    fields: list[Any] = [meta.pk, *(meta.get_field(name) for name in names)]
    quote = connection.ops.quote_name
    table, key = quote(meta.db_table), quote(fields[0].column)
    columns = [quote(field.column) for field in fields]
    # a cast with a length would cut what is too long; without one the column itself refuses it
    row = ", ".join(f"%s::{LENGTHS.sub('', _type(field))}" for field in fields)
    rows = ", ".join([f"({row})"] * len(objs))
    changes = ", ".join(f"{column} = fresh.{column}" for column in columns[1:])
    sql = (
        f"UPDATE {table} SET {changes} FROM (VALUES {rows}) AS fresh ({', '.join(columns)})"  # noqa: S608 - names from our own models
        f" WHERE {table}.{key} = fresh.{key}"
    )
    values = [field.get_db_prep_save(field.pre_save(obj, False), connection) for obj in objs for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _type(field: Any) -> str:
    """The column's type; of keys the plain one, without what only their creation needs."""
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
