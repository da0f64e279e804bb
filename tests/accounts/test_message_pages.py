"""The pages of a provider's messages and words, as its staff use them."""

import pytest
from django.urls import reverse

from skilleval.accounts.enums import Role
from skilleval.accounts.models import MessageTemplate, ProviderMessage
from skilleval.core import templates
from tests.accounts.test_outgoing import notice
from tests.factories import ProviderFactory, at, staff

pytestmark = pytest.mark.django_db

LIST = "admin:accounts_providermessage_changelist"
PAGE = "admin:accounts_providermessage_change"


@pytest.fixture
def provider():
    return ProviderFactory()


@pytest.fixture
def desk(client, provider, settings):
    settings.STAFF_MFA = "off"
    client.force_login(staff(provider, Role.MANAGER))
    return client


def tabs(desk, **where):
    return {tab["label"]: tab["count"] for tab in desk.get(reverse(LIST), where).context["tabs"]}


def test_the_tabs_count_what_is_where(desk, provider):
    notice(provider, cause="a")
    text = notice(provider, held=False, cause="b")
    notice(ProviderFactory(), cause="c")
    counted = {"暂存": 2, "待发送": 1, "未发出、未送达": 0, "已发送": 1, "不再发送": 0, "全部": 4}
    assert tabs(desk) == counted
    ProviderMessage.objects.filter(pk=text.pk).update(state="sent", sent_at=at(2026, 4, 8), receipt="undelivered")
    assert tabs(desk) == counted | {"待发送": 0, "未发出、未送达": 1, "已发送": 2}
    assert tabs(desk, q="没有这样的") == dict.fromkeys(counted, 0)


def test_counting_ends_at_a_thousand(desk, provider, monkeypatch):
    monkeypatch.setattr("skilleval.accounts.admin_messages.MOST_COUNTED", 1)
    notice(provider)
    assert tabs(desk)["暂存"] == "1+"


def test_no_page_shows_a_whole_address(desk, provider):
    message = notice(provider)
    for address in (reverse(LIST), reverse(PAGE, args=[message.pk]), reverse("admin:message_words", args=[message.pk])):
        page = desk.get(address).content.decode()
        assert "138****0000" in page
        assert "13800000000" not in page


def test_a_pile_is_released_each_notice_once(desk, provider):
    keys = [notice(provider, cause=f"c{number}").pk for number in range(3)]
    chosen = {
        "action": "release_chosen",
        "_selected_action": list(ProviderMessage.objects.values_list("pk", flat=True)),
    }
    asked = desk.post(f"{reverse(LIST)}?queue=held", chosen)
    assert "放行后不能改写" in asked.content.decode()
    done = desk.post(f"{reverse(LIST)}?queue=held", chosen | {"confirmed": "1"}, follow=True)
    assert [str(message) for message in done.context["messages"]] == ["已处理 6 条"]
    assert set(ProviderMessage.objects.filter(pk__in=keys).values_list("state", flat=True)) == {"queued"}


def test_a_message_s_page_offers_what_can_be_done(desk, provider):
    message = notice(provider)
    page = desk.get(reverse(PAGE, args=[message.pk])).context
    assert [page[name] for name in ("releases", "holds", "drops", "changes")] == [True, False, True, True]
    ProviderMessage.objects.update(state="sent", sent_at=at(2026, 4, 8))
    page = desk.get(reverse(PAGE, args=[message.pk])).context
    assert not any(page[name] for name in ("releases", "holds", "drops", "changes"))


def test_words_are_changed_on_a_page_of_their_own(desk, provider):
    message = notice(provider)
    address = reverse("admin:message_words", args=[message.pk])
    assert desk.get(address).context["form"].initial == {"subject": "请缴费", "body": "请缴费。"}
    assert desk.post(address, {"subject": "", "body": "x"}).status_code == 400
    assert desk.post(address, {"subject": "新", "body": "新正文"}).status_code == 302
    assert ProviderMessage.objects.get(channel="portal").body == "新正文"
    ProviderMessage.objects.update(state="dropped")
    refused = desk.post(address, {"subject": "新", "body": "更新"})
    assert (refused.status_code, "不能改写" in refused.content.decode()) == (400, True)


# --- the provider's words


def words(provider, kind="fees.to_pay"):
    return reverse("admin:message_template_words", args=[provider.pk, kind])


def test_every_kind_is_listed_with_whose_words_it_has(desk, provider):
    MessageTemplate.objects.create(
        provider=provider, kind="fees.to_pay", subject="缴", body="{缴费截止}", hold=True, saved_at=at(2026, 4, 8)
    )
    page = desk.get(reverse("admin:accounts_messagetemplate_changelist"))
    listed = [one.kind for _, parts in page.context["lists"] for _, kinds in parts for one, _ in kinds]
    assert sorted(listed) == sorted(one.kind for one in templates.registered())
    assert page.content.decode().count("本机构的文字") == 2  # the lead, and the one row


def test_a_preview_shows_values_like_real_ones_and_keeps_nothing(desk, provider):
    page = desk.post(words(provider), {"subject": "缴 {应缴金额}", "body": "{缴费截止}缴 {应缴金额}。", "preview": "1"})
    shown = page.context["preview"]
    assert (page.status_code, shown["subject"]) == (200, "缴 ¥400.00")
    assert shown["body"] == "4月30日 24:00 前缴 ¥400.00。"
    assert shown["text"].startswith(shown["body"] + "\n详情请登录查看：")
    assert (shown["unused"], MessageTemplate.objects.count()) == (["申报编号", "项目"], 0)


def test_faults_are_told_at_their_field(desk, provider):
    page = desk.post(words(provider), {"subject": "缴{金额}", "body": "请缴", "save": "1"})
    assert page.status_code == 400
    assert page.context["preview"] is None
    assert page.context["form"].errors["subject"] == ["标题中的“{金额}”不是本消息的占位符，请从列表中选用"]
    assert [fault[:14] for fault in page.context["form"].errors["body"]] == [
        "缺少占位符“{应缴金额}”：",
        "缺少占位符“{缴费截止}”：",
    ]


def test_words_are_saved_and_taken_back(desk, provider):
    sent = {"subject": "缴", "body": "{缴费截止}缴 {应缴金额}。", "hold": "on"}
    assert desk.post(words(provider), sent | {"save": "1"}).status_code == 302
    row = MessageTemplate.objects.get()
    assert (row.body, row.hold) == (sent["body"], True)
    assert desk.get(reverse("admin:accounts_messagetemplate_change", args=[row.pk])).url == words(provider)
    assert desk.post(words(provider), sent | {"portal": "1"}).status_code == 302
    row.refresh_from_db()
    assert (row.subject, row.body, row.hold) == ("", "", True)


def test_a_kind_that_must_leave_offers_no_hold(desk, provider):
    page = desk.get(words(provider, "discipline.notified"))
    assert "hold" not in page.context["form"].fields
    assert "不能设为放行后发送" in page.content.decode()


@pytest.mark.parametrize("kind", ["fees.nothing", "x"])
def test_there_are_no_other_kinds(desk, provider, kind):
    assert desk.get(words(provider, kind)).status_code == 404


def test_nor_other_providers(desk):
    assert desk.get(words(ProviderFactory())).status_code == 404


def test_today_says_what_waits_to_be_released_and_what_nobody_got(desk, provider):
    assert desk.get(reverse("admin:index")).content.decode().count("条消息") == 0
    text = notice(provider)
    notice(ProviderFactory(), cause="another's")
    ProviderMessage.objects.filter(pk=text.pk).update(state="failed")
    page = desk.get(reverse("admin:index")).content.decode()
    assert "条消息暂存，待放行" in page
    assert "条消息没有发出" in page
