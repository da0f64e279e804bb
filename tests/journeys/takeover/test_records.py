"""Credits, certificates, last serials and bans of before the portal: as good as its own from then on."""

from __future__ import annotations

from datetime import date

import pytest

from certificates.models import Certificate
from certificates.queries.checks import find
from certificates.services import requests
from registration.enums import TakeOverKind
from registration.models import Application, Ban, Candidate, Credit, HeldCertificate
from registration.queries.credits import live_credits
from registration.services import claims
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import OutboxMessage
from skilleval.journeys.takeover import verbs
from tests import factories
from tests.certificates.makers import certifier, issued, portrait
from tests.factories import resident_number
from tests.journeys.takeover.makers import (
    NOW,
    applied,
    banned,
    certificate,
    counts,
    credit,
    faults,
    loaded,
    manager,
    market,
    name_of,
    sheet,
    uploaded,
)

pytestmark = pytest.mark.django_db
K = TakeOverKind


def supervisor() -> User:
    return User.objects.get(pk=factories.MembershipFactory(role=Role.SUPERVISOR).user.pk)


def known(serial: int) -> Candidate:
    """Somebody with an account, whom the workbooks name."""
    sex = "男" if serial % 2 else "女"
    made: Candidate = factories.CandidateFactory(name=name_of(serial), id_cipher=resident_number(serial), sex=sex)
    return made


# --- credits --------------------------------------------------------------------------------------------------------


def test_a_credit_counts_from_its_publication_for_a_resit_there() -> None:
    offering = market()
    made = loaded(K.CREDITS, credit(1), credit(1, subject="操作技能", score=""), by=manager(offering.provider))
    assert (counts(made), made.rows_loaded) == ((2, 0, 0), 2)
    theory, practical = Credit.objects.order_by("pk")
    assert (theory.origin, theory.valid_until, theory.score) == ("earlier", date(2027, 10, 20), 75)
    assert (practical.score, practical.taken_over) == (None, made)
    assert [one.subject for one in live_credits(theory.candidate, offering, NOW.date())] == ["theory", "practical"]
    assert not OutboxMessage.objects.exists()


def test_an_application_of_before_gives_up_the_credits_that_came_before_it() -> None:
    offering = market()
    by = manager(offering.provider)
    loaded(K.CREDITS, credit(1), by=by)
    made = loaded(K.APPLICATIONS, applied(1), by=by)
    assert [line["message"] for line in made.report] == ["重新申报将放弃该人员理论知识的合格成绩"]
    assert live_credits(Candidate.objects.get(), offering, NOW.date()) == []


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"published_on": "2024-04-14"}, "成绩公布日期", "成绩有效期至 2026-04-14，已过期"),
        ({"published_on": "2026-04-16"}, "成绩公布日期", "成绩公布日期还没有到"),
        ({"score": "59.99"}, "成绩", "不是合格成绩"),
        ({"score": "100.01"}, "成绩", "不是合格成绩"),
        ({"subject": "综合评审"}, "合格科目", "本项目没有综合评审科目"),
        ({"level": "专项职业能力"}, "职业编码", "本机构没有该职业（工种）、等级的评价项目"),
    ],
)
def test_a_credit_that_is_none_waits(cells: dict[str, str], column: str, message: str) -> None:
    made = uploaded(K.CREDITS, credit(1, **cells), by=manager(market().provider))
    assert (2, column, message) in faults(made)


def test_the_last_day_of_a_credit_still_counts() -> None:
    made = uploaded(K.CREDITS, credit(1, published_on="2024-04-15"), by=manager(market().provider))
    assert counts(made) == (1, 0, 0)


# --- certificates ---------------------------------------------------------------------------------------------------


def the_loaded(offering: Offering, serial: int = 1) -> Certificate:
    loaded(K.CERTIFICATES, certificate(serial, offering.provider), by=manager(offering.provider))
    found: Certificate = Certificate.objects.get(number__endswith=f"{serial:06d}")
    return found


def test_a_certificate_of_before_is_found_by_the_public() -> None:
    offering = market()
    person = known(1)
    row = the_loaded(offering)
    found = find(str(row.number), name_of(1))
    assert found is not None
    assert (found.state, found.issued_on, found.level) == ("issued", date(2026, 2, 20), "四级/中级工")
    assert (row.candidate, row.application, row.is_printed_here) == (person, None, False)
    assert HeldCertificate.objects.get(candidate=person).recorded
    assert not OutboxMessage.objects.exists()


def test_it_can_be_voided_by_two_people() -> None:
    offering = market()
    known(1)
    row = the_loaded(offering)
    first, second = certifier(offering.provider), certifier(offering.provider)
    asked = requests.ask(row, kind="void", reason="发错", by=first, at=NOW)
    requests.carry_out(asked, by=second, at=NOW)
    found = find(str(row.number), name_of(1))
    assert found is not None
    assert (found.state, found.ended_on) == ("void", NOW.date())
    assert OutboxMessage.objects.filter(channel="portal").get().link == f"/certificates/{row.uuid}/"


def test_its_replacement_is_the_next_number() -> None:
    offering = market()
    person = known(1)
    row = the_loaded(offering, serial=41)
    person = row.candidate
    first, second = certifier(offering.provider), certifier(offering.provider)
    with pytest.raises(Refused, match="须有证件照"):
        requests.ask(row, kind="replace", reason="姓名更正", by=first, at=NOW)
    person.photo = portrait()
    person.save()
    row = Certificate.objects.get(pk=row.pk)
    asked = requests.ask(row, kind="replace", reason="姓名更正", by=first, at=NOW)
    new = requests.carry_out(asked, by=second, at=NOW)
    assert new.number == f"{offering.provider.filing_number}264000042"
    assert (new.is_printed_here, new.application, new.replaces) == (True, None, row)
    assert find(str(row.number), name_of(41)).state == "replaced"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"number": "S00003130004026400001"}, "证书编号不符合本机构的编号规则"),
        ({"number": "S000031300040264000001"}, "证书编号不符合本机构的编号规则"),
        ({"issued_on": "2025-02-20"}, "证书编号中的年份与发证日期不一致"),
        ({"level": "三级/高级工"}, "证书编号不符合本机构的编号规则"),
    ],
    ids=["21 characters", "another provider's", "another year", "another level"],
)
def test_a_number_of_another_form_waits(cells: dict[str, str], message: str) -> None:
    provider = market().provider
    made = uploaded(K.CERTIFICATES, certificate(1, provider, **cells), by=manager(provider))
    assert (2, "证书编号", message) in faults(made)


def test_a_number_is_one_persons() -> None:
    offering = market()
    by, row = manager(offering.provider), certificate(1, offering.provider)
    loaded(K.CERTIFICATES, row, by=by)
    again = loaded(K.CERTIFICATES, row, by=by)
    assert (counts(again), again.rows_loaded, Certificate.objects.count()) == ((0, 1, 0), 0, 1)
    other = uploaded(K.CERTIFICATES, certificate(2, offering.provider, number=row["number"]), by=by)
    assert faults(other) == [(2, "证书编号", "该编号已是另一张证书的编号")]


# --- serials --------------------------------------------------------------------------------------------------------


def serial(last: str, **cells: str) -> dict[str, str]:
    return {"year": "2026", "level": "四级/中级工", "serial": last} | cells


def test_numbering_goes_on_after_the_last_serial_without_gap() -> None:
    offering = market()
    by = manager(offering.provider)
    loaded(K.SERIALS, serial("200"), by=by)
    first, second = (issued(offering, by=certifier(offering.provider)) for _ in range(2))
    assert [str(row.number)[-6:] for row in (first, second)] == ["000201", "000202"]
    again = loaded(K.SERIALS, serial("200"), by=by)
    assert [(line["message"], line["stops"]) for line in again.report] == [("已编到 202", False)]
    assert str(issued(offering, by=certifier(offering.provider)).number)[-6:] == "000203"


@pytest.mark.parametrize(
    ("last", "fault"),
    [
        ("{filing}264000200", ""),
        ("000200", ""),
        ("{filing}254000200", "流水号不能识别，或与年份、等级不一致"),
        ("1000000", "流水号不能识别，或与年份、等级不一致"),
        ("0", "流水号不能识别，或与年份、等级不一致"),
        ("末号", "流水号不能识别，或与年份、等级不一致"),
    ],
)
def test_a_last_serial_may_be_the_whole_number(last: str, fault: str) -> None:
    provider = market().provider
    made = uploaded(K.SERIALS, serial(last.format(filing=provider.filing_number)), by=manager(provider))
    assert faults(made) == ([(2, "最后流水号", fault)] if fault else [])


# --- bans -----------------------------------------------------------------------------------------------------------


def test_a_ban_bars_at_every_provider_and_ends_what_was_not_sat() -> None:
    by, person = supervisor(), known(1)
    application = factories.ApplicationFactory(candidate=person)
    looked = uploaded(K.BANS, banned(1), banned(2), by=by)
    assert [(line["row"], line["message"]) for line in looked.report] == [(2, "该人员有未参加评价的申报")]
    verbs.begin_load(looked, by=by, at=NOW)
    made = loaded(K.BANS, banned(1), by=by, when=NOW)
    assert counts(made) == (0, 1, 0)
    ban = Ban.objects.get(candidate=person)
    assert (ban.source, ban.starts_on, ban.ends_on) == ("沪评决〔2026〕1号", date(2026, 3, 1), date(2028, 2, 29))
    assert Application.objects.get(pk=application.pk).state == "cancelled"
    assert Ban.objects.count() == 2


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"ends_on": "2026-02-28"}, "禁考截止日期", "禁考截止日期早于起始日期"),
        ({"ends_on": "2026-04-14"}, "禁考截止日期", "禁考已期满"),
        ({"source": ""}, "决定文号", "未填写决定文号"),
    ],
)
def test_a_ban_needs_its_decision_and_days(cells: dict[str, str], column: str, message: str) -> None:
    assert faults(uploaded(K.BANS, banned(1, **cells), by=supervisor())) == [(2, column, message)]


def test_other_days_of_the_same_decision_wait() -> None:
    by = supervisor()
    loaded(K.BANS, banned(1), by=by)
    made = uploaded(K.BANS, banned(1, ends_on="2027-02-28"), by=by)
    ((row, column, message),) = faults(made)
    assert (row, column, "平台已有该文号的禁考" in message) == (2, "禁考截止日期", True)


def test_bans_are_a_supervisors_and_all_else_a_managers() -> None:
    provider = market().provider
    by = manager(provider)
    stranger = manager(factories.ProviderFactory())
    for kind, of, who in (
        (K.BANS, None, by),
        (K.CREDITS, provider, supervisor()),
        (K.CREDITS, provider, stranger),
        (K.CREDITS, provider, factories.staff(provider, Role.FINANCE)),
    ):
        with pytest.raises(NotAllowed):
            verbs.upload(kind, provider=of, upload=sheet(kind), by=who, at=NOW)


def test_one_number_is_one_person_in_a_file_too() -> None:
    by = manager(market().provider)
    made = loaded(K.CREDITS, credit(1), credit(1, name="样本另", subject="操作技能"), by=by)
    assert faults(made) == [(3, "姓名", "与前面同一证件号码的行不是同一人")]
    assert Candidate.objects.get().name == name_of(1)


def test_nobody_loads_their_own() -> None:
    offering = market()
    by = manager(offering.provider)
    factories.CandidateFactory(user=by, name=name_of(1), id_cipher=resident_number(1), sex="男")
    assert faults(uploaded(K.CREDITS, credit(1), by=by)) == [(2, "证件号码", "这是您本人的业务，须由其他人员导入")]


def test_who_was_loaded_can_claim_by_the_telephone_that_was_loaded() -> None:
    loaded(K.APPLICATIONS, applied(1), by=manager(market().provider))
    user = factories.UserFactory(name=name_of(1))
    told = {"name": name_of(1), "id_type": "resident", "id_number": resident_number(1)}
    claim = claims.begin(user, **told, at=NOW)
    assert claims.can_use_phone(claim)
