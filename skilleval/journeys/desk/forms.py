"""What a reviewer enters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django import forms

from registration.reasons import compose


class ReasonForm(forms.Form):
    """Maintained reasons to tick and words of one's own; together they are what the candidate reads."""

    chosen = forms.MultipleChoiceField(label="常用理由（可多选）", required=False, widget=forms.CheckboxSelectMultiple)
    words = forms.CharField(
        label="补充说明",
        required=False,
        max_length=800,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明哪份材料、哪里不符、怎样改。参评人员会看到全文，请不要写入证件号码或手机号码。",
        error_messages={"max_length": "补充说明不超过 800 字，请精简"},
    )

    def __init__(self, data: object = None, *, reasons: Iterable[str] = ()) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        choices = [(reason, reason) for reason in reasons]
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["chosen"]

    def reason(self) -> str:
        return compose(self.cleaned_data.get("chosen", ()), self.cleaned_data["words"])


class GroupReasonForm(ReasonForm):
    """Reasons for members of a group, whose institution corrects them."""

    def __init__(self, data: object = None, *, reasons: Iterable[str] = ()) -> None:
        super().__init__(data, reasons=reasons)
        self.fields[
            "words"
        ].help_text = (
            "写明哪份材料、哪里不符、怎样改。经办人和各参评人员都会看到全文，请不要写入姓名、证件号码或手机号码。"
        )


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


class OriginalsForm(forms.Form):
    """Whose signed originals somebody brought to the desk, when, and who that was."""

    whose = forms.ChoiceField(label="收到哪些人员的原件", widget=forms.RadioSelect)
    on = forms.DateField(label="收到日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    handed_in_by = forms.CharField(
        label="送交人",
        max_length=60,
        help_text="写送交原件的经办人姓名，会印在接收单上。",
        error_messages={"required": "请填写送交人姓名"},
    )

    def __init__(self, data: object, heaps: Mapping[str, tuple[str, list[int]]], today: date) -> None:
        super().__init__(data, initial={"whose": next(iter(heaps), ""), "on": today})  # type: ignore[arg-type]
        self._heaps = heaps
        choices = [(name, f"{label}（{len(keys)} 人）") for name, (label, keys) in heaps.items()]
        self.fields["whose"].choices = choices  # type: ignore[attr-defined]

    def heap(self) -> list[int]:
        """The members whose originals they are."""
        return self._heaps[self.cleaned_data["whose"]][1]
