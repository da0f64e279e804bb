"""Lists of the admin that grow: paged by the key of a row instead of its place, and counted only as far as one reads.

A page costs the same wherever it is and however many rows there are: it begins behind a row that the index finds.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest

AFTER, BEFORE = "after", "before"
BETWEEN = "~"  # in no date and no number
COUNTED = 1000


def counts_of(*lists: QuerySet[Any]) -> list[str]:
    """How many rows each queryset has, in one statement that reads no more than a thousand of each: then 999+."""
    parts: list[str] = []
    params: list[Any] = []
    for rows in lists:
        try:
            sql, values = rows.order_by().values("pk")[:COUNTED].query.sql_with_params()
        except EmptyResultSet:
            sql, values = "SELECT 1 WHERE false", ()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS listed)")  # noqa: S608 - compiled by Django
        params += values
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), params)
        found = cursor.fetchone() or ()
    return [str(count) if count < COUNTED else f"{COUNTED - 1}+" for count in found]


def key_of(row: Any, order: tuple[str, ...]) -> str:
    """A row's place in an order, as an address carries it; the order's fields may be of any kind that reads as text."""
    return BETWEEN.join(str(getattr(row, field.removeprefix("-"))) for field in order)


def behind(rows: QuerySet[Any], order: tuple[str, ...], key: str) -> QuerySet[Any]:
    """The rows that come after a key in an order that ends with the primary key and has no empty values.

    None of them for what is no key.
    """
    try:
        values = _values(rows, order, key)
    except (ValidationError, ValueError):
        return rows.none()
    found, same = Q(), Q()
    for field, value in zip(order, values, strict=True):
        name, way = field.removeprefix("-"), "lt" if field.startswith("-") else "gt"
        found |= same & Q(**{f"{name}__{way}": value})
        same &= Q(**{name: value})
    first, way = order[0].removeprefix("-"), "lte" if order[0].startswith("-") else "gte"
    return rows.filter(found, **{f"{first}__{way}": values[0]})  # the second is what an index begins at


def turned(order: tuple[str, ...]) -> tuple[str, ...]:
    """The same order backwards."""
    return tuple(field[1:] if field.startswith("-") else f"-{field}" for field in order)


class KeyedChangeList(ChangeList):
    """A page that begins behind a key, or ends before one, in the order of its ModelAdmin."""

    keyed = True
    prev_key: str | None = None
    next_key: str | None = None

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in (AFTER, BEFORE)}

    def get_results(self, request: HttpRequest) -> None:
        order = tuple(map(str, self.model_admin.get_ordering(request)))
        asked = {name: request.GET.get(name, "") for name in (AFTER, BEFORE)}
        (self.shown,) = (f"共 {count} 条" for count in counts_of(self.queryset))
        self._take(order, **asked)
        self.result_count = len(self.result_list)
        self.full_result_count, self.show_full_result_count = None, False
        self.show_admin_actions, self.can_show_all, self.multi_page = True, False, False
        self.paginator = self.model_admin.get_paginator(request, self.result_list, self.list_per_page)

    def _take(self, order: tuple[str, ...], after: str, before: str) -> None:
        rows: QuerySet[Any] = self.queryset
        if before and not after:
            backwards = turned(order)
            found = list(behind(rows, backwards, before).order_by(*backwards)[: self.list_per_page + 1])
            more, page = len(found) > self.list_per_page, found[: self.list_per_page][::-1]
            earlier, later = more, bool(page)
        else:
            found = list((behind(rows, order, after) if after else rows).order_by(*order)[: self.list_per_page + 1])
            page = found[: self.list_per_page]
            earlier, later = bool(after and page), len(found) > self.list_per_page
        self.result_list = page
        self.prev_key = key_of(page[0], order) if earlier else None
        self.next_key = key_of(page[-1], order) if later else None


def _values(rows: QuerySet[Any], order: tuple[str, ...], key: str) -> list[Any]:
    texts = key.split(BETWEEN)
    if len(texts) != len(order) or any(len(text) > 40 for text in texts):
        raise ValueError(key)
    fields = [_field(rows, name.removeprefix("-")) for name in order]
    values = [field.to_python(text) for field, text in zip(fields, texts, strict=True)]
    for field, value in zip(fields, values, strict=True):
        field.run_validators(value)  # a number within the column's range
    return values


def _field(rows: QuerySet[Any], name: str) -> Any:
    meta = rows.model._meta
    return meta.pk if name == "pk" else meta.get_field(name)
