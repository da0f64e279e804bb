"""An institution begins, in a real browser: registered, sent back, approved; a colleague is invited and carries on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from skilleval.journeys.demo.people import Person, paper
from tests.flows.people import Visitor
from tests.flows.reading import check_access
from tests.numbers import credit_code
from tests.portal import Portal

NAME = "样本职业技能培训学校"
FIRST, COLLEAGUE = Person(81), Person(82)
PASSWORD = "xin-jingbanren-2026"
MAILBOX = "/demo/mailbox/"


def sign_up(visitor: Visitor, contact: str, code: str) -> None:
    visitor.follow("注册账号")
    visitor.page.get_by_label("手机号码或电子邮箱").fill(contact)
    visitor.page.locator("input[name=password1]").fill(PASSWORD)
    visitor.page.locator("input[name=password2]").fill(PASSWORD)
    visitor.page.locator("input[name=consent]").check()
    visitor.press("注册")
    visitor.page.locator("input[name=code]").fill(newest(visitor, code))
    visitor.content.get_by_role("button").first.click()
    visitor.page.wait_for_load_state()


def newest(visitor: Visitor, pattern: str) -> str:
    """What the newest message of the mailbox says at a place, read in a second tab."""
    tab = visitor.context.new_page()
    tab.goto(MAILBOX)
    found = re.search(pattern, tab.locator("[data-message]").first.inner_text())
    tab.close()
    assert found
    return found[1]


def register(visitor: Visitor, licence: Path) -> None:
    visitor.page.goto("/")
    visitor.page.get_by_role("link", name="院校、培训机构入口").click()
    check_access(visitor)
    sign_up(visitor, FIRST.phone.removeprefix("+86"), r"验证码是 (\d{6})")
    check_access(visitor)
    page = visitor.page
    page.get_by_label("单位名称").fill(NAME)
    page.get_by_label("社会培训机构").check()
    page.get_by_label("统一社会信用代码").fill(credit_code(810001).replace("0", "O", 1))
    page.get_by_label("经办人姓名").fill(FIRST.name)
    page.get_by_label("我受本单位委托").check()
    page.locator("input[type=file]").set_input_files(licence)
    visitor.press("提交登记申请")
    visitor.sees("不会是“O”，请核对是否为数字 0")
    visitor.was_refused()
    check_access(visitor)
    page.get_by_label("统一社会信用代码").fill(credit_code(810001).lower())
    page.locator("input[type=file]").set_input_files(licence)
    visitor.press("提交登记申请")
    visitor.sees("等待平台核准")
    check_access(visitor)


def open_application(admin: Visitor) -> None:
    admin.page.goto("/admin/")
    admin.page.get_by_role("link", name="家院校、培训机构的登记待核准").click()
    check_access(admin)
    admin.open_row(NAME)


@pytest.mark.timeout(900)
def test_from_the_entrance_to_two_officers(browser: Browser, portal: Portal, tmp_path: Path) -> None:
    licence = tmp_path / "licence.png"
    licence.write_bytes(paper("营业执照").read())
    first, admin = Visitor(browser, portal, width=390), Visitor(browser, portal)
    register(first, licence)

    admin.log_in("guanliyuan@example.com")
    open_application(admin)
    expect(admin.page.get_by_alt_text("证照第 1 页")).to_be_visible()
    check_access(admin)
    admin.follow("不予核准")
    admin.page.get_by_label("理由").fill("证照照片不清晰，请重新拍摄")
    check_access(admin)
    admin.press("确认不予核准")
    first.page.reload()
    first.sees("证照照片不清晰，请重新拍摄")
    check_access(first)
    first.follow("更正登记信息")
    first.page.locator("input[type=file]").set_input_files(licence)
    first.page.get_by_label("我受本单位委托").check()
    check_access(first)
    first.press("重新提交")
    open_application(admin)
    admin.follow("核准")
    check_access(admin)
    admin.press("确认核准")
    admin.sees("已核准")

    first.page.goto("/applications/")
    first.follow("单位登记已核准")
    first.sees("邀请经办人")
    check_access(first)
    first.follow("邀请经办人")
    first.page.get_by_label("手机号码或电子邮箱").fill(COLLEAGUE.email)
    check_access(first)
    first.press("发送邀请")
    first.sees("待接受")

    colleague = Visitor(browser, portal)
    colleague.page.goto(MAILBOX)
    colleague.page.goto(newest(colleague, r"接受邀请：https?://[^/]+(/\S+)"))
    check_access(colleague)
    sign_up(colleague, COLLEAGUE.email, r"邮箱验证码是：\s+(\d{6})")
    colleague.page.get_by_label("您的姓名").fill(COLLEAGUE.name)
    check_access(colleague)
    colleague.press("接受邀请")
    colleague.sees(FIRST.name)

    first.page.reload()
    first.sees(COLLEAGUE.name)
    first.follow("退出本单位")
    check_access(first)
    first.press("确认退出本单位")
    first.sees("您已退出")
    colleague.page.reload()
    assert colleague.content.get_by_role("link", name=re.compile("移除|退出")).count() == 0
    for visitor in (first, admin, colleague):
        visitor.leave()
