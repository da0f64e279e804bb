"""Writing many new rows at once by COPY, for tables that machines fill (PERFORMANCE.md, Rosters).

It goes round the models: defaults, sealed fields and validation are the caller's. The database's constraints hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

from skilleval.core.db import assert_in_transaction

ROWS_A_READ = 20
NULL = r"\N"
JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
#: What the text format of COPY would take for its own marks.
MARKS = re.compile(r"[\\\t\n\r\v\f\b]")
PLAIN = re.compile(r"\w+")
ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\v": r"\v", "\f": r"\f", "\b": r"\b"}


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows, given as the values of ``fields`` in their order, in the caller's transaction.

    A value is what its field holds: text, a number, a date, a UUID, None; bytes of a sealed field; whatever JSON can
    say; of an array a list of words that need no quoting.
    """
    assert_in_transaction()
    found = [model._meta.get_field(name) for name in fields]
    with connection.cursor() as cursor:
        _copy(cursor, connection.ops.quote_name(model._meta.db_table), found, rows)


def copy_new(objs: Sequence[Any]) -> list[Any]:
    """Insert new objects of one model with all their fields, in their order; returns those that weren't there yet.

    As bulk_create(ignore_conflicts=True), but it says who came through: these have their key now, the others conflict
    with a row of somebody else's and are passed over. The model needs a unique ``uuid``.
    """
    assert_in_transaction()
    if not objs:
        return []
    meta, quote = type(objs[0])._meta, connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    table, columns = quote(meta.db_table), ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE fresh ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA")  # noqa: S608 - names from our own models
        _copy(cursor, "fresh", fields, ([field.pre_save(obj, True) for field in fields] for obj in objs))
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM fresh ORDER BY ctid"  # noqa: S608
            f" ON CONFLICT DO NOTHING RETURNING uuid, {quote(meta.pk.column)}"
        )
        keys = dict(cursor.fetchall())
        cursor.execute("DROP TABLE fresh")
    for obj in objs:
        obj.pk = keys.get(obj.uuid)
        obj._state.adding = obj.pk is None
    return [obj for obj in objs if obj.pk is not None]


def _copy(cursor: Any, table: str, fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", _Lines(fields, rows))


class _Lines:
    """Rows in the text format of COPY, written as they are read: the server takes some in while others are made."""

    def __init__(self, fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
        self.writers, self.rows = [_writer(field) for field in fields], iter(rows)

    def read(self, size: int) -> str:
        """Some lines, not counting their size; nothing when there are no more."""
        return "".join(map(self._line, islice(self.rows, ROWS_A_READ)))

    def _line(self, row: Sequence[Any]) -> str:
        found = zip(self.writers, row, strict=True)
        return "\t".join([NULL if value is None else write(value) for write, value in found]) + "\n"


def _writer(field: Any) -> Callable[[Any], str]:
    match field.get_internal_type():
        case "JSONField":
            return _json
        case "BinaryField":
            return _bytes
        case "ArrayField":
            return _array
        case "CharField" | "TextField":
            return _text
    return str  # numbers, dates and keys have no marks


def _text(text: str) -> str:
    return MARKS.sub(lambda found: ESCAPED[found[0]], text) if MARKS.search(text) else text


def _json(value: Any) -> str:
    return JSON.encode(value).replace("\\", r"\\")  # JSON writes the other marks with a backslash itself


def _bytes(value: bytes) -> str:
    return r"\\x" + value.hex()


def _array(words: Sequence[str]) -> str:
    if not all(map(PLAIN.fullmatch, words)):
        raise ValueError("an array's words must be plain")
    return f"{{{','.join(words)}}}"
