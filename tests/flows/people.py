"""How the people of the stories use a browser."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Browser, Page, expect

from skilleval.journeys.demo.people import PASSWORD
from tests.portal import Portal


class Visitor:
    """Somebody at a browser of their own, who notices errors of the console on every page."""

    def __init__(self, browser: Browser, portal: Portal, *, width: int = 1280) -> None:
        self.portal = portal
        self.context = browser.new_context(
            base_url=portal.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": width, "height": 900}
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on("console", self._listen)

    def _listen(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        if kind in {"error", "warning"}:
            self.complaints.append(f"{self.page.url}: {text}")

    def log_in(self, email: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.get_by_label("手机号码或电子邮箱").fill(email)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.press("登录")

    def press(self, name: str) -> None:
        """Press the button of the page's own content, not the header's."""
        self.content.get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def follow(self, name: str, *, exact: bool = True) -> None:
        self.content.get_by_role("link", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()

    def open_row(self, text: str) -> None:
        """Follow the first link of the list's row that says so, and wait until its page is there."""
        with self.page.expect_navigation():
            self.content.get_by_role("row").filter(has_text=text).get_by_role("link").first.click()

    @property
    def content(self):  # type: ignore[no-untyped-def]
        return self.page.locator("main").first

    def sees(self, text: str) -> None:
        expect(self.content).to_contain_text(text)

    def reads_code(self) -> str:
        """The newest code in the demonstration's mailbox, read in a second tab."""
        tab = self.context.new_page()
        tab.goto("/demo/mailbox/")
        found = re.search(r"验证码是 (\d{6})", tab.locator("[data-message]").first.inner_text())
        tab.close()
        assert found
        return found[1]

    def sets_clock(self, day: date) -> None:
        """Use the form of the demo bar."""
        form = self.page.locator("form", has=self.page.get_by_role("button", name="前进"))
        form.locator("input[type=date]").fill(day.isoformat())
        form.get_by_role("button", name="前进").click(timeout=120_000)
        self.page.wait_for_load_state()

    def was_refused(self) -> None:
        """The page refused what was sent (400), which the console notes: that one complaint is meant."""
        meant = [complaint for complaint in self.complaints if "status of 400" in complaint]
        assert meant, "nothing was refused"
        self.complaints.remove(meant[0])

    def leave(self) -> None:
        """Close the browser; nothing may have complained on the way."""
        assert self.complaints == [], self.complaints
        self.context.close()
