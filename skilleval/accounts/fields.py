"""Form fields of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from skilleval.accounts import phones
from skilleval.core.errors import Refused


class PhoneField(forms.CharField):
    """A mobile number, typed with or without spaces and country code; cleaned to E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "手机号码")
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("error_messages", {"required": "请填写手机号码"})
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return phones.normalise(text)
        except Refused as refused:
            raise ValidationError(refused.message) from refused
