"""One message for one cause, written with it and sealed; it leaves after the commit (see test_delivery)."""

import pytest
from django.db import transaction

from skilleval.core import outbox
from skilleval.core.models import OutboxMessage

pytestmark = pytest.mark.django_db


def write(key="cause:1", channel="email", address="a@example.invalid", **more):
    outbox.send(key=key, channel=channel, subject="主题", body="正文", address=address, recipient_id=5, **more)


def states():
    return list(OutboxMessage.objects.order_by("id").values_list("state", flat=True))


def test_a_cause_is_told_once():
    write()
    write(address="other@example.invalid")
    assert OutboxMessage.objects.get().address == "a@example.invalid"


def test_a_message_in_the_portal_has_arrived_at_once():
    write(channel="portal", address="")
    assert states() == ["sent"]


def test_what_is_released_arrives_in_the_portal_and_leaves_otherwise():
    write(channel="portal", address="", held=True)
    write(key="cause:2", held=True)
    write(key="cause:3", held=True)
    assert states() == ["held"] * 3
    assert outbox.release(["cause:1", "cause:2", "nothing"]) == 2
    assert states() == ["sent", "queued", "held"]
    assert outbox.release(["cause:1", "cause:2"]) == 0


def test_a_message_rolls_back_with_its_cause():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert states() == []


def test_the_address_is_sealed():
    write(channel="sms", address="+8613812345678")
    assert b"138" not in OutboxMessage.objects.values_list("address", flat=True).get()


def test_what_leaves_says_where_to_read_on(settings):
    settings.SITE_URL = "https://portal.example"
    away = outbox.away_text("正文", "/a/")
    assert away == "正文\n详情请登录查看：https://portal.example/a/"
    assert (outbox.home_text(away, "/a/"), outbox.away_text("正文", ""), outbox.home_text("正文", "")) == ("正文",) * 3
