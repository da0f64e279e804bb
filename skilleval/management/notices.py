"""All tables of the notices, the apps' to the right of the catalogue included."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from discipline.models import Clause
from fees.models import FeeItem
from registration.enums import WindowShape
from registration.models import CalendarPattern, Window
from skilleval.catalogue.loading import NOTICES, Report, Row, Table, load
from skilleval.catalogue.models import Offering
from skilleval.catalogue.notices import Source, catalogue_tables, offering_key, values

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
CLAUSES = "2026"
PATTERN_FIELDS = (
    "opens_day",
    "closes_day",
    "exam_months_after",
    "exam_from_day",
    "skipped_exam_months",
    "december_tentative",
)


def load_notices(folder: Path = FIXTURES) -> Report:
    """Load every notice from a folder of fixtures, in one transaction."""
    source = Source(folder)
    return load([*catalogue_tables(source), _windows(source), _patterns(source), _fees(source), _clauses(source)])


def _windows(source: Source) -> Table:
    fields = ("label", "opens_on", "closes_on", "exam_from", "exam_by", "tentative")
    rows = [
        Row(
            f"{record['机构备案号']}/{record['批次']}",
            record["公告"],
            {
                **values(Window, record, *fields),
                "provider": record["机构备案号"],
                "shape": WindowShape.NOTICE.value,
                "notice": record["公告"],
            },
        )
        for record in source.csv("windows.csv")
    ]
    return Table("window", Window, rows, {"provider": "provider", "notice": NOTICES}, ("provider", "opens_on"))


def _patterns(source: Source) -> Table:
    rows = [
        Row(
            record["机构备案号"],
            record["公告"],
            {
                **values(CalendarPattern, record, *PATTERN_FIELDS),
                "provider": record["机构备案号"],
                "notice": record["公告"],
            },
        )
        for record in source.csv("window_patterns.csv")
    ]
    return Table("pattern", CalendarPattern, rows, {"provider": "provider", "notice": NOTICES}, ("provider",))


def _fees(source: Source) -> Table:
    """Published prices. A subject without an amount has no row: 费用待公布, never a guess (SPEC 2.4)."""
    rows = []
    for record in source.csv("subjects.csv"):
        if not record["金额（元）"]:
            continue
        offering = offering_key(record, values(Offering, record, "level")["level"])
        facts = values(FeeItem, record, "subject", "amount", "valid_from")
        rows.append(
            Row(
                f"{offering}/{facts['subject']}",
                record["公告"],
                {**facts, "offering": offering, "notice": record["公告"]},
            )
        )
    return Table("fee", FeeItem, rows, {"offering": "offering", "notice": NOTICES}, ("offering", "subject"))


def _clauses(source: Source) -> Table:
    """The clauses of misconduct, edition by edition (SPEC 10)."""
    rows = [
        Row(
            f"{edition['版本']}/{record['条款']}",
            edition["公告"],
            {
                **values(Clause, edition, "edition", "in_force_from"),
                **values(Clause, record, "code", "title", "consequence"),
                "tier": record["类别"],
                "notice": edition["公告"],
            },
        )
        for edition in source.json(f"rules/misconduct-{CLAUSES}.json")
        for record in edition["条款"]
    ]
    return Table("clause", Clause, rows, {"notice": NOTICES}, ("edition", "code"), versions=True)
