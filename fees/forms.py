"""What payers and finance staff enter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from fees.models import Order


class VoucherForm(forms.Form):
    """缴费凭证."""

    paid_on = forms.DateField(label="付款日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    upload = forms.FileField(
        label="转账回单或付款截图",
        help_text="JPG、PNG 或 PDF，不超过 10 MB。回单上须能看清付款人、金额和日期。",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,application/pdf", "data-file-name": ""}),
        error_messages={"required": "请选择凭证文件", "empty": "该文件是空的，请重新选择"},
    )


class InvoiceForm(forms.ModelForm):
    """开票信息."""

    class Meta:
        model = Order
        fields = ("invoice_title", "invoice_tax_number", "invoice_email")
        help_texts = {
            "invoice_title": "个人填姓名，单位填营业执照上的全称",
            "invoice_tax_number": "单位须填统一社会信用代码；个人不填",
            "invoice_email": "电子发票发到这里",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["invoice_title"].required = True

    def clean_invoice_tax_number(self) -> str:
        number = str(self.cleaned_data["invoice_tax_number"]).strip().upper()
        if number and (not number.isascii() or not number.isalnum() or len(number) not in (15, 17, 18, 20)):
            raise forms.ValidationError("税号为 15 至 20 位数字或大写字母（统一社会信用代码 18 位），请核对")
        return number


class UnpaidForm(forms.Form):
    """未到账: what finance looked at."""

    reason = forms.CharField(
        label="核对情况",
        max_length=150,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例如：已核对 4 月 1 日至 5 月 7 日全部流水，没有该笔款项。缴费人会看到全文。",
        error_messages={"required": "请写明核对情况"},
    )


class PaymentForm(forms.Form):
    """到账确认. The key makes a form sent twice one booking."""

    value_on = forms.DateField(
        label="到账日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="按银行流水，不是录入的日期",
    )
    amount = forms.DecimalField(
        label="到账金额（元）",
        max_digits=11,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text="按银行流水。不足的登记后等待补足，不确认；多出的退回付款人",
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=50)

    @staticmethod
    def fresh_key() -> str:
        return f"desk:{uuid4()}"
