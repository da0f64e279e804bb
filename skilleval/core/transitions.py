"""The one way a state changes: by a table of allowed moves, conditionally on the old state, with a log row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.utils import timezone

from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import Actor

SYSTEM = "系统"


class TransitionLog(models.Model):
    """One change of state. A subclass adds the foreign key ``subject`` to the model whose state it was."""

    from_state = models.CharField("原状态", max_length=24, blank=True)
    to_state = models.CharField("新状态", max_length=24)
    at = models.DateTimeField("时间")
    real_at = models.DateTimeField("记录时间", default=timezone.now)
    by_id = models.BigIntegerField("操作人编号", null=True, blank=True)
    by_label = models.CharField("操作人", max_length=100)
    reason = models.TextField("理由", blank=True)

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Stateful(Protocol):
    """A row with a field ``state``; its model has the table of its moves, MOVES, and the model of its log, LOG."""

    pk: Any
    state: str


def begin(obj: Stateful, *, by: Actor | None, at: datetime, reason: str = "") -> None:
    """Log the state a new row starts in."""
    assert_in_transaction()
    _log(obj, "", obj.state, **_who(by), at=at, reason=reason)


def begin_many(objs: Sequence[Stateful], *, by: Actor | None, at: datetime, reason: str = "") -> None:
    """Log the states that many new rows of one model start in, in one statement."""
    assert_in_transaction()
    if not objs:
        return
    model: Any = type(objs[0])
    who = _who(by)
    sql = (
        f"INSERT INTO {connection.ops.quote_name(model.LOG._meta.db_table)}"  # noqa: S608 - names from our own models
        " (subject_id, from_state, to_state, at, real_at, by_id, by_label, reason)"
        " SELECT begun.row_key, '', begun.state, %s, %s, %s, %s, %s"
        " FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY AS begun (row_key, state, place) ORDER BY begun.place"
    )
    told = (at, timezone.now(), who["by_id"], who["by_label"], reason)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*told, [obj.pk for obj in objs], [str(obj.state) for obj in objs]])


def move(obj: Stateful, to: str, *, by: Actor | None, at: datetime, reason: str = "", **fields: Any) -> None:
    """Move a row from the state it has in memory, setting ``fields`` in the same UPDATE; ``by`` None is the portal.

    Raises Refused when the table doesn't allow the move, Conflict when the row has meanwhile left its state.
    """
    assert_in_transaction()
    model: Any = type(obj)
    from_state = obj.state
    _check_allowed(model, from_state, to)
    told = {**_who(by), "at": at, "reason": reason}
    if any(hasattr(value, "resolve_expression") for value in fields.values()):
        if not model._base_manager.filter(pk=obj.pk, state=from_state).update(state=to, **fields):
            raise Conflict()
        _log(obj, from_state, to, **told)
    elif not _move_and_log(obj, from_state, {"state": to, **fields}, told):
        raise Conflict()
    _refresh(obj, {"state": to, **fields})


def move_many(
    queryset: models.QuerySet[Any],
    from_state: str,
    to: str,
    *,
    by: Actor | None,
    at: datetime,
    reason: str = "",
    **fields: Any,
) -> int:
    """Move all rows of a queryset that are in ``from_state``, in one statement, and return how many were.

    Rows that left the state meanwhile stay as they are. Raises Refused when the table doesn't allow the move.
    """
    assert_in_transaction()
    model = queryset.model
    _check_allowed(model, from_state, to)
    rows = queryset.filter(state=from_state).order_by("pk").select_for_update(of=("self",)).values("pk")
    try:
        select, select_params = rows.query.sql_with_params()
    except EmptyResultSet:  # an empty list of keys was asked for
        return 0
    columns, values = _assignments(model, {"state": to, **fields})
    who = _who(by)
    quote = connection.ops.quote_name
    table, key, log = (quote(n) for n in (model._meta.db_table, model._meta.pk.column, model.LOG._meta.db_table))
    sql = (
        f"WITH found (row_key) AS ({select}), moved AS (UPDATE {table} SET {columns}"  # noqa: S608 - names from our own models
        f" WHERE {key} IN (SELECT row_key FROM found) RETURNING {key})"
        f" INSERT INTO {log} (subject_id, from_state, to_state, at, real_at, by_id, by_label, reason)"
        f" SELECT {key}, %s, %s, %s, %s, %s, %s, %s FROM moved ORDER BY {key}"
    )
    logged = (from_state, to, at, timezone.now(), who["by_id"], who["by_label"], reason)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*select_params, *values, *logged])
        return int(cursor.rowcount)


def _move_and_log(obj: Stateful, from_state: str, fields: dict[str, Any], told: dict[str, Any]) -> bool:
    """The conditional UPDATE and its log row in one statement; whether the row was still in its state."""
    model: Any = type(obj)
    columns, values = _assignments(model, fields)
    quote = connection.ops.quote_name
    table, key, log = (quote(n) for n in (model._meta.db_table, model._meta.pk.column, model.LOG._meta.db_table))
    sql = (
        f"WITH moved AS (UPDATE {table} SET {columns} WHERE {key} = %s AND state = %s RETURNING {key})"  # noqa: S608 - names from our own models
        f" INSERT INTO {log} (subject_id, from_state, to_state, at, real_at, by_id, by_label, reason)"
        f" SELECT {key}, %s, %s, %s, %s, %s, %s, %s FROM moved"
    )
    logged = (from_state, fields["state"], told["at"], timezone.now(), told["by_id"], told["by_label"], told["reason"])
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, obj.pk, from_state, *logged])
        return int(cursor.rowcount) == 1


def _check_allowed(model: Any, from_state: str, to: str) -> None:
    if to not in model.MOVES.get(from_state, frozenset()):
        labels = dict(model._meta.get_field("state").flatchoices)
        raise Refused(f"状态为“{labels.get(from_state, from_state)}”的记录不能改为“{labels.get(to, to)}”，请刷新后查看")


def _assignments(model: Any, fields: dict[str, Any]) -> tuple[str, list[Any]]:
    columns = {model._meta.get_field(name): value for name, value in fields.items()}
    clause = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in columns)
    return clause, [field.get_db_prep_save(getattr(value, "pk", value), connection) for field, value in columns.items()]


def _log(obj: Stateful, from_state: str, to_state: str, **told: Any) -> None:
    model: Any = type(obj)
    model.LOG(subject=obj, from_state=from_state, to_state=to_state, **told).save()


def _who(by: Actor | None) -> dict[str, Any]:
    return {"by_id": by.id if by else None, "by_label": by.label if by else SYSTEM}


def _refresh(obj: Any, fields: dict[str, Any]) -> None:
    computed = [name for name, value in fields.items() if hasattr(value, "resolve_expression")]
    for name, value in fields.items():
        if name not in computed:
            setattr(obj, name, value)
    if computed:
        obj.refresh_from_db(fields=computed)
