"""Messages as data: placeholders are filled in once, never evaluated; what a provider writes is checked in words."""

import pytest

from skilleval.core import templates
from skilleval.core.templates import Template, faults, render, template, tidied, unused

RETURNED = Template(
    kind="example.returned",
    title="退回补正时",
    subject="申报 {申报编号} 需要补正",
    body="申报 {申报编号} 已退回补正：{理由}。请于{截止}修改。",
    values={"申报编号": "SB2603000017", "理由": "照片不清晰", "截止": "3月10日 24:00 前"},
    needs=frozenset({"理由", "截止"}),
)
VALUES = {"申报编号": "SB1", "理由": "缺毕业证", "截止": "3月10日 24:00 前"}
FINE = ("请补正", "理由：{理由}；截止：{截止}")


@pytest.mark.parametrize(
    ("subject", "body", "rendered"),
    [
        ("", "", ("申报 SB1 需要补正", "申报 SB1 已退回补正：缺毕业证。请于3月10日 24:00 前修改。")),
        ("请补正", "{理由}{理由}", ("请补正", "缺毕业证缺毕业证")),
        ("{生日}", "{理由.__class__}{0}{}{", ("{生日}", "{理由.__class__}{0}{}{")),  # unknown: as it stands
        ("甲\n乙", "甲\n乙", ("甲 乙", "甲\n乙")),
    ],
)
def test_placeholders_are_filled_in(subject: str, body: str, rendered: tuple[str, str]) -> None:
    assert render(RETURNED, VALUES, subject, body) == rendered


@pytest.mark.parametrize("reason", ["{截止}", "{{截止}}", "%(x)s {0.__class__} {% now %}", "}{", "\\1 \\g<0>", "$理由"])
def test_what_a_value_holds_is_never_filled_in_itself(reason: str) -> None:
    assert render(RETURNED, VALUES | {"理由": reason}, "通知", "{理由}") == ("通知", reason)


def test_a_subject_is_one_line_that_fits_its_column() -> None:
    subject, _ = render(RETURNED, VALUES | {"理由": "长\r\n" * 300}, "{理由}")
    assert (len(subject), "\n" in subject, "\r" in subject) == (200, False, False)


def test_a_value_that_is_missing_stops_no_message() -> None:
    assert render(RETURNED, {}, "通知", "理由：{理由}")[1] == "理由：{理由}"


@pytest.mark.parametrize(
    ("subject", "body", "found"),
    [
        (*FINE, []),
        ("{申报编号}", FINE[1], []),
        ("", FINE[1], ["标题不能为空"]),
        (FINE[0], "", ["正文不能为空", "缺少占位符“{理由}”", "缺少占位符“{截止}”"]),
        (FINE[0], "理由：{理由}", ["缺少占位符“{截止}”"]),
        (FINE[0], FINE[1] + "{姓名}", ["正文中的“{姓名}”不是本消息的占位符"]),
        ("{姓名}{姓名}", FINE[1], ["标题中的“{姓名}”不是本消息的占位符"]),
        (FINE[0], FINE[1] + "{理由", ["正文中有不成对的花括号"]),
        (FINE[0], FINE[1] + "}", ["正文中有不成对的花括号"]),
        (FINE[0], FINE[1] + "{}", ["正文中的“{}”不是本消息的占位符"]),
        (FINE[0], FINE[1] + "{ 理由}", ["正文中的“{ 理由}”不是本消息的占位符"]),
        ("甲\n乙", FINE[1], ["标题只能有一行"]),
        ("题" * 100, FINE[1], []),
        ("题" * 101, FINE[1], ["标题不超过 100 字，现有 101 字"]),
        (FINE[0], FINE[1] + "文" * (500 - len(FINE[1])), []),
        (FINE[0], FINE[1] + "文" * (501 - len(FINE[1])), ["正文不超过 500 字，现有 501 字"]),
    ],
)
def test_words_are_checked(subject: str, body: str, found: list[str]) -> None:
    told = faults(RETURNED, subject, body)
    assert [one[: len(start)] for one, start in zip(told, found, strict=True)] == found


def test_a_keyboard_s_full_width_braces_are_braces() -> None:
    assert tidied("  ｛理由｝\r\n请改。 ") == "{理由}\n请改。"


def test_what_is_left_out_is_known() -> None:
    assert unused(RETURNED, *FINE) == ["申报编号"]


def test_kinds_are_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "_registered", {})
    words = {"title": "例", "subject": "例", "body": "{理由}", "values": {"理由": "例"}}
    made = template("example.one", **words)
    assert (templates.registered(), templates.of_kind("example.one"), templates.of_kind("x")) == ([made], made, None)
    with pytest.raises(ValueError, match=r"two templates named example\.one"):
        template("example.one", **words)
    with pytest.raises(ValueError, match="不是本消息的占位符"):
        template("example.two", **(words | {"values": {}}))
    with pytest.raises(ValueError, match="缺少占位符"):
        template("example.two", **(words | {"body": "例", "needs": ["理由"]}))
