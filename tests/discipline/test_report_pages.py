"""Reporting from a telephone in the room: whom, what, who saw it, and files that no slip loses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from discipline.models import Case, CaseEvidence
from discipline.services import staging
from scheduling.models import AdmissionTicket
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core import clock
from skilleval.core.models import StoredFile
from tests import factories
from tests.core.hostile_files import DOCUMENTS, JPEG, ZIP, mp4, pdf, picture
from tests.discipline import making
from tests.discipline.conftest import Stands
from tests.discipline.making import Scene, scene
from tests.discipline.pages import report_body, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(clock_at: Stands) -> Scene:
    return scene()


def upload(content: bytes, name: str = "现场.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def address(scene: Scene) -> str:
    return reverse("case_report_on", args=[scene.application.uuid])


def send(scene: Scene, user: Any = None, **fields: Any) -> Any:
    return signed_in(user or scene.invigilator).post(address(scene), report_body(**fields))


# --- whom it is about -----------------------------------------------------------------------------------------------


def test_the_number_of_a_ticket_or_an_application_leads_to_the_form(room: Scene) -> None:
    ticket = AdmissionTicket.objects.create(
        application=room.application, session=room.session, number="12345678901234", released_at=making.REPORTED
    )
    client = signed_in(room.invigilator)
    for number in (ticket.number, f" {ticket.number[:4]} {ticket.number[4:]}", room.application.number):
        answer = client.get(reverse("case_report"), {"number": number})
        assert (answer.status_code, answer.headers.get("Location")) == (302, address(room))


@pytest.mark.parametrize("number", ["", "00000000000000", "T00000000000"])
def test_a_number_that_is_nobody_s_says_so(room: Scene, number: str) -> None:
    answer = signed_in(room.invigilator).get(reverse("case_report"), {"number": number})
    assert (answer.status_code, "number" in answer.context["form"].errors) == (400, True)


def test_another_provider_s_people_don_t_find_them(room: Scene) -> None:
    stranger = signed_in(factories.staff(factories.ProviderFactory(), *PROVIDER_ROLES))
    assert stranger.get(reverse("case_report"), {"number": room.application.number}).status_code == 400
    assert stranger.get(address(room)).status_code == 404
    assert stranger.post(address(room), report_body()).status_code == 404
    assert not Case.objects.exists()


def test_only_people_on_duty_report(room: Scene) -> None:
    for user in (room.person, room.supervisor, factories.UserFactory()):
        client = signed_in(user)
        assert client.get(reverse("case_report")).status_code == 403
        assert client.post(address(room), report_body()).status_code == 404
    own = factories.staff(room.offering.provider, Role.MANAGER)
    room.application.candidate.user = own
    room.application.candidate.save()
    assert signed_in(own).get(address(room)).status_code == 404


# --- the form -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "subject", "found"),
    [(0, "theory", "room"), (150, "practical", "room"), (60 * 24 * 3, "", "later")],
)
def test_subject_and_place_found_come_from_what_runs_now(
    room: Scene, clock_at: Stands, minutes: int, subject: str, found: str
) -> None:
    sitting = room.session.sittings.get(subject="theory")
    clock_at(sitting.starts + timedelta(minutes=minutes + 5))
    form = signed_in(room.invigilator).get(address(room)).context["form"]
    assert (form["subject"].initial, form["found"].initial) == (subject, found)
    moment = form["happened_at"].initial
    assert abs(moment - clock.now()) < timedelta(minutes=1) if subject else moment is None


def test_an_application_under_review_is_reported_from_the_review(clock_at: Stands) -> None:
    making.clauses()
    application = factories.ApplicationFactory()
    reviewer = factories.staff(application.offering.provider)
    form = signed_in(reviewer).get(reverse("case_report_on", args=[application.uuid])).context["form"]
    assert form["found"].initial == "review"


def test_every_tier_says_what_it_leads_to(room: Scene) -> None:
    text = text_of(signed_in(room.invigilator).get(address(room)))
    for expected in ("取消当次该科目成绩", "评价当年年底", "5 年", "M-4.7", "M-1.1"):
        assert expected in text


def test_a_report_becomes_a_case_with_everything_in_one_go(room: Scene) -> None:
    colleague = factories.staff(room.offering.provider, Role.RESULTS, name="同场监考")
    answer = send(
        room,
        witness_1_user=str(colleague.pk),
        witness_1_name="",
        refused_to_sign="on",
        upload=[upload(JPEG), upload(mp4(), "录像.mp4")],
    )
    case = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("case_page", args=[case.uuid]))
    assert (case.state, case.clauses, case.subject, case.refused_to_sign) == ("reported", ["M-3.1"], "theory", True)
    assert case.happened_at == factories.at(2026, 4, 25, 1) + timedelta(minutes=20)
    assert [(w.name, w.user_id) for w in case.witnesses.all()] == [("同场监考", colleague.pk), ("见证二", None)]
    assert {e.title for e in case.evidence.all()} == {"现场.jpg", "录像.mp4"}
    assert StoredFile.objects.count() == 2  # nothing is left waiting


def test_whoever_reports_but_reads_no_cases_learns_how_far_it_has_come(room: Scene) -> None:
    send(room)
    case = Case.objects.get()
    address = reverse("case_page", args=[case.uuid])
    shown = {user.pk: text_of(signed_in(user).get(address)) for user in (room.invigilator, room.proposer)}
    assert case.number in shown[room.invigilator.pk]
    assert "见证一" not in shown[room.invigilator.pk]
    assert "见证一" in shown[room.proposer.pk]
    other = factories.staff(room.offering.provider, Role.FINANCE)
    assert signed_in(other).get(address).status_code == 404


def test_the_same_form_sent_twice_opens_one_case(room: Scene) -> None:
    body = report_body(upload=upload(JPEG))
    client = signed_in(room.invigilator)
    for _ in range(2):
        body["upload"] = upload(JPEG)
        assert client.post(address(room), body).status_code == 302
    assert (Case.objects.count(), CaseEvidence.objects.count(), StoredFile.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"clauses": []}, "clauses", "至少选择一条"),
        ({"clauses": ["M-9.9"]}, "clauses", "列表"),
        ({"clauses": ["M-4.4"]}, "severity", "情节轻微或情节严重"),
        ({"facts": " "}, "facts", "写明事实经过"),
        ({"subject": ""}, "subject", "选科目"),
        ({"happened_at": "昨天"}, "happened_at", "格式"),
        ({"happened_at": "2026-04-26T09:00"}, "happened_at", "不能晚于现在"),
        ({"witness_2_name": ""}, "witness_1_user", "2 名见证人"),
        ({"witness_2_name": "见证一"}, "witness_1_user", "重复"),
        ({"found": "later", "subject": "", "witness_1_name": "", "refused_to_sign": "on"}, "witness_1_user", "2 名"),
        ({"clauses": ["M-1.1"]}, "clauses", "审核时或事后"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(room: Scene, fields: dict[str, Any], field: str, says: str) -> None:
    answer = send(room, **fields)
    assert answer.status_code == 400
    assert says in "".join(answer.context["form"].errors[field])
    assert not Case.objects.exists()


def test_a_severity_without_the_fourth_tier_is_passed_over(room: Scene) -> None:
    send(room, severity="serious")
    assert Case.objects.get().severity == ""


# --- files ----------------------------------------------------------------------------------------------------------

HOSTILE = {
    "a program named like a picture": (b"MZ" + b"\x00" * 300, "证据仅支持"),
    "a polyglot": (b"GIF89a" + pdf(), "证据仅支持"),
    "svg": DOCUMENTS["svg"],
    "html": DOCUMENTS["html"],
    "zip": (ZIP, "证据仅支持"),
    "encrypted pdf": DOCUMENTS["pdf with a password"],
    "pdf with a script": DOCUMENTS["pdf that opens a script"],
    "pdf with an attachment": DOCUMENTS["pdf with an attachment"],
    "pdf in name only": DOCUMENTS["pdf in name only"],
    "jpeg cut short": DOCUMENTS["jpeg cut short"],
    "png that promises too much": DOCUMENTS["png that promises too much"],
    "a film of another kind": (mp4(b"qt  "), "证据仅支持"),
    "nothing": (b"", "文件是空的"),
    "too large a picture": (JPEG + b"\x00" * (10 * 1024 * 1024), "证据仅支持"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_evidence_is_refused_by_its_name_and_nothing_is_kept(room: Scene, name: str) -> None:
    content, says = HOSTILE[name]
    answer = send(room, upload=upload(content, "证据.jpg"))
    assert answer.status_code == 400
    (message,) = answer.context["form"].errors["upload"]
    assert message.startswith("证据.jpg：")
    assert says in message
    assert not Case.objects.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("content", [JPEG, picture("PNG"), pdf(), mp4(), mp4(b"M4A ")])
def test_evidence_is_kept_to_the_last_byte_and_leaves_as_a_download_alone(room: Scene, content: bytes) -> None:
    send(room, upload=upload(content, "page.html"))
    kept = CaseEvidence.objects.get()
    answer = signed_in(room.proposer).get(reverse("case_evidence_file", args=[kept.pk]))
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert kept.file.sha256 in text_of(signed_in(room.proposer).get(reverse("case_page", args=[kept.case.uuid])))


def test_too_large_by_what_it_says_is_refused_while_it_is_written(room: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(staging.files.intake.MAX_BYTES, "evidence", 100)
    answer = send(room, upload=upload(JPEG))
    assert "证据仅支持" in answer.context["form"].errors["upload"][0]


def test_good_files_wait_while_another_field_is_mended(room: Scene) -> None:
    client, body = signed_in(room.invigilator), report_body(facts="")
    answer = client.post(address(room), body | {"upload": [upload(JPEG, "好.jpg"), upload(ZIP, "坏.jpg")]})
    assert answer.status_code == 400
    assert [one.original_name for one in answer.context["waiting"]] == ["好.jpg"]
    assert "好.jpg" in text_of(answer)
    assert "坏.jpg：" in text_of(answer)
    answer = client.post(address(room), body | {"facts": "补上经过"})
    assert answer.status_code == 302
    assert [row.title for row in CaseEvidence.objects.all()] == ["好.jpg"]


def test_a_waiting_file_can_be_taken_off_by_its_sender_alone(room: Scene) -> None:
    body = report_body(facts="", upload=upload(JPEG))
    client = signed_in(room.invigilator)
    (waiting,) = client.post(address(room), body).context["waiting"]
    body |= {"upload": [], "take_off": str(waiting.pk)}
    other = signed_in(room.proposer).post(address(room), body)
    assert (list(other.context["waiting"]), StoredFile.objects.count()) == ([], 1)
    assert list(client.post(address(room), body).context["waiting"]) == []
    assert not StoredFile.objects.exists()


def test_what_was_never_saved_is_removed_after_a_week(room: Scene) -> None:
    send(room, facts="", upload=upload(JPEG))
    kept = StoredFile.objects.get()
    day = kept.created_at.date()
    assert staging.drop_forgotten(day + timedelta(days=7)) == 0
    assert staging.drop_forgotten(day + timedelta(days=9)) == 1
    assert not StoredFile.objects.exists()


def test_saved_evidence_is_never_removed(room: Scene) -> None:
    send(room, upload=upload(JPEG))
    later = StoredFile.objects.get().created_at.date() + timedelta(days=99)
    assert staging.drop_forgotten(later) == 0


def test_a_tampered_key_makes_no_case(room: Scene) -> None:
    assert send(room, key="x").status_code == 400
    assert not Case.objects.exists()
