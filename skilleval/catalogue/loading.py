"""Loading what notices publish without undoing what staff changed since.

Three values meet in every field: what the notice says now, what it said when it was last loaded (`LoadedRow`), and what
the row holds. A row that still holds what was loaded follows the notice; one that doesn't was changed by staff, and
stays; a row that is gone was deleted by staff, and isn't made again. Differences are reported, field by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from skilleval.catalogue.models import LoadedRow, Notice


@dataclass(frozen=True)
class Row:
    """One row of a notice: its key within the table, the notice's key ("" for none), and plain values by field name.

    A foreign key's value is the key of a row in another table.
    """

    key: str
    notice: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Rows of one model.

    `identity`: fields that make a row the same one where staff entered it before the notice. `versions`: rows that
    applications refer to by their edition, so that one once loaded is never changed; a change needs a new edition.
    """

    kind: str
    model: type[models.Model]
    rows: Sequence[Row]
    parents: Mapping[str, str] = field(default_factory=dict)  # foreign key field → kind of the table it refers to
    identity: tuple[str, ...] = ()
    versions: bool = False

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name)


@dataclass
class Report:
    """What loading did, table by table, and every difference it left alone."""

    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report in Chinese, ready to print."""
        counts = [
            f"{title}：新建 {made}，更新 {self.updated[title]}，未变 {self.unchanged[title]}"
            for title, made in self.created.items()
        ]
        return counts + [f"保留：{line}" for line in self.left]


@transaction.atomic
def load(tables: Iterable[Table]) -> Report:
    """Load tables, parents first; all or nothing. Returns what was made, changed and left alone."""
    report = Report()
    keys: dict[str, dict[str, int]] = {}
    for table in tables:
        _Loader(table, keys, report).run()
    return report


class _Loader:
    """One table's turn: a fixed number of statements, whatever its size."""

    def __init__(self, table: Table, keys: dict[str, dict[str, int]], report: Report) -> None:
        self.table = table
        self.report = report
        self.loaded = {row.key: row for row in LoadedRow.objects.select_for_update().filter(kind=table.kind)}
        self.objects = {obj.pk: obj for obj in table.model._default_manager.all()}
        self.keys = keys
        keys[table.kind] = {key: row.object_id for key, row in self.loaded.items() if row.object_id in self.objects}
        self.names = {name: {pk: key for key, pk in keys[kind].items()} for name, kind in table.parents.items()}
        self.by_identity = {self._identity(obj): obj for obj in self.objects.values()} if table.identity else {}
        self.fresh: list[tuple[Row, models.Model]] = []
        self.changed: dict[int, models.Model] = {}
        self.changed_fields: set[str] = set()
        self.records: list[LoadedRow] = []
        self.unchanged = 0

    def run(self) -> None:
        for row in self.table.rows:
            self._meet(row)
        self._write()
        gone = self.loaded.keys() - {row.key for row in self.table.rows}
        self.report.left += [f"{self.table.title} {key}：公告中已没有此项，未作删除" for key in sorted(gone)]

    def _meet(self, row: Row) -> None:
        """Decide what becomes of one row."""
        orphaned = [name for name in self.table.parents if self._parent(row, name) is None and row.values[name]]
        record = self.loaded.get(row.key)
        if record is not None and record.object_id not in self.objects:
            self.report.left.append(f"{self.table.title} {row.key}：机构已删除，未重新建立")
        elif orphaned:
            self.report.left.append(f"{self.table.title} {row.key}：所属的{self._label(orphaned[0])}已删除，未建立")
        elif record is not None:
            self._compare(row, self.objects[record.object_id], record)
        else:
            self._enter(row)

    def _enter(self, row: Row) -> None:
        """A row seen for the first time: make it, or adopt the one that staff entered before."""
        obj = self.table.model(**self._attributes(row))
        entered = self.by_identity.get(self._identity(obj)) if self.table.identity else None
        if entered is None:
            self.fresh.append((row, obj))
            return
        record = self._record(row, entered.pk)
        self._compare(row, entered, record, new=True)

    def _compare(self, row: Row, obj: models.Model, record: LoadedRow, *, new: bool = False) -> None:
        """Meet a stored row field by field."""
        touched = False
        for name, said in row.values.items():
            before = record.values.get(name, self._default(name))
            now = self._current(obj, name)
            if now == said:
                continue
            what = f"{self.table.title} {row.key}“{self._label(name)}”"
            if self.table.versions:
                self.report.left.append(f"{what}：这一版本已载入，不再修改；请换一个版本号")
                continue
            if now != before or new:
                self.report.left.append(f"{what}：公告为 {_shown(said)}，机构已改为 {_shown(now)}")
                continue
            setattr(obj, *self._attribute(row, name))
            self.changed_fields.add(name)
            touched = True
        if touched:
            self.changed[obj.pk] = obj
        else:
            self.unchanged += 1
        if new or record.values != dict(row.values):
            record.values = dict(row.values)
            self.records.append(record)

    def _write(self) -> None:
        model, title = self.table.model, self.table.title
        made = model._default_manager.bulk_create([obj for _, obj in self.fresh], batch_size=1000)
        for (row, _), obj in zip(self.fresh, made, strict=True):
            self.records.append(self._record(row, obj.pk))
            self.keys[self.table.kind][row.key] = obj.pk
        if self.changed:
            model._default_manager.bulk_update(self.changed.values(), sorted(self.changed_fields), batch_size=500)
        for record in self.records:
            self.keys[self.table.kind][record.key] = record.object_id
        LoadedRow.objects.bulk_create([record for record in self.records if record.pk is None], batch_size=1000)
        LoadedRow.objects.bulk_update([record for record in self.records if record.pk], ["values", "notice"])
        for counts, number in (
            (self.report.created, len(made)),
            (self.report.updated, len(self.changed)),
            (self.report.unchanged, self.unchanged),
        ):
            counts[title] = counts.get(title, 0) + number

    # --- between plain values and a model's ---------------------------------------------------------------------

    def _record(self, row: Row, pk: int) -> LoadedRow:
        notice = self.keys.get(NOTICES, {}).get(row.notice) or (pk if self.table.model is Notice else None)
        return LoadedRow(kind=self.table.kind, key=row.key, object_id=pk, values=dict(row.values), notice_id=notice)

    def _parent(self, row: Row, name: str) -> int | None:
        return self.keys[self.table.parents[name]].get(row.values[name] or "")

    def _attribute(self, row: Row, name: str) -> tuple[str, Any]:
        if name in self.table.parents:
            return f"{name}_id", self._parent(row, name)
        return name, self._field(name).to_python(row.values[name])

    def _attributes(self, row: Row) -> dict[str, Any]:
        return dict(self._attribute(row, name) for name in row.values)

    def _current(self, obj: models.Model, name: str) -> Any:
        if name in self.table.parents:
            pk = getattr(obj, f"{name}_id")
            return self.names[name].get(pk, f"#{pk}") if pk else None
        return plain(self._field(name), getattr(obj, name))

    def _default(self, name: str) -> Any:
        """What a row held before the notice said anything about a field."""
        if name in self.table.parents:
            return None
        return plain(self._field(name), self._field(name).get_default())

    def _identity(self, obj: models.Model) -> tuple[Any, ...]:
        return tuple(getattr(obj, self._field(name).attname) for name in self.table.identity)

    def _field(self, name: str) -> Any:
        return self.table.model._meta.get_field(name)

    def _label(self, name: str) -> str:
        return str(self._field(name).verbose_name)


NOTICES = "notice"


def plain(model_field: Any, value: Any) -> Any:
    """A field's value as JSON keeps it, one spelling for equal values (95 and 95.00, dates, times)."""
    if value is None or isinstance(model_field, models.JSONField):
        return value
    value = model_field.to_python(value)
    if isinstance(model_field, models.DecimalField):
        return f"{value:.{model_field.decimal_places}f}"
    return value.isoformat() if hasattr(value, "isoformat") else value


def _shown(value: Any) -> str:
    if value in (None, ""):
        return "空"
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
