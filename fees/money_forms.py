"""What finance staff enter about money: receipts, what they are for, refunds."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from fees.models import Order
from fees.queries.doubts import orders_numbered
from skilleval.catalogue.models import Provider


def day(label: str, help_text: str = "") -> forms.DateField:
    """A day, in the browser's own picker."""
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, help_text=help_text, widget=picker)


def yuan_of(label: str, help_text: str = "") -> forms.DecimalField:
    """A sum of money above zero."""
    least = Decimal("0.01")
    return forms.DecimalField(label=label, help_text=help_text, max_digits=11, decimal_places=2, min_value=least)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label="原因",
        max_length=150,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明原因"},
    )


class OrdersForm(forms.Form):
    """Which orders money is for, by their numbers."""

    orders = forms.CharField(
        label="订单编号",
        max_length=400,
        help_text="一笔款项用于几个订单的，编号之间用空格隔开；按先后记账，不足的留待补足。",
        error_messages={"required": "请填写订单编号"},
    )

    def __init__(self, *args: Any, provider: Provider | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider = provider

    def clean_orders(self) -> list[Order]:
        numbers = list(dict.fromkeys(re.split(r"[\s,，;；、]+", str(self.cleaned_data["orders"]).strip())))
        numbers = [number for number in numbers if number]
        found = orders_numbered(self.provider, numbers) if self.provider else {}
        unknown = [number for number in numbers if number not in found]
        if unknown:
            raise forms.ValidationError(f"没有找到订单 {'、'.join(unknown)}，请核对编号")
        return [found[number] for number in numbers]


class ReceiptForm(OrdersForm):
    """款项登记, by hand from the bank's statement. The key makes a form sent twice one receipt."""

    provider_choice = forms.ModelChoiceField(Provider.objects.none(), label="评价机构")
    value_on = day("到账日期", "按银行流水，不是录入的日期")
    amount = yuan_of("金额（元）")
    payer = forms.CharField(label="付款人户名", max_length=100)
    payer_account = forms.CharField(label="付款账号", max_length=40, required=False, help_text="退费只退回这个账户")
    reference = forms.CharField(label="附言", max_length=200, required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=50)
    field_order = ("provider_choice", "value_on", "amount", "payer", "payer_account", "reference", "orders", "key")

    def __init__(self, *args: Any, providers: Any, **kwargs: Any) -> None:
        super().__init__(*args, provider=None, **kwargs)
        chooses: Any = self.fields["provider_choice"]
        chooses.queryset = providers
        if len(providers) == 1:
            chooses.widget, chooses.initial = forms.HiddenInput(), providers[0]
        self.fields["orders"].required = False
        self.fields["orders"].help_text = "用途待定的不填，之后再指定；几个订单的编号用空格隔开"

    def clean_orders(self) -> list[Order]:
        self.provider = self.cleaned_data.get("provider_choice")
        return super().clean_orders() if self.cleaned_data["orders"] and self.provider else []

    @staticmethod
    def fresh_key() -> str:
        return f"noted:{uuid4()}"


class ReturnForm(ReasonForm):
    """退回付款人: how much of what is free."""

    amount = yuan_of("退回金额（元）")
    field_order = ("amount", "reason")


class AccountForm(forms.Form):
    """Where a refund goes."""

    account = forms.CharField(label="付款账号", max_length=40, help_text="按缴费凭证或银行回单；只退回付款账户")
    bank = forms.CharField(label="开户行", max_length=100, required=False)


class DecisionForm(forms.Form):
    """What the approver says."""

    answer = forms.CharField(
        label="意见（不予核准时必填）", max_length=150, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class TransferForm(forms.Form):
    """The bank's transfer, as carried out."""

    paid_on = day("退款日期", "按银行回单")
    bank_reference = forms.CharField(label="银行流水号", max_length=60)
