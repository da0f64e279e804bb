"""From the mark sheets to the certificate and its check, in a real browser, with what the demonstration has behind it.

Thirty sat 人工智能训练师 level 3 last month. One marker enters, the other reads again and publishes. Whoever failed the
theory by half a mark begins the resit of it; whoever passed gets a certificate that a stranger checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.flows.people import Visitor
from tests.flows.reading import check_access
from tests.portal import Portal

SESSIONS = "/admin/certificates/resultsession/"
CERTIFICATES = "/admin/certificates/certificate/"
FAILED_BY_HALF_A_MARK = 5  # the place in the sheet; the first is absent from the practical, as the room noted


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    running = Portal("results", tmp_path_factory.mktemp("portal"))
    try:
        running.prepare()
        running.start()
        yield running
    finally:
        running.close()


def open_sheet(marker: Visitor, subject: str) -> None:
    marker.page.goto(f"{SESSIONS}?queue=everything")
    marker.open_row("人工智能训练师")
    marker.follow(f"打开{subject}成绩册")


def fill(marker: Visitor, subject: str, folder: Path, marks: dict[int, str], usual: str) -> None:
    """Fetch the sheet's workbook, fill it in (by the place in the file), and hand it in."""
    open_sheet(marker, subject)
    marker.follow("用表格录入")
    with marker.page.expect_download() as download:
        marker.content.get_by_role("button", name=f"下载{subject}成绩册模板").click()
    file = folder / "marks.xlsx"
    download.value.save_as(file)
    book = load_workbook(file)
    rows = book.worksheets[0]
    heads = [cell.value for cell in rows[1]]
    score, absent = heads.index("成绩") + 1, heads.index("缺考") + 1
    assert not {"姓名", "证件号码"} & set(heads)
    for place, row in enumerate(range(2, rows.max_row + 1)):
        if not rows.cell(row, absent).value:
            rows.cell(row, score).value = marks.get(place, usual)
    book.save(file)
    marker.content.locator("input[type=file]").set_input_files(file)
    marker.press("上传并检查")


def enter(browser: Browser, portal: Portal, folder: Path) -> None:
    marker = Visitor(browser, portal)
    marker.log_in("chengji@example.com")
    marker.page.goto(SESSIONS)
    check_access(marker)
    open_sheet(marker, "理论知识")
    check_access(marker)
    fill(marker, "理论知识", folder, {FAILED_BY_HALF_A_MARK: "60分"}, "78")
    marker.sees("不是数字")
    marker.sees("整份没有导入")
    marker.was_refused()
    check_access(marker)
    for subject, marks, usual in (
        ("理论知识", {FAILED_BY_HALF_A_MARK: "59.5"}, "78"),
        ("操作技能", {}, "85.25"),
    ):
        fill(marker, subject, folder, marks, usual)
        open_sheet(marker, subject)
        marker.press("保存并提交复核")
        marker.sees("待复核")
    marker.leave()


def confirm_and_publish(browser: Browser, portal: Portal, folder: Path) -> None:
    marker = Visitor(browser, portal)
    marker.log_in("fuhe@example.com")
    fill(marker, "理论知识", folder, {FAILED_BY_HALF_A_MARK: "69.5"}, "78")
    open_sheet(marker, "理论知识")
    marker.sees("有 1 处不一致")
    marker.sees("录入为 59.50，您复核为 69.50")
    check_access(marker)
    fill(marker, "理论知识", folder, {FAILED_BY_HALF_A_MARK: "59.5"}, "78")
    fill(marker, "操作技能", folder, {}, "85.25")
    for subject in ("理论知识", "操作技能"):
        open_sheet(marker, subject)
        marker.press("保存并确认复核一致")
        marker.sees("已复核")
    marker.page.goto(f"{SESSIONS}?queue=publish")
    marker.open_row("人工智能训练师")
    check_access(marker)
    marker.follow("公布成绩")
    check_access(marker)
    marker.press("确认公布 30 人的成绩")
    marker.sees("成绩已于")
    marker.leave()


def seen_as(portal: Portal, *, passed: bool, kept: str = "") -> tuple[str, str]:
    """The e-mail and the name of somebody whose result was so; `kept` is the subject they keep."""
    rows = portal.query(
        "SELECT u.email, c.name FROM certificates_result r JOIN registration_application a ON a.id = r.application_id"
        " JOIN registration_candidate c ON c.id = a.candidate_id JOIN accounts_user u ON u.id = c.user_id"
        " LEFT JOIN registration_credit k ON k.application_id = a.id"
        " WHERE r.passed = %s AND coalesce(k.subject, '') = %s ORDER BY a.id LIMIT 1",
        passed,
        kept,
    )
    return str(rows[0][0]), str(rows[0][1])


def begin_the_resit(browser: Browser, portal: Portal) -> None:
    """On a phone: 59.5 is no pass, the practical is kept, and a resit costs the theory alone."""
    email, _ = seen_as(portal, passed=False, kept="practical")
    visitor = Visitor(browser, portal, width=390)
    visitor.log_in(email)
    visitor.page.goto("/applications/")
    visitor.sees("评价不合格")
    visitor.follow("人工智能训练师 三级/高级工")
    visitor.sees("59.50")
    visitor.sees("可以补考：理论知识")
    visitor.sees("¥100.00")
    check_access(visitor)
    visitor.follow("申报补考")
    check_access(visitor)
    visitor.press("开始申报")
    check_access(visitor)
    assert portal.query("SELECT kind, subjects FROM registration_application WHERE state = 'draft'") == [
        ("resit", ["theory"])
    ]
    visitor.leave()


def do_to_all(clerk: Visitor, action: str) -> None:
    """An action of the list, on all its rows, confirmed."""
    clerk.page.locator("#action-toggle").check()
    clerk.page.locator("select[name=action]").select_option(label=action)
    with clerk.page.expect_navigation():
        clerk.page.get_by_role("button", name="执行").click()
    check_access(clerk)
    with clerk.page.expect_navigation():
        clerk.content.locator("button[type=submit]").last.click()


def certify(browser: Browser, portal: Portal) -> None:
    clerk = Visitor(browser, portal)
    clerk.log_in("zhengshu@example.com")
    clerk.sees("28")
    clerk.page.goto(CERTIFICATES)
    check_access(clerk)
    do_to_all(clerk, "审定所选证书")
    clerk.page.goto(f"{CERTIFICATES}?queue=reviewed")
    do_to_all(clerk, "编号发证")
    numbers = portal.query("SELECT right(number, 6)::int FROM certificates_certificate ORDER BY 1")
    assert [number for (number,) in numbers] == list(range(1, 29))
    clerk.leave()


def fetch_certificate(browser: Browser, portal: Portal) -> tuple[str, str]:
    """The holder has it as a PDF with the whole number on it; its number and their name."""
    email, name = seen_as(portal, passed=True)
    visitor = Visitor(browser, portal)
    visitor.log_in(email)
    visitor.page.goto("/applications/")
    visitor.sees("已发证")
    visitor.follow("人工智能训练师 三级/高级工")
    check_access(visitor)
    href = visitor.content.get_by_role("link", name="下载电子证书").get_attribute("href")
    answer = visitor.context.request.get(f"{portal.url}{href}")
    printed = PdfReader(BytesIO(answer.body())).pages[0].extract_text()
    found = re.search(r"S\d{21}", printed)
    assert found
    assert name in printed
    assert re.search(r"310101\d{11}[\dX]", printed)
    visitor.leave()
    return found[0], name


def check_as_a_stranger(browser: Browser, portal: Portal, number: str, name: str) -> None:
    stranger = Visitor(browser, portal, width=390)
    for asked, answer in ((name, "该证书有效"), ("样本某某", "未查到")):
        stranger.page.goto(f"/certificates/?number={number}")
        stranger.page.get_by_label("持证人姓名").fill(asked)
        stranger.press("查验")
        stranger.sees(answer)
        check_access(stranger)
    stranger.leave()


@pytest.mark.timeout(1200)
def test_marks_become_results_a_resit_and_certificates(browser: Browser, portal: Portal, tmp_path: Path) -> None:
    enter(browser, portal, tmp_path)
    confirm_and_publish(browser, portal, tmp_path)
    begin_the_resit(browser, portal)
    certify(browser, portal)
    check_as_a_stranger(browser, portal, *fetch_certificate(browser, portal))
