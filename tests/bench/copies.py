"""Rows by the hundred thousand: a row that the services made, copied by PostgreSQL with some columns anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def columns_of(row: Any) -> list[str]:
    """The columns of a row but its key."""
    return [field.column for field in row._meta.concrete_fields if field.column != "id"]


def insert_copies(
    cursor: Any,
    row: Any,
    many: int,
    fresh: Mapping[str, str],
    *,
    joined: str = "",
    values: Mapping[str, int] | None = None,
) -> None:
    """So many copies of a row; `fresh` are expressions of n (1 to `many`), and of what is joined, by column.

    `values` are filled in where the expressions name them.
    """
    table, names = row._meta.db_table, columns_of(row)
    copied = ", ".join(fresh.get(name, f'source."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    rows = f"FROM {table} AS source CROSS JOIN generate_series(1, {many}) AS n {f'JOIN {joined}' if joined else ''}"
    cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {copied} {rows} WHERE source.id = {row.pk}", values)
