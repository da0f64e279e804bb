"""Names as people have them, and what isn't one."""

import re

import pytest

from registration import names


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张三", "张三"),
        ("  张 三 ", "张 三"),
        ("\u3000李四\u3000", "李四"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉‧买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 · 买买提", "阿卜杜拉·买买提"),
        ("䶮㛃𠮷", "䶮㛃𠮷"),
        ("𬍛𪚥", "𬍛𪚥"),
        ("王〇", "王〇"),
        ("ＺＨＡＮＧ San", "ZHANG San"),
        ("Jean-Luc O'Neil", "Jean-Luc O'Neil"),
    ],
)
def test_names_are_taken_in_one_spelling(typed: str, stored: str) -> None:
    assert names.normalise(typed) == stored
    assert names.fault(stored) is None


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", names.EMPTY),
        ("   ", names.EMPTY),
        ("张", names.TOO_SHORT),
        ("张三3", names.DIGITS),
        ("张三３", names.DIGITS),
        ("张①三", names.DIGITS),
        ("张\u200b三", names.UNSEEN),
        ("张\u202e三", names.UNSEEN),
        ("张\ue000三", names.UNSEEN),
        ("<b>张三</b>", names.SIGNS),
        ("张三'; DROP TABLE", names.SIGNS),
        ("{{ 张三 }}", names.SIGNS),
        ("张三@", names.SIGNS),
        ("·张三", names.DOT_PLACE),
        ("张三·", names.DOT_PLACE),
        ("张··三", names.DOT_PLACE),
        ("张" * 61, names.TOO_LONG),
    ],
)
def test_what_is_no_name_is_told_with_its_cure(typed: str, fault: str) -> None:
    assert names.fault(names.normalise(typed)) == fault


def test_sixty_signs_are_still_a_name() -> None:
    assert names.fault("张" * 60) is None


def test_plain_names_are_names_by_the_long_way_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What PLAIN lets through at once would have been taken anyway, as it is."""
    plain = [chr(sign) * 2 for sign in range(0x4E00, 0xA000) if names.PLAIN.fullmatch(chr(sign) * 2)]
    assert len(plain) > 20_000
    monkeypatch.setattr(names, "PLAIN", re.compile("(?!)"))
    assert [names.normalise(name) for name in plain] == plain
    assert [name for name in plain if names.fault(name)] == []
