"""Groups for the portal under test, made by the services: ``python -m tests.faults.group_crowd KIND [NUMBER]``.

Runs in the portal's environment and prints what a test has to know, as JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from typing import Any

import django

from tests.faults import crowd


def opened() -> dict[str, Any]:
    """A group that nothing was uploaded to yet, and its officer's session."""
    group, officer = _group()
    return {"group": group.pk, "uuid": str(group.uuid), "session": crowd._session(officer)}


def uploaded(people: int) -> dict[str, Any]:
    """A roster of so many people, with the job that checks it waiting for a worker."""
    from registration.services import rosters
    from skilleval.core import clock
    from tests.registration.rosters import roster_file

    group, officer = _group()
    file = roster_file(*(_person(number) for number in range(people)))
    roster = rosters.upload_roster(group, upload=file, by=officer, at=clock.now())
    return {"group": group.pk, "roster": roster.pk}


def handed_in(people: int) -> dict[str, Any]:
    """So many people checked and passed, with the job that hands them in waiting for a worker."""
    from registration.models import Group, RosterRow
    from registration.services import handing_in, passing, rosters
    from skilleval.core import clock, files, jobs
    from skilleval.core.enums import FileKind
    from tests.registration.rosters import roster_file

    group, officer = _group()
    file = roster_file(*(_person(number) for number in range(people)))
    rosters.upload_roster(group, upload=file, by=officer, at=clock.now())
    jobs.drain()
    photo = files.store(crowd._picture(), kind=FileKind.PHOTO, by=officer, owner_label=f"group {group.number}")
    RosterRow.objects.filter(group=group).update(photo=photo)
    _recheck(group)
    group = Group.objects.with_names().get(pk=group.pk)
    passing.pass_rows(group, rows=None, statement=passing.STATEMENT, by=officer, at=clock.now())
    submission = handing_in.submit_group(group, fee_published=True, by=officer, at=clock.now())
    return {"group": group.pk, "submission": submission.pk}


def _group() -> tuple[Any, Any]:
    from registration.services import rosters
    from skilleval.core import clock
    from tests import factories
    from tests.registration.rosters import officer_of

    today = clock.today()
    provider, _rules = crowd._provider(today)
    offering, window = crowd._offering(provider, today), crowd._windows(provider, today, closed=False)
    for item in factories.publish_fees(offering):
        item.valid_from = today - crowd.A_YEAR
        item.save()
    factories.InstitutionFactory.reset_sequence(provider.pk)
    institution = factories.InstitutionFactory()
    officer = officer_of(institution, email=f"officer{institution.pk}@example.test")
    group = rosters.open_group(
        institution, offering=offering, window=window, fee_published=True, by=officer, at=clock.now()
    )
    return group, officer


def _person(number: int) -> dict[str, str]:
    from tests.factories import resident_number
    from tests.registration.rosters import stated

    born = date(1980, 1, 1) + timedelta(days=number // 1000)
    return stated(number % 1000, id_number=resident_number(number, born), phone=f"139{number:08d}")


def _recheck(group: Any) -> None:
    from registration.services import judging
    from skilleval.core import clock

    judging.recheck(group, on=clock.today())


KINDS = {made.__name__: made for made in (opened, uploaded, handed_in)}

if __name__ == "__main__":
    django.setup()
    print(json.dumps(KINDS[sys.argv[1]](*map(int, sys.argv[2:]))))
