"""The finance clerk's month in a real browser: the bank's file, what is doubtful in it, a group paid in part, refunds.

The file holds what a bank's day holds: somebody pays as asked, somebody ¥100 too little, somebody without a reference,
somebody for two orders at once, somebody a second time, one whose payment was booked by hand, and interest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from skilleval.core.clock import SHANGHAI
from tests.flows.people import Visitor
from tests.flows.reading import check_access
from tests.portal import Portal

PRICE = Decimal(350)  # yuan, 计算机程序设计员 level 4
SHORT_BY = Decimal(100)
PATIENCE = 60_000  # milliseconds for what the background does
NOTED = "样本四十一"  # whose payment the clerk had booked by hand


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    running = Portal("money", tmp_path_factory.mktemp("portal"))
    try:
        running.prepare()
        running.start()
        yield running
    finally:
        running.close()


def today() -> date:
    """The demonstration's day."""
    return datetime.now(SHANGHAI).date()


# --- the bank's file ------------------------------------------------------------------------------------------------


def test_a_bank_s_file_is_looked_at_and_then_booked(browser: Browser, portal: Portal, tmp_path: Path) -> None:
    clerk = Visitor(browser, portal)
    clerk.log_in("caiwu@example.com")
    book = tmp_path / "流水.csv"
    book.write_bytes(clerk.context.request.get("/demo/bank/").body())
    upload(clerk, book)
    before = states(portal)
    decide(clerk)
    assert states(portal) == before, "nothing is booked before somebody says so"
    commit(clerk)
    after = states(portal)
    assert (after["paid"] - before["paid"], before["open"] - after["open"]) == (4, 4)
    upload_again(clerk, book)
    assert states(portal) == after
    refund_the_double(clerk, browser, portal)
    adds_up(clerk, portal)
    clerk.leave()
    told_what_is_missing(browser, portal)


def upload(clerk: Visitor, book: Path) -> None:
    clerk.page.goto("/admin/fees/statement/")
    check_access(clerk)
    clerk.follow("上传银行流水")
    check_access(clerk)
    clerk.content.locator("input[type=file]").set_input_files(book)
    clerk.press("上传并比对")
    expect(clerk.content).to_contain_text("指定流水的列", timeout=PATIENCE)
    check_access(clerk)
    clerk.press("保存并比对")
    expect(clerk.content).to_contain_text("核对后按“入账”", timeout=PATIENCE)
    check_access(clerk)


def decide(clerk: Visitor) -> None:
    """The one short of ¥100 is for the order it names; the double payment is left for later."""
    show(clerk, "以前已入账")
    clerk.sees(NOTED)
    show(clerk, "与考评无关")
    clerk.sees("利息")
    show(clerk, "待处理")
    check_access(clerk)
    clerk.sees("重复")
    short = clerk.content.get_by_role("row").filter(has_text=f"{PRICE - SHORT_BY:.2f}")
    short.get_by_role("button", name=re.compile("^用于")).first.click()
    clerk.page.wait_for_load_state()
    clerk.sees("已按建议处理")


def show(clerk: Visitor, tab: str) -> None:
    clerk.content.get_by_role("link", name=re.compile(f"^{tab}")).first.click()
    clerk.page.wait_for_load_state()


def commit(clerk: Visitor) -> None:
    clerk.follow("入账……")
    check_access(clerk)
    clerk.press("确认入账")
    expect(clerk.content).to_contain_text("已用于订单", timeout=PATIENCE)
    check_access(clerk)


def upload_again(clerk: Visitor, book: Path) -> None:
    clerk.page.goto("/admin/fees/statement/")
    clerk.follow("上传银行流水")
    clerk.content.locator("input[type=file]").set_input_files(book)
    clerk.press("上传并比对")
    expect(clerk.page.locator("body")).to_contain_text("以前已上传过")


def states(portal: Portal) -> dict[str, int]:
    """How many orders of those who pay alone are in each state."""
    found = portal.query("SELECT state, count(*) FROM fees_order WHERE group_id IS NULL GROUP BY 1")
    return {"paid": 0, "open": 0} | {str(state): int(str(count)) for state, count in found}


def refund_the_double(clerk: Visitor, browser: Browser, portal: Portal) -> None:
    """One clerk asks, the other approves, the first notes the bank's transfer; money that came twice is gone again."""
    clerk.page.goto("/admin/fees/receipt/")
    check_access(clerk)
    clerk.content.get_by_role("row").filter(has_text="用途待定").get_by_role("link").first.click()
    clerk.page.wait_for_load_state()
    check_access(clerk)
    clerk.follow("退回付款人")
    check_access(clerk)
    clerk.content.locator("[name=reason]").fill("重复缴费")
    clerk.content.locator("button.btn-primary, button.btn-danger").last.click()
    clerk.page.wait_for_load_state()
    approve_refund(browser, portal)
    record_refund(clerk)


def approve_refund(browser: Browser, portal: Portal) -> None:
    other = Visitor(browser, portal)
    other.log_in("caiwu2@example.com")
    other.page.goto("/admin/fees/refund/?queue=asked")
    check_access(other)
    other.content.locator("#result_list tbody a").first.click()
    other.page.wait_for_load_state()
    check_access(other)
    other.follow("核准或不予核准")
    check_access(other)
    other.press("核准")
    other.sees("已核准")
    other.leave()


def record_refund(clerk: Visitor) -> None:
    clerk.page.goto("/admin/fees/refund/?queue=approved")
    clerk.content.locator("#result_list tbody a").first.click()
    clerk.page.wait_for_load_state()
    clerk.follow("登记退款")
    check_access(clerk)
    clerk.content.locator("[name=paid_on]").fill(today().isoformat())
    clerk.content.locator("[name=bank_reference]").fill("2026000001")
    clerk.press("确认登记退款")
    clerk.sees("已退款")


def adds_up(clerk: Visitor, portal: Portal) -> None:
    """The pages say what the ledger says, to the cent."""
    month = f"{today():%Y-%m}"
    ((received,),) = portal.query("SELECT sum(amount) FROM fees_receipt WHERE to_char(value_on, 'YYYY-MM') = %s", month)
    clerk.page.goto(f"/admin/fees/ledgerentry/month/?month={month}")
    check_access(clerk)
    clerk.sees(f"{received:,.2f}")


def told_what_is_missing(browser: Browser, portal: Portal) -> None:
    """Who paid too little reads what is missing, on a phone."""
    ((email,),) = portal.query(
        "SELECT u.email FROM fees_order o JOIN fees_receiptorder r ON r.order_id = o.id"
        " JOIN fees_orderline l ON l.order_id = o.id JOIN registration_application a ON a.id = l.application_id"
        " JOIN registration_candidate c ON c.id = a.candidate_id JOIN accounts_user u ON u.id = c.user_id"
        " WHERE o.state = 'open' AND o.group_id IS NULL"
    )
    payer = Visitor(browser, portal, width=390)
    payer.log_in(str(email))
    payer.page.goto("/applications/")
    payer.content.get_by_role("link", name="计算机程序设计员").first.click()
    payer.page.wait_for_load_state()
    payer.sees("¥100.00")
    check_access(payer)
    payer.leave()


# --- a group --------------------------------------------------------------------------------------------------------

APPROVED, PAID_FOR = 4, 2  # members of the school's group: one leaves before anything is paid


def test_a_group_is_paid_in_part_and_members_leave(browser: Browser, portal: Portal) -> None:
    officer = Visitor(browser, portal)
    officer.log_in("jingban@example.com")
    group = group_of(officer)
    draw(officer, group)
    leave(officer, group, approved(portal)[0])
    number, amount = order_of(portal)
    assert amount == price(portal) * (APPROVED - 1)
    note_part(browser, portal, number, price(portal) * PAID_FOR)
    name_who_is_paid_for(officer, portal, number)
    assert len(confirmed(portal)) == PAID_FOR
    officer.page.goto(group)
    check_access(officer)
    leave(officer, group, confirmed(portal)[0])
    ask_for_what_is_owed(browser, portal)
    approve_refund(browser, portal)
    officer.leave()


def group_of(officer: Visitor) -> str:
    """The address of the school's group."""
    officer.page.goto("/groups/")
    check_access(officer)
    officer.content.get_by_role("link", name="信息安全管理员").first.click()
    officer.page.wait_for_load_state()
    return re.sub(r"(/groups/[0-9a-f-]+/).*", r"\1", officer.page.url)


def draw(officer: Visitor, group: str) -> None:
    officer.page.goto(f"{group}order/")
    officer.press(f"为全部 {APPROVED} 人开具订单")
    officer.press("开具订单")
    officer.sees("订单已开具")


MEMBERS = (
    "SELECT r.uuid FROM registration_rosterrow r JOIN registration_application a ON a.id = r.application_id"
    " WHERE a.group_id IS NOT NULL AND a.state = %s ORDER BY a.id"
)


def approved(portal: Portal) -> list[str]:
    return [str(uuid) for (uuid,) in portal.query(MEMBERS, "approved")]


def confirmed(portal: Portal) -> list[str]:
    return [str(uuid) for (uuid,) in portal.query(MEMBERS, "confirmed")]


def leave(officer: Visitor, group: str, row: str) -> None:
    officer.page.goto(f"{group}people/{row}/withdraw/")
    check_access(officer)
    officer.content.locator("[name=reason]").fill("离校")
    officer.press("确认退考")
    officer.sees("退考")


def order_of(portal: Portal) -> tuple[str, Decimal]:
    """The group's open order."""
    ((number, amount),) = portal.query(
        "SELECT number, amount FROM fees_order WHERE group_id IS NOT NULL AND state = 'open'"
    )
    return str(number), Decimal(str(amount))


def price(portal: Portal) -> Decimal:
    ((amount,),) = portal.query(
        "SELECT DISTINCT l.amount FROM fees_orderline l JOIN fees_order o ON o.id = l.order_id"
        " WHERE o.group_id IS NOT NULL"
    )
    return Decimal(str(amount))


def note_part(browser: Browser, portal: Portal, number: str, amount: Decimal) -> None:
    """What the school transferred is less than it owes."""
    clerk = Visitor(browser, portal)
    clerk.log_in("caiwu@example.com")
    clerk.page.goto("/admin/fees/receipt/add/")
    check_access(clerk)
    clerk.content.locator("[name=value_on]").fill(today().isoformat())
    clerk.content.locator("[name=amount]").fill(str(amount))
    clerk.content.locator("[name=payer]").fill("样本职业技术学校（演示）")
    clerk.content.locator("[name=payer_account]").fill("6222000000009999")
    clerk.content.locator("[name=orders]").fill(number)
    clerk.press("登记")
    check_access(clerk)
    clerk.leave()


def name_who_is_paid_for(officer: Visitor, portal: Portal, number: str) -> None:
    ((uuid,),) = portal.query("SELECT uuid FROM fees_order WHERE number = %s", number)
    officer.page.goto(f"/orders/{uuid}/")
    check_access(officer)
    officer.follow("指定人员")
    check_access(officer)
    for place in range(PAID_FOR):
        officer.content.get_by_role("checkbox").nth(place).check()
    officer.press("为所选人员确认到账")
    check_access(officer)


def ask_for_what_is_owed(browser: Browser, portal: Portal) -> None:
    """Who left after the payment is on the list; one press asks for it."""
    clerk = Visitor(browser, portal)
    clerk.log_in("caiwu@example.com")
    clerk.page.goto("/admin/fees/refund/add/")
    check_access(clerk)
    clerk.sees("样本职业技术学校")
    clerk.press("提出退费")
    clerk.sees("待核准")
    clerk.leave()
