"""What is asked for when earlier business is taken over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from registration.enums import TakeOverKind
from skilleval.catalogue.models import Provider

MANAGERS_KINDS = [(kind.value, kind.label) for kind in TakeOverKind if kind != TakeOverKind.BANS]


class WorkbookForm(forms.Form):
    """A filled workbook."""

    upload = forms.FileField(
        label="填好的表格",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv", "data-file-name": ""}),
        help_text="由本页下载的模板填写，.xlsx 或 .csv，不超过 10 MB。上传后先核对，不会导入。",
        error_messages={"required": "请选择填好的表格", "empty": "文件是空的，请重新选择"},
    )


class TakeOverForm(WorkbookForm):
    """The same of one of a manager's providers, and what it holds."""

    provider = forms.ModelChoiceField(
        Provider.objects.none(), label="评价机构", error_messages={"required": "请选择评价机构"}
    )
    kind = forms.ChoiceField(
        label="业务类别",
        choices=MANAGERS_KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择表格里是哪一类业务", "invalid_choice": "请选择表格里是哪一类业务"},
    )
    field_order = ("provider", "kind", "upload")

    def __init__(self, *args: Any, providers: QuerySet[Provider], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["provider"]
        field.queryset = providers
        if len(providers) == 1:
            field.initial, field.empty_label = providers[0].pk, None
