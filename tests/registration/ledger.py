"""Credits, the applications that earned them, and the plans that say what they count for, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from registration.models import Application, Candidate, Credit, ResitScheme, SubjectMapping
from registration.services import credits as services
from skilleval.catalogue.models import Offering
from tests.factories import ApplicationFactory, OfferingFactory, at

PUBLISHED = date(2026, 5, 20)
THEORY = {"theory": Decimal("72.5")}


def sat(candidate: Candidate, offering: Offering, submitted_on: date = date(2026, 3, 2), **fields: Any) -> Application:
    """An application whose results are published."""
    made: Application = ApplicationFactory(
        candidate=candidate, offering=offering, state="completed", submitted_on=submitted_on, **fields
    )
    return made


def earn(
    candidate: Candidate,
    offering: Offering,
    subjects: Mapping[str, Decimal] = THEORY,
    published_on: date = PUBLISHED,
    **fields: Any,
) -> list[Credit]:
    """What somebody has passed at a sitting, published on a day."""
    application = sat(candidate, offering, **fields)
    noon = noon_of(published_on)
    services.set_credits(application, subjects=subjects, published_on=published_on, source="成绩公布", by=None, at=noon)
    return list(application.earned.order_by("pk"))


def noon_of(day: date) -> datetime:
    return at(day.year, day.month, day.day)


class ResitSchemeFactory(DjangoModelFactory[ResitScheme]):
    """Theory counts for theory, practical for the review; `rows` are other pairs of old and new subjects."""

    class Meta:
        model = ResitScheme
        skip_postgeneration_save = True

    offering = factory.SubFactory(OfferingFactory)
    in_force_from = date(2026, 5, 1)
    notice = factory.SelfAttribute("offering.notice")

    @factory.post_generation
    def rows(self: ResitScheme, create: bool, extracted: Any, **kwargs: Any) -> None:  # type: ignore[misc]
        pairs = (("theory", "theory"), ("practical", "review")) if extracted is None else extracted
        SubjectMapping.objects.bulk_create(
            SubjectMapping(scheme=self, old_subject=old, new_subject=new) for old, new in pairs
        )
