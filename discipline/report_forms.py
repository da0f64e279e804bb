"""What somebody on duty enters: whom, and then what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms

from discipline.clause_fields import ClausesForm
from discipline.enums import Found
from discipline.services.reporting import FACTS_LENGTH, FILES_AT_MOST, Seen
from skilleval.accounts.models import User
from skilleval.catalogue.enums import SubjectKind

ACCEPT_EVIDENCE = "image/jpeg,image/png,application/pdf,video/mp4,audio/mp4,.m4a"
FILES_HELP = (
    "照片 JPG、PNG，文件 PDF（各不超过 10 MB），录像 MP4、录音 M4A（各不超过 200 MB）；"
    f"可一次选多个，最多 {FILES_AT_MOST} 个。"
)
MOMENT = "%Y-%m-%dT%H:%M"


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files. An empty one is no error here: what is wrong with a file is said with the file's name."""

    def __init__(self, **kwargs: Any) -> None:
        widget = FilesInput(attrs={"accept": ACCEPT_EVIDENCE, "data-file-name": ""})
        super().__init__(widget=widget, required=False, allow_empty_file=True, help_text=FILES_HELP, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        several = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in several]


class FindForm(forms.Form):
    """A ticket or an application by its number."""

    number = forms.CharField(
        label="准考证号或申报编号",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
        help_text="准考证号为 14 位数字；申报编号见申报页。请勿输入身份证号码。",
        error_messages={"required": "请填写准考证号或申报编号"},
    )

    def clean_number(self) -> str:
        return "".join(str(self.cleaned_data["number"]).split())


class ReportForm(ClausesForm):
    """One incident. `key` names the form, so that a second sending on a slow line makes no second case."""

    field_order = ("key", "found", "subject", "happened_at", "place", "clauses", "severity", "facts")

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    found = forms.ChoiceField(label="在哪里发现", choices=Found, widget=forms.RadioSelect)
    subject = forms.ChoiceField(label="科目", required=False)
    happened_at = forms.DateTimeField(
        label="发生时间",
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
        error_messages={"required": "请填写发生时间", "invalid": "发生时间的格式应为 2026-04-11 09:30"},
    )
    place = forms.CharField(
        label="地点", required=False, max_length=120, help_text="不填的，按该科目的座位安排记录考场。"
    )
    facts = forms.CharField(
        label="事实经过",
        max_length=FACTS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写看到、听到的：谁、做了什么、怎样制止。当事人会看到这段文字；请勿写证件号码和见证人的个人信息。",
        error_messages={"required": "请写明事实经过", "max_length": f"事实经过不超过 {FACTS_LENGTH} 字，请精简"},
    )
    refused_to_sign = forms.BooleanField(label="当事人拒绝签字", required=False, help_text="由上面两名见证人共同记录。")
    upload = FilesField(label="照片、录像等证据")

    def __init__(self, *args: Any, subjects: Sequence[str], colleagues: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(kind, SubjectKind(kind).label) for kind in subjects]
        self.fields["subject"].choices = [("", "不涉及具体科目"), *named]  # type: ignore[attr-defined]
        self.colleagues = {str(user.pk): user for user in colleagues}
        choices = [("", "不在列表中，请填写姓名"), *((pk, user.label) for pk, user in self.colleagues.items())]
        for place in (1, 2):
            self.fields[f"witness_{place}_user"] = forms.ChoiceField(
                label=f"见证人 {place}：本机构人员", required=False, choices=choices
            )
            self.fields[f"witness_{place}_name"] = forms.CharField(
                label=f"见证人 {place}：姓名", required=False, max_length=60
            )

    def witnesses(self) -> list[Seen]:
        """Those chosen or named; a name beside a chosen account is passed over."""
        found = []
        for place in (1, 2):
            user = self.colleagues.get(self.cleaned_data[f"witness_{place}_user"])
            name = user.label if user else self.cleaned_data[f"witness_{place}_name"]
            if name:
                found.append(Seen(name=name, user=user))
        return found

    def witness_pairs(self) -> list[tuple[Any, Any]]:
        """The two fields of each witness, for the page."""
        return [(self[f"witness_{place}_user"], self[f"witness_{place}_name"]) for place in (1, 2)]
