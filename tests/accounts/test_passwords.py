"""What is said of a password that won't do."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("mima-9x", "密码太短，请至少设置 10 个字符"),
        ("8305117264", "密码不能全是数字，请加上字母或符号"),
        ("qwertyuiop", "这个密码太常见，请换一个别人猜不到的"),
    ],
)
def test_every_refusal_says_the_cure(password: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert refused.value.messages == [message]


def test_ten_characters_will_do() -> None:
    validate_password("mima-9x-ab")


@pytest.mark.django_db
def test_a_new_password_is_asked_for_by_the_address_that_the_sign_up_named(client: Client) -> None:
    page = client.get(reverse("account_reset_password")).content.decode()
    assert "电子邮箱" in page
    assert "电子邮件" not in page
