"""What is said of a password that won't do."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    ("password", "messages"),
    [
        ("mima-9x", ["密码太短，请至少设置 10 个字符"]),
        ("mima-9x-ab", []),
        ("8305117264", ["密码不能全是数字，请加上字母或符号"]),
        ("qwertyuiop", ["这个密码太常见，请换一个别人猜不到的"]),
    ],
)
def test_every_refusal_says_the_cure(password: str, messages: list[str]) -> None:
    try:
        validate_password(password)
    except ValidationError as refused:
        assert refused.messages == messages
    else:
        assert messages == []
