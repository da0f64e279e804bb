"""Signing up and in: one field for a telephone or an e-mail address, Chinese words, no word on who has an account."""

from __future__ import annotations

import time
import unicodedata
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from skilleval.accounts import phones
from skilleval.core import audit
from skilleval.core.errors import Refused

CONTACT_LABEL = "手机号码或电子邮箱"
CONTACT_WIDGET = {"autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
PASSWORD_HELP = "至少 10 个字符，不能全是数字，也不要用常见密码"  # noqa: S105 - a hint, no password
CONSENT_EDITION = "2026-11"  # of the words of SignupForm.consent: a change of words is a new edition
CODE_IS_FRESH = 15 * 60


def contact_field(**kwargs: Any) -> forms.CharField:
    """The one name an account goes by."""
    return forms.CharField(
        label=CONTACT_LABEL,
        max_length=254,
        error_messages={"required": "请填写手机号码或电子邮箱"},
        widget=forms.TextInput(attrs=CONTACT_WIDGET),
        **kwargs,
    )


def read_contact(typed: str) -> tuple[str, str]:
    """("phone", E.164) or ("email", lower case); raises ValidationError with the cure."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if phones.looks_like_one(text):
        try:
            return "phone", phones.normalise(text)
        except Refused as refused:
            raise ValidationError(refused.message) from refused
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValidationError("电子邮箱格式不正确，应形如 name@example.com，请核对") from error
    return "email", text.lower()


class LoginForm(allauth_forms.LoginForm):
    """By telephone or e-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = contact_field()
        self.fields["password"].label = "密码"
        self.fields["password"].error_messages["required"] = "请填写密码"
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields.pop("remember", None)
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        return read_contact(self.cleaned_data["login"])[1]

    def login(self, request: Any, redirect_url: str | None = None) -> Any:
        self.cleaned_data["remember"] = False
        return super().login(request, redirect_url)


class SignupForm(allauth_forms.SignupForm):
    """One contact, a password twice, and the consent to what is kept."""

    consent = forms.BooleanField(
        label="我同意平台为办理职业技能评价收集和使用本人的身份、学历、工作和证书信息",
        error_messages={"required": "须同意后才能注册"},
        help_text="信息只提供给您申报的评价机构和主管部门；证件号码加密保存。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["email"], self.fields["phone"]
        self.fields["contact"] = contact_field(help_text="用于登录和接收通知，我们会发送验证码")
        for name, label, required in (
            ("password1", "设置密码", "请设置密码"),
            ("password2", "再次输入密码", "请再次输入密码"),
        ):
            field = self.fields[name]
            field.label, field.error_messages["required"] = label, required
            field.help_text = PASSWORD_HELP if name == "password1" else ""
            field.widget.attrs.pop("placeholder", None)
        self.order_fields(["contact", "password1", "password2", "consent"])

    def custom_signup(self, request: Any, user: Any) -> None:
        super().custom_signup(request, user)
        audit.record("account.consented", by=user, obj=user, edition=CONSENT_EDITION)

    def clean_contact(self) -> str:
        kind, value = read_contact(self.cleaned_data["contact"])
        if kind == "email":
            value = self.validate_unique_email(value)
        self.cleaned_data[kind] = value
        return value


class RequestLoginCodeForm(allauth_forms.RequestLoginCodeForm):
    """A code to a telephone or an address that was verified before; to others only a word that there is no account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = None
        del self.fields["email"], self.fields["phone"]
        self.fields["contact"] = contact_field(help_text="我们会发送验证码")

    def clean_contact(self) -> str:
        kind, value = read_contact(self.cleaned_data["contact"])
        self.cleaned_data[kind] = value
        getattr(self, f"clean_{kind}")()
        if kind == "email" and not EmailAddress.objects.filter(email=value, verified=True, user=self._user).exists():
            self._user = None
        return value


class CodeField(forms.CharField):
    """Six digits from a message."""

    def __init__(self) -> None:
        super().__init__(
            label="验证码",
            max_length=20,
            error_messages={"required": "请填写收到的 6 位验证码"},
            widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        )


class ConfirmLoginCodeForm(allauth_forms.ConfirmLoginCodeForm):
    code = CodeField()


class ConfirmEmailForm(allauth_forms.ConfirmEmailVerificationCodeForm):
    code = CodeField()


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Named as everywhere else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "电子邮箱"
        self.fields["email"].widget.attrs.pop("placeholder", None)


class ConfirmResetForm(allauth_forms.ConfirmPasswordResetCodeForm):
    code = CodeField()


class VerifyPhoneForm(allauth_forms.VerifyPhoneForm):
    code = CodeField()


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """Whoever has just logged in by a code may set a new password without the old one: it may be forgotten."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if _came_by_code(self.user):
            del self.fields["oldpassword"]
        else:
            self.fields["oldpassword"].label = "当前密码"
        self.fields["password1"].label, self.fields["password1"].help_text = "新密码", PASSWORD_HELP
        self.fields["password2"].label = "再次输入新密码"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


def _came_by_code(user: Any) -> bool:
    records = get_authentication_records(context.request, user)
    return bool(records) and records[-1]["method"] == "code" and time.time() - records[-1]["at"] < CODE_IS_FRESH
