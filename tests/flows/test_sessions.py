"""A month of sessions in a real browser: KUPAS's two items, of which one rolls over, and SICT's six sessions.

41 gather for the one and sit in two sessions; the 29 of the other stand in the next window, see why, and one leaves
with the fee returned. SICT publishes six sessions in three rooms: a school takes its tickets, one session is moved, two
are swapped, candidates read what changed, and a ticket that was printed before is known at the door for what it is.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from skilleval.journeys.demo.people import Person
from tests.flows import crowds
from tests.flows.days import early_in_an_ordinary_month
from tests.flows.people import Visitor
from tests.flows.reading import check_access
from tests.portal import Portal

LEAVER, SCHEDULER = Person(700), "kaowu@example.com"
MOVED, SWAPPED = "考点检修供电", "设备调整"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    running = Portal("sessions", tmp_path_factory.mktemp("portal"))
    try:
        running.prepare(early_in_an_ordinary_month(date.today()))  # noqa: DTZ011
        prepared(running, "gather()")
        running.start()
        yield running
    finally:
        running.close()


def prepared(portal: Portal, call: str) -> None:
    portal.manage("shell", "-c", f"from tests.flows import crowds; crowds.{call}")


def move_on(portal: Portal, question: str, *values: object) -> None:
    """To the day that the database names."""
    ((day,),) = portal.query(question, *values)
    portal.manage("run_due", "--on", str(day))


def kupas(portal: Portal) -> list[tuple[object, ...]]:
    """The batches of the two items: id, state, and their sessions' sizes."""
    return portal.query(
        "SELECT b.id, b.state, (SELECT array_agg(size ORDER BY number) FROM scheduling_examsession s"
        " WHERE s.batch_id = b.id) FROM scheduling_batch b JOIN registration_window w ON w.id = b.window_id"
        " JOIN catalogue_provider p ON p.id = w.provider_id WHERE p.filing_number = 'S000031200057'"
        " AND b.judged_at IS NOT NULL ORDER BY b.id"
    )


@dataclass(frozen=True)
class Planned:
    """One of SICT's six sessions."""

    pk: int
    batch: int
    number: int
    held_on: date
    room: str

    @property
    def page(self) -> str:
        return f"/admin/scheduling/examsession/{self.pk}/"

    @property
    def person(self) -> str:
        return f"changci{self.number}@example.com"


def six(portal: Portal) -> list[Planned]:
    rows = portal.query(
        "SELECT s.id, s.batch_id, s.number, s.held_on, (SELECT min(r.name) FROM scheduling_sitting t"
        " JOIN scheduling_room r ON r.id = t.room_id WHERE t.session_id = s.id) FROM scheduling_examsession s"
        " WHERE s.batch_id = (SELECT batch_id FROM scheduling_examsession GROUP BY 1 HAVING count(*) = %s)"
        " ORDER BY s.number",
        crowds.SESSIONS,
    )
    return [Planned(*row) for row in rows]  # type: ignore[arg-type]


def plan_and_publish(browser: Browser, portal: Portal) -> None:
    """KUPAS's scheduler finds two sessions of 21 and 20, has rooms proposed, changes one, and publishes both."""
    (ran, rolled) = kupas(portal)
    assert (ran[1], ran[2]) == ("planned", [21, 20])
    assert (rolled[1], rolled[2]) == ("rolled_over", None)
    planner = Visitor(browser, portal)
    planner.log_in(crowds.PLANNER)
    planner.page.goto(f"/admin/scheduling/batch/{ran[0]}/change/")
    planner.sees("41 / 30")
    check_access(planner)
    planner.press("自动安排空闲考场")
    planner.sees("已为 2 场安排考场")
    planner.follow("第 1 场")
    check_access(planner)
    theory = planner.content.get_by_role("group", name="理论知识考场")
    theory.get_by_label("第二考场").uncheck()
    theory.get_by_label("第一考场").check()
    planner.press("保存第 1 场")
    planner.sees("第 1 场已保存")
    planner.follow("发布场次")
    check_access(planner)
    planner.press("确认发布")
    planner.sees("第 1 场已发布，21 人已收到通知")
    planner.sees("第 2 场已发布，20 人已收到通知")
    check_access(planner)
    planner.leave()


def leave_after_the_roll_over(browser: Browser, portal: Portal) -> None:
    """One of the 29 reads that they were too few, and goes; the fee is to be returned."""
    visitor = Visitor(browser, portal, width=390)
    visitor.log_in(LEAVER.email)
    visitor.page.goto("/applications/")
    visitor.sees("已顺延 1 次")
    check_access(visitor)
    visitor.content.locator(".applications").get_by_role("link").first.click()
    visitor.sees("29 人")
    check_access(visitor)
    visitor.follow("申请退考")
    visitor.sees("¥480.00")
    check_access(visitor)
    visitor.content.locator("[name=reason]").fill("时间不合适")
    visitor.press("确认退考")
    visitor.sees("已退考")
    visitor.sees("待退费 ¥480.00")
    check_access(visitor)
    visitor.leave()


def publish_six(browser: Browser, portal: Portal) -> None:
    """SICT's scheduler sees the month, and publishes what stands in it."""
    sessions = six(portal)
    assert [session.room for session in sessions] == [*crowds.ROOMS, *crowds.ROOMS]
    scheduler = Visitor(browser, portal)
    scheduler.log_in(SCHEDULER)
    scheduler.page.goto(f"{sessions[0].page}change/")
    scheduler.follow("当月考务月历")
    scheduler.sees("6 场")
    check_access(scheduler)
    scheduler.page.goto(f"/admin/scheduling/batch/{sessions[0].batch}/publish/")
    scheduler.press("确认发布")
    scheduler.sees("第 6 场已发布，7 人已收到通知")
    scheduler.leave()


def take_the_tickets(browser: Browser, portal: Portal) -> None:
    """The officer has the school's tickets made into one file and a zip, and takes them and who sits where."""
    officer = Visitor(browser, portal)
    officer.log_in(crowds.OFFICER)
    officer.page.goto(group_page(portal))
    check_access(officer)
    assert named_in(read(officer, f"{group_page(portal)}seats.pdf")) == crowds.OF_THE_SCHOOL
    officer.page.goto(f"{group_page(portal)}tickets/")
    officer.sees(f"已发放 {crowds.OF_THE_SCHOOL} / {crowds.OF_THE_SCHOOL} 张")
    check_access(officer)
    officer.press("生成合并 PDF")
    officer.press("生成压缩包")
    links = officer.content.get_by_role("link", name="下载")
    expect(links).to_have_count(2, timeout=60_000)
    check_access(officer)
    merged, zipped = (str(link.get_attribute("href")) for link in links.all())
    assert len(PdfReader(BytesIO(fetched(officer, merged))).pages) == crowds.OF_THE_SCHOOL
    assert len(zipfile.ZipFile(BytesIO(fetched(officer, zipped))).namelist()) == crowds.OF_THE_SCHOOL
    officer.leave()


def group_page(portal: Portal) -> str:
    ((uuid,),) = portal.query("SELECT uuid FROM registration_group WHERE number = %s", crowds.GROUP)
    return f"/groups/{uuid}/"


def fetched(visitor: Visitor, address: str) -> bytes:
    answer = visitor.context.request.get(f"{visitor.portal.url}{address}")
    assert answer.ok, address
    return answer.body()


def read(visitor: Visitor, address: str) -> str:
    """A PDF's text without its spaces."""
    pages = PdfReader(BytesIO(fetched(visitor, address))).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def named_in(text: str) -> int:
    return len(set(re.findall(r"样本六〇?[〇一二三四五六七八九]{1,2}", text)))


def move_one_and_swap_two(browser: Browser, portal: Portal, moved: Planned, second: Planned, third: Planned) -> None:
    """One session goes to another day, two exchange their rooms; each page says first whom it concerns."""
    scheduler = Visitor(browser, portal)
    scheduler.log_in(SCHEDULER)
    scheduler.page.goto(f"{moved.page}change/")
    check_access(scheduler)
    scheduler.follow("改期")
    scheduler.sees("已发准考证 7 张")
    check_access(scheduler)
    scheduler.content.locator("[name=held_on]").fill((moved.held_on + timedelta(days=1)).isoformat())
    scheduler.content.locator("[name=starts_at]").fill("14:00")
    scheduler.content.locator("[name=reason]").fill(MOVED)
    scheduler.press("确认改期")
    scheduler.sees("改期已办理")
    check_access(scheduler)
    scheduler.page.goto(f"{second.page}move/swap/")
    check_access(scheduler)
    other = scheduler.content.locator("[name=other]")
    other.select_option(label=other.locator("option", has_text=f"第 {third.number} 场").first.inner_text())
    scheduler.content.get_by_label("只对调考场").check()
    scheduler.content.locator("[name=reason]").fill(SWAPPED)
    scheduler.press("确认与另一场对调")
    scheduler.sees("对调已办理")
    check_access(scheduler)
    assert "第2版" in read(scheduler, f"{moved.page}sheets/sign_in/")
    assert "考务材料交接单" in read(scheduler, f"{second.page}sheets/all/")
    scheduler.leave()


def read_what_changed(browser: Browser, portal: Portal, session: Planned, *said: str) -> None:
    """A candidate reads from what to what, and why, and has a new ticket."""
    visitor = Visitor(browser, portal, width=390)
    visitor.log_in(session.person)
    visitor.page.goto("/applications/")
    visitor.follow("计算机程序设计员", exact=False)
    visitor.sees("考试安排变更")
    for words in said:
        visitor.sees(words)
    visitor.sees("准考证已发放")
    check_access(visitor)
    visitor.leave()


def know_an_old_ticket(browser: Browser, portal: Portal, moved: Planned) -> None:
    """The QR of a ticket that was out before the move leads to its end, the reason, and the new one."""
    (old, new) = portal.query(
        "SELECT uuid, number FROM scheduling_admissionticket WHERE application_id = (SELECT min(application_id)"
        " FROM scheduling_admissionticket WHERE session_id = %s) ORDER BY withdrawn_at NULLS LAST",
        moved.pk,
    )
    doorman = Visitor(browser, portal, width=390)
    doorman.log_in(SCHEDULER)
    doorman.page.goto(f"/tickets/{old[0]}/check/")
    for words in ("已收回", MOVED, str(new[1])):
        doorman.sees(words)
    check_access(doorman)
    doorman.follow(str(new[1]))
    doorman.sees("有效，但不是今天的考试")
    doorman.leave()


def find_the_old_file_out_of_date(browser: Browser, portal: Portal) -> None:
    """The officer reads what changed for the school's people, and that the file has to be made anew."""
    officer = Visitor(browser, portal)
    officer.log_in(crowds.OFFICER)
    officer.page.goto(group_page(portal))
    officer.sees("考试安排变更")
    check_access(officer)
    officer.page.goto(f"{group_page(portal)}tickets/")
    officer.sees("上次生成后准考证有变化，请重新生成")
    check_access(officer)
    officer.leave()


@pytest.mark.timeout(900)
def test_a_month_of_sessions(browser: Browser, portal: Portal) -> None:
    move_on(portal, "SELECT max(judge_on) FROM scheduling_batch WHERE state = 'gathering'")
    plan_and_publish(browser, portal)
    leave_after_the_roll_over(browser, portal)
    prepared(portal, "plan()")
    publish_six(browser, portal)
    first, second, third, *_ = six(portal)
    move_on(portal, "SELECT max(tickets_from) FROM scheduling_examsession WHERE batch_id = %s", first.batch)
    take_the_tickets(browser, portal)
    move_one_and_swap_two(browser, portal, first, second, third)
    read_what_changed(browser, portal, first, "改为", MOVED)
    read_what_changed(browser, portal, second, second.room, third.room, SWAPPED)
    know_an_old_ticket(browser, portal, first)
    find_the_old_file_out_of_date(browser, portal)
