"""The supervisor's pages: every consequence before a decision, and a reason why not for whoever had a part in it."""

from __future__ import annotations

from typing import Any

import pytest

from discipline.models import Appeal, Case, Decision
from discipline.services import appeals, deciding
from discipline.services.reporting import Seen
from registration.models import Ban
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from tests import factories
from tests.discipline import making
from tests.discipline.conftest import Stands
from tests.discipline.making import Scene, scene
from tests.discipline.pages import page, signed_in, text_of
from tests.fees.makers import order_for

pytestmark = pytest.mark.django_db

DECIDING = ("case_confirm", "case_change", "case_return", "case_dismiss")
REVIEWING = ("case_uphold", "case_lighten", "case_lift", "case_suspend")


@pytest.fixture
def sat(clock_at: Stands) -> Scene:
    made = scene()
    clock_at(making.DECIDED)
    return made


def appealed(sat: Scene) -> Case:
    decision = making.served(sat)
    appeals.appeal(decision.case, text="处理过重。", by=sat.person, at=making.SERVED)
    return making.fresh(decision.case)


def involved(sat: Scene, part: str) -> tuple[Case, User, str]:
    """A case that waits for a decision, a supervisor with a part in it, and what they are told."""
    provider = sat.offering.provider
    own = factories.staff(provider, Role.SCHEDULING, name="兼职监管")
    factories.MembershipFactory(user=own, role=Role.SUPERVISOR)
    own = User.objects.get(pk=own.pk)
    fields: dict[str, Any] = {}
    if part == "reported":
        fields = {"by": own}
    elif part == "witnessed":
        fields = {"witnesses": (Seen("见证一"), Seen(own.label, own))}
    elif part == "witnessed by name":
        fields = {"witnesses": (Seen("见证一"), Seen("兼职监管"))}
    case = making.heard(sat, **fields)
    proposer = own if part == "proposed" else sat.proposer
    deciding.propose(case, clauses=["M-3.1"], severity="", reasons="x", on_defence="y", by=proposer, at=making.PROPOSED)
    told = {"reported": "由您报告", "proposed": "由您提出"}
    return making.fresh(case), own, told.get(part, "您是这起案件的见证人")


# --- who decides ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["reported", "proposed", "witnessed", "witnessed by name"])
def test_whoever_had_a_part_reads_why_they_may_not_decide(sat: Scene, part: str) -> None:
    case, own, told = involved(sat, part)
    client = signed_in(own)
    text = text_of(client.get(page("case_page", case)))
    assert told in text
    for name in DECIDING:
        assert page(name, case) not in text
        for answer in (client.get(page(name, case)), client.post(page(name, case), {"reason": "x", "confirm": "1"})):
            assert (answer.status_code, told in text_of(answer)) == (403, True)
    assert making.fresh(case).state == "proposed"


@pytest.mark.parametrize("name", [*DECIDING, *REVIEWING])
def test_the_provider_s_people_never_decide(sat: Scene, name: str) -> None:
    case = making.proposed(sat)
    manager = factories.staff(sat.offering.provider, *("manager", "reviewing", "scheduling"))
    for user in (manager, sat.proposer):
        client = signed_in(user)
        assert client.get(page(name, case)).status_code == 403
        assert client.post(page(name, case), {"reason": "x", "confirm": "1"}).status_code == 403
    assert making.fresh(case).state == "proposed"


def test_whoever_decided_reads_why_another_reviews(sat: Scene) -> None:
    case = appealed(sat)
    client = signed_in(sat.supervisor)
    assert "原决定由您作出" in text_of(client.get(page("case_page", case)))
    for name in REVIEWING:
        assert client.get(page(name, case)).status_code == 403
        assert client.post(page(name, case), {"reason": "x", "confirm": "1"}).status_code == 403
    assert making.fresh(case).state == "appealed"


# --- deciding -------------------------------------------------------------------------------------------------------


def test_every_consequence_is_listed_before_it_happens_and_then_happens(sat: Scene) -> None:
    order_for(sat.application, state="paid", paid=True)
    other = factories.ApplicationFactory(candidate=sat.application.candidate, state="approved")
    order_for(other)
    case = making.proposed(sat)
    client, address = signed_in(sat.supervisor), page("case_confirm", case)
    looked = client.get(address)
    lines = "\n".join(f"{line.title}：{line.text}" for line in looked.context["preview"].lines)
    for expected in (
        "禁考：2026年5月11日至12月31日（含首尾两日）不得参加",
        "到评价当年（2026 年）年底为止",
        "当次全部科目的成绩",
        "当次已缴费用 ¥400.00 不退",
        f"申报 {other.number}：",
        "未缴费用不再收取",
    ):
        assert expected in lines
    assert not Decision.objects.exists()
    body = {"reasons": "事实清楚。", "on_defence": "不采纳。", "confirm": "1"}
    done = client.post(address, body | {"seen": looked.context["preview"].mark})
    assert done["Location"] == page("case_page", case)
    decision = Decision.objects.get()
    assert (decision.clauses, decision.reasons) == (["M-3.1"], "事实清楚。")
    other.refresh_from_db()
    assert (other.state, Ban.objects.get().ends_on) == ("cancelled", decision.ban_until)


def test_consequences_that_changed_since_they_were_seen_are_shown_again(sat: Scene) -> None:
    case = making.proposed(sat)
    client, address = signed_in(sat.supervisor), page("case_confirm", case)
    mark = client.get(address).context["preview"].mark
    new = factories.ApplicationFactory(candidate=sat.application.candidate, state="review")
    answer = client.post(address, {"reasons": "x", "on_defence": "y", "confirm": "1", "seen": mark})
    assert (answer.status_code, "重新核对" in text_of(answer), new.number in text_of(answer)) == (400, True, True)
    assert not Decision.objects.exists()
    again = answer.context["preview"].mark
    assert client.post(address, {"reasons": "x", "on_defence": "y", "confirm": "1", "seen": again}).status_code == 302


def test_reasons_are_asked_for(sat: Scene) -> None:
    case = making.proposed(sat)
    client = signed_in(sat.supervisor)
    for name, field in (("case_confirm", "reasons"), ("case_return", "reason"), ("case_dismiss", "reason")):
        answer = client.post(page(name, case), {"confirm": "1"})
        assert (answer.status_code, field in answer.context["form"].errors) == (400, True)
    assert making.fresh(case).state == "proposed"


def test_other_clauses_lighter_ones_only(sat: Scene) -> None:
    case = making.proposed(sat)
    client, address = signed_in(sat.supervisor), page("case_change", case)
    words = {"reasons": "情节较轻。", "on_defence": "部分采纳。"}
    heavier = words | {"clauses": ["M-4.5"], "severity": "minor"}
    looked = client.post(address, heavier | {"look": "1"})
    assert "2 年" in "".join(line.text for line in looked.context["preview"].lines)
    refused = client.post(address, heavier | {"confirm": "1", "seen": looked.context["preview"].mark})
    assert (refused.status_code, "重新告知" in text_of(refused)) == (400, True)
    lighter = words | {"clauses": ["M-2.1"], "severity": ""}
    looked = client.post(address, lighter | {"look": "1"})
    assert "理论知识科目的成绩" in "".join(line.text for line in looked.context["preview"].lines)
    assert client.post(address, lighter | {"confirm": "1", "seen": looked.context["preview"].mark}).status_code == 302
    assert Decision.objects.get().clauses == ["M-2.1"]


@pytest.mark.parametrize(("name", "state"), [("case_return", "heard"), ("case_dismiss", "dismissed")])
def test_sending_back_and_dismissing(sat: Scene, name: str, state: str) -> None:
    case = making.proposed(sat)
    answer = signed_in(sat.supervisor).post(page(name, case), {"reason": "事实不清。", "confirm": "1"})
    assert (answer.status_code, making.fresh(case).state) == (302, state)


def test_a_proposal_to_do_nothing_can_t_be_confirmed(sat: Scene) -> None:
    case = making.heard(sat)
    deciding.propose(case, clauses=[], severity="", reasons="x", on_defence="y", by=sat.proposer, at=making.PROPOSED)
    client = signed_in(sat.supervisor)
    assert page("case_confirm", case) not in text_of(client.get(page("case_page", case)))
    assert client.get(page("case_confirm", case)).status_code == 409


def test_two_supervisors_decide_once(sat: Scene) -> None:
    case = making.proposed(sat)
    body = {"reasons": "x", "on_defence": "y", "confirm": "1"}
    clients = [signed_in(user) for user in (sat.supervisor, sat.other_supervisor)]
    marks = [client.get(page("case_confirm", case)).context["preview"].mark for client in clients]
    words = [
        client.post(page("case_confirm", case), body | {"seen": mark}).status_code
        for client, mark in zip(clients, marks, strict=True)
    ]
    assert words[0] == 302
    assert words[1] in (400, 409)
    assert Decision.objects.count() == 1


# --- appeals and lifting --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "state", "outcome"), [("case_uphold", "final", "upheld"), ("case_lift", "lifted", "lifted")]
)
def test_the_outcomes_of_an_appeal(sat: Scene, name: str, state: str, outcome: str) -> None:
    case = appealed(sat)
    client = signed_in(sat.other_supervisor)
    assert "理由" in text_of(client.get(page(name, case)))
    assert client.post(page(name, case), {"reason": " ", "confirm": "1"}).status_code == 400
    assert client.post(page(name, case), {"reason": "复核认为如此。", "confirm": "1"}).status_code == 302
    assert (making.fresh(case).state, Appeal.objects.get().outcome) == (state, outcome)


def test_a_lighter_decision_takes_the_place_of_the_first(sat: Scene) -> None:
    case = appealed(sat)
    client, address = signed_in(sat.other_supervisor), page("case_lighten", case)
    same = {"clauses": ["M-3.2"], "reasons": "改条款。"}
    looked = client.post(address, same | {"look": "1"})
    refused = client.post(address, same | {"confirm": "1", "seen": looked.context["preview"].mark})
    assert "须轻于原决定" in text_of(refused)
    lighter = {"clauses": ["M-2.1"], "reasons": "未达到作弊。"}
    looked = client.post(address, lighter | {"look": "1"})
    assert client.post(address, lighter | {"confirm": "1", "seen": looked.context["preview"].mark}).status_code == 302
    first, second = Decision.objects.order_by("id")
    assert (first.lifted_at is not None, second.replaces, second.clauses) == (True, first, ["M-2.1"])


def test_the_ban_rests_while_the_appeal_runs(sat: Scene) -> None:
    case = appealed(sat)
    client = signed_in(sat.other_supervisor)
    assert page("case_suspend", case) in text_of(client.get(page("case_page", case)))
    assert client.post(page("case_suspend", case), {"reason": "证据待查。", "confirm": "1"}).status_code == 302
    assert Ban.objects.get().lifted_on == making.DECIDED.date()
    assert page("case_suspend", case) not in text_of(client.get(page("case_page", case)))


def test_lifting_without_an_appeal_says_what_comes_back(sat: Scene) -> None:
    decision = making.decided(sat)
    client, address = signed_in(sat.other_supervisor), page("case_lift", decision.case)
    text = text_of(client.get(address))
    for expected in ("禁考视为从未有过", "原编号", "所撤销的处理：禁考，", "进入下一批次"):
        assert expected in text
    assert client.post(address, {"reason": "认定有误。", "confirm": "1"}).status_code == 302
    assert (making.fresh(decision.case).state, Ban.objects.get().lifted_on) == ("lifted", making.DECIDED.date())
    assert client.get(address).status_code == 409
