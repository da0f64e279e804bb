"""Rows for tests: small, valid, and invented throughout. Dates are fixed; a test passes the day it means.

A provider "of 2026" with its notice, offerings with theory and practical, windows that are calendar months, prices that
hold from the notice on, and people whose document numbers carry a right check digit but belong to nobody.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import factory
from factory.django import DjangoModelFactory

from fees.models import FeeItem
from registration.enums import PAID_STATES, ApplicationState
from registration.models import (
    Application,
    Ban,
    Candidate,
    Education,
    Group,
    HeldCertificate,
    ProfessionalTitle,
    Window,
    WorkPeriod,
)
from skilleval.accounts.enums import Role
from skilleval.accounts.models import Institution, Membership, User
from skilleval.catalogue.enums import LEVEL_SUBJECTS, Channel, ContactKind, Level
from skilleval.catalogue.models import (
    CandidateRules,
    Contact,
    EligibilityRuleSet,
    Notice,
    Occupation,
    Offering,
    Provider,
    Subject,
    WorkType,
)
from skilleval.core.dates import last_of_month
from skilleval.core.identity import check_digit
from tests.numbers import credit_code

RULES = Path(__file__).parent.parent / "fixtures" / "rules" / "eligibility-2023.json"
NOTICE_DAY = date(2026, 1, 15)
BORN = date(1990, 5, 20)
IN_WORDS = str.maketrans("0123456789", "零一二三四五六七八九")  # no document bears a name with digits


def at(year: int, month: int, day: int, hour: int = 4) -> datetime:
    """A moment on a day: 04:00 UTC is noon in Shanghai."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def resident_number(serial: int, born: date = BORN) -> str:
    """An invented resident identity number: right in form, of a serial no office has given (sex by its last digit)."""
    first = f"310101{born:%Y%m%d}{serial % 1000:03d}"
    return first + check_digit(first)


# --- catalogue ------------------------------------------------------------------------------------------------------


class NoticeFactory(DjangoModelFactory[Notice]):
    class Meta:
        model = Notice
        django_get_or_create = ("key",)

    key = "test-2026"
    title = "关于开展 2026 年社会化职业技能评价的通知（测试）"
    issuer = "测试评价机构"
    year = 2026
    issued_on = NOTICE_DAY


class ProviderFactory(DjangoModelFactory[Provider]):
    class Meta:
        model = Provider

    filing_number = factory.Sequence(lambda n: f"S9{n:011d}")
    name = factory.Sequence(lambda n: f"测试评价机构{n}")
    short_name = factory.Sequence(lambda n: f"机构{n}")
    notice = factory.SubFactory(NoticeFactory)
    bank_holder = factory.SelfAttribute("name")
    bank_name = "测试银行上海分行"
    bank_account = "6200000000000000"


class ContactFactory(DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    provider = factory.SubFactory(ProviderFactory)
    kind = ContactKind.ENQUIRY
    value = "021-00000000"
    notice = factory.SubFactory(NoticeFactory)


class OccupationFactory(DjangoModelFactory[Occupation]):
    class Meta:
        model = Occupation
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"9-{n // 10000 % 100:02d}-{n // 100 % 100:02d}-{n % 100:02d}")
    name = factory.Sequence(lambda n: f"测试职业{n}")
    notice = factory.SubFactory(NoticeFactory)


class WorkTypeFactory(DjangoModelFactory[WorkType]):
    class Meta:
        model = WorkType
        django_get_or_create = ("occupation", "name")

    occupation = factory.SubFactory(OccupationFactory)
    name = ""
    notice = factory.SubFactory(NoticeFactory)


class RuleSetFactory(DjangoModelFactory[EligibilityRuleSet]):
    class Meta:
        model = EligibilityRuleSet
        django_get_or_create = ("edition",)

    edition = "2023"
    title = "2023 年版申报条件"
    rules = factory.LazyFunction(lambda: json.loads(RULES.read_text(encoding="utf-8")))
    notice = factory.SubFactory(NoticeFactory)


class CandidateRulesFactory(DjangoModelFactory[CandidateRules]):
    class Meta:
        model = CandidateRules
        django_get_or_create = ("edition",)

    edition = "test-2026"
    title = "参评人员须知"
    body = "一、提供真实材料。\n二、遵守考场纪律。"
    notice = factory.SubFactory(NoticeFactory)
    in_force_from = NOTICE_DAY


class SubjectFactory(DjangoModelFactory[Subject]):
    class Meta:
        model = Subject

    kind = "theory"
    notice = factory.SubFactory(NoticeFactory)


class OfferingFactory(DjangoModelFactory[Offering]):
    """With its level's subjects; `subjects=()` leaves them out. `listed=True`: without a notice of the provider."""

    class Meta:
        model = Offering
        skip_postgeneration_save = True

    class Params:
        listed = factory.Trait(announcement=None)

    provider = factory.SubFactory(ProviderFactory)
    work_type = factory.SubFactory(WorkTypeFactory)
    level = Level.FOUR
    year = 2026
    notice = factory.SubFactory(NoticeFactory)
    announcement = factory.SelfAttribute("notice")
    valid_from = NOTICE_DAY
    valid_until = None
    rule_set = factory.SubFactory(RuleSetFactory)

    @factory.post_generation
    def subjects(self: Offering, create: bool, extracted: Any, **kwargs: Any) -> None:  # type: ignore[misc]
        kinds = LEVEL_SUBJECTS[Level(self.level)] if extracted is None else extracted
        for position, kind in enumerate(kinds, start=1):
            SubjectFactory(offering=self, kind=kind, position=position, notice=self.notice)


class WindowFactory(DjangoModelFactory[Window]):
    """The calendar month of `month` in 2026, assessed in the month after."""

    class Meta:
        model = Window
        exclude = ("month",)

    month = 3
    provider = factory.SubFactory(ProviderFactory)
    label = factory.LazyAttribute(lambda o: f"2026年{o.month}月批次")
    opens_on = factory.LazyAttribute(lambda o: date(2026, o.month, 1))
    closes_on = factory.LazyAttribute(lambda o: last_of_month(2026, o.month))
    exam_from = factory.LazyAttribute(lambda o: date(2026, o.month + 1, 1) if o.month < 12 else None)
    exam_by = factory.LazyAttribute(lambda o: last_of_month(2026, min(o.month + 1, 12)))
    tentative = factory.LazyAttribute(lambda o: o.month == 12)
    shape = "notice"
    notice = factory.SubFactory(NoticeFactory)


class FeeItemFactory(DjangoModelFactory[FeeItem]):
    class Meta:
        model = FeeItem

    offering = factory.SubFactory(OfferingFactory)
    subject = "theory"
    amount = Decimal("100.00")
    valid_from = NOTICE_DAY
    notice = factory.SelfAttribute("offering.notice")


def publish_fees(offering: Offering, **amounts: str) -> list[FeeItem]:
    """Prices of an offering's subjects: 100 for theory and 300 for practical unless said otherwise (in yuan)."""
    prices = {"theory": "100", "practical": "300", "review": "200"} | amounts
    return [
        FeeItemFactory(offering=offering, subject=subject.kind, amount=Decimal(prices[subject.kind]))
        for subject in offering.subjects.all()
    ]


# --- people ---------------------------------------------------------------------------------------------------------


class UserFactory(DjangoModelFactory[User]):
    """An account without a usable password unless `password` is given."""

    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"测试用户{n}")
    email = factory.Sequence(lambda n: f"user{n}@example.test")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", None)
        phone = kwargs.pop("phone", "")
        user = model_class(*args, **kwargs)
        user.phone = phone
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save()
        return user


class InstitutionFactory(DjangoModelFactory[Institution]):
    class Meta:
        model = Institution

    name = factory.Sequence(lambda n: f"测试培训机构{n}")
    credit_code = factory.Sequence(credit_code)
    state = "approved"


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.REVIEWING


def staff(provider: Provider, *roles: str, **user: Any) -> User:
    """Somebody who works for a provider in the roles given (reviewing unless said)."""
    person = UserFactory(**user)
    for role in roles or (Role.REVIEWING,):
        MembershipFactory(user=person, role=role, provider=provider)
    return person


class CandidateFactory(DjangoModelFactory[Candidate]):
    class Meta:
        model = Candidate

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"测试考生{n}".translate(IN_WORDS))
    born = BORN
    sex = factory.LazyAttributeSequence(lambda o, n: "男" if n % 1000 % 2 else "女")
    phone_cipher = factory.Sequence(lambda n: f"+86139{n:08d}")
    schooling = "senior_middle"

    @factory.lazy_attribute_sequence
    def id_cipher(self, n: int) -> str:
        # serials run out after a thousand: the birthplace's digits carry on
        first = f"{310101 + n // 1000:06d}{self.born:%Y%m%d}{n % 1000:03d}"
        return first + check_digit(first)


class WorkPeriodFactory(DjangoModelFactory[WorkPeriod]):
    class Meta:
        model = WorkPeriod

    candidate = factory.SubFactory(CandidateFactory)
    employer = "测试单位"
    code = "4-04-05-05"
    started_on = date(2015, 7, 1)


class HeldCertificateFactory(DjangoModelFactory[HeldCertificate]):
    class Meta:
        model = HeldCertificate

    candidate = factory.SubFactory(CandidateFactory)
    code = "4-04-05-05"
    level = Level.FIVE
    number = "S00003130004024500000"
    issued_on = date(2024, 3, 1)


class EducationFactory(DjangoModelFactory[Education]):
    class Meta:
        model = Education

    candidate = factory.SubFactory(CandidateFactory)
    school_name = "测试职业学校"
    school = "secondary_vocational"
    major = "计算机应用"
    status = "graduated"
    graduated_on = date(2010, 7, 1)


class ProfessionalTitleFactory(DjangoModelFactory[ProfessionalTitle]):
    class Meta:
        model = ProfessionalTitle

    candidate = factory.SubFactory(CandidateFactory)
    name = "助理工程师"
    grade = "junior"
    obtained_on = date(2020, 9, 1)


class BanFactory(DjangoModelFactory[Ban]):
    class Meta:
        model = Ban

    candidate = factory.SubFactory(CandidateFactory)
    starts_on = date(2026, 2, 1)
    ends_on = date(2028, 1, 31)
    source = factory.Sequence(lambda n: f"测试决定〔2026〕{n}号")


# --- applications ---------------------------------------------------------------------------------------------------


class GroupFactory(DjangoModelFactory[Group]):
    """A group of an approved institution, in the offering's window of March."""

    class Meta:
        model = Group

    number = factory.Sequence(lambda n: f"TT2026{n:06d}")
    institution = factory.SubFactory(InstitutionFactory)
    offering = factory.SubFactory(OfferingFactory)
    window = factory.LazyAttribute(lambda o: window_of(o.offering.provider))
    created_by_label = "经办人"
    created_at = at(2026, 3, 2)


class ApplicationFactory(DjangoModelFactory[Application]):
    """An application in any state with the facts it has to have, to move on from; the way there is the services'."""

    class Meta:
        model = Application

    number = factory.Sequence(lambda n: f"T2026{n:08d}")
    candidate = factory.SubFactory(CandidateFactory)
    offering = factory.SubFactory(OfferingFactory)
    work_type = factory.SelfAttribute("offering.work_type")
    level = factory.SelfAttribute("offering.level")
    window = factory.LazyAttribute(lambda o: window_of(o.offering.provider))
    first_window = factory.SelfAttribute("window")
    group = factory.LazyAttribute(lambda o: group_of(o.offering, o.window) if o.channel == Channel.GROUP else None)
    institution = factory.LazyAttribute(lambda o: o.group and o.group.institution)
    channel = Channel.INDIVIDUAL
    state = ApplicationState.REVIEW
    subjects = factory.LazyAttribute(lambda o: [subject.kind for subject in o.offering.subjects.all()])
    rule_set = factory.SelfAttribute("offering.rule_set")
    rules = factory.SubFactory(CandidateRulesFactory)
    clause = "4.1"
    rules_accepted_at = at(2026, 3, 2)
    submitted_on = factory.LazyAttribute(lambda o: None if o.state == ApplicationState.DRAFT else date(2026, 3, 2))
    review_by = factory.LazyAttribute(lambda o: o.submitted_on and date(2026, 3, 9))
    returned_until = factory.LazyAttribute(lambda o: date(2026, 3, 12) if o.state == "returned" else None)
    approved_on = factory.LazyAttribute(
        lambda o: date(2026, 3, 5) if o.state in (*PAID_STATES, ApplicationState.APPROVED) else None
    )
    confirmed_on = factory.LazyAttribute(lambda o: date(2026, 3, 6) if o.state in PAID_STATES else None)


def group_of(offering: Offering, window: Window) -> Group:
    """The group some institution enters for an offering in a window, made if there is none."""
    found = Group.objects.filter(offering=offering, window=window)
    return found.first() or GroupFactory(offering=offering, window=window)


def window_of(provider: Provider, month: int = 3) -> Window:
    """The provider's window of a month of 2026, made if it isn't there."""
    found = Window.objects.filter(provider=provider, opens_on=date(2026, month, 1)).first()
    return found or WindowFactory(provider=provider, month=month)
