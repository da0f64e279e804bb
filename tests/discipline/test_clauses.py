"""The clauses as data: those of the rule, in editions that are never edited (SPEC 10)."""

from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from discipline.models import Clause
from discipline.queries.clauses import clauses_on, edition_on, read_clauses
from discipline.sanctions import CLAUSES
from skilleval.core.errors import Refused
from skilleval.management.notices import load_notices
from tests.factories import NoticeFactory

pytestmark = pytest.mark.django_db


def clause(edition: str = "2026", code: str = "M-3.1", begins: date = date(2026, 1, 15)) -> Clause:
    return Clause.objects.create(
        edition=edition,
        code=code,
        tier=int(code[2]),
        title="标题",
        consequence="处理",
        notice=NoticeFactory(),
        in_force_from=begins,
    )


def test_the_notices_clauses_are_those_the_rule_knows() -> None:
    load_notices()
    rows = list(clauses_on(date(2026, 6, 1)))
    assert tuple(row.item for row in rows) == CLAUSES
    assert all(row.title and row.consequence and row.tier == int(row.item[0]) for row in rows)
    assert {row.notice.key for row in rows} == {"sict-2026"}


def test_an_edition_once_loaded_is_never_edited() -> None:
    row = clause()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Clause.objects.filter(pk=row.pk).update(title="另一标题")


def test_a_changed_edition_is_reported_and_left(tmp_path: Path) -> None:
    load_notices()
    for path in Path("fixtures").rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to("fixtures")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    changed = tmp_path / "rules" / "misconduct-2026.json"
    changed.write_text(changed.read_text().replace("使用违规电子设备", "使用手机"))
    report = load_notices(tmp_path)
    assert any("M-3.1" in line and "请换一个版本号" in line for line in report.left)
    assert Clause.objects.get(code="M-3.1").title == "使用违规电子设备"


@pytest.mark.parametrize(
    ("on", "edition"),
    [
        (date(2025, 12, 1), "2026"),
        (date(2026, 1, 15), "2026"),
        (date(2026, 12, 31), "2026"),
        (date(2027, 1, 1), "2027"),
    ],
)
def test_the_edition_in_force_on_a_day(on: date, edition: str) -> None:
    clause()
    clause("2027", begins=date(2027, 1, 1))
    assert edition_on(on) == edition
    assert [row.edition for row in clauses_on(on)] == [edition]


def test_without_clauses_nothing_can_be_judged() -> None:
    with pytest.raises(Refused, match="尚未载入"):
        edition_on(date(2026, 6, 1))


def test_codes_are_kept_sorted_and_once_and_unknown_ones_refused() -> None:
    clause()
    clause(code="M-2.1")
    assert read_clauses(["M-3.1", "M-2.1", "M-3.1"], "2026") == ["M-2.1", "M-3.1"]
    with pytest.raises(Refused, match=r"没有第 M-3\.9 条"):
        read_clauses(["M-3.9"], "2026")
    with pytest.raises(Refused, match="至少选择"):
        read_clauses([], "2026")
