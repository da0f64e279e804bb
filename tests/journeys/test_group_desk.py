"""Groups at the provider's desk: who sees what, and how list, page and a member's review say where they stand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registration.models import Group, RosterRow
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    GroupFactory,
    MembershipFactory,
    ProviderFactory,
    staff,
    window_of,
)
from tests.journeys.desk import change, member as staff_client, page, signed_in
from tests.journeys.group_desk import ACTS, LIST, NOW, act, approve, first, keys, of, reviewing, states
from tests.registration.handed_in import group_with, handed_in
from tests.registration.rosters import member as not_handed_in, officer_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def group() -> Group:
    return group_with(2)


# --- who sees what --------------------------------------------------------------------------------------------------


def test_strangers_find_nothing_and_anonymous_people_the_log_in(group: Group) -> None:
    addresses = [of(group), *(act(name, group) for name in ACTS)]
    stranger = staff_client(ProviderFactory(), *PROVIDER_ROLES)
    assert [stranger.get(address).status_code for address in addresses] == [404] * 4
    assert group.number not in stranger.get(LIST).content.decode()
    assert [Client().get(address).status_code for address in addresses] == [302] * 4
    officer = signed_in(officer_of(group.institution))  # the admin isn't an officer's place
    assert [officer.get(address).status_code for address in addresses] == [302] * 4


@pytest.mark.parametrize("role", [role for role in PROVIDER_ROLES if role != Role.REVIEWING])
def test_other_roles_look_but_don_t_decide(group: Group, role: str) -> None:
    client = staff_client(group.offering.provider, role)
    shown = client.get(of(group)).content.decode()
    assert first(group).candidate.name in shown
    for name in ACTS:
        assert act(name, group) not in shown.replace(f'action="{act(ACTS[0], group)}"', "")
        assert client.get(act(name, group)).status_code == 403
        assert client.post(act(name, group), {"keys": keys(group), "words": "理由"}).status_code == 403
    assert states(group) == ["review", "review"]


def test_what_isn_t_handed_in_isn_t_the_provider_s_to_see(group: Group) -> None:
    april = window_of(group.offering.provider, 4)
    unsent = GroupFactory(offering=group.offering, institution=group.institution, window=april)
    kept = not_handed_in(group, state="prelim")
    gone = not_handed_in(group, state="cancelled", row_state="removed")
    client = reviewing(group)
    assert client.get(of(unsent)).status_code == 404
    text = client.get(f"{of(group)}?show=everything").content.decode()
    assert first(group).number in text
    assert not [row for row in (kept, gone) if row.number in text]
    assert [client.get(change(row)).status_code for row in (kept, gone)] == [404, 404]


def test_an_officer_who_reviews_looks_at_their_institution_s_group_and_no_more(group: Group) -> None:
    reviewer = staff(group.offering.provider)
    MembershipFactory(user=reviewer, role=Role.OFFICER, institution=group.institution)
    client = signed_in(reviewer)
    for address in (of(group), change(first(group))):
        assert "您是该院校/培训机构的经办人" in client.get(address).content.decode()
    for name in ACTS:
        assert client.post(act(name, group), {"keys": keys(group)}).status_code == 403
    assert states(group) == ["review", "review"]


def test_numbers_are_masked(group: Group) -> None:
    person = first(group).candidate
    text = reviewing(group).get(of(group)).content.decode()
    assert person.masked_id in text
    assert person.id_number not in text
    assert person.phone.removeprefix("+86") not in text


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_list_begins_with_what_is_due_first_and_counts(group: Group) -> None:
    later = group_with(offering=group.offering)
    handed_in(later, review_by=date(2026, 3, 30))
    done = group_with(offering=group.offering)
    handed_in(done, state="approved", original_received_on=date(2026, 3, 12))
    text = reviewing(group).get(LIST).content.decode()
    assert 0 < text.index(group.number) < text.index(later.number)
    assert done.number not in text
    assert '待审核 <span class="tabs-count">2</span>' in text
    assert '待缴费 <span class="tabs-count">1</span>' in text
    assert '原件未收 <span class="tabs-count">2</span>' in text


@pytest.mark.parametrize("sought", ["number", "institution"])
def test_a_group_is_found_by_its_number_and_its_institution(group: Group, sought: str) -> None:
    other = group_with(1, offering=group.offering)
    text = reviewing(group).get(LIST, {"q": str(getattr(group, sought))}).content.decode()
    assert group.number in text
    assert other.number not in text


@pytest.mark.parametrize("which", ["list", "page", "approve", "return", "originals"])
def test_one_and_thirty_take_the_same_queries(which: str) -> None:
    counts = []
    for size in (1, 1, 30):  # the first fills the caches of the process
        group = group_with(1 if which == "list" else size)
        for _ in range(size - 1 if which == "list" else 0):
            group_with(1, offering=group.offering)
        chosen = "&".join(f"member={pk}" for pk in keys(group).split(","))
        address = {
            "list": LIST,
            "page": of(group),
            "approve": act("desk_group_approve", group),
            "return": f"{act('desk_group_return', group)}?{chosen}",
            "originals": act("desk_group_originals", group),
        }[which]
        client = reviewing(group)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[1] == counts[2]
    assert counts[2] <= 30


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_page_says_how_many_are_clear_and_leads_to_the_doubtful(group: Group) -> None:
    doubtful = handed_in(group, photo=False)
    text = reviewing(group).get(of(group)).content.decode()
    assert "3 人待审核：2 人核对无疑义，可以一并通过；1 人有疑问" in text
    assert "通过核对无疑义的 2 人" in text
    assert "缺证件照" in text
    assert change(doubtful) in text


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        ("review", {"clear", "doubtful"}),
        ("clear", {"clear"}),
        ("doubtful", {"doubtful"}),
        ("returned", {"returned"}),
        ("approved", {"approved"}),
        ("paid", {"confirmed", "scheduled"}),
        ("over", {"rejected"}),
        ("owing", {"clear", "doubtful", "returned", "confirmed", "scheduled"}),
        ("everything", {"clear", "doubtful", "returned", "approved", "confirmed", "scheduled", "rejected"}),
        ("nonsense", {"clear", "doubtful"}),
    ],
)
def test_each_tab_holds_its_members(shown: str, wanted: set[str]) -> None:
    group = group_with()
    rows = {"clear": handed_in(group), "doubtful": handed_in(group, photo=False)}
    rows |= {state: handed_in(group, state=state) for state in ("returned", "confirmed", "scheduled", "rejected")}
    rows["approved"] = handed_in(group, state="approved", original_received_on=date(2026, 3, 12))
    text = reviewing(group).get(of(group), {"show": shown}).content.decode()
    assert {name for name, row in rows.items() if row.number in text} == wanted


def test_members_are_shown_fifty_at_a_time_forth_and_back() -> None:
    group = group_with(52)
    numbers = list(group.members.order_by("pk").values_list("number", flat=True))
    client = reviewing(group)
    begin = client.get(of(group))
    assert "第 1 至 50 人，共 52 人" in begin.content.decode()
    end = client.get(of(group), {"after": begin.context["next_key"]})
    assert [number in end.content.decode() for number in numbers] == [False] * 50 + [True] * 2
    back = client.get(of(group), {"before": end.context["prev_key"]})
    assert [line.application.number for line in back.context["lines"]] == numbers[:50]


@pytest.mark.parametrize("asked", [{"after": "x"}, {"after": "9" * 30}, {"before": "-1"}, {"after": "999999999"}])
def test_a_place_that_isn_t_there_breaks_nothing(group: Group, asked: dict[str, str]) -> None:
    assert reviewing(group).get(of(group), asked).status_code == 200


def test_what_was_decided_together_is_one_line_of_the_record(group: Group) -> None:
    approve(group)
    history = reviewing(group).get(of(group)).context["history"]
    assert [(entry["title"], entry["at"]) for entry in history] == [("通过审核 2 人", NOW)]


def test_submissions_reviews_and_receipts_are_told(group: Group) -> None:
    group.submissions.update(city_reference="SH-2026-77")
    text = reviewing(group).get(of(group)).content.decode()
    assert "SH-2026-77" in text
    assert "已核对原件" in text  # the statement of the preliminary review


# --- the review page of a member ------------------------------------------------------------------------------------


def test_a_member_s_page_tells_institution_group_submission_and_doubts(group: Group) -> None:
    member = first(group)
    RosterRow.objects.filter(application=member).update(cells={"name": "另一名", "clause": "4.1"})
    text = reviewing(group).get(change(member)).content.decode()
    for told in (str(group.institution), group.number, "第 1 次", "已核对原件", "证明材料是纸质的"):
        assert told in text
    assert f"与档案姓名不一致：名册“另一名”，档案“{member.candidate.name}”" in text


def test_the_queue_of_a_member_is_its_group_s_and_the_individuals_have_their_own(group: Group) -> None:
    alone = ApplicationFactory(offering=group.offering)
    client = reviewing(group)
    assert "本团体待审核第 1 份，共 2 份" in client.get(change(first(group))).content.decode()
    assert "待审核第 1 份，共 1 份" in client.get(change(alone)).content.decode()
    applications = client.get(reverse("admin:registration_application_changelist")).content.decode()
    assert alone.number in applications
    assert first(group).number not in applications


def test_returning_singly_says_that_the_institution_corrects_it(group: Group) -> None:
    text = reviewing(group).get(page("desk_send_back", first(group))).content.decode()
    assert f"由{group.institution}的经办人在 7 天内修改后重新提交" in text


# --- today ----------------------------------------------------------------------------------------------------------


def test_today_counts_groups_apart_from_individuals(group: Group) -> None:
    text = reviewing(group).get(reverse("admin:index")).content.decode()
    assert "个团体待审核" in text
    assert "共 2 人，最早 2026年3月2日（周一）提交" in text
    assert "份申报待审核" not in text
    handed_in(group, candidate=CandidateFactory())
    assert "共 3 人" in reviewing(group).get(reverse("admin:index")).content.decode()
