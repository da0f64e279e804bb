"""What a provider's managers fill in about a window. The forms parse; the services judge."""

from __future__ import annotations

from typing import Any

from django import forms

from registration.models import Window
from registration.window_changes import FIELDS
from skilleval.catalogue.models import Notice, Provider

#: What is said beside a field.
HELP = {
    "label": "例如：2026年4月批次",
    "closes_on": "截止日当天 24:00 前都可以申报。",
    "papers_by": "签字原件交到机构的截止日；不另设的留空。",
    "pay_by": "不另设的留空：缴费截止为申报截止和审核通过后缴费期限中较晚的一天。",
    "tickets_from": "不另设的留空：按本机构的准考证提前量发放。",
    "tickets_until": "不限的留空。",
    "exam_from": "暂定、尚未确定的可以留空。",
    "tentative": "评价时间以后再确定的（如 12 月批次），请勾选。",
}
REQUIRED = ("label", "opens_on", "closes_on", "exam_by")
REASON = "收到通知的人都能看到。"


class WindowForm(forms.Form):
    """All that staff may set of a window."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {name: _field(name) for name in FIELDS}
        self.order_fields(self.field_order)

    @property
    def facts(self) -> dict[str, Any]:
        """The values of `window_changes.FIELDS`, once it is valid."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class EnterForm(WindowForm):
    """A new window: whose, and which notice says so."""

    field_order = ("provider", *FIELDS, "notice")
    provider = forms.ModelChoiceField(Provider.objects.none(), label="评价机构", empty_label="请选择")
    notice = forms.ModelChoiceField(Notice.objects.all(), label="来源公告", required=False, empty_label="未注明")

    def __init__(self, *args: Any, providers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["provider"]
        chosen.queryset = providers
        if len(only := list(providers[:2])) == 1:
            chosen.initial = only[0].pk


class ReasonForm(forms.Form):
    """Why a window is changed or taken back."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        help_text=REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请填写原因", "max_length": "原因不超过 200 字，请精简"},
    )


class AdjustForm(WindowForm, ReasonForm):
    """A window's new days, and why."""

    field_order = (*FIELDS, "reason")


class ConfirmForm(ReasonForm):
    """When a tentative window is assessed after all."""

    def __init__(self, *args: Any, window: Window, **kwargs: Any) -> None:
        first = {"exam_from": window.exam_from, "exam_by": window.exam_by}
        super().__init__(*args, initial=first, **kwargs)
        own = {name: _field(name, required=True) for name in first}
        own["exam_from"].help_text = ""
        self.fields = own | self.fields


def _field(name: str, *, required: bool | None = None) -> forms.Field:
    needed = name in REQUIRED if required is None else required
    title, words = FIELDS[name], HELP.get(name, "")
    if name == "tentative":
        return forms.BooleanField(label=title, help_text=words, required=False)
    missing = {"required": f"请填写{title}"}
    if name == "label":
        long = {"max_length": "批次名称不超过 30 字，请精简"}
        return forms.CharField(label=title, help_text=words, max_length=30, error_messages=missing | long)
    return forms.DateField(
        label=title,
        help_text=words,
        required=needed,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages=missing | {"invalid": "日期格式不对，请按 2026-03-21 填写"},
    )
