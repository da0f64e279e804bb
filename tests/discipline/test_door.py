"""From the QR code straight to the report: the link that the check page offers."""

from __future__ import annotations

import pytest
from django.urls import reverse

from discipline.door import cases_from_rooms, report_link
from discipline.models import Case
from scheduling.models import AdmissionTicket
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.accounts.models import User
from tests import factories
from tests.discipline import making
from tests.discipline.conftest import Stands
from tests.discipline.making import scene
from tests.discipline.pages import signed_in, text_of

pytestmark = pytest.mark.django_db


def test_whoever_works_there_reports_from_the_door_and_nobody_about_themself(clock_at: Stands) -> None:
    sat = scene()
    ticket = AdmissionTicket.objects.create(
        application=sat.application, session=sat.session, number="12345678901234", released_at=making.REPORTED
    )
    address = f"{reverse('case_report_on', args=[sat.application.uuid])}?found=room"
    client = signed_in(sat.invigilator)
    assert f'href="{address}"' in text_of(client.get(reverse("ticket_check", args=[ticket.uuid])))
    assert client.get(address).context["form"]["found"].initial == "room"
    factories.MembershipFactory(user=sat.person, role=Role.SCHEDULING, provider=sat.offering.provider)
    strangers = (factories.staff(factories.ProviderFactory(), *PROVIDER_ROLES), sat.supervisor, sat.person)
    assert [report_link(ticket, User.objects.get(pk=user.pk)) for user in strangers] == [None, None, None]


def test_a_case_from_the_room_keeps_its_session_where_it_is() -> None:
    case = making.reported(scene())
    assert case.session is not None
    assert "第 1 场已有考场发现的违纪违规案件" in cases_from_rooms([case.session.pk])
    assert cases_from_rooms([case.session.pk + 1]) == ""
    Case.objects.update(found="later")
    assert cases_from_rooms([case.session.pk]) == ""
