"""A school's month in a real browser: 300 people, 25 of them with something wrong, from the template to the payment.

The officer mends half on the page and half in the returned workbook, passes and hands in; the provider approves what is
clear, returns two, receives the originals; the two come back; the school pays. In the end somebody who never had an
account claims their record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from pypdf import PdfReader

from skilleval.core.clock import SHANGHAI
from skilleval.journeys.demo.people import PASSWORD
from tests.flows import rosters
from tests.flows.people import Visitor
from tests.flows.reading import check_access
from tests.flows.rosters import BAD, DOUBLED, IN_THE_BOOK, ON_THE_PAGE, PEOPLE, TOO_YOUNG, WITHOUT_PHOTO, Bad
from tests.portal import Portal
from tests.waiting import until

OFFERING, PROVIDER = "计算机程序设计员", "上海市计算技术研究所有限公司"
STAYING = PEOPLE - 2  # the one too young and the double are removed
RETURNED = (40, 41)
UNKNOWN = 4  # photos of people whose number, name or document can't be read yet
DOUBTFUL = 1  # states a school's status and nothing else of it
CLAIMED = 5
PRICE = 350  # yuan each: theory and practical
PATIENCE = 90_000  # milliseconds for what the background does


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    running = Portal("rosters", tmp_path_factory.mktemp("portal"))
    try:
        running.prepare()
        running.start()
        yield running
    finally:
        running.close()


def test_a_roster_from_the_template_to_the_payment(browser: Browser, portal: Portal, tmp_path: Path) -> None:
    officer = Visitor(browser, portal)
    officer.log_in("jingban@example.com")
    upload(officer, tmp_path)
    mend_on_the_page(officer)
    mend_in_the_book(officer, tmp_path)
    remove(officer)
    hand_in(officer, STAYING, tmp_path)
    group = officer.page.url.split("/groups/")[1].split("/")[0]
    review(browser, portal)
    come_back(officer, group)
    approve_the_rest(browser, portal)
    pay(officer, browser, portal, group, tmp_path)
    officer.leave()
    claim(browser, portal)


def today() -> date:
    """The demonstration's day."""
    return datetime.now(SHANGHAI).date()


def upload(officer: Visitor, folder: Path) -> None:
    """Open the group, fill the template in, hand roster and photos over, and see the check go on."""
    officer.sees("团体申报")
    check_access(officer)
    officer.page.goto("/groups/open/")
    check_access(officer)
    officer.content.get_by_role("row").filter(has_text=OFFERING).filter(has_text="四级").get_by_role(
        "button"
    ).first.click()
    officer.page.wait_for_load_state()
    check_access(officer)
    with officer.page.expect_download() as download:
        officer.content.get_by_role("link", name="下载本项目的名册模板").click()
    roster = folder / "名册.xlsx"
    download.value.save_as(roster)
    rosters.fill(roster)
    send(officer, "上传并核对", roster)
    expect(officer.content).to_contain_text("核对完毕", timeout=PATIENCE)
    home = officer.page.url.split("files/")[0]
    officer.page.goto(home)
    send(officer, "上传照片", rosters.pack(folder))
    # whose number or name is wrong in the roster gets the photo when it is mended
    expect(officer.content).to_contain_text(f"对应 {PEOPLE - 3 - UNKNOWN} 人", timeout=PATIENCE)
    officer.page.goto(home)
    send(officer, "上传并核对", roster)  # the same file once more changes nothing
    expect(officer.content).to_contain_text(f"共 {PEOPLE} 人，{BAD} 人需要修改", timeout=PATIENCE)
    check_access(officer)


def send(officer: Visitor, button: str, file: Path) -> None:
    form = officer.content.locator("form", has=officer.page.get_by_role("button", name=button, exact=True))
    form.locator("input[type=file]").set_input_files(file)
    form.get_by_role("button", name=button, exact=True).click()
    officer.page.wait_for_load_state()


def card(officer: Visitor, person: int) -> Locator:
    """A person in the report; the roster's rows begin under the column names."""
    row = officer.page.get_by_text(f"第 {person + 2} 行", exact=True)
    return officer.content.locator("article.person", has=row)


def mend_on_the_page(officer: Visitor) -> None:
    officer.page.goto(report(officer))
    check_access(officer)
    for bad in ON_THE_PAGE:
        mend(officer, bad)
    until(lambda: left(officer) == BAD - len(ON_THE_PAGE), "the photos of those mended found")
    check_access(officer)
    officer.page.goto(f"{report(officer)}?kind=photo")
    found = card(officer, WITHOUT_PHOTO)
    found.get_by_role("link", name="换照片").click()
    officer.page.wait_for_load_state()
    check_access(officer)
    officer.content.locator("input[type=file]").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": rosters.picture()}
    )
    with officer.page.expect_navigation():  # the picture is on its way until then
        officer.content.get_by_role("button", name="上传", exact=True).click()


def mend(officer: Visitor, bad: Bad) -> None:
    """One cell, in place; the answer comes at once."""
    title = rosters.COLUMN[bad.column].title
    found = card(officer, bad.person)
    column = officer.page.locator(".fault-column").get_by_text(title, exact=True)
    wrong = found.locator("li.fault", has=column)
    wrong.get_by_role("link", name="修改").click()
    field = found.locator("form[data-cell] [name=value]")
    expect(field).to_be_visible()
    if field.evaluate("field => field.tagName") == "SELECT":
        options = field.locator("option").all_inner_texts()
        wanted = [text for text in options if bad.right in text or text.startswith("四级(1)")]
        field.select_option(label=wanted[0])
    else:
        field.fill(bad.right)
    found.get_by_role("button", name="保存", exact=True).click()
    expect(found.locator("form[data-cell]")).to_have_count(0)
    expect(wrong).to_have_count(0)


def left(officer: Visitor) -> int:
    """How many are still to mend, as the bar says."""
    officer.page.goto(report(officer))
    found = re.search(r"(\d+)\s*待修改", officer.page.locator("#bar").inner_text())
    return int(found[1]) if found else 0


def report(officer: Visitor) -> str:
    return officer.page.url.split("/groups/")[0] + "/groups/" + group_of(officer) + "/people/"


def group_of(officer: Visitor) -> str:
    return officer.page.url.split("/groups/")[1].split("/")[0]


def mend_in_the_book(officer: Visitor, folder: Path) -> None:
    home = f"/groups/{group_of(officer)}/"
    officer.page.goto(home + "people/")
    with officer.page.expect_download() as download:
        officer.content.get_by_role("link", name="下载标出问题的名册").click()
    book = folder / "退改名册.xlsx"
    download.value.save_as(book)
    assert rosters.mend(book) == len(IN_THE_BOOK)
    officer.page.goto(home)
    send(officer, "上传并核对", book)
    expect(officer.content).to_contain_text(f"共 {PEOPLE} 人，2 人需要修改", timeout=PATIENCE)


def remove(officer: Visitor) -> None:
    """Who can't be entered at all."""
    officer.page.goto(f"/groups/{group_of(officer)}/people/")
    for person in (TOO_YOUNG, DOUBLED):
        card(officer, person).get_by_role("checkbox").check()
    officer.press("移除选中的人员")
    check_access(officer)
    officer.press("确认移除 2 人")
    officer.sees(str(STAYING))


def hand_in(officer: Visitor, people: int, folder: Path) -> None:
    home = f"/groups/{group_of(officer)}/"
    officer.page.goto(home + "pass/")
    check_access(officer)
    officer.press(f"初审全部 {people} 人")
    check_access(officer)
    officer.content.get_by_role("checkbox").first.check()
    officer.press(f"确认初审 {people} 人")
    officer.page.goto(home + "submit/")
    check_access(officer)
    officer.press(f"确认提交 {people} 人")
    expect(officer.content).to_contain_text(f"已提交 {people} 人", timeout=PATIENCE)
    check_access(officer)
    with officer.page.expect_download() as download:
        officer.page.evaluate(
            "address => { const link = document.createElement('a'); link.href = address;"
            " link.download = ''; document.body.append(link); link.click(); }",
            officer.content.locator("a[href$='summary.pdf']").first.get_attribute("href"),
        )
    summary = folder / f"summary{people}.pdf"
    download.value.save_as(summary)
    printed = "".join(page.extract_text() for page in PdfReader(summary).pages)
    assert rosters.name(CLAIMED) in printed
    assert rosters.number(CLAIMED) not in printed


def review(browser: Browser, portal: Portal) -> None:
    """Two come back with a reason, what the check calls clear is approved at once, the originals are received."""
    clerk = Visitor(browser, portal)
    clerk.log_in("shenhe@example.com")
    clerk.page.goto("/admin/registration/group/")
    check_access(clerk)
    clerk.open_row(OFFERING)
    clerk.sees(f"{STAYING} 人待审核")
    check_access(clerk)
    for person in RETURNED:
        clerk.content.get_by_role("checkbox", name=f"选择 {rosters.name(person)}").check()
    clerk.press("退回所选")
    clerk.content.get_by_label("补充说明").fill("工作年限证明未写明岗位")
    check_access(clerk)
    clerk.press("确认退回补正")
    approve_clear(clerk, STAYING - len(RETURNED) - DOUBTFUL)
    check_access(clerk)
    approve_doubtful(clerk)
    receive_originals(clerk)
    clerk.leave()


def approve_clear(clerk: Visitor, people: int) -> None:
    clerk.follow(f"通过核对无疑义的 {people} 人")
    check_access(clerk)
    clerk.content.get_by_role("button", name=re.compile("^确认通过")).click()
    clerk.page.wait_for_load_state()


def approve_doubtful(clerk: Visitor) -> None:
    """Who stated half a schooling is looked at by a person."""
    group = clerk.page.url
    clerk.follow("逐份审核")
    check_access(clerk)
    clerk.follow("通过审核")
    clerk.press("确认通过审核")
    clerk.page.goto(group)


def receive_originals(clerk: Visitor) -> None:
    clerk.sees(f"{len(RETURNED)} 人已退回补正")
    clerk.content.get_by_role("link", name=re.compile("登记签字原件")).click()
    clerk.page.wait_for_load_state()
    clerk.content.get_by_label("送交人").fill("演示经办人")
    check_access(clerk)
    clerk.content.get_by_role("button", name=re.compile("^确认登记")).click()
    clerk.page.wait_for_load_state()
    clerk.sees("原件接收单")


def come_back(officer: Visitor, group: str) -> None:
    """Only the two: mended, passed and handed in again."""
    officer.page.goto(f"/groups/{group}/")
    officer.sees(f"评价机构退回 {len(RETURNED)} 人补正")
    check_access(officer)
    officer.page.goto(f"/groups/{group}/people/?show=returned")
    officer.sees("工作年限证明未写明岗位")
    for person in RETURNED:
        card(officer, person).get_by_role("link", name="全部内容").click()
        officer.page.wait_for_load_state()
        officer.content.locator("[name=work_from]").fill("2014-09-01")
        officer.press("保存")
        officer.page.goto(f"/groups/{group}/people/?show=returned")
    officer.page.goto(f"/groups/{group}/pass/")
    officer.press(f"初审全部 {len(RETURNED)} 人")
    officer.content.get_by_role("checkbox").first.check()
    officer.press(f"确认初审 {len(RETURNED)} 人")
    officer.page.goto(f"/groups/{group}/submit/")
    officer.sees(f"{len(RETURNED)} 人是退回后重新提交")
    officer.press(f"确认提交 {len(RETURNED)} 人")
    expect(officer.content).to_contain_text(f"已提交 {len(RETURNED)} 人", timeout=PATIENCE)


def approve_the_rest(browser: Browser, portal: Portal) -> None:
    clerk = Visitor(browser, portal)
    clerk.log_in("shenhe@example.com")
    clerk.page.goto("/admin/registration/group/")
    clerk.open_row(OFFERING)
    approve_clear(clerk, len(RETURNED))
    clerk.leave()


def pay(officer: Visitor, browser: Browser, portal: Portal, group: str, folder: Path) -> None:
    """One order for everybody, paid in one transfer, booked once."""
    officer.page.goto(f"/groups/{group}/order/")
    check_access(officer)
    officer.press(f"为全部 {STAYING} 人开具订单")
    check_access(officer)
    officer.press("开具订单")
    check_access(officer)
    voucher = folder / "回单.jpg"
    voucher.write_bytes(rosters.picture())
    officer.content.locator("input[type=file]").first.set_input_files(voucher)
    officer.content.locator("input[type=date]").first.fill(today().isoformat())
    officer.press("上传凭证")
    officer.sees("已上传的凭证")
    confirm(browser, portal)
    officer.page.goto(f"/groups/{group}/")
    officer.sees(f"{STAYING} 人报名已确认")


def confirm(browser: Browser, portal: Portal) -> None:
    clerk = Visitor(browser, portal)
    clerk.log_in("caiwu@example.com")
    clerk.page.goto("/admin/fees/order/")
    clerk.open_row(f"{STAYING}")
    check_access(clerk)
    clerk.page.get_by_label("到账日期").fill(today().isoformat())
    clerk.page.get_by_label("到账金额").fill(str(STAYING * PRICE))
    clerk.press("确认到账")
    clerk.sees(f"已确认到账 ¥{STAYING * PRICE:,}.00")
    clerk.leave()


def claim(browser: Browser, portal: Portal) -> None:
    """Somebody whom only the roster knew, on a phone: the code goes to the roster's number."""
    member = Visitor(browser, portal, width=390)
    page = member.page
    page.goto("/accounts/signup/")
    page.get_by_label("手机号码或电子邮箱").fill("19955500005")
    for field in ("password1", "password2"):
        page.locator(f"input[name={field}]").fill(PASSWORD)
    page.locator("input[name=consent]").check()
    member.press("注册")
    page.locator("input[name=code]").fill(member.reads_code())
    member.press("确定")
    page.goto("/profile/identity/")
    page.get_by_label("姓名").fill(rosters.name(CLAIMED))
    page.get_by_label("证件号码").fill(rosters.number(CLAIMED))
    member.press("保存并继续")
    member.sees("该证件号码已被登记，请申请认领")
    check_access(member)
    member.press("发送验证码")
    page.locator("input[name=code]").fill(member.reads_code())
    check_access(member)
    member.press("确认认领")
    member.sees("档案已认领")
    page.goto("/applications/")
    member.sees(OFFERING)
    member.content.get_by_role("link", name=OFFERING).first.click()
    page.wait_for_load_state()
    member.sees("团体申报")
    check_access(member)
    member.leave()
