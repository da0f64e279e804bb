"""A city's people waiting for their judgment, made by PostgreSQL itself: a million of them in a minute or two."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import connection

from scheduling.models import Batch
from scheduling.services import batches as batch_services
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Offering, Provider, Subject, WorkType
from tests import factories
from tests.bench.copies import columns_of, insert_copies
from tests.scheduling.people import scheduler

EVERYBODY = "registration_application, registration_candidate"


@dataclass(frozen=True)
class City:
    """Providers × offerings, each offering with as many people in the same window of its provider."""

    providers: int
    offerings: int
    people_each: int

    @property
    def people(self) -> int:
        return self.providers * self.offerings * self.people_each


def fill(city: City) -> None:
    """Confirmed people in batches that were announced to go ahead and are due."""
    first = factories.ApplicationFactory(state="confirmed", subjects=["theory", "practical"])
    work_types = [first.offering.work_type, *factories.WorkTypeFactory.create_batch(city.offerings - 1)]
    for _ in range(city.providers):
        provider = factories.ProviderFactory()
        scheduler(provider)  # who is told of each batch
        factories.window_of(provider)
        _offer(provider, first.offering, work_types)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        _people(cursor, first.candidate, city)
        _applications(cursor, first, city)
        cursor.execute(f"ANALYZE {EVERYBODY}, catalogue_offering")
        cursor.execute("RESET statement_timeout")
    first.delete()
    batch_services.open_missing_batches()
    unjudge()


def unjudge() -> None:
    """As on the eve of the judgment: every batch goes ahead, without sessions and seats."""
    Batch.objects.update(state="going_ahead", judged_at=None, seed=None)


def _offer(provider: Provider, like: Offering, work_types: list[WorkType]) -> None:
    made = Offering.objects.bulk_create(
        Offering(
            provider=provider,
            work_type=work_type,
            level=like.level,
            year=like.year,
            notice=like.notice,
            announcement=like.announcement,
            valid_from=like.valid_from,
            rule_set=like.rule_set,
        )
        for work_type in work_types
    )
    Subject.objects.bulk_create(
        Subject(offering=offering, kind=kind, position=position, notice=like.notice)
        for offering in made
        for position, kind in enumerate((SubjectKind.THEORY, SubjectKind.PRACTICAL))
    )


def _people(cursor: object, one: object, city: City) -> None:
    fresh = {
        "uuid": "gen_random_uuid()",
        "id_index": "decode(lpad(to_hex(n), 64, '0'), 'hex')",
        "user_id": "NULL",
        "photo_id": "NULL",
    }
    insert_copies(cursor, one, city.people, {name: fresh[name] for name in fresh if name in columns_of(one)})


def _applications(cursor: object, one: object, city: City) -> None:
    """One for each of the people just made, offering by offering of those that have a window."""
    places = (
        "(SELECT o.id AS offering, o.work_type_id AS work_type, w.id AS window,"
        " row_number() OVER (ORDER BY o.id) - 1 AS place"
        " FROM catalogue_offering o JOIN registration_window w USING (provider_id)"
        " WHERE o.provider_id IN (SELECT id FROM catalogue_provider ORDER BY id DESC LIMIT %(providers)s)) AS at"
        " ON at.place = (n - 1) / %(people_each)s"
        " JOIN (SELECT id, row_number() OVER (ORDER BY id DESC) AS place FROM registration_candidate) AS person"
        " ON person.place = n"
    )
    fresh = {
        "uuid": "gen_random_uuid()",
        "number": "'B' || n",
        "candidate_id": "person.id",
        "offering_id": "at.offering",
        "work_type_id": "at.work_type",
        "window_id": "at.window",
        "first_window_id": "at.window",
    }
    insert_copies(cursor, one, city.people, fresh, joined=places, values=asdict(city))
