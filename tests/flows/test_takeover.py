"""A running month is taken over, in a real browser: loaded from a workbook, carried on to a session and tickets.

SICT's 计算机程序设计员 level 4 stands at twelve. Its manager loads the eighteen whom the provider took in before the
portal, one of them only when the amount is mended; the batch goes ahead. A supervisor loads a ban. Somebody who was
loaded claims their record and fetches the ticket.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser

from skilleval.journeys.demo.applicants import SICT
from skilleval.journeys.demo.people import Person
from tests.flows.days import early_in_an_ordinary_month
from tests.flows.people import Visitor
from tests.flows.reading import check_access
from tests.portal import Portal

PROGRAMMER = "计算机程序设计员 四级/中级工"
CODE, LEVEL = "4-04-05-01", "四级/中级工"
FIRST_SERIAL, ROLLED, PAID, PRICE = 201, 4, 14, "350"
BANNED, CLAIMS = Person(240), Person(FIRST_SERIAL)
PASSWORD = "xin-kaosheng-2026"
Row = dict[str, str]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    running = Portal("takeover", tmp_path_factory.mktemp("portal"))
    try:
        running.prepare(early_in_an_ordinary_month(date.today()))  # noqa: DTZ011
        running.start()
        yield running
    finally:
        running.close()


def today_in(portal: Portal) -> date:
    """The day by the demonstration's clock."""
    ahead = portal.query("SELECT coalesce(max(days), 0) FROM core_clockoffset")[0][0]
    return date.today() + timedelta(days=int(str(ahead)))  # noqa: DTZ011


def windows(portal: Portal, on: date) -> tuple[Any, Any]:
    """The window before the open one and the open one: label, first day, last day."""
    rows = portal.query(
        "SELECT label, opens_on, closes_on FROM registration_window w JOIN catalogue_provider p ON p.id = w.provider_id"
        " WHERE p.filing_number = %s AND opens_on <= %s ORDER BY opens_on DESC LIMIT 2",
        SICT,
        on,
    )
    return rows[1], rows[0]


def person(serial: int) -> Row:
    who = Person(serial)
    return {"姓名": who.name, "证件号码": who.id_number, "手机号码": who.phone.removeprefix("+86")}


def begun_before(portal: Portal) -> list[Row]:
    """Fourteen who paid for the open window and four rolled over into it, an amount mistyped."""
    on = today_in(portal)
    earlier, now = windows(portal, on)
    rows = []
    for serial in range(FIRST_SERIAL, FIRST_SERIAL + ROLLED + PAID):
        rolled = serial < FIRST_SERIAL + ROLLED
        window, day = (earlier, earlier[2]) if rolled else (now, on)
        told = dict.fromkeys(("提交日期", "审核通过日期", "原件收到日期", "到账日期"), day.isoformat())
        told |= {"现批次": now[0], "顺延次数": "1"} if rolled else {}
        told |= {"职业编码": CODE, "等级": LEVEL, "申报条件": "四级(1)", "最初批次": window[0]}
        rows.append(person(serial) | told | {"原订单编号": f"旧{serial}", "缴费金额": PRICE})
    rows[-1]["缴费金额"] = "35"
    return rows


def filled(template: bytes, rows: list[Row]) -> bytes:
    """A downloaded template with some rows written into its first sheet."""
    book = load_workbook(BytesIO(template))
    sheet = book.worksheets[0]
    places = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=2):
        for title, value in row.items():
            sheet.cell(number, places[title]).value = value
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def download(visitor: Visitor, name: str, role: Any = "link") -> bytes:
    with visitor.page.expect_download() as found:
        visitor.content.get_by_role(role, name=name).first.click()
    return Path(found.value.path()).read_bytes()


def wait_for(visitor: Visitor, words: str) -> None:
    """The page asks again by itself while the worker is at it."""
    visitor.page.get_by_text(words).first.wait_for(timeout=60_000)
    visitor.page.wait_for_load_state()


def upload(visitor: Visitor, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    visitor.page.locator("input[type=file]").set_input_files(path)


def load_the_month(manager: Visitor, portal: Portal, folder: Path) -> None:
    manager.page.goto("/admin/registration/takeover/")
    check_access(manager)
    manager.page.goto("/admin/registration/takeover/add/")
    check_access(manager)
    template = download(manager, "在办申报模板（xlsx）")
    manager.page.get_by_label("在办申报", exact=True).check()
    upload(manager, folder / "在办申报.xlsx", filled(template, begun_before(portal)))
    manager.press("上传并核对")
    wait_for(manager, "核对完成")
    manager.sees("可导入 17 行，平台已有 0 行，有问题 1 行")
    manager.sees("与公布价 ¥350.00 不一致")
    check_access(manager)
    marked = download(manager, "下载标注问题的表格", "button")
    manager.follow("导入 17 行")
    manager.sees("计入所在批次的成班人数")
    check_access(manager)
    manager.press("确认导入")
    wait_for(manager, "已导入 17 行")
    check_access(manager)
    mend(manager, folder, marked)


def mend(manager: Visitor, folder: Path, marked: bytes) -> None:
    """The one row that waited comes back with its amount; the next file changes nothing."""
    manager.page.goto("/admin/registration/takeover/add/")
    manager.page.get_by_label("在办申报", exact=True).check()
    upload(manager, folder / "改好.xlsx", filled(marked, [{"缴费金额": PRICE}]))
    manager.press("上传并核对")
    wait_for(manager, "可导入 1 行")
    manager.follow("导入 1 行")
    manager.press("确认导入")
    wait_for(manager, "已导入 1 行")


def ban_somebody(supervisor: Visitor, folder: Path, on: date) -> None:
    supervisor.page.goto("/supervision/bans/")
    check_access(supervisor)
    template = download(supervisor, "禁考人员模板（xlsx）")
    days = {"禁考起始日期": on.isoformat(), "禁考截止日期": (on + timedelta(days=700)).isoformat()}
    row = person(BANNED.serial) | {"决定文号": "沪评决〔2026〕9号"} | days
    upload(supervisor, folder / "禁考.xlsx", filled(template, [row]))
    supervisor.press("上传并核对")
    wait_for(supervisor, "可导入 1 行")
    check_access(supervisor)
    supervisor.follow("导入 1 行")
    check_access(supervisor)
    supervisor.press("确认导入")
    wait_for(supervisor, "已导入 1 行")
    check_access(supervisor)


def plan_and_publish(clerk: Visitor) -> None:
    clerk.page.goto("/admin/scheduling/batch/")
    clerk.follow(PROGRAMMER, exact=False)
    clerk.sees("30 / 30")
    clerk.follow("第 1 场")
    clerk.page.get_by_role("group", name="理论知识考场").get_by_text("第一考场").click()
    clerk.page.get_by_role("group", name="操作技能考场").get_by_text("操作考场").click()
    clerk.press("保存第 1 场")
    clerk.follow("发布场次")
    clerk.press("确认发布")
    clerk.sees("已排考")


def sign_up_and_claim(visitor: Visitor) -> None:
    """Somebody who was loaded makes an account and comes to their record by a code to the loaded telephone."""
    visitor.page.goto("/accounts/signup/")
    visitor.page.get_by_label("手机号码或电子邮箱").fill(CLAIMS.phone.removeprefix("+86"))
    visitor.page.locator("input[name=password1]").fill(PASSWORD)
    visitor.page.locator("input[name=password2]").fill(PASSWORD)
    visitor.page.locator("input[name=consent]").check()
    visitor.press("注册")
    visitor.page.locator("input[name=code]").fill(visitor.reads_code())
    visitor.press("确定")
    visitor.page.goto("/profile/identity/")
    visitor.page.get_by_label("姓名").fill(CLAIMS.name)
    visitor.page.get_by_label("证件号码").fill(CLAIMS.id_number)
    visitor.press("保存并继续")
    visitor.sees("该证件号码已被登记，请申请认领")
    visitor.press("发送验证码")
    visitor.page.locator("input[name=code]").fill(visitor.reads_code())
    visitor.press("确认认领")
    visitor.sees("档案已认领")


def come(portal: Portal, question: str) -> None:
    """Let a day come, with all that is due until then."""
    found = portal.query(question)[0][0]
    assert isinstance(found, date)
    portal.manage("run_due", "--on", found.isoformat())


@pytest.mark.timeout(900)
def test_a_running_month_is_taken_over_and_carried_to_tickets(browser: Browser, portal: Portal, tmp_path: Path) -> None:
    manager, supervisor = Visitor(browser, portal), Visitor(browser, portal, width=390)
    manager.log_in("fuzeren@example.com")
    load_the_month(manager, portal, tmp_path)
    loaded = portal.query("SELECT count(*) FROM registration_application WHERE taken_over_id IS NOT NULL")
    assert loaded == [(18,)]
    assert portal.query("SELECT count(*) FROM fees_receipt WHERE source = 'taken_over'") == [(18,)]
    supervisor.log_in("jianguan@example.com")
    ban_somebody(supervisor, tmp_path, today_in(portal))

    come(portal, "SELECT max(judge_on) FROM scheduling_batch")
    clerk = Visitor(browser, portal)
    clerk.log_in("kaowu@example.com")
    plan_and_publish(clerk)
    come(portal, "SELECT max(tickets_from) FROM scheduling_examsession")
    tickets = portal.query(
        "SELECT count(*) FROM scheduling_admissionticket t JOIN registration_application a ON a.id = t.application_id"
        " WHERE a.taken_over_id IS NOT NULL"
    )
    assert tickets == [(18,)]

    member = Visitor(browser, portal, width=390)
    sign_up_and_claim(member)
    member.page.goto("/applications/")
    member.sees("历史业务导入")
    member.sees("已顺延 1 次")
    check_access(member)
    member.follow("查看准考证", exact=False)
    member.sees("第一考场")
    for visitor in (manager, supervisor, clerk, member):
        visitor.leave()
