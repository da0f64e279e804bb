"""What is entered at the steps of a case. The forms parse; the services judge."""

from __future__ import annotations

from typing import Any

from django import forms

from discipline.clause_fields import ClausesForm
from discipline.enums import RECORDED_BY_STAFF, How
from discipline.report_forms import FilesField
from discipline.services.hearing import DEFENCE_LENGTH
from discipline.services.reporting import FACTS_LENGTH
from registration.forms import day_field

#: Staff record what was handed in or posted; only a letter can be left with somebody (留置).
HANDED_IN = [(how.value, how.label) for how in (How.DESK, How.POST)]
SERVED = [(how.value, how.label) for how in RECORDED_BY_STAFF]


def words(label: str, *, length: int = FACTS_LENGTH, required: bool = True, rows: int = 5, help_text: str = "") -> Any:
    """A text of some length, refused with the cure."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=length,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
        error_messages={"required": f"请填写{label}", "max_length": f"{label}不超过 {length} 字，请精简"},
    )


class ReasonForm(forms.Form):
    """A step that needs nothing but its reason."""

    reason = words("理由", rows=4, help_text="写明依据的事实。当事人和评价机构会看到。")


class NotifyForm(ClausesForm):
    """What the person will read: facts, clauses, how grave."""

    field_order = ("facts", "clauses", "severity")
    facts = words("事实经过", rows=6, help_text="当事人会看到全文；请勿写见证人的姓名和证件号码。")


class ProposeForm(ClausesForm):
    """处理建议, or that nothing should come of it."""

    field_order = ("kind", "clauses", "severity", "reasons", "on_defence")
    kind = forms.ChoiceField(
        label="建议",
        choices=[("sanction", "按条款处理"), ("dismiss", "不予处理")],
        widget=forms.RadioSelect,
        initial="sanction",
    )
    reasons = words("理由", help_text="认定的事实、证据和适用条款的理由。")
    on_defence = words("对陈述申辩的意见", required=False, help_text="当事人提交了陈述申辩的必填：采纳与否和理由。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clauses"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == "dismiss":
            cleaned["clauses"], cleaned["severity"] = [], ""
            self.errors.pop("severity", None)
        elif not cleaned.get("clauses") and "clauses" not in self.errors:
            self.add_error("clauses", "请至少选择一条条款，或选“不予处理”")
        return cleaned


class AsProposedForm(forms.Form):
    """决定: as the provider proposed."""

    reasons = words("认定理由", help_text="写入决定书。")
    on_defence = words("对陈述申辩的答复", required=False, help_text="写入决定书；当事人提交了陈述申辩的，请逐点答复。")


class DecideForm(ClausesForm):
    """决定: by other clauses than proposed, never heavier than what the person was told of."""

    field_order = ("clauses", "severity", "reasons", "on_defence")
    reasons = words("认定理由", help_text="写入决定书；请写明为什么不按原建议。")
    on_defence = words("对陈述申辩的答复", required=False, help_text="写入决定书；当事人提交了陈述申辩的，请逐点答复。")


class LighterForm(ClausesForm):
    """An appeal's outcome: a lighter decision in the place of the first."""

    field_order = ("clauses", "severity", "reasons")
    reasons = words("复核理由", help_text="写入新的决定书。")


class HandedInForm(forms.Form):
    """A statement handed in on paper."""

    text = words(
        "陈述申辩的内容", length=DEFENCE_LENGTH, required=False, help_text="照原文录入，或写明要点；原件请拍照上传。"
    )
    waived = forms.BooleanField(label="当事人书面表示放弃陈述申辩", required=False)
    how = forms.ChoiceField(label="提交方式", choices=HANDED_IN, widget=forms.RadioSelect, initial=How.DESK)
    upload = FilesField(label="书面材料的照片或扫描件")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("text") and not cleaned.get("waived") and "text" not in self.errors:
            self.add_error("text", "请录入内容，或勾选“放弃陈述申辩”")
        return cleaned


class DefenceForm(forms.Form):
    """陈述申辩 by the person."""

    text = words(
        "陈述申辩",
        length=DEFENCE_LENGTH,
        required=False,
        rows=8,
        help_text=f"写明哪些事实不对、您的理由和希望怎样处理，不超过 {DEFENCE_LENGTH} 字。期限内可以再次补充。",
    )
    waived = forms.BooleanField(
        label="我不再陈述申辩",
        required=False,
        help_text="勾选后评价机构可以提前提出处理建议。不勾选也可以只提交一部分，之后补充。",
    )
    upload = FilesField(label="证明材料（选填）")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("text") and not cleaned.get("waived") and "text" not in self.errors:
            self.add_error("text", "请写明陈述申辩的内容；没有要说的，请勾选“我不再陈述申辩”")
        return cleaned


class EvidenceForm(forms.Form):
    """More files for a case."""

    title = forms.CharField(label="名称", max_length=60, required=False, help_text="不填的，用文件名。")
    upload = FilesField(label="文件")

    def clean_upload(self) -> list[Any]:
        sent: list[Any] = self.cleaned_data["upload"]
        if not sent:
            raise forms.ValidationError("请先选择要上传的文件")
        return sent


class ServeForm(forms.Form):
    """How and when the letter reached the person."""

    how = forms.ChoiceField(label="送达方式", choices=SERVED, widget=forms.RadioSelect, initial=How.DESK)
    on = day_field("送达日期", help_text="当事人签收的日期；留置送达的，填留置当日。申诉期限从这一天起算。")
    note = forms.CharField(label="说明", required=False, max_length=200, help_text="邮寄单号、签收人或留置时的见证人。")


class AppealForm(forms.Form):
    """申诉 by the person."""

    text = words("申诉理由", length=DEFENCE_LENGTH, rows=8, help_text="写明对哪一项处理不服、事实和理由。")


class HandedInAppealForm(AppealForm):
    """An appeal handed in on paper."""

    how = forms.ChoiceField(label="提交方式", choices=HANDED_IN, widget=forms.RadioSelect, initial=How.DESK)
