"""Misconduct in a real browser: a phone in the room, a substitute found after certification, and a decision undone.

Thirty sat 人工智能训练师 level 3 last month. One is reported from a telephone at the door, and barred at every provider
until New Year. The rest get certificates; one turns out to have been sat for, which voids it on the check page; another
wins an appeal and has the same number in force again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from skilleval.journeys.demo.people import Person, paper
from tests.flows.people import Visitor
from tests.flows.reading import check_access
from tests.portal import Portal

IN_FORCE, VOID = "该证书有效", "作废，不再有效"
ITEM = "人工智能训练师 三级/高级工"
WITH_A_PHONE, SAT_FOR, WRONGED = Person(103), Person(104), Person(105)


def later_than_january(today: date) -> date:
    """A day on which last month's session lies in the same year: only then is there a ban under the third section."""
    return today if today.month > 1 else date(today.year, 2, 5)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    running = Portal("misconduct", tmp_path_factory.mktemp("portal"))
    try:
        running.prepare(later_than_january(date.today()))  # noqa: DTZ011
        running.start()
        yield running
    finally:
        running.close()


def prepared(portal: Portal, call: str) -> None:
    portal.manage("shell", "-c", f"from tests.flows import preparing; preparing.{call}")


def read_pdf(visitor: Visitor, link: str) -> str:
    href = visitor.content.get_by_role("link", name=link).first.get_attribute("href")
    answer = visitor.context.request.get(f"{visitor.portal.url}{href}")
    assert answer.headers["content-type"] == "application/pdf"
    return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.body())).pages)


def own_case(browser: Browser, portal: Portal, person: Person) -> Visitor:
    """The person at a telephone, on the page of their case."""
    visitor = Visitor(browser, portal, width=390)
    visitor.log_in(person.email)
    visitor.page.goto("/applications/")
    check_access(visitor)
    visitor.follow("查看案件", exact=False)
    return visitor


# --- a phone in the room ----------------------------------------------------------------------------------------------


def report_from_the_room(browser: Browser, portal: Portal, photo: Path) -> None:
    """On a telephone: from the first page to the door, by the ticket's number, two witnesses, a picture."""
    ((ticket, held_on),) = portal.query(
        "SELECT t.number, s.held_on FROM scheduling_admissionticket t JOIN scheduling_examsession s"
        " ON s.id = t.session_id JOIN registration_application a ON a.id = t.application_id"
        " JOIN registration_candidate c ON c.id = a.candidate_id WHERE c.name = %s",
        WITH_A_PHONE.name,
    )
    invigilator = Visitor(browser, portal, width=390)
    invigilator.log_in("kaowu@example.com")
    invigilator.follow("考场签到")
    invigilator.page.get_by_label("准考证号").fill(str(ticket))
    invigilator.press("核验")
    check_access(invigilator)
    invigilator.follow("报告违纪违规")
    content = invigilator.content
    content.get_by_label("科目").select_option(label="理论知识")
    content.get_by_label("发生时间").fill(f"{held_on}T09:20")
    content.locator("summary", has_text="作弊").click()
    content.locator("input[value='M-3.1']").check()
    content.get_by_label("事实经过").fill("开考后在座位抽屉内发现开机的手机，屏幕显示试题内容。")
    content.locator("select[name=witness_1_user]").select_option(label="演示负责人")
    content.locator("input[name=witness_2_name]").fill("巡考样本")
    content.locator("input[type=file]").set_input_files(photo)
    check_access(invigilator)
    invigilator.press("提交报告")
    invigilator.sees("待告知")
    invigilator.sees("SHA-256")
    check_access(invigilator)
    invigilator.follow("告知当事人")
    invigilator.press("预览")
    invigilator.sees("当事人将读到")
    check_access(invigilator)
    invigilator.press("确认告知当事人")
    invigilator.sees("待陈述申辩")
    invigilator.leave()


def state_a_defence(browser: Browser, portal: Portal) -> None:
    visitor = own_case(browser, portal, WITH_A_PHONE)
    visitor.sees("使用违规电子设备")
    check_access(visitor)
    visitor.follow("陈述申辩")
    visitor.content.locator("textarea").fill("手机忘记上交，没有查看。")
    visitor.content.locator("input[name=waived]").check()
    check_access(visitor)
    visitor.press("提交陈述申辩")
    visitor.sees("陈述申辩已收到")
    visitor.leave()


def propose(browser: Browser, portal: Portal) -> None:
    manager = Visitor(browser, portal)
    manager.log_in("fuzeren@example.com")
    manager.follow("起案件待提出处理建议")
    check_access(manager)
    manager.follow("WJ", exact=False)
    manager.follow("提出处理建议")
    manager.sees("手机忘记上交，没有查看。")
    manager.content.locator("[name=reasons]").fill("照片和两名见证人的记录一致。")
    manager.content.locator("[name=on_defence]").fill("屏幕显示试题内容，不予采纳。")
    manager.press("预览")
    manager.sees("如果这样决定，将会")
    check_access(manager)
    manager.press("确认提出处理建议")
    manager.sees("待决定")
    manager.leave()


def decide(browser: Browser, portal: Portal, person: Person, *foreseen: str) -> None:
    """The first supervisor: the queue, the case, everything the decision will do, and the decision."""
    supervisor = Visitor(browser, portal)
    supervisor.log_in("jianguan@example.com")
    if person is WITH_A_PHONE:
        check_access(supervisor)
    supervisor.open_row(person.name)
    supervisor.follow("按建议决定")
    for consequence in foreseen:
        supervisor.sees(consequence)
    check_access(supervisor)
    supervisor.press("确认按建议决定")
    supervisor.sees("待送达")
    supervisor.leave()


def read_and_be_barred(browser: Browser, portal: Portal) -> None:
    """The letter, the receipt, and an application at another provider that is refused until New Year."""
    (year,) = portal.query("SELECT extract(year FROM ends_on)::int FROM registration_ban")[0]
    visitor = own_case(browser, portal, WITH_A_PHONE)
    letter = read_pdf(visitor, "下载处理决定书 PDF")
    for expected in (WITH_A_PHONE.id_number, "M-3.1", "12月31日", "屏幕显示试题内容，不予采纳。"):
        assert expected in letter
    visitor.follow("签收决定书")
    check_access(visitor)
    visitor.press("确认收到决定书")
    visitor.sees("可以申诉")
    check_access(visitor)
    visitor.page.goto("/providers/S000031200057/")
    visitor.follow("人工智能数据标注", exact=False)
    visitor.sees("您目前不能申报")
    visitor.sees("12月31日期间不得申报")
    visitor.sees(f"可于 {int(str(year)) + 1}年1月1日")
    assert visitor.content.get_by_role("button", name="申报", exact=True).count() == 0
    check_access(visitor)
    visitor.leave()


# --- certificates -----------------------------------------------------------------------------------------------------


def number_of(portal: Portal, person: Person) -> str:
    """The number of the certificate; there is never a second one."""
    ((number,),) = portal.query(
        "SELECT k.number FROM certificates_certificate k JOIN registration_application a ON a.id = k.application_id"
        " JOIN registration_candidate c ON c.id = a.candidate_id WHERE c.name = %s",
        person.name,
    )
    return str(number)


def check(browser: Browser, portal: Portal, person: Person, answer: str) -> None:
    stranger = Visitor(browser, portal, width=390)
    stranger.page.goto(f"/certificates/?number={number_of(portal, person)}")
    stranger.page.get_by_label("持证人姓名").fill(person.name)
    stranger.press("查验")
    stranger.sees(answer)
    if answer == VOID:
        check_access(stranger)
    stranger.leave()


def find_the_substitute(browser: Browser, portal: Portal) -> None:
    """Grave and serious: five years, referred, and the certificate void for everybody who checks it."""
    prepared(portal, f"await_decision({SAT_FOR.serial}, 'M-4.4', 'serious')")
    check(browser, portal, SAT_FOR, IN_FORCE)
    decide(browser, portal, SAT_FOR, f"证书 {number_of(portal, SAT_FOR)} 作废", "5 年", "移送有关部门")
    check(browser, portal, SAT_FOR, VOID)
    assert portal.query("SELECT count(*) FROM registration_ban WHERE ends_on > %s", date.today() + timedelta(1800)) == [  # noqa: DTZ011
        (1,)
    ]


# --- an appeal --------------------------------------------------------------------------------------------------------


def appeal(browser: Browser, portal: Portal) -> None:
    visitor = own_case(browser, portal, WRONGED)
    visitor.follow("签收决定书")
    visitor.press("确认收到决定书")
    visitor.follow("申诉")
    visitor.content.locator("textarea").fill("录像中的人不是我，请核对座位号。")
    check_access(visitor)
    visitor.press("提交申诉")
    visitor.sees("申诉已收到")
    visitor.leave()


def overturn(browser: Browser, portal: Portal) -> None:
    """By the other supervisor; the first finds the button barred."""
    for email, may in (("jianguan@example.com", False), ("jianguan2@example.com", True)):
        supervisor = Visitor(browser, portal)
        supervisor.log_in(email)
        supervisor.page.goto("/supervision/?queue=appealed")
        supervisor.open_row(WRONGED.name)
        links = supervisor.content.get_by_role("link", name="撤销决定", exact=True)
        assert links.count() == may
        check_access(supervisor)
        if may:
            with supervisor.page.expect_navigation():
                links.click()
            supervisor.content.locator("textarea").fill("经核对座位号，录像中不是当事人。")
            check_access(supervisor)
            supervisor.press("确认撤销决定")
            supervisor.sees("已撤销")
            check_access(supervisor)
        supervisor.leave()


def have_it_back(browser: Browser, portal: Portal, number: str) -> None:
    """Marks and the certificate of the same number; and whoever was told of the decision is told again."""
    check(browser, portal, WRONGED, IN_FORCE)
    assert number_of(portal, WRONGED) == number
    visitor = Visitor(browser, portal, width=390)
    visitor.log_in(WRONGED.email)
    visitor.page.goto("/applications/")
    visitor.sees("处理决定已撤销")
    visitor.follow(ITEM)
    visitor.sees("评价合格")
    check_access(visitor)
    visitor.follow("查看案件", exact=False)
    visitor.sees(f"证书 {number} 恢复有效，编号不变")
    assert "撤销" in read_pdf(visitor, "下载撤销决定书 PDF")
    check_access(visitor)
    visitor.leave()
    told = "SELECT recipient_id FROM core_outboxmessage WHERE channel = 'portal' AND key LIKE %s"
    ((decision,),) = portal.query("SELECT id FROM discipline_decision WHERE lifted_at IS NOT NULL")
    first, again = (set(portal.query(told, f"%{cause}:{decision}:%")) for cause in ("decided", "lifted"))
    assert first
    assert first == again


@pytest.mark.timeout(1200)
def test_a_phone_a_substitute_and_a_decision_undone(browser: Browser, portal: Portal, tmp_path: Path) -> None:
    photo = tmp_path / "phone.png"
    photo.write_bytes(paper("现场照片").read())
    report_from_the_room(browser, portal, photo)
    state_a_defence(browser, portal)
    propose(browser, portal)
    decide(browser, portal, WITH_A_PHONE, "当次全部科目的成绩", "12月31日", "¥500.00 不退")
    read_and_be_barred(browser, portal)
    prepared(portal, "certify_all()")
    find_the_substitute(browser, portal)
    prepared(portal, f"await_decision({WRONGED.serial}, 'M-2.1')")
    number = number_of(portal, WRONGED)
    decide(browser, portal, WRONGED, "理论知识科目的成绩", f"证书 {number} 作废")
    check(browser, portal, WRONGED, VOID)
    appeal(browser, portal)
    overturn(browser, portal)
    have_it_back(browser, portal, number)
