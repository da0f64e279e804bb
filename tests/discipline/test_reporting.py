"""Opening a case: what each way of finding needs, by whom, and once (SPEC 10)."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from certificates.models import ResultHold
from discipline.models import Case, CaseEvidence
from discipline.queries.reporting import found_by_number
from discipline.services import hearing, reporting
from discipline.services.reporting import Seen, Shown
from scheduling.models import Seat
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core import files
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests import factories
from tests.discipline import making
from tests.discipline.making import HAPPENED, REPORTED, Scene

pytestmark = pytest.mark.django_db
ONE, TWO = Seen("见证一"), Seen("见证二")


@pytest.fixture
def scene() -> Scene:
    return making.scene()


def picture(name: str = "evidence.png") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")


def test_a_report_from_the_room_knows_session_room_and_provider(scene: Scene) -> None:
    case = making.reported(scene)
    seat = Seat.objects.get(application=scene.application, subject="theory")
    assert (case.number, case.state, case.provider) == ("WJ2026000001", "reported", scene.offering.provider)
    assert (case.session, case.sitting, case.place) == (scene.session, seat.sitting, str(seat.sitting.room))
    assert (case.edition, case.clauses, case.tier.label) == ("2026", ["M-3.1"], "作弊")
    assert (case.reported_by_label, case.reported_at, case.happened_at) == ("监考员", REPORTED, HAPPENED)
    assert [witness.name for witness in case.witnesses.all()] == ["见证一", "见证二"]
    assert ResultHold.objects.get().source == case.number
    assert [(step.from_state, step.to_state, step.by_label) for step in case.log.all()] == [("", "reported", "监考员")]  # type: ignore[attr-defined]
    assert AuditEvent.objects.filter(action="case.reported", object_id=str(case.pk)).count() == 1


def test_numbers_follow_each_other(scene: Scene) -> None:
    found = [making.reported(scene, clause).number for clause in ("M-3.1", "M-3.2")]
    assert found == ["WJ2026000001", "WJ2026000002"]


def test_one_act_is_one_case(scene: Scene) -> None:
    first = making.reported(scene)
    with pytest.raises(Conflict, match=first.number):
        making.reported(scene, by=factories.staff(scene.offering.provider, Role.RESULTS))
    assert making.reported(scene, subject="practical")
    with pytest.raises(Conflict):  # of the whole sitting, and so of a subject that is a case already
        making.reported(scene, subject="", found="later", witnesses=())
    Case.objects.update(state="dismissed", notified_at=REPORTED, defence_until=REPORTED.date())
    assert making.reported(scene)


def test_a_form_sent_twice_opens_one_case(scene: Scene) -> None:
    key = uuid4()
    assert making.reported(scene, key=key) == making.reported(scene, key=key)
    assert Case.objects.count() == 1


@pytest.mark.parametrize("role", PROVIDER_ROLES)
def test_anybody_of_the_provider_reports(scene: Scene, role: str) -> None:
    assert making.reported(scene, by=factories.staff(scene.offering.provider, role))


def test_nobody_else_reports(scene: Scene) -> None:
    strangers = (factories.staff(factories.ProviderFactory()), scene.supervisor, factories.UserFactory())
    for stranger in strangers:
        with pytest.raises(NotAllowed):
            making.reported(scene, by=stranger)


def test_nobody_reports_themself(scene: Scene) -> None:
    factories.MembershipFactory(user=scene.person, role=Role.FINANCE, provider=scene.offering.provider)
    with pytest.raises(NotAllowed, match="自己"):
        making.reported(scene, by=scene.person)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"subject": ""}, "选科目"),
        ({"subject": "review"}, "没有这个科目"),
        ({"witnesses": (ONE,)}, "2 名见证人"),
        ({"witnesses": ()}, "2 名见证人"),
        ({"witnesses": (ONE, ONE)}, "不能重复"),
        ({"witnesses": (ONE, Seen(" "))}, "2 名见证人"),
        ({"witnesses": (ONE, Seen("监考员"))}, "报告人不能"),
        ({"facts": " "}, "写明事实经过"),
        ({"facts": "长" * 2001}, "不超过 2000 字"),
        ({"happened_at": REPORTED + timedelta(minutes=1)}, "不能晚于现在"),
        ({"happened_at": HAPPENED - timedelta(days=1)}, "应在评价当日"),
        ({"found": "later", "witnesses": (ONE,), "refused_to_sign": True}, "拒绝签字"),
    ],
)
def test_what_a_report_needs(scene: Scene, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused, match=message):
        making.reported(scene, **fields)
    assert not Case.objects.exists()
    assert not ResultHold.objects.exists()


def test_the_person_is_no_witness(scene: Scene) -> None:
    with pytest.raises(Refused, match="当事人不能"):
        making.reported(scene, witnesses=(ONE, Seen(scene.application.candidate.name)))


def test_the_reporters_account_is_no_witness_under_another_name(scene: Scene) -> None:
    with pytest.raises(Refused, match="报告人不能"):
        making.reported(scene, witnesses=(ONE, Seen("别名", user=scene.invigilator)))


def test_clauses_fit_where_it_was_found(scene: Scene) -> None:
    with pytest.raises(Refused, match="材料不实"):
        reporting.report(
            scene.application, found="room", clauses=["M-1.2"], facts="材料有假。", happened_at=HAPPENED,
            subject="theory", witnesses=(ONE, TWO), by=scene.invigilator, at=REPORTED,
        )  # fmt: skip
    unseated = factories.ApplicationFactory(offering=scene.offering, state="review")
    scene.application = unseated
    with pytest.raises(Refused, match="没有排考"):
        making.reported(scene, "M-3.1", found="review", subject="")
    assert making.reported(scene, "M-4.1", found="review", subject="", witnesses=()).session is None


@pytest.mark.parametrize(("state", "channel"), [("draft", "individual"), ("prelim", "group"), ("lapsed", "group")])
def test_what_hasnt_reached_the_provider_isnt_reported(scene: Scene, state: str, channel: str) -> None:
    scene.application = factories.ApplicationFactory(offering=scene.offering, state=state, channel=channel)
    assert found_by_number(scene.invigilator, scene.application.number) is None
    with pytest.raises(Refused, match="尚未提交"):
        making.reported(scene, "M-1.2")


class TestEvidence:
    def test_it_is_kept_unchanged_with_its_hash_and_leaves_as_a_download(self, scene: Scene) -> None:
        upload = picture()
        content = upload.read()
        case = making.reported(scene, evidence=(Shown("现场照片", picture()),))
        kept = case.evidence.get()
        assert kept.file.sha256 == hashlib.sha256(content).hexdigest()
        with files.open_file(kept.file) as file:
            assert file.read() == content
        event = AuditEvent.objects.get(action="case.evidence_added")
        assert event.details["sha256"] == kept.file.sha256

    def test_a_hostile_file_opens_no_case(self, scene: Scene) -> None:
        hostile = SimpleUploadedFile("a.png", b"<svg onload=alert(1)>", content_type="image/png")
        with pytest.raises(Refused, match="证据仅支持"):
            making.reported(scene, evidence=(Shown("照片", hostile),))

    def test_the_person_adds_theirs_while_heard_and_staff_until_it_is_decided(self, scene: Scene) -> None:
        case = making.reported(scene)
        with pytest.raises(Refused, match="陈述申辩期间"):
            reporting.add_evidence(case, title="说明", upload=picture(), by=scene.person, at=REPORTED)
        reporting.add_evidence(case, title="录像截图", upload=picture(), by=scene.invigilator, at=REPORTED)
        case = notified(case, scene)
        mine = reporting.add_evidence(case, title="说明", upload=picture(), by=scene.person, at=making.HEARD)
        assert mine.from_candidate
        assert CaseEvidence.objects.filter(from_candidate=False).count() == 1

    def test_strangers_and_late_ones_are_refused(self, scene: Scene) -> None:
        case = making.reported(scene)
        with pytest.raises(NotAllowed):
            reporting.add_evidence(case, title="x", upload=picture(), by=factories.UserFactory(), at=REPORTED)
        decision = making.decided(scene, "M-3.2")
        with pytest.raises(Refused, match="不能再补充"):
            reporting.add_evidence(decision.case, title="x", upload=picture(), by=scene.invigilator, at=making.SERVED)


def notified(case: Case, scene: Scene) -> Case:
    return hearing.notify(
        case, clauses=case.clauses, severity="", facts=case.facts, by=scene.proposer, at=making.NOTIFIED
    )
