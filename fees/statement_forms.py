"""What finance staff enter about a bank's statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from fees.statements.columns import MEANINGS, SEVERAL, Columns
from skilleval.catalogue.models import Provider

UNUSED = ("", "不使用")


class UploadForm(forms.Form):
    """流水文件, and whose account it is of where somebody keeps several providers' books."""

    provider = forms.ModelChoiceField(Provider.objects.none(), label="评价机构", empty_label=None)
    upload = forms.FileField(
        label="银行流水文件",
        help_text="网上银行导出的 .xlsx 或 .csv，不超过 10 MB、2 万行；标题行和合计行不用删。"
        "请按整天导出：同一天的明细分在两份文件里，相同的款项可能分不清。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv", "data-file-name": ""}),
        error_messages={"required": "请选择银行流水文件", "empty": "文件是空的，请重新选择"},
    )

    def __init__(self, *args: Any, providers: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["provider"]
        choice.queryset = Provider.objects.filter(pk__in=providers)
        if len(providers) == 1:
            choice.widget, choice.initial = forms.HiddenInput(), providers[0]


class ColumnsForm(forms.Form):
    """For each column of a file what it means."""

    all_in = forms.BooleanField(
        label="文件中全部是收入",
        required=False,
        help_text="只有一列金额、没有负数也没有借贷标志时勾选；文件中有支出的，请换一种格式导出",
    )

    def __init__(self, names: Sequence[str], *args: Any, guessed: Columns | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = list(names)
        for place, name in enumerate(names):
            field = forms.ChoiceField(choices=[UNUSED, *MEANINGS.items()], required=False, label=name or "（无列名）")
            field.initial = _meaning(guessed, place) if guessed else ""
            self.fields[f"column_{place}"] = field
        self.fields["all_in"].initial = bool(guessed and guessed.all_in)

    def columns_of(self) -> list[Any]:
        """The fields of the columns, in their order."""
        return [self[f"column_{place}"] for place in range(len(self.names))]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen: dict[str, int] = {}
        for place in range(len(self.names)):
            meaning = data.get(f"column_{place}")
            if meaning and meaning != SEVERAL and meaning in chosen:
                self.add_error(
                    f"column_{place}", f"“{MEANINGS[meaning]}”已经选给第 {chosen[meaning] + 1} 列，只能选一列"
                )
            elif meaning:
                chosen[meaning] = place
        if "incoming" in chosen and "amount" in chosen:
            self.add_error(f"column_{chosen['amount']}", "收入已有单独的列，这一列请选“不使用”")
        return data

    def columns(self) -> Columns:
        """What was chosen."""
        chosen = [(self.cleaned_data[f"column_{place}"], place) for place in range(len(self.names))]
        places = {meaning: place for meaning, place in chosen if meaning and meaning != SEVERAL}
        references = tuple(place for meaning, place in chosen if meaning == SEVERAL)
        return Columns(places, references, self.cleaned_data["all_in"])


def _meaning(columns: Columns, place: int) -> str:
    if place in columns.references:
        return SEVERAL
    return next((meaning for meaning, found in columns.places.items() if found == place), "")
