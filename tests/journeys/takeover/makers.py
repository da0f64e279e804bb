"""A provider in the middle of a month, its manager, and workbooks of what it began before the portal."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from registration.enums import TakeOverKind
from registration.models import TakeOver
from registration.takeovers.columns import COLUMNS
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering, Provider
from skilleval.core.jobs import drain
from skilleval.journeys.takeover import verbs
from tests import factories
from tests.core.hostile_sheets import workbook
from tests.factories import at, resident_number

CODE = "4-04-05-05"
#: The middle of April: the window of April is open, that of March leads to assessments in April.
NOW = at(2026, 4, 15)
NAMES = "甲乙丙丁戊己庚辛壬癸"


def market(threshold: int = 3, **fields: Any) -> Offering:
    """An offering of level 4 with prices, at a provider with the windows of January to June."""
    provider = factories.ProviderFactory(threshold=threshold, **fields)
    for month in range(1, 7):
        factories.window_of(provider, month)
    occupation = factories.OccupationFactory(code=CODE, name="测试训练师")
    work_type = factories.WorkTypeFactory(occupation=occupation, name="")
    made: Offering = factories.OfferingFactory(provider=provider, work_type=work_type)
    factories.publish_fees(made)
    return made


def manager(provider: Provider) -> User:
    """Somebody who may take over; fresh from the database, as a request's user is."""
    return User.objects.get(pk=factories.staff(provider, Role.MANAGER).pk)


@functools.cache
def name_of(serial: int) -> str:
    return f"样本{NAMES[serial % 10]}{NAMES[serial // 10 % 10]}{NAMES[serial // 100 % 10]}"


def person(serial: int, **cells: str) -> dict[str, str]:
    """An invented person by the cells of a workbook."""
    told = {"name": name_of(serial), "id_number": resident_number(serial), "phone": f"139{serial:08d}"}
    return told | {"code": CODE, "level": "四级/中级工"} | cells


def applied(serial: int, **cells: str) -> dict[str, str]:
    """Approved in the window of April, and not paid."""
    days = {"submitted_on": "2026-04-02", "approved_on": "2026-04-08"}
    return person(serial, clause="4.1", first_window="2026年4月批次", original_on="2026-04-09", **days) | cells


def paid(serial: int, **cells: str) -> dict[str, str]:
    """The same, and paid."""
    return applied(serial, order_number=f"旧{serial:04d}", amount="400", value_on="2026-04-10") | cells


def rolled(serial: int, **cells: str) -> dict[str, str]:
    """Paid in March, and rolled over to April."""
    days = {"submitted_on": "2026-03-02", "approved_on": "2026-03-05", "value_on": "2026-03-06"}
    return paid(serial, first_window="2026年3月批次", window="2026年4月批次", rolled="1", **days) | cells


def credit(serial: int, **cells: str) -> dict[str, str]:
    return person(serial, subject="理论知识", score="75", published_on="2025-10-20") | cells


def certificate(serial: int, provider: Provider, **cells: str) -> dict[str, str]:
    return person(serial, number=f"{provider.filing_number}264{serial:06d}", issued_on="2026-02-20") | cells


def banned(serial: int, **cells: str) -> dict[str, str]:
    told = {key: value for key, value in person(serial).items() if key not in ("code", "level")}
    return told | {"source": f"沪评决〔2026〕{serial}号", "starts_on": "2026-03-01", "ends_on": "2028-02-29"} | cells


def sheet(kind: str, *rows: Mapping[str, str]) -> SimpleUploadedFile:
    """A workbook of a kind with some rows, all of its columns there."""
    columns = COLUMNS[kind]
    lines = [[row.get(column.key, "") for column in columns] for row in rows]
    return SimpleUploadedFile("导入.xlsx", workbook([column.title for column in columns], *lines))


def uploaded(kind: str, *rows: Mapping[str, str], by: User, when: datetime = NOW) -> TakeOver:
    """A workbook uploaded and looked at."""
    provider = None if kind == TakeOverKind.BANS else Provider.objects.get(pk__in=by.provider_ids)
    made = verbs.upload(kind, provider=provider, upload=sheet(kind, *rows), by=by, at=when)
    drain()
    made.refresh_from_db()
    return made


def loaded(kind: str, *rows: Mapping[str, str], by: User, when: datetime = NOW) -> TakeOver:
    """The same, and loaded."""
    made = uploaded(kind, *rows, by=by, when=when)
    assert made.state == "ready", made.problem
    verbs.begin_load(made, by=by, at=when)
    drain()
    made.refresh_from_db()
    return made


def faults(take_over: TakeOver) -> list[tuple[int, str, str]]:
    """Row, column and message of what stops."""
    return [(fault["row"], fault["column"], fault["message"]) for fault in take_over.report if fault["stops"]]


def counts(take_over: TakeOver) -> tuple[int, int, int]:
    return take_over.rows_new, take_over.rows_known, take_over.rows_faulty
