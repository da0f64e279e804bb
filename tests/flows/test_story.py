"""The demonstration's story, in a real browser: from the public site to the admission ticket.

SICT's 人工智能训练师 level 4 stands at 29. A new candidate signs up, applies, is approved and pays; the batch goes
ahead; the clock moves on; sessions are formed, given rooms, published; the ticket comes out.
Another offering rolls over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from skilleval.journeys.demo.people import Person, paper, portrait
from tests.flows.days import early_in_an_ordinary_month
from tests.flows.people import Visitor
from tests.flows.reading import check_access
from tests.portal import Portal

TRAINER = "人工智能训练师 四级/中级工"
NEWCOMER = Person(77)
PASSWORD = "xin-kaosheng-2026"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    running = Portal("story", tmp_path_factory.mktemp("portal"))
    try:
        running.prepare(early_in_an_ordinary_month(date.today()))  # noqa: DTZ011
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {"photo": portrait(NEWCOMER.serial), "paper": paper("工作年限证明"), "receipt": paper("转账回单")}
    paths = {name: tmp_path / f"{name}.png" for name in made}
    for name, content in made.items():
        paths[name].write_bytes(content.read())
    return paths


def sign_up(visitor: Visitor) -> None:
    visitor.page.goto("/")
    check_access(visitor)
    visitor.follow(TRAINER)
    visitor.sees("29 / 30")
    check_access(visitor)
    visitor.press("申报")
    visitor.follow("注册")
    visitor.page.get_by_label("手机号码或电子邮箱").fill(NEWCOMER.phone.removeprefix("+86"))
    visitor.page.locator("input[name=password1]").fill(PASSWORD)
    visitor.page.locator("input[name=password2]").fill(PASSWORD)
    visitor.page.locator("input[name=consent]").check()
    check_access(visitor)
    visitor.press("注册")
    visitor.page.locator("input[name=code]").fill(visitor.reads_code())
    check_access(visitor)
    visitor.press("确定")


def fill_in(visitor: Visitor, files: dict[str, Path]) -> str:
    """The profile and every step of the application; the address of its page."""
    page = visitor.page
    page.get_by_label("姓名").fill(NEWCOMER.name)
    page.get_by_label("证件号码").fill(NEWCOMER.id_number)
    check_access(visitor)
    visitor.press("保存并继续")
    page.locator("input[type=file]").set_input_files(files["photo"])
    check_access(visitor)
    visitor.press("上传")
    visitor.follow("照片无误，返回申报")
    check_access(visitor)
    visitor.press("开始申报")
    address = page.url
    check_access(visitor)
    page.goto("/profile/work/add/")
    page.get_by_label("单位").fill("样本企业")
    page.get_by_label("从事职业").fill("4-04-05-05")
    page.get_by_label("开始日期").fill("2015-03-01")
    check_access(visitor)
    visitor.press("保存")
    page.goto(address)
    visitor.follow("选择申报条件")
    page.locator("input[name=clause][value='4.1']").check()
    check_access(visitor)
    visitor.press("保存并继续")
    visitor.follow("证明材料")
    page.locator("input[type=file]").first.set_input_files(files["paper"])
    check_access(visitor)
    visitor.press("上传")
    page.goto(address)
    visitor.follow("阅读并确认参评人员须知")
    page.locator("main input[type=checkbox]").check()
    check_access(visitor)
    visitor.content.locator("button[type=submit]").last.click()
    return address


def hand_in(visitor: Visitor, address: str) -> None:
    form = visitor.context.request.get(f"{address}form.pdf")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(form.body())).pages)
    assert NEWCOMER.id_number in text
    assert "上海市计算技术研究所有限公司" in text
    visitor.page.goto(f"{address}submit/")
    check_access(visitor)
    visitor.content.locator("button.btn-primary").last.click()
    visitor.sees("待审核")
    check_access(visitor)


def approve(browser: Browser, portal: Portal) -> None:
    clerk = Visitor(browser, portal)
    clerk.log_in("shenhe@example.com")
    clerk.page.goto("/admin/registration/application/")
    check_access(clerk)
    clerk.open_row(NEWCOMER.name)
    check_access(clerk)
    clerk.follow("登记原件已收", exact=False)
    check_access(clerk)
    clerk.content.locator("button.btn-primary").last.click()
    clerk.page.goto("/admin/registration/application/")
    clerk.open_row(NEWCOMER.name)
    clerk.follow("通过审核")
    check_access(clerk)
    clerk.press("确认通过审核")
    clerk.leave()


def pay(visitor: Visitor, address: str, receipt: Path, today: date) -> None:
    visitor.page.goto(address)
    visitor.sees("¥400.00")
    visitor.sees("31001508300056003187")
    check_access(visitor)
    visitor.page.locator("#order input[type=file]").set_input_files(receipt)
    visitor.page.locator("#order").get_by_label("付款日期").fill(today.isoformat())
    visitor.press("上传凭证")
    visitor.sees("已上传的凭证")


def confirm(browser: Browser, portal: Portal, today: date) -> None:
    clerk = Visitor(browser, portal)
    clerk.log_in("caiwu@example.com")
    clerk.page.goto("/admin/fees/order/")
    check_access(clerk)
    clerk.open_row(NEWCOMER.name)
    clerk.page.get_by_label("到账日期").fill(today.isoformat())
    clerk.page.get_by_label("到账金额").fill("400.00")
    check_access(clerk)
    clerk.press("确认到账")
    clerk.sees("已确认到账 ¥400.00")
    clerk.leave()


def plan_and_publish(browser: Browser, portal: Portal) -> None:
    clerk = Visitor(browser, portal)
    clerk.log_in("kaowu@example.com")
    clerk.page.goto("/admin/scheduling/batch/")
    check_access(clerk)
    clerk.follow(TRAINER, exact=False)
    clerk.sees("30 / 30")
    check_access(clerk)
    clerk.follow("第 1 场")
    clerk.page.get_by_role("group", name="理论知识考场").get_by_text("第一考场").click()
    clerk.page.get_by_role("group", name="操作技能考场").get_by_text("操作考场").click()
    clerk.press("保存第 1 场")
    clerk.follow("发布场次")
    check_access(clerk)
    clerk.press("确认发布")
    clerk.sees("已排考")
    clerk.leave()


def fetch_ticket(visitor: Visitor, address: str) -> None:
    visitor.page.goto(address)
    visitor.sees("已发准考证")
    check_access(visitor)
    visitor.follow("准考证", exact=False)
    visitor.sees("第一考场")
    check_access(visitor)
    href = visitor.content.get_by_role("link", name="PDF").first.get_attribute("href")
    assert href
    answer = visitor.context.request.get(f"{visitor.portal.url}{href}")
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.body())).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    assert NEWCOMER.name in text
    assert "准考证" in text
    assert NEWCOMER.id_number not in text
    assert "第一考场" in text


def portal_day(portal: Portal) -> date:
    """The day by the demonstration's clock."""
    ahead = portal.query("SELECT coalesce(max(days), 0) FROM core_clockoffset")[0][0]
    return date.today() + timedelta(days=int(str(ahead)))  # noqa: DTZ011


def one_day(portal: Portal, question: str, *values: object) -> date:
    found = portal.query(question, *values)[0][0]
    assert isinstance(found, date)
    return found


def see_the_roll_over(browser: Browser, portal: Portal) -> None:
    """The twelve of 计算机程序设计员 stand in the next window, with the reason."""
    visitor = Visitor(browser, portal)
    visitor.log_in(Person(30).email)
    visitor.page.goto("/applications/")
    visitor.sees("已顺延 1 次")
    check_access(visitor)
    visitor.follow("计算机程序设计员 四级/中级工", exact=False)
    visitor.sees("顺延")
    check_access(visitor)
    rolled = portal.query("SELECT count(*) FROM registration_rollover")
    assert rolled == [(12,)]
    expect(visitor.page.locator("body")).not_to_contain_text(Person(30).id_number)
    visitor.leave()


@pytest.mark.timeout(900)
def test_the_thirtieth_gets_a_ticket_and_the_twelve_roll_over(
    browser: Browser, portal: Portal, files: dict[str, Path]
) -> None:
    visitor = Visitor(browser, portal)
    sign_up(visitor)
    address = fill_in(visitor, files)
    hand_in(visitor, address)
    approve(browser, portal)
    pay(visitor, address, files["receipt"], portal_day(portal))
    confirm(browser, portal, portal_day(portal))

    for _ in range(30):  # the worker lets the batch go ahead by itself
        visitor.page.goto(address)
        if "已成班" in visitor.content.inner_text():
            break
        visitor.page.wait_for_timeout(500)
    visitor.sees("已成班")
    check_access(visitor)

    visitor.sets_clock(one_day(portal, "SELECT max(judge_on) FROM scheduling_batch"))
    plan_and_publish(browser, portal)
    visitor.page.goto(address)
    visitor.sees("已排考")
    visitor.sets_clock(one_day(portal, "SELECT max(tickets_from) FROM scheduling_examsession"))
    fetch_ticket(visitor, address)
    visitor.leave()
    see_the_roll_over(browser, portal)
