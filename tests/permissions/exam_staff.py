"""A provider's exam staff and what it asks of them, for the permission tables."""

from __future__ import annotations

from typing import Any

from scheduling.models import ExamStaff, StaffingNorm
from skilleval.catalogue.models import Provider
from tests import factories


def build(provider: Provider) -> dict[str, Any]:
    """Somebody it calls on, and a norm for all its occupations."""
    return {
        "exam_staff": ExamStaff.objects.create(provider=provider, name="测试监考", roles=["invigilator"]),
        "staffing_norm": StaffingNorm.objects.create(provider=provider, edition="2023 年版"),
    }


def norm(provider: Provider, number: int) -> StaffingNorm:
    """One more, for an occupation of its own."""
    return StaffingNorm.objects.create(
        provider=provider, occupation=factories.OccupationFactory(), edition=f"第 {number} 版"
    )


def invigilator(provider: Provider, number: int) -> ExamStaff:
    """One more, bound to an occupation."""
    staff = ExamStaff.objects.create(provider=provider, name="测试考务", unit=f"单位 {number}", roles=["examiner"])
    staff.occupations.add(factories.OccupationFactory())
    return staff
