"""Forms of the steps of applying."""

from __future__ import annotations

from typing import Any

from django import forms

from registration.enums import MajorMatch
from registration.models import Application
from registration.rosters.words import clean_lines
from registration.services.applications import OTHER_EVIDENCE

ACCEPT_PAPERS = "image/jpeg,image/png,application/pdf"


class DeclareForm(forms.Form):
    """Which major and which title corresponds to the occupation applied for: one field a row of the background."""

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        declared = application.declared or {}
        for row in application.candidate.education_rows.all():
            self.fields[f"major-{row.pk}"] = forms.ChoiceField(
                label=f"{row.school_name}“{row.major}”专业",
                choices=[("", "请选择"), *MajorMatch.choices],
                required=False,
                initial=declared.get("majors", {}).get(str(row.pk), ""),
                error_messages={"invalid_choice": "请从列表中选择专业对应关系"},
            )
        for title in application.candidate.professionaltitle_rows.all():
            kind = "职业资格" if title.qualification else "职称"
            self.fields[f"title-{title.pk}"] = forms.BooleanField(
                label=f"{title.get_grade_display()}{kind}“{title.name}”与申报职业对应",
                required=False,
                initial=bool(declared.get("titles", {}).get(str(title.pk))),
            )

    def declared(self) -> dict[str, dict[str, Any]]:
        """As the service takes it."""
        answers = [(name.split("-", 1), value) for name, value in self.cleaned_data.items()]
        return {
            "majors": {pk: value for (kind, pk), value in answers if kind == "major" and value},
            "titles": {pk: True for (kind, pk), value in answers if kind == "title" and value},
        }


class EvidenceForm(forms.Form):
    """One file that proves one thing."""

    title = forms.CharField(
        label="材料名称",
        max_length=60,
        error_messages={"required": "请填写材料名称", "max_length": "材料名称不超过 60 个字"},
    )
    upload = forms.FileField(
        label="文件",
        widget=forms.FileInput(attrs={"accept": ACCEPT_PAPERS, "data-file-name": ""}),
        help_text="JPG、PNG 或 PDF，不超过 10 MB；PDF 不超过 10 页",
        error_messages={
            "required": "请先选择要上传的文件",
            "empty": "文件是空的，请重新选择",
            "invalid": "文件没有传上来，请重新选择",
            "max_length": "文件名太长，请改短后再上传",
        },
    )

    def __init__(self, *args: Any, paper: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if paper:
            self.fields["title"].widget = forms.HiddenInput()
            self.fields["title"].initial = paper[:60]
            self.fields["upload"].label = "选择文件"
        else:
            self.fields["title"].initial = OTHER_EVIDENCE
            self.fields["title"].help_text = "写明这份材料是什么，如：身份证正反面"


class AcceptForm(forms.Form):
    accepted = forms.BooleanField(
        label="我已阅读并理解以上须知，同意遵守", error_messages={"required": "阅读须知后，请勾选“同意遵守”"}
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="退考原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请简要写明退考原因", "max_length": "退考原因不超过 200 个字"},
    )

    def clean_reason(self) -> str:
        """Without what nobody can see; nothing but that is no reason."""
        reason = clean_lines(self.cleaned_data["reason"])
        if not reason:
            raise forms.ValidationError("请简要写明退考原因")
        return reason
