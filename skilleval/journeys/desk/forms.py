"""What a reviewer enters."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from registration.reasons import REJECT_REASONS, RETURN_REASONS, compose


class ReasonForm(forms.Form):
    """Standard reasons to tick and words of one's own; together they are what the candidate reads."""

    standard: tuple[str, ...] = ()

    chosen = forms.MultipleChoiceField(label="常用理由（可多选）", required=False, widget=forms.CheckboxSelectMultiple)
    words = forms.CharField(
        label="补充说明",
        required=False,
        max_length=800,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明哪份材料、哪里不符、怎样改。参评人员会看到全文，请不要写入证件号码或手机号码。",
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        choices: Iterable[tuple[str, str]] = [(reason, reason) for reason in self.standard]
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]

    def reason(self) -> str:
        return compose(self.cleaned_data["chosen"], self.cleaned_data["words"])


class ReturnForm(ReasonForm):
    standard = RETURN_REASONS


class RejectForm(ReasonForm):
    standard = REJECT_REASONS


class LookForm(forms.Form):
    """Why somebody needs to see a whole document number."""

    purpose = forms.CharField(
        label="查看原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例如：核对学历证书上的证件号码。本次查看将记入审计记录。",
        error_messages={"required": "请写明查看原因"},
    )


class OriginalForm(forms.Form):
    """The day the signed original was handed in."""

    on = forms.DateField(label="收到日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
