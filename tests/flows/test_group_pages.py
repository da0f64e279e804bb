"""The officer's pages in a real browser: each readable on a wide and on a phone screen, the report by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.flows.people import Visitor
from tests.flows.reading import check_access
from tests.portal import Portal

OFFICER = "jingban@example.com"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    running = Portal("groups", tmp_path_factory.mktemp("portal"))
    try:
        running.prepare()
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture
def officer(browser: Browser, portal: Portal) -> Iterator[Visitor]:
    visitor = Visitor(browser, portal)
    visitor.log_in(OFFICER)
    yield visitor
    visitor.leave()


def home(portal: Portal) -> str:
    ((uuid,),) = portal.query("SELECT uuid FROM registration_group")
    return f"/groups/{uuid}/"


def people(portal: Portal, state: str) -> str:
    """The address of the first person in a state of the row."""
    ((uuid,),) = portal.query("SELECT uuid FROM registration_rosterrow WHERE state = %s ORDER BY number LIMIT 1", state)
    return f"{home(portal)}people/{uuid}/"


@pytest.mark.timeout(600)
def test_every_page_is_readable(officer: Visitor, portal: Portal) -> None:
    group = home(portal)
    faulty, passed = people(portal, "faulty"), people(portal, "passed")
    for address in (
        "/groups/",
        "/groups/open/",
        "/groups/open/?q=没有这个",
        group,
        *(
            f"{group}{page}"
            for page in ("files/", "people/add/", "pass/", "submit/", "submissions/1/", "order/", "move/")
        ),
        *(f"{group}people/?show={show}" for show in ("faulty", "returned", "approved", "all", "removed")),
        *(f"{faulty}{page}" for page in ("", "mend/", "mend/?open=phone", "photo/")),
        f"{group}people/remove/?row={faulty.rstrip('/').rpartition('/')[2]}",
        *(f"{passed}{page}" for page in ("", "withdraw/")),
    ):
        answer = officer.page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        check_access(officer)


def test_the_report_by_keyboard(officer: Visitor, portal: Portal) -> None:
    """Enter opens a cell, Escape closes it, Enter saves; then the keyboard is with the next person to mend."""
    page = officer.page
    page.goto(f"{home(portal)}people/?show=faulty")
    to_mend = int(officer.content.locator("#bar .bar-warning .bar-number").inner_text())
    first = officer.content.locator("article.person").filter(has_text="手机号码不正确")
    name = first.locator("h3").inner_text()
    first = officer.content.locator("article.person", has=page.locator("h3", has_text=name))
    following = first.locator("xpath=following-sibling::article[1]")
    button = first.get_by_role("link", name=re.compile("^修改"))
    button.focus()
    page.keyboard.press("Enter")
    field = first.locator("[name=value]")
    expect(field).to_be_focused()
    check_access(officer)
    page.keyboard.press("Escape")
    expect(first.get_by_role("link", name=re.compile("^修改"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    field.fill("19900009999")
    page.keyboard.press("Enter")
    expect(officer.content.locator("#outcome")).to_contain_text("已保存，核对通过")
    expect(officer.content.locator("#bar")).to_contain_text(f"{to_mend - 1} 待修改")
    expect(following.locator(".fault-act").first).to_be_focused()


def test_what_cannot_be_sent_is_not_lost(officer: Visitor, portal: Portal) -> None:
    page = officer.page
    page.goto(f"{home(portal)}people/?show=faulty&kind=date")
    card = officer.content.locator("article[data-faulty]").first
    card.get_by_role("link", name=re.compile("^修改")).first.click()
    field = card.locator("[name=value]")
    field.fill("2015-07-01")
    page.context.set_offline(True)
    card.get_by_role("button", name="保存").click()
    expect(card.locator("[data-not-sent]")).to_be_visible()
    expect(field).to_have_value("2015-07-01")
    page.context.set_offline(False)
    officer.complaints.clear()  # of the line that was cut
    card.get_by_role("button", name="保存").click()
    expect(officer.content.locator("#outcome")).to_contain_text("已保存")


def test_without_javascript_a_cell_is_mended_on_a_page_of_its_own(
    browser: Browser, portal: Portal, tmp_path: Path
) -> None:
    plain = Visitor(browser, portal)
    plain.log_in(OFFICER)
    cookies = plain.context.cookies()
    context = browser.new_context(base_url=portal.url, java_script_enabled=False, locale="zh-CN")
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{home(portal)}people/?show=faulty&kind=word")
    page.locator("article[data-faulty]").first.get_by_role("link", name=re.compile("^修改")).first.click()
    assert "/mend/?open=" in page.url
    page.locator("[name=school]").select_option(label="技工学校")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("已保存")
    context.close()
    plain.leave()
