"""What every page of the stories has to be: readable by everybody, and no wider than the screen."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe

from tests.flows.people import Visitor

#: WCAG 2.2 AA, as axe checks it
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def check_access(visitor: Visitor) -> None:
    """axe finds nothing on the page, on a wide and on a phone screen."""
    visitor.page.wait_for_load_state()
    before = visitor.page.viewport_size
    for width in (1280, 390):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        overflow = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{visitor.page.url} is {overflow} px too wide at {width} px"
        found = Axe().run(visitor.page, options={"preload": False, "runOnly": {"type": "tag", "values": STANDARD}})
        assert found.violations_count == 0, f"{visitor.page.url} at {width} px\n{found.generate_report()}"
    if before:
        visitor.page.set_viewport_size(before)
