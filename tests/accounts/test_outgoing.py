"""What staff do with messages before they leave, and that nobody changes what has left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from discipline.services.wording import NOTIFIED
from fees.services.wording import TO_PAY
from skilleval.accounts import outgoing
from skilleval.accounts.enums import Role
from skilleval.accounts.models import ProviderMessage
from skilleval.core import delivery, outbox
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests.core.racing import race
from tests.factories import ProviderFactory, at, staff

pytestmark = pytest.mark.django_db

NOON = at(2026, 4, 8)
LINK = "/applications/1/"


@pytest.fixture
def provider():
    return ProviderFactory()


@pytest.fixture
def by(provider):
    return staff(provider, Role.REVIEWING)


def notice(provider, *, held=True, kind=TO_PAY.kind, cause="to-pay:1"):
    """One cause, told in the portal and by a text."""
    outbox.send_all(
        outbox.Message(
            key=f"{cause}:{channel}:7",
            channel=channel,
            address=address,
            subject="请缴费",
            body=outbox.away_text("请缴费。", LINK) if address else "请缴费。",
            link=LINK,
            kind=kind,
            owner_id=provider.pk,
            held=held,
        )
        for channel, address in (("portal", ""), ("sms", "+8613800000000"))
    )
    return ProviderMessage.objects.get(key=f"{cause}:sms:7")


def states(**where):
    return dict(ProviderMessage.objects.filter(**where).values_list("channel", "state"))


def audited():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_what_is_released_leaves_by_every_way(provider, by):
    message = notice(provider)
    assert len(outgoing.release(message, by=by)) == 2
    assert states() == {"portal": "sent", "sms": "queued"}
    assert audited() == ["message.released"] * 2
    with pytest.raises(Conflict):
        outgoing.release(message, by=by)


def test_what_waits_to_be_sent_is_held(provider, by):
    message = notice(provider, held=False)
    assert outgoing.hold(message, by=by) == [message.pk]
    assert states() == {"portal": "sent", "sms": "held"}
    with pytest.raises(Conflict):
        outgoing.hold(message, by=by)


def test_what_is_dropped_never_leaves(provider, by):
    message = notice(provider)
    assert len(outgoing.drop(message, by=by)) == 2
    assert (states(), delivery.deliver_due()) == ({"portal": "dropped", "sms": "dropped"}, 0)
    for verb in (outgoing.drop, outgoing.release, outgoing.hold):
        with pytest.raises(Conflict):
            verb(message, by=by)
    with pytest.raises(Conflict):
        outgoing.change(message, subject="新", body="新", by=by, at=NOON)


def test_words_are_changed_by_every_way_that_is_left(provider, by):
    message = notice(provider)
    assert len(outgoing.change(message, subject=" 新\n标题 ", body=" 新正文 \r\n二 ", by=by, at=NOON)) == 2
    portal, text = ProviderMessage.objects.order_by("channel")
    assert (portal.subject, portal.body) == ("新 标题", "新正文 \n二")
    assert text.body == outbox.away_text("新正文 \n二", LINK)
    assert {(row.edited_by_label, row.edited_at) for row in (portal, text)} == {(by.label, NOON)}
    event = AuditEvent.objects.order_by("pk").first()
    assert (event.action, event.details) == ("message.changed", {"fields": ["subject", "body"]})


def test_only_what_has_not_left_is_changed(provider, by):
    message = notice(provider, held=False)
    assert outgoing.change(message, subject="新", body="新", by=by, at=NOON) == [message.pk]
    assert ProviderMessage.objects.get(channel="portal").body == "请缴费。"


@pytest.mark.parametrize(
    ("fields", "verbs"),
    [
        ({"state": "sent", "sent_at": NOON}, ()),
        ({"state": "queued"}, ("hold", "drop", "change")),
        ({"state": "queued", "attempts": 2}, ("hold", "drop")),
        ({"state": "held", "attempts": 2}, ("release", "drop")),
        ({"state": "failed", "attempts": 6}, ("release", "drop")),
        ({"state": "failed", "edition": 1}, ("release", "drop", "change")),  # turned down: nobody has it
    ],
)
def test_what_may_be_done_with_a_text(provider, by, fields, verbs):
    message = notice(provider, held=False)
    for verb in ("hold", "release", "drop", "change"):
        ProviderMessage.objects.filter(pk=message.pk).update(**{"attempts": 0, "edition": 0, "sent_at": None, **fields})
        words = {"subject": "新", "body": "新", "at": NOON} if verb == "change" else {}
        try:
            done = getattr(outgoing, verb)(message, by=by, **words)
        except Conflict:
            done = []
        assert (verb, done) == (verb, [message.pk] if verb in verbs else [])


def test_nobody_reaches_into_what_a_worker_is_handing_over(provider, by):
    message = notice(provider, held=False)
    ProviderMessage.objects.filter(pk=message.pk).update(leased_until=timezone.now() + timedelta(minutes=1))
    for verb in (outgoing.hold, outgoing.drop):
        with pytest.raises(Conflict, match="正在发送"):
            verb(message, by=by)


@pytest.mark.parametrize(("attempts", "left"), [(0, 0), (6, 1)])
def test_what_failed_is_tried_again_and_stays_unchangeable_where_it_may_have_arrived(provider, by, attempts, left):
    message = notice(provider, held=False)
    ProviderMessage.objects.filter(pk=message.pk).update(state="failed", attempts=attempts)
    outgoing.release(message, by=by)
    message.refresh_from_db()
    assert (message.state, message.attempts, outgoing.may_be_changed(message)) == ("queued", left, not left)


def test_a_kind_from_which_a_period_runs_is_left_alone(provider, by):
    message = notice(provider, held=False, kind=NOTIFIED.kind)
    for verb in (outgoing.hold, outgoing.drop):
        with pytest.raises(Refused, match="权利和期限"):
            verb(message, by=by)
    with pytest.raises(Refused, match="权利和期限"):
        outgoing.change(message, subject="新", body="新", by=by, at=NOON)
    assert states() == {"portal": "sent", "sms": "queued"}


@pytest.mark.parametrize(
    ("subject", "body", "told"),
    [
        ("", "新", "标题不能为空"),
        ("新", " \n ", "正文不能为空"),
        ("题" * 201, "新", "标题不超过 200 字，现有 201 字"),
        ("新", "文" * 1001, "正文不超过 1000 字，现有 1001 字"),
        ("新", "文\x07", "控制字符"),
        ("新", "文\u202e", "控制字符"),
    ],
)
def test_words_that_cannot_be_sent_are_refused(provider, by, subject, body, told):
    with pytest.raises(Refused, match=told):
        outgoing.change(notice(provider), subject=subject, body=body, by=by, at=NOON)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.SCHEDULING, Role.RESULTS, Role.CERTIFICATES])
def test_other_roles_may_not(provider, role):
    with pytest.raises(NotAllowed):
        outgoing.release(notice(provider), by=staff(provider, role))


def test_nor_may_another_provider_s(provider):
    with pytest.raises(NotAllowed):
        outgoing.drop(notice(provider), by=staff(ProviderFactory(), Role.MANAGER))


def test_what_is_nobody_s_is_nobody_s(provider, by):
    message = notice(provider)
    ProviderMessage.objects.update(owner_id=None)
    message.refresh_from_db()
    with pytest.raises(NotAllowed):
        outgoing.release(message, by=by)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_releases_and_the_other_is_told():
    provider = ProviderFactory()
    by, message = staff(provider, Role.MANAGER), notice(provider)
    done = race(*[lambda: outgoing.release(message, by=by)] * 4)
    assert sorted(type(one).__name__ for one in done) == ["Conflict"] * 3 + ["list"]
    assert AuditEvent.objects.filter(action="message.released").count() == 2
