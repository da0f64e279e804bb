"""One page with everything on a case, and the provider's steps: shown before they are taken, to those who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from discipline.models import Case, CaseEvidence, Decision, Witness
from discipline.services import reporting
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from tests import factories
from tests.core.hostile_files import JPEG, ZIP, mp4, pdf
from tests.discipline import making
from tests.discipline.conftest import Stands
from tests.discipline.making import Scene, scene
from tests.discipline.pages import page, signed_in, text_of

pytestmark = pytest.mark.django_db

PROVIDER_STEPS = ("case_notify", "case_hear", "case_propose", "case_serve", "case_appeal_record", "case_evidence")
SUPERVISOR_STEPS = (
    "case_confirm",
    "case_change",
    "case_return",
    "case_dismiss",
    "case_uphold",
    "case_lighten",
    "case_lift",
    "case_suspend",
)


@pytest.fixture
def sat(clock_at: Stands) -> Scene:
    return scene()


def offered(text: str, case: Case) -> set[str]:
    return {name for name in (*PROVIDER_STEPS, *SUPERVISOR_STEPS) if f'href="{page(name, case)}"' in text}


# --- who reads it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [(role, 200 if role in ("manager", "reviewing", "scheduling") else 404) for role in PROVIDER_ROLES],
)
def test_the_provider_s_people_read_it_by_role(sat: Scene, role: str, status: int) -> None:
    case = making.reported(sat)
    member = factories.staff(sat.offering.provider, role)
    assert signed_in(member).get(page("case_page", case)).status_code == status


def test_strangers_find_no_case_and_no_step(sat: Scene) -> None:
    case = making.reported(sat)
    kept = reporting.add_evidence(
        case, title="照片", upload=SimpleUploadedFile("a.jpg", JPEG), by=sat.proposer, at=making.REPORTED
    )
    others = [
        factories.staff(factories.ProviderFactory(), *PROVIDER_ROLES),
        factories.UserFactory(),
        factories.MembershipFactory(role=Role.OFFICER, institution=factories.InstitutionFactory()).user,
        factories.MembershipFactory(role=Role.BUREAU).user,
        sat.person,  # before being told
    ]
    addresses = [page(name, case) for name in ("case_page", "my_case", *PROVIDER_STEPS, *SUPERVISOR_STEPS)]
    addresses += [reverse("case_evidence_file", args=[kept.pk]), reverse("case_evidence_page", args=[kept.pk, 1])]
    for other in others:
        client = signed_in(other)
        assert {client.get(address).status_code for address in addresses} == {404}


def test_whom_it_is_about_never_handles_it_and_is_led_to_their_own_page(sat: Scene) -> None:
    for role in (Role.SCHEDULING, Role.SUPERVISOR):
        provider = sat.offering.provider if role == Role.SCHEDULING else None
        factories.MembershipFactory(user=sat.person, role=role, provider=provider)
    case = making.notified(sat)
    client = signed_in(sat.person)
    assert client.get(page("case_page", case))["Location"] == page("my_case", case)
    assert client.get(page("case_propose", case)).status_code == 404
    assert client.get(page("case_confirm", case)).status_code == 404


def test_everything_is_on_the_page(sat: Scene) -> None:
    decision = making.decided(sat)
    text = text_of(signed_in(sat.supervisor).get(page("case_page", decision.case)))
    for expected in (
        "M-3.1",
        "考试中使用手机拍摄试题。",
        "见证一",
        "当时只是看时间。",
        "监控录像可以证明。",
        decision.number,
        "2026年5月11日至12月31日",
        "作出处理决定",
        "监考员",
    ):
        assert expected in text
    assert sat.application.candidate.masked_id in text
    assert sat.application.candidate.id_number not in text


def test_a_page_of_a_case_asks_no_more_for_more_evidence_and_witnesses(sat: Scene) -> None:
    case = making.reported(sat)
    client = signed_in(sat.proposer)
    counts = []
    for number in (1, 12):
        for place in range(number):
            Witness.objects.create(case=case, name=f"见证 {number}-{place}")
            content = mp4() + bytes([number, place])
            upload = SimpleUploadedFile(f"{place}.mp4", content)
            reporting.add_evidence(case, title="录像", upload=upload, by=sat.proposer, at=making.REPORTED)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page("case_page", case)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- which steps are offered -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "provider", "supervisor"),
    [
        ("reported", {"case_notify", "case_evidence"}, set()),
        ("notified", {"case_hear", "case_evidence"}, set()),
        ("heard", {"case_notify", "case_hear", "case_evidence"}, set()),
        ("proposed", {"case_evidence"}, {"case_confirm", "case_change", "case_return", "case_dismiss"}),
        ("decided", {"case_serve"}, {"case_lift"}),
        ("served", {"case_appeal_record"}, {"case_lift"}),
    ],
)
def test_steps_follow_the_state(
    sat: Scene, clock_at: Stands, state: str, provider: set[str], supervisor: set[str]
) -> None:
    case = making.at_state(sat, state)
    clock_at(making.HEARD)
    seen = {
        "provider": offered(text_of(signed_in(sat.proposer).get(page("case_page", case))), case),
        "supervisor": offered(text_of(signed_in(sat.other_supervisor).get(page("case_page", case))), case),
        "reader": offered(
            text_of(signed_in(factories.staff(sat.offering.provider)).get(page("case_page", case))), case
        ),
    }
    assert seen == {"provider": provider, "supervisor": supervisor, "reader": set()}


def test_a_proposal_is_offered_once_the_person_has_had_their_time(sat: Scene, clock_at: Stands) -> None:
    case = making.heard(sat)
    clock_at(making.HEARD)
    assert "陈述申辩期至2026年5月7日（周四），当事人还可以补充" in text_of(
        signed_in(sat.proposer).get(page("case_page", case))
    )
    clock_at(making.PROPOSED)
    assert "case_propose" in offered(text_of(signed_in(sat.proposer).get(page("case_page", case))), case)


@pytest.mark.parametrize("name", PROVIDER_STEPS)
def test_the_provider_s_steps_are_for_those_who_propose(sat: Scene, name: str) -> None:
    case = making.proposed(sat)
    for user in (factories.staff(sat.offering.provider), sat.supervisor):
        client = signed_in(user)
        assert client.get(page(name, case)).status_code == 403
        assert client.post(page(name, case), {"confirm": "1"}).status_code == 403
    assert signed_in(sat.proposer).get(page(name, case)).status_code == 200


# --- telling the person ---------------------------------------------------------------------------------------------


def told(**fields: Any) -> dict[str, Any]:
    return {"facts": "使用手机拍摄试题。", "clauses": ["M-3.1"], "severity": ""} | fields


def test_the_person_is_told_only_after_the_letter_was_seen(sat: Scene) -> None:
    case = making.reported(sat)
    client, address = signed_in(sat.proposer), page("case_notify", case)
    looked = client.post(address, told(look="1"))
    assert (looked.status_code, making.fresh(case).state) == (200, "reported")
    assert "当事人将读到" in text_of(looked)
    mark = looked.context["preview"].mark
    other = client.post(address, told(facts="改过的事实。", confirm="1", seen=mark))
    assert (other.status_code, making.fresh(case).state) == (400, "reported")
    assert "重新核对" in text_of(other)
    done = client.post(address, told(confirm="1", seen=mark))
    assert done["Location"] == page("case_page", case)
    case = making.fresh(case)
    assert (case.state, case.facts) == ("notified", "使用手机拍摄试题。")


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"facts": ""}, "facts"), ({"clauses": []}, "clauses"), ({"clauses": ["M-4.1"]}, "severity")],
)
def test_an_unfit_letter_is_refused_at_its_field(sat: Scene, fields: dict[str, Any], field: str) -> None:
    case = making.reported(sat)
    answer = signed_in(sat.proposer).post(page("case_notify", case), told(confirm="1", **fields))
    assert (answer.status_code, field in answer.context["form"].errors) == (400, True)
    assert making.fresh(case).state == "reported"


# --- hearing, proposing, serving ------------------------------------------------------------------------------------


def test_a_statement_on_paper_is_recorded_with_its_picture(sat: Scene, clock_at: Stands) -> None:
    case = making.notified(sat)
    clock_at(making.HEARD)
    body = {"text": "我没有拍。", "how": "desk", "upload": SimpleUploadedFile("a.jpg", JPEG), "confirm": "1"}
    assert signed_in(sat.proposer).post(page("case_hear", case), body).status_code == 302
    given = making.fresh(case).defences.get()
    assert (given.text, given.how, given.by_id) == ("我没有拍。", "desk", sat.proposer.pk)
    assert CaseEvidence.objects.get().title == "书面陈述申辩：a.jpg"


def test_a_statement_with_a_bad_picture_isn_t_recorded_by_half(sat: Scene, clock_at: Stands) -> None:
    case = making.notified(sat)
    clock_at(making.HEARD)
    body = {"text": "我没有拍。", "how": "desk", "upload": SimpleUploadedFile("坏.jpg", ZIP), "confirm": "1"}
    answer = signed_in(sat.proposer).post(page("case_hear", case), body)
    assert "坏.jpg：" in answer.context["form"].errors["upload"][0]
    assert not making.fresh(case).defences.exists()


def test_a_proposal_is_made_after_its_consequences_were_seen(sat: Scene, clock_at: Stands) -> None:
    case = making.heard(sat)
    clock_at(making.PROPOSED)
    client, address = signed_in(sat.proposer), page("case_propose", case)
    body = {"kind": "sanction", "clauses": ["M-3.1"], "reasons": "录像为证。", "on_defence": "不采纳。"}
    looked = client.post(address, body | {"look": "1"})
    lines = "".join(line.text for line in looked.context["preview"].lines)
    for expected in ("2026年5月8日至12月31日", "当次全部科目的成绩", "没有应退的费用"):
        assert expected in lines
    assert client.post(address, body | {"confirm": "1", "seen": "old"}).status_code == 400
    done = client.post(address, body | {"confirm": "1", "seen": looked.context["preview"].mark})
    assert (done.status_code, making.fresh(case).state) == (302, "proposed")


def test_proposing_nothing_and_what_a_proposal_needs(sat: Scene, clock_at: Stands) -> None:
    case = making.heard(sat)
    clock_at(making.PROPOSED)
    client, address = signed_in(sat.proposer), page("case_propose", case)
    nothing = {"kind": "dismiss", "reasons": "证据不足。", "on_defence": "", "confirm": "1", "seen": "dismiss"}
    unanswered = client.post(address, nothing)
    assert "on_defence" in unanswered.context["form"].errors
    heavier = {"kind": "sanction", "clauses": ["M-4.5"], "severity": "serious", "reasons": "x", "on_defence": "y"}
    looked = client.post(address, heavier | {"look": "1"})
    refused = client.post(address, heavier | {"confirm": "1", "seen": looked.context["preview"].mark})
    assert "重新告知" in text_of(refused)
    assert client.post(address, nothing | {"on_defence": "采纳。"}).status_code == 302
    assert making.fresh(case).proposals.get().dismisses


def test_what_it_does_elsewhere_the_provider_learns_as_a_number_only(sat: Scene, clock_at: Stands) -> None:
    case = making.heard(sat)
    elsewhere = factories.ApplicationFactory(candidate=sat.application.candidate, state="review")
    here = factories.ApplicationFactory(
        candidate=sat.application.candidate,
        offering=factories.OfferingFactory(provider=sat.offering.provider),
        state="review",
    )
    clock_at(making.PROPOSED)
    body = {"kind": "sanction", "clauses": ["M-3.1"], "reasons": "x", "on_defence": "y", "look": "1"}
    text = text_of(signed_in(sat.proposer).post(page("case_propose", case), body))
    assert here.number in text
    assert elsewhere.number not in text
    assert "1 项取消" in text


def test_service_is_recorded_with_its_day(sat: Scene, clock_at: Stands) -> None:
    decision = making.decided(sat)
    clock_at(making.SERVED)
    client, address = signed_in(sat.proposer), page("case_serve", decision.case)
    early = client.post(address, {"how": "post", "on": "2026-05-01", "confirm": "1"})
    assert "on" in early.context["form"].errors
    assert (
        client.post(address, {"how": "post", "on": "2026-05-12", "note": "单号 1", "confirm": "1"}).status_code == 302
    )
    decision = Decision.objects.get()
    assert (decision.served_how, decision.receipt_note, decision.case.state) == ("post", "单号 1", "served")


def test_an_appeal_on_paper_is_recorded(sat: Scene, clock_at: Stands) -> None:
    decision = making.served(sat)
    clock_at(making.SERVED)
    body = {"text": "处理过重。", "how": "post", "confirm": "1"}
    assert signed_in(sat.proposer).post(page("case_appeal_record", decision.case), body).status_code == 302
    assert making.fresh(decision.case).state == "appealed"


def test_more_evidence_is_all_or_nothing(sat: Scene) -> None:
    case = making.reported(sat)
    client, address = signed_in(sat.proposer), page("case_evidence", case)
    files = [SimpleUploadedFile("好.jpg", JPEG), SimpleUploadedFile("坏.jpg", ZIP)]
    assert "坏.jpg：" in client.post(address, {"upload": files, "confirm": "1"}).context["form"].errors["upload"][0]
    assert not CaseEvidence.objects.exists()
    assert "请先选择" in client.post(address, {"confirm": "1"}).context["form"].errors["upload"][0]
    assert client.post(address, {"upload": SimpleUploadedFile("好.jpg", JPEG), "title": "座位照片"}).status_code == 302
    assert CaseEvidence.objects.get().title == "座位照片"


# --- evidence and letters -------------------------------------------------------------------------------------------


def test_pages_show_pictures_of_the_evidence_and_nothing_of_a_recording(sat: Scene) -> None:
    case = making.reported(sat)
    rows = [
        reporting.add_evidence(
            case, title="x", upload=SimpleUploadedFile("x", content), by=sat.proposer, at=making.REPORTED
        )
        for content in (JPEG, pdf(2), mp4())
    ]
    client = signed_in(sat.supervisor)
    words = [client.get(reverse("case_evidence_page", args=[row.pk, n])).status_code for row in rows for n in (1, 2, 9)]
    assert words == [200, 200, 200, 200, 200, 404, 404, 404, 404]
    shown = client.get(reverse("case_evidence_page", args=[rows[0].pk, 1]))
    assert (shown["Content-Type"], shown.content[:4]) == ("image/png", b"\x89PNG")
    assert "no-store" in shown["Cache-Control"]


def test_the_person_fetches_what_they_handed_in_and_nothing_else(sat: Scene) -> None:
    case = making.notified(sat)
    own = reporting.add_evidence(case, title="x", upload=SimpleUploadedFile("x", JPEG), by=sat.person, at=making.HEARD)
    theirs = reporting.add_evidence(
        case, title="y", upload=SimpleUploadedFile("y", mp4()), by=sat.proposer, at=making.HEARD
    )
    client = signed_in(sat.person)
    assert b"".join(client.get(reverse("case_evidence_file", args=[own.pk])).streaming_content) == JPEG  # type: ignore[attr-defined]
    assert client.get(reverse("case_evidence_file", args=[theirs.pk])).status_code == 404
