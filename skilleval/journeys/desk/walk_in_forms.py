"""What staff enter for somebody who came in person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from registration.eligibility import Finding
from registration.enums import ApplicationKind
from registration.forms import ACCEPT_PHOTO, IdentityForm, word_errors
from registration.services.applications import OTHER_EVIDENCE
from skilleval.catalogue.models import Offering
from skilleval.journeys.applying.forms import ACCEPT_PAPERS

FILE_ERRORS = {
    "empty": "文件是空的，请重新选择",
    "invalid": "文件没有传上来，请重新选择",
    "max_length": "文件名太长，请改短后再上传",
}


class BeginForm(IdentityForm):
    """Who came, by their document, and what they apply for."""

    offering = forms.ModelChoiceField(
        label="评价项目",
        queryset=Offering.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择评价项目", "invalid_choice": "请从列表中选择评价项目"},
    )
    field_order = ("offering", "name", "id_type", "id_number", "sex", "born", "phone", "schooling", "employer")

    def __init__(self, *args: Any, offerings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offering"].queryset = offerings  # type: ignore[attr-defined]
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].help_text = "参评人员本人的号码：没有账号的，办理进度以短信发到此号码"

    def stated(self) -> dict[str, Any]:
        """As the service takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "offering"}


class PortraitForm(forms.Form):
    upload = forms.FileField(
        label="证件照",
        widget=forms.FileInput(attrs={"accept": ACCEPT_PHOTO, "capture": "environment", "data-file-name": ""}),
        help_text="JPG 或 PNG，近期正面免冠彩色照片，宽和高都不少于 200 像素",
        error_messages=FILE_ERRORS | {"required": "请选择照片文件"},
    )


class ClauseForm(forms.Form):
    """Those of the level's clauses that the background meets."""

    clause = forms.ChoiceField(
        label="申报条件",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择申报条件", "invalid_choice": "请从列表中选择申报条件"},
    )

    def __init__(self, *args: Any, met: Iterable[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(found.clause.code, f"{found.clause.code} {found.clause.condition}") for found in met]
        self.fields["clause"].choices = choices  # type: ignore[attr-defined]


class PapersForm(forms.Form):
    """A scan for each paper that the clause asks for, and one more; each is saved by itself."""

    def __init__(self, *args: Any, papers: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.titles = {f"paper-{number}": paper[:60] for number, paper in enumerate(papers, start=1)}
        for name, paper in self.titles.items():
            self.fields[name] = self._file(paper)
        self.fields["other_title"] = forms.CharField(
            label="其他材料的名称", max_length=60, required=False, initial=OTHER_EVIDENCE
        )
        self.fields["other"] = self._file("其他材料（选填）")
        word_errors(self)

    def uploads(self) -> dict[str, tuple[str, Any]]:
        """The files chosen: field → (title, upload)."""
        named = self.titles | {"other": self.cleaned_data.get("other_title") or OTHER_EVIDENCE}
        return {name: (title, self.cleaned_data[name]) for name, title in named.items() if self.cleaned_data.get(name)}

    def _file(self, label: str) -> forms.FileField:
        return forms.FileField(
            label=label,
            required=False,
            help_text="扫描或拍照，JPG、PNG 或 PDF，不超过 10 MB；PDF 不超过 10 页",
            widget=forms.FileInput(attrs={"accept": ACCEPT_PAPERS, "data-file-name": ""}),
            error_messages=FILE_ERRORS,
        )


class KindForm(forms.Form):
    """补考还是重新申报, as the person says."""

    kind = forms.ChoiceField(
        label="申报类型",
        widget=forms.RadioSelect,
        choices=ApplicationKind.choices,
        error_messages={"required": "请选择申报类型"},
    )
    forfeits = forms.BooleanField(label="已告知本人：按正考申报即放弃已合格科目的成绩", required=False)


class SignedForm(forms.Form):
    signed = forms.BooleanField(
        label="本人已在打印的参评人员须知上签字，签字的纸质须知已收存",
        error_messages={"required": "本人签字后，请勾选确认"},
    )


class HandInForm(forms.Form):
    original = forms.BooleanField(
        label="签字的报名表原件已收",
        required=False,
        help_text="请先打印报名表，由本人核对并签字；暂时没有签字的，以后再登记",
    )
