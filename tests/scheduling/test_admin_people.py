"""The page on which staff split and merge proposed sessions and move people between them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from scheduling.models import ExamSession, Seat
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from tests.scheduling.people import planned, publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("april")]


def page(session: ExamSession) -> str:
    return reverse("admin:scheduling_examsession_people", args=[session.pk])


def sizes(offering: Offering) -> list[int]:
    return list(ExamSession.objects.filter(batch__offering=offering).order_by("number").values_list("size", flat=True))


def test_a_session_is_split_and_merged_again(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 30)[0]
    shown = client.post(page(session), {"verb": "split", "people": "12"}, follow=True).content.decode()
    assert "第 2 场现有 12 人" in shown
    assert sizes(offering) == [18, 12]
    other = ExamSession.objects.get(number=2)
    client.post(page(other), {"verb": "merge", "other": session.pk})
    assert sizes(offering) == [30, 0]


def test_people_chosen_by_name_move(offering: Offering, by: User, client: Client) -> None:
    first, second = planned(offering, 41)
    chosen = Seat.objects.filter(sitting__session=first, subject="theory")[:2].values_list("application", flat=True)
    client.post(page(first), {"verb": "move", "other": second.pk, "people": list(chosen)})
    assert sizes(offering) == [19, 22]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"verb": "split", "people": "0"}, "人数至少为 1"),
        ({"verb": "split", "people": "21"}, "1 至 20"),
        ({"verb": "merge"}, "请选择场次"),
        ({"verb": "merge", "other": "999999"}, "请刷新后重选"),
        ({"verb": "move", "people": ["999999"]}, "请刷新后重选"),
        ({"verb": "move"}, "请选择要移动的人员"),
        ({"verb": "burn"}, "拆分"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_happens(
    offering: Offering, by: User, client: Client, sent: dict[str, object], message: str
) -> None:
    session = planned(offering, 41)[0]
    assert message in client.post(page(session), sent).content.decode()
    assert sizes(offering) == [21, 20]


def test_what_was_published_offers_none_of_it(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 41)[0]
    publish(session, by=by)
    assert "不能拆分或合并" in client.get(page(session)).content.decode()
    assert "已发布" in client.post(page(session), {"verb": "split", "people": "1"}, follow=True).content.decode()
    assert sizes(offering) == [21, 20]
