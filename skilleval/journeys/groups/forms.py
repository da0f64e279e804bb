"""Forms of the group's pages. They parse; the services judge and save."""

from __future__ import annotations

from typing import Any

from django import forms

ACCEPT_ROSTERS = ".xlsx,.csv"
ACCEPT_ZIPS = ".zip"
ACCEPT_PHOTO = "image/jpeg,image/png"
FILE_ERRORS = {
    "required": "请先选择要上传的文件",
    "empty": "文件是空的，请重新选择",
    "invalid": "文件没有传上来，请重新选择",
    "max_length": "文件名太长，请改短后再上传",
}


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, each judged by itself."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class RosterForm(forms.Form):
    uploads = FilesField(
        label="名册文件",
        widget=FilesInput(
            attrs={"class": "form-control", "accept": ACCEPT_ROSTERS, "data-file-name": "", "data-drop": ""}
        ),
        help_text="xlsx 或 csv，每个文件不超过 2000 人；可以一次选几个文件，也可以把文件拖到这里",
        error_messages=FILE_ERRORS,
    )


class PhotosForm(forms.Form):
    upload = forms.FileField(
        label="照片压缩包",
        widget=forms.FileInput(
            attrs={"class": "form-control", "accept": ACCEPT_ZIPS, "data-file-name": "", "data-drop": ""}
        ),
        help_text="zip，不超过 200 MB，照片为 JPG 或 PNG，文件名为“姓名_证件号码”或“证件号码”；可以把文件拖到这里",
        error_messages=FILE_ERRORS,
    )


class PhotoForm(forms.Form):
    upload = forms.FileField(
        label="证件照",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ACCEPT_PHOTO, "data-file-name": ""}),
        help_text="JPG 或 PNG，近期正面免冠彩色照片，宽和高都不少于 200 像素",
        error_messages=FILE_ERRORS,
    )


class StatementForm(forms.Form):
    """The officer's word for the preliminary review."""

    agreed = forms.BooleanField(
        label="以上声明属实，我同意签署", error_messages={"required": "请阅读声明后勾选“我同意签署”"}
    )
    #: Asked only of those whom it concerns: the service refuses to guess (SPEC 9.3).
    forfeits = forms.BooleanField(label="已告知本人，按正考申报即放弃已合格科目的成绩", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks_forfeits = "forfeits" in self.data


class ReferenceForm(forms.Form):
    """The number that the city's system gave to an exported submission."""

    reference = forms.CharField(
        label="市自助经办系统受理编号",
        max_length=60,
        error_messages={"required": "请填写受理编号", "max_length": "受理编号不超过 60 个字"},
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="退考原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请简要写明退考原因", "max_length": "退考原因不超过 200 个字"},
    )
