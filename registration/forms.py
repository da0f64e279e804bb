"""Forms of the profile. They parse; the services judge and save."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms

from registration import names
from registration.enums import IDENTITY_CHOICES
from registration.models import Education, HeldCertificate, ProfessionalTitle, WorkPeriod
from registration.rosters.words import clean as one_line
from registration.services.profile_rows import known_occupations
from skilleval.accounts.fields import PhoneField
from skilleval.catalogue.enums import Level, Schooling
from skilleval.core import clock, identity
from skilleval.core.errors import Refused
from skilleval.core.identity import IdentityType, Sex

ACCEPT_PHOTO = "image/jpeg,image/png"


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A date as browsers ask for it."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date", "max": "2099-12-31"}, format="%Y-%m-%d"),
        error_messages={"required": f"请填写{label}", "invalid": f"{label}的格式应为 2020-07-01，且须是存在的日期"},
    )


def word_errors(form: forms.BaseForm) -> None:
    """Errors that name the field and the cure, in place of Django's."""
    for field in form.fields.values():
        choosing = isinstance(field, forms.ChoiceField)
        verb = "选择" if choosing else "上传" if isinstance(field, forms.FileField) else "填写"
        field.error_messages["required"] = f"请{verb}{field.label}"
        if choosing:
            field.error_messages["invalid_choice"] = f"请从列表中选择{field.label}"
        elif isinstance(field, forms.CharField) and field.max_length:
            longest, field.max_length = field.max_length, None
            field.validators = [v for v in field.validators if getattr(v, "limit_value", None) != longest]
            field.validators.append(_at_most(longest, str(field.label)))


def _at_most(longest: int, label: str) -> Any:
    def validate(value: str) -> None:
        if len(value) > longest:
            raise forms.ValidationError(f"{label}不超过 {longest} 个字，现有 {len(value)} 个字，请精简")

    return validate


def add_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Show a refusal at its field, or above the form where it has none there."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


class IdentityForm(forms.Form):
    """Who a person is, as their document says."""

    name = forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_type = forms.ChoiceField(label="证件类型", choices=IDENTITY_CHOICES)
    id_number = forms.CharField(
        label="证件号码",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    sex = forms.ChoiceField(
        label="性别",
        required=False,
        choices=[("", "按身份证号码填写"), *((sex.value, sex.value) for sex in Sex)],
        help_text="居民身份证号码中已含性别和出生日期，可以不填；其他证件须填写。",
    )
    born = day_field("出生日期", required=False)
    phone = PhoneField(label="联系手机", help_text="评价机构用此号码联系您")
    schooling = forms.ChoiceField(
        label="文化程度", required=False, choices=[("", "暂不填写"), *Schooling.choices], help_text="已取得的最高学历"
    )
    employer = forms.CharField(label="工作单位", required=False, max_length=100, help_text="没有可不填")

    def __init__(
        self, *args: Any, masked: str = "", masked_phone: str = "", locked: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.masked = masked
        word_errors(self)
        for name, known in (("id_number", masked), ("phone", masked_phone)):
            if known:
                self.fields[name].required = False
                self.fields[name].help_text = f"已登记 {known}；不修改的，请留空。"
        if locked:
            for name in ("name", "id_type", "id_number", "sex", "born"):
                self.fields[name].disabled = True

    def clean_name(self) -> str:
        name = names.normalise(self.cleaned_data["name"])
        if fault := names.fault(name):
            raise forms.ValidationError(fault)
        return name

    def clean_id_number(self) -> str:
        """Its form alone, so that every wrong field is told at once; the service holds it against the rest."""
        number = str(self.cleaned_data["id_number"])
        kind = self.cleaned_data.get("id_type")
        if number and kind:
            codes = identity.check(number, IdentityType(kind), as_of=clock.today())
            if codes:
                raise forms.ValidationError(identity.message(codes[0], IdentityType(kind)))
        return number

    def clean(self) -> dict[str, Any]:
        """A new resident ID number brings its own sex and birthday: those shown of the one before yield to it."""
        stated = super().clean() or {}
        if stated.get("id_number") and stated.get("id_type") == IdentityType.RESIDENT:
            stated |= {name: unsaid for name, unsaid in (("sex", ""), ("born", None)) if name not in self.changed_data}
        return stated


class PhotoForm(forms.Form):
    """The portrait that the ticket and the certificate will carry."""

    upload = forms.FileField(
        label="证件照",
        widget=forms.FileInput(attrs={"accept": ACCEPT_PHOTO, "data-file-name": ""}),
        error_messages={
            "required": "请选择照片文件",
            "empty": "照片文件是空的，请重新选择",
            "max_length": "文件名太长，请改短后再上传",
            "invalid": "文件没有传上来，请重新选择",
        },
    )


class RowForm(forms.ModelForm):
    """A row of the background; the service checks what belongs together and saves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word_errors(self)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                named: Any = field.choices
                empty = ("", "请选择" if field.required else "不适用")
                field.choices = [empty, *(choice for choice in named if choice[0] != "")]

    def _post_clean(self) -> None:
        """The service validates and writes; the form doesn't touch the row."""

    def clean(self) -> dict[str, Any]:
        """Lines without what nobody can see; whatever else people write is theirs."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in [name for name, value in cleaned.items() if isinstance(value, str)]:
            cleaned[name] = one_line(cleaned[name])
            if not cleaned[name] and self.fields[name].required:
                self.add_error(name, self.fields[name].error_messages["required"])
        return self.cleaned_data


class CodeInput(forms.TextInput):
    """A text field with the catalogue's occupations to choose from, which may also name another."""

    template_name = "registration/widgets/occupation.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}-known"
        context["known"] = known_occupations()
        return context


class CodeField(forms.CharField):
    """An occupation code, typed or chosen; a name that the catalogue knows will do too."""

    widget = CodeInput

    def clean(self, value: Any) -> str:
        text = unicodedata.normalize("NFKC", str(super().clean(value))).strip()
        if found := re.search(r"\d-\d{2}-\d{2}-(?:\d{2}|Z\d)", text.upper()):
            return found.group()
        return next((code for code, name in known_occupations() if name == text), text)


CODE_HELP = "输入职业名称或编码，从列表中选择；列表中没有的，按《国家职业分类大典》填写，如 4-04-05-05"


class EducationForm(RowForm):
    graduated_on = day_field("毕业日期", required=False, help_text="已毕业的填写毕业证书上的日期；应届、在读的留空")

    class Meta:
        model = Education
        fields = ("school_name", "school", "class_kind", "major", "status", "graduated_on", "validated_programme")
        help_texts = {
            "class_kind": "只有技工学校、高级技工学校和技师学院填写",
            "major": "按毕业证书填写",
            "validated_programme": "只有学校告知所学专业“经评估论证”的才勾选",
        }


class WorkForm(RowForm):
    code = CodeField(label="从事职业", help_text=CODE_HELP)
    started_on = day_field("开始日期")
    ended_on = day_field(
        "结束日期",
        required=False,
        help_text="不含当日：最后工作日是 6月30日的，填 7月1日；仍在职的请留空",
    )

    class Meta:
        model = WorkPeriod
        fields = ("employer", "position", "code", "started_on", "ended_on")


class CertificateForm(RowForm):
    code = CodeField(label="证书的职业", help_text=CODE_HELP)
    level = forms.ChoiceField(label="等级", choices=[("", "请选择"), *Level.choices])
    issued_on = day_field("发证日期")

    class Meta:
        model = HeldCertificate
        fields = ("code", "level", "issued_on", "number", "issuer")
        help_texts = {"number": "职业技能等级证书 22 位，职业资格证书 16 位；可以以后补填"}

    def clean_number(self) -> str:
        return unicodedata.normalize("NFKC", self.cleaned_data["number"]).replace(" ", "").upper()


class TitleForm(RowForm):
    obtained_on = day_field("取得日期")

    class Meta:
        model = ProfessionalTitle
        fields = ("name", "grade", "obtained_on", "qualification")
        help_texts = {
            "name": "如：助理工程师",
            "qualification": "证书是“专业技术人员职业资格证书”而不是职称证书的，请勾选",
        }


ROW_FORMS: dict[str, type[RowForm]] = {
    "education": EducationForm,
    "work": WorkForm,
    "certificate": CertificateForm,
    "title": TitleForm,
}
