"""A provider's own words: checked before they are kept, and the portal's where there are none."""

import pytest

from discipline.services.wording import NOTIFIED
from fees.services.wording import TO_PAY
from skilleval.accounts.enums import Role
from skilleval.accounts.models import MessageTemplate
from skilleval.accounts.own_words import set_words
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests.factories import ProviderFactory, at, staff

pytestmark = pytest.mark.django_db

FINE = {"subject": "请缴费", "body": "{缴费截止}缴 {应缴金额}。"}


def save(provider, template=TO_PAY, *, role=Role.MANAGER, by=None, hold=False, **words):
    by = by or staff(provider, role)
    return set_words(provider, template, **(FINE | words), hold=hold, by=by, at=at(2026, 4, 8))


def kept():
    return list(MessageTemplate.objects.values_list("kind", "subject", "body", "hold"))


def test_words_are_kept_tidied_and_once():
    provider = ProviderFactory()
    save(provider, subject="旧")
    row = save(provider, body=" ｛缴费截止｝缴 {应缴金额}。\r\n谢谢 ", hold=True)
    assert kept() == [("fees.to_pay", "请缴费", "{缴费截止}缴 {应缴金额}。\n谢谢", True)]
    event = AuditEvent.objects.filter(action="message_template.saved").latest("pk")
    assert (event.object_id, event.details) == (str(row.pk), {"kind": "fees.to_pay", "own": True, "hold": True})


@pytest.mark.parametrize("words", [{"subject": "", "body": ""}, {"subject": TO_PAY.subject, "body": TO_PAY.body}])
def test_the_portal_s_words_are_not_kept_but_whether_they_wait_is(words):
    save(ProviderFactory(), **words, hold=True)
    assert kept() == [("fees.to_pay", "", "", True)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"body": ""}, "正文不能为空"),
        ({"subject": ""}, "标题不能为空"),
        ({"body": "{缴费截止}"}, "缺少占位符“{应缴金额}”"),
        ({"body": FINE["body"] + "{身份证号}"}, "“{身份证号}”不是本消息的占位符"),
    ],
)
def test_words_with_faults_are_refused(words, told):
    with pytest.raises(Refused, match=told):
        save(ProviderFactory(), **words)
    assert kept() == []


def test_a_kind_from_which_a_period_runs_does_not_wait():
    words = {"subject": NOTIFIED.subject, "body": NOTIFIED.body}
    with pytest.raises(Refused, match="须按时发出"):
        save(ProviderFactory(), NOTIFIED, **words, hold=True)


@pytest.mark.parametrize("role", [Role.REVIEWING, Role.FINANCE])
def test_managers_alone_word_messages(role):
    with pytest.raises(NotAllowed):
        save(ProviderFactory(), role=role)


def test_and_their_own_provider_s():
    with pytest.raises(NotAllowed):
        save(ProviderFactory(), by=staff(ProviderFactory(), Role.MANAGER))
