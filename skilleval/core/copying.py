"""Writing many new rows at once by COPY, for tables that machines fill (PERFORMANCE.md, Rosters).

It goes round the models: defaults, sealed fields and validation are the caller's. The database's constraints hold.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models

from skilleval.core.db import assert_in_transaction

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
    writers = [_writer(field) for field in found]
    lines = "".join(
        "\t".join([NULL if value is None else write(value) for write, value in zip(writers, row, strict=True)]) + "\n"
        for row in rows
    )
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in found)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN", io.StringIO(lines))


def _writer(field: Any) -> Callable[[Any], str]:
    match field.get_internal_type():
        case "JSONField":
            return lambda value: _escaped(JSON.encode(value))
        case "BinaryField":
            return lambda value: rf"\\x{value.hex()}"
        case "ArrayField":
            return _array
    return lambda value: _escaped(str(value))


def _array(words: Sequence[str]) -> str:
    if not all(map(PLAIN.fullmatch, words)):
        raise ValueError("an array's words must be plain")
    return f"{{{','.join(words)}}}"


def _escaped(text: str) -> str:
    return MARKS.sub(lambda found: ESCAPED[found[0]], text) if MARKS.search(text) else text
