"""Several lists in one statement: what one decision rests on is read at one moment, in one round trip.

For lists that are short and read together. What must not change meanwhile is locked first, in statements of its own: a
statement that waits for a lock reads everything else as it was before it waited.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from django.db import connection, models

from skilleval.core.fields import EncryptedTextField

_read = partial(json.loads, parse_float=Decimal)
Lists = Mapping[str, models.QuerySet[Any]]


class Gathering:
    """Named querysets made by `lists` from values, compiled once for the process: Django takes longer to write a
    statement than PostgreSQL to answer it.

    `stand_ins` are values to compile with, one of a kind each, for which the real ones are put in: `lists` may pass
    its arguments on to querysets and do nothing else with them. `only()` is heeded; `select_related`, annotations,
    `values()` and sealed columns are not for here (TypeError).
    """

    def __init__(self, lists: Callable[..., Lists], **stand_ins: Any) -> None:
        self._lists, self._stand_ins = lists, stand_ins

    def read(self, **values: Any) -> dict[str, list[Any]]:
        """The rows of each queryset in its order, all read by one statement."""
        models_of, sql, params = self._compiled
        found: dict[str, list[Any]] = {name: [] for name in models_of}
        with connection.cursor() as cursor:
            cursor.execute(sql, [values[value] if named else value for named, value in params])
            for name, rows in cursor.fetchall():
                found[name] = [_instance(models_of[name], row) for row in _read(rows)]
        return found

    @cached_property
    def _compiled(self) -> tuple[dict[str, type[models.Model]], str, list[tuple[bool, Any]]]:
        """The models, the statement, and its values: named ones to be filled in, others as they are."""
        lists = self._lists(**self._stand_ins)
        parts: list[str] = []
        params: list[tuple[bool, Any]] = []
        for name, rows in lists.items():
            _check_plain(rows)
            sql, values = rows.query.sql_with_params()
            parts.append(f"SELECT '{name}', json_agg(listed)::text FROM ({sql}) AS listed HAVING count(*) > 0")  # noqa: S608 - compiled by Django
            params += [self._named(value) for value in values]
        missing = set(self._stand_ins) - {value for named, value in params if named}
        if missing:
            raise TypeError(f"no queryset asks for {', '.join(sorted(missing))}")
        return {name: rows.model for name, rows in lists.items()}, " UNION ALL ".join(parts), params

    def _named(self, value: Any) -> tuple[bool, Any]:
        for name, stand_in in self._stand_ins.items():
            if type(value) is type(stand_in) and value == stand_in:
                return True, name
        return False, value


def keep(owner: models.Model, **lists: Iterable[models.Model]) -> None:
    """Let `owner.<name>.all()` answer with rows at hand, as after prefetch_related."""
    for name, rows in lists.items():
        kept = getattr(owner, name).get_queryset()
        kept._result_cache, kept._prefetch_done = list(rows), True
        vars(owner).setdefault("_prefetched_objects_cache", {})[name] = kept


def _check_plain(rows: models.QuerySet[Any]) -> None:
    if rows.query.select_related or rows.query.annotations or rows._fields is not None:  # type: ignore[attr-defined]
        raise TypeError("only plain rows of one table can be gathered")


def _instance(model: type[models.Model], row: dict[str, Any]) -> models.Model:
    fields = [field for field in model._meta.concrete_fields if field.column in row]
    if any(isinstance(field, EncryptedTextField) for field in fields):
        raise TypeError(f"{model.__name__} has sealed columns: leave them out with only()")
    names, values = [field.attname for field in fields], [_value(row, field) for field in fields]
    return model.from_db(connection.alias, names, values)


def _value(row: dict[str, Any], field: models.Field[Any, Any]) -> Any:
    """A column's value as the model has it. JSON holds no dates, moments, decimals and UUIDs: the field reads them."""
    value = row[str(field.column)]
    return value if isinstance(field, models.JSONField) else field.to_python(value)
