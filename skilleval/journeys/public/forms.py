"""The eligibility self-check's forms: what one states about oneself, as rows that can be added without JavaScript.

Nothing of it is stored. Empty rows are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import QueryDict

from registration import background as facts
from registration.enums import ClassKind, MajorMatch, SchoolKind, StudyStatus, TitleGrade
from skilleval.catalogue.enums import Level, Schooling
from skilleval.catalogue.models import Occupation

MOST_ROWS = 12
LEVELS = [(level.value, level.label) for level in Level if level != Level.SPECIAL]
SAME = [("", "与申报职业相同")]


def _day(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "min": "1900-01-01"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=widget,
        error_messages={"invalid": f"{label}请按 2020-03-01 的格式填写"},
    )


def _choice(label: str, choices: Any, *, empty: str = "请选择", required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", empty), *choices], required=required)


class TargetForm(forms.Form):
    """What one wants to apply for, and what holds for the person as a whole."""

    occupation = forms.ChoiceField(label="申报职业")
    level = _choice("申报等级", Level.choices, required=True)
    born = _day("出生日期", required=True)
    schooling = _choice("文化程度", Schooling.choices, empty="不填写")
    intends = forms.BooleanField(label="打算从事本职业或相关职业", required=False, initial=True)

    def __init__(self, *args: Any, occupations: list[tuple[str, str]], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        field = self.fields["occupation"]
        field.choices = [("", "请选择"), *occupations]  # type: ignore[attr-defined]

    def clean_born(self) -> date:
        born: date = self.cleaned_data["born"]
        if not date(1900, 1, 1) <= born <= self.on:
            raise forms.ValidationError("出生日期须在 1900 年以后、今天以前，请核对")
        return born

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        special = "-Z" in cleaned.get("occupation", "")
        if cleaned.get("occupation") and cleaned.get("level") and special != (cleaned["level"] == Level.SPECIAL):
            self.add_error("level", "专项职业能力项目请选“专项职业能力”" if special else "该职业请选五级至一级中的一级")
        return cleaned


class RowForm(forms.Form):
    """A row that may stay empty; `needed` names what has to be there once anything is. See `own_code`."""

    needed: tuple[str, ...] = ()

    def __init__(self, *args: Any, occupations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].choices = SAME + occupations  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.needed:
            field = self.fields[name]
            if name not in self.errors and not cleaned.get(name):
                verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
                self.add_error(name, f"请{verb}{field.label}，或清空这一条")
        return cleaned

    def own_code(self, target: str) -> str:
        """The occupation of the row: the one applied for unless another is chosen."""
        return self.cleaned_data.get("code") or target


class WorkForm(RowForm):
    needed = ("started",)
    code = forms.ChoiceField(label="从事的职业", required=False)
    started = _day("开始日期")
    ended = _day("结束日期", help_text="最后工作日的次日；仍在职的不填")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        started, ended = cleaned.get("started"), cleaned.get("ended")
        if started and ended and ended < started:
            self.add_error("ended", "结束日期不能早于开始日期")
        return cleaned

    def fact(self, target: str) -> facts.Job:
        return facts.Job(self.own_code(target), self.cleaned_data["started"], self.cleaned_data["ended"])


class CertificateForm(RowForm):
    needed = ("level", "issued")
    code = forms.ChoiceField(label="证书的职业", required=False)
    level = _choice("证书等级", LEVELS)
    issued = _day("发证日期")

    def fact(self, target: str) -> facts.HeldCertificate:
        return facts.HeldCertificate(self.own_code(target), self.cleaned_data["level"], self.cleaned_data["issued"])


class StudyForm(RowForm):
    needed = ("school", "major", "status")
    school = _choice("学校类别", SchoolKind.choices)
    class_kind = _choice("班级类别", ClassKind.choices, empty="不是技工院校")
    major = _choice("专业对应", MajorMatch.choices)
    status = _choice("毕业状态", StudyStatus.choices)
    validated = forms.BooleanField(label="经评估论证的专业", required=False)

    def fact(self, target: str) -> facts.Study:
        stated = self.cleaned_data
        return facts.Study(
            stated["school"], stated["class_kind"], stated["major"], stated["status"], stated["validated"]
        )


class TitleForm(RowForm):
    needed = ("grade", "obtained")
    grade = _choice("职称等级", TitleGrade.choices)
    obtained = _day("取得日期")
    matches = forms.BooleanField(label="专业对口", required=False)
    qualification = forms.BooleanField(label="是专业技术人员职业资格", required=False)

    def fact(self, target: str) -> facts.Title:
        stated = self.cleaned_data
        return facts.Title(stated["grade"], stated["obtained"], stated["matches"], stated["qualification"])


#: prefix → (title, form, what to say above the rows)
PARTS: Mapping[str, tuple[str, type[RowForm], str]] = {
    "work": ("工作经历", WorkForm, "只填从事本职业或相关职业的经历，没有的不填。"),
    "certificates": ("持有的证书", CertificateForm, "职业技能等级证书，或旧的同级职业资格证书。"),
    "studies": ("教育经历", StudyForm, "与所报职业有关的学历。专业是否对应，由评价机构最后确认。"),
    "titles": ("职称", TitleForm, "职称或专业技术人员职业资格。"),
}


class SelfCheck:
    """All forms of the page. `data` is what was sent, None at first sight."""

    def __init__(self, data: QueryDict | None, *, on: date, initial: dict[str, Any] | None = None) -> None:
        self.occupations = occupation_choices()
        self.target = TargetForm(data, occupations=self.occupations, on=on, initial=initial)
        self.parts = {prefix: self._set(prefix, data) for prefix in PARTS}

    def with_row(self, part: str, data: QueryDict, on: date) -> SelfCheck:
        """The same page with what was typed and one more row in a part; nothing is judged yet."""
        fresh = SelfCheck(None, on=on, initial={name: data.get(name, "") for name in self.target.fields})
        fresh.target.initial["intends"] = "intends" in data
        for prefix in PARTS:
            rows = _rows_sent(prefix, data, PARTS[prefix][1])
            fresh.parts[prefix] = self._set(prefix, None, rows, extra=int(prefix == part))
        return fresh

    def is_valid(self) -> bool:
        return all([self.target.is_valid(), *(part.is_valid() for part in self.parts.values())])

    def background(self) -> facts.Background:
        """What was stated, as the rules read it."""
        stated, code = self.target.cleaned_data, self.target.cleaned_data["occupation"]
        rows = {
            prefix: tuple(form.fact(code) for form in part.forms if form.has_changed())
            for prefix, part in self.parts.items()
        }
        return facts.Background(
            born=stated["born"],
            intends_to_work=stated["intends"],
            schooling=stated["schooling"],
            jobs=rows["work"],
            certificates=rows["certificates"],
            studies=rows["studies"],
            titles=rows["titles"],
        )

    def _set(
        self, prefix: str, data: QueryDict | None, rows: list[dict[str, Any]] | None = None, extra: int = 1
    ) -> BaseFormSet[Any]:
        factory = formset_factory(PARTS[prefix][1], extra=extra, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
        return factory(data, prefix=prefix, initial=rows, form_kwargs={"occupations": self.occupations})


def _rows_sent(prefix: str, data: QueryDict, form: type[RowForm]) -> list[dict[str, Any]]:
    """The rows as typed, right or wrong, as many as were on the page."""
    shown = data.get(f"{prefix}-TOTAL_FORMS", "")
    count = min(int(shown), MOST_ROWS) if shown.isdecimal() else 1
    return [{name: data.get(f"{prefix}-{number}-{name}", "") for name in form.base_fields} for number in range(count)]


def occupation_choices() -> list[tuple[str, str]]:
    """Every occupation by code, named for a list."""
    return [(code, f"{name}（{code}）") for code, name in Occupation.objects.values_list("code", "name")]
