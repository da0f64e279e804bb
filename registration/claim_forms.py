"""Forms of a claim: the code, the picture of the document, and what a reviewer decides."""

from __future__ import annotations

from django import forms

from registration.forms import word_errors

ACCEPTED = "image/jpeg,image/png,application/pdf"


class _ClaimForm(forms.Form):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        word_errors(self)


class CodeForm(_ClaimForm):
    code = forms.CharField(
        label="验证码",
        max_length=10,
        help_text="短信中的 6 位数字，15 分钟内有效。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class DocumentForm(_ClaimForm):
    upload = forms.FileField(
        label="证件照片",
        help_text="证件的人像面，号码清晰可读；JPG、PNG 或 PDF，不超过 10 MB。核对后即删除。",
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "data-file-name": ""}),
    )
    said = forms.CharField(
        label="补充说明",
        required=False,
        max_length=300,
        help_text="例如：登记的手机已停用。不需填写证件号码。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class GrantForm(_ClaimForm):
    id_number = forms.CharField(
        label="证件照片上的号码",
        max_length=40,
        help_text="请照证件照片填写完整号码，平台与档案核对。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class RefuseForm(_ClaimForm):
    reason = forms.CharField(
        label="不予认领的原因",
        max_length=300,
        help_text="申请人会看到全文，请不要写入证件号码或手机号码。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
