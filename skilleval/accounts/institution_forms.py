"""Forms of institutions and their officers. They parse; the services judge and save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from skilleval.accounts import credit_codes, names
from skilleval.accounts.enums import InstitutionKind
from skilleval.accounts.fields import PhoneField
from skilleval.accounts.forms import contact_field, read_contact
from skilleval.accounts.institutions import Particulars
from skilleval.core.errors import Refused
from skilleval.core.identity import mask_phone

LICENCE_HELP = "营业执照、办学许可证或事业单位法人证书，须与上面的名称和代码一致。JPG、PNG 或 PDF，不超过 10 MB。"


def add_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Show a refusal at its field, or above the form where it has none there."""
    field = "licence" if refused.field == "upload" else refused.field
    form.add_error(field if field in form.fields else None, refused.message)


class LicenceField(forms.FileField):
    """营业执照, 办学许可证 or 法人证书."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="证照",
            widget=forms.FileInput({"accept": "image/jpeg,image/png,application/pdf", "data-file-name": ""}),
            error_messages={
                "empty": "该文件是空的，请重新选择",
                "max_length": "文件名太长，请改短后再上传",
                "invalid": "文件没有传上来，请重新选择",
            },
            **kwargs,
        )


class InstitutionForm(forms.Form):
    """What an institution states of itself."""

    name = forms.CharField(
        label="单位名称", help_text="证照上的全称", widget=forms.TextInput({"autocomplete": "organization"})
    )
    kind = forms.ChoiceField(
        label="单位类别",
        choices=InstitutionKind.choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请从列表中选择单位类别"},
    )
    credit_code = forms.CharField(
        label="统一社会信用代码",
        help_text="18 位，在营业执照或法人证书上",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    address = forms.CharField(label="地址", required=False, help_text="没有可不填")
    contact_name = forms.CharField(
        label="经办人姓名",
        help_text="核准后，您就是该单位的首位经办人",
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    contact_phone = PhoneField(label="联系手机", help_text="核对登记信息时联系您；加密保存")
    licence = LicenceField(help_text=LICENCE_HELP)
    truthful = forms.BooleanField(label="我受本单位委托办理，所填信息和证照真实有效")

    def __init__(self, *args: Any, known_phone: str = "", has_licence: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known_phone = known_phone
        if known_phone:
            self.fields["contact_phone"].required = False
            self.fields["contact_phone"].help_text = f"已登记 {mask_phone(known_phone)}；不修改的，请留空。"
        if has_licence:
            self.fields["licence"].required = False
            self.fields["licence"].help_text = f"已上传一份；不更换的，请留空。{LICENCE_HELP}"

    def clean_name(self) -> str:
        return _judged(names.institution_name, self.cleaned_data["name"])

    def clean_credit_code(self) -> str:
        return _judged(credit_codes.check, self.cleaned_data["credit_code"])

    def clean_address(self) -> str:
        return _judged(names.address, self.cleaned_data["address"])

    def clean_contact_name(self) -> str:
        return _judged(names.person_name, self.cleaned_data["contact_name"])

    def particulars(self) -> Particulars:
        """What was stated, once the form is valid."""
        stated = {name: self.cleaned_data[name] for name in ("name", "kind", "credit_code", "address", "contact_name")}
        return Particulars(**stated, contact_phone=self.cleaned_data["contact_phone"] or self.known_phone)


class ContactForm(forms.Form):
    """Whom to ask, and where."""

    contact_name = forms.CharField(label="联系人", widget=forms.TextInput({"autocomplete": "name"}))
    contact_phone = PhoneField(label="联系手机", help_text="加密保存，页面上只显示一部分")
    address = forms.CharField(label="地址", required=False, help_text="没有可不填")

    def __init__(self, *args: Any, known_phone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known_phone = known_phone
        if known_phone:
            self.fields["contact_phone"].required = False
            self.fields["contact_phone"].help_text = f"已登记 {mask_phone(known_phone)}；不修改的，请留空。"

    def clean_contact_phone(self) -> str:
        return self.cleaned_data["contact_phone"] or self.known_phone


class AmendForm(forms.Form):
    """What a new licence says."""

    name = forms.CharField(label="单位名称", help_text="证照上的全称")
    kind = forms.ChoiceField(label="单位类别", choices=InstitutionKind.choices)
    licence = LicenceField(required=False, help_text="单位送来的新证照；不更换的，请留空。")


class InviteForm(forms.Form):
    """Whom to invite."""

    contact = contact_field(help_text="对方用它登录或注册后接受邀请；邀请 7 天内有效")

    def clean_contact(self) -> str:
        return read_contact(self.cleaned_data["contact"])[1]


class AcceptForm(forms.Form):
    """How somebody without a name in their account is called."""

    name = forms.CharField(
        label="您的姓名",
        help_text="显示在本单位的经办人名单和办理记录中",
        widget=forms.TextInput({"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, named: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if named:
            del self.fields["name"]

    def clean_name(self) -> str:
        return _judged(lambda text: names.person_name(text, field="name"), self.cleaned_data["name"])


class ReasonForm(forms.Form):
    """Why the administrator decides against something."""

    reason = forms.CharField(
        label="理由",
        widget=forms.Textarea({"rows": 4}),
        help_text="该单位可以看到全文：写明哪里不符、怎样更正。不超过 300 字，请勿写证件号码。",
        error_messages={"required": "请写明理由"},
    )


class LookForm(forms.Form):
    """Why the administrator needs to see a whole telephone number."""

    purpose = forms.CharField(
        label="查看原因",
        max_length=200,
        widget=forms.Textarea({"rows": 2}),
        help_text="例如：电话核对经办人是否受单位委托。本次查看将记入审计记录。",
        error_messages={"required": "请写明查看原因"},
    )


def _judged(read: Callable[[str], str], text: str) -> str:
    try:
        return read(text)
    except Refused as refused:
        raise ValidationError(refused.message) from refused
