"""From the QR code straight to the report: the link that the check page offers."""

from __future__ import annotations

import pytest
from django.urls import reverse

from discipline.door import report_link
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
