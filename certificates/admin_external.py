"""A city-run qualification's score is taken into account, case by case and with evidence (SPEC 9.4)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from certificates import policy
from certificates.admin_session import render
from registration import names
from registration.models import Candidate
from registration.services.credits import record_external
from skilleval.catalogue.enums import Level, SubjectKind
from skilleval.catalogue.models import Offering
from skilleval.core import audit, clock
from skilleval.core.errors import Refused
from skilleval.core.identity import normalise
from skilleval.core.scoping import scope_ids
from skilleval.core.throttling import too_many

TRIES, SPAN = 20, 3600  # look-ups by document number, an hour and address
UNKNOWN = "没有找到证件号码和姓名都相符的参评人员，请核对；本人须先在平台建立档案"


class ExternalForm(forms.Form):
    """Whose score in which subject, when it was published, and the paper that proves it."""

    id_number = forms.CharField(
        label="证件号码",
        max_length=30,
        help_text="须填完整号码；查找记入审计记录。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写完整的证件号码"},
    )
    name = forms.CharField(label="姓名", max_length=60, error_messages={"required": "请填写姓名"})
    offering = forms.ModelChoiceField(
        Offering.objects.none(), label="评价项目", empty_label="请选择", error_messages={"required": "请选择评价项目"}
    )
    subject = forms.ChoiceField(label="科目", choices=SubjectKind.choices)
    published_on = forms.DateField(
        label="成绩公布日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写成绩公布日期", "invalid": "日期格式不对，请按 2026-03-21 填写"},
    )
    score = forms.DecimalField(
        label="成绩",
        required=False,
        max_digits=5,
        decimal_places=2,
        help_text="成绩单上没有分数的请留空。",
        error_messages={"invalid": "成绩不是数字，请填写 60 至 100 的数，或留空"},
    )
    upload = forms.FileField(
        label="证明材料",
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.pdf", "data-file-name": ""}),
        help_text="成绩单或合格证明，JPG、PNG 或 PDF，不超过 10 MB。",
        error_messages={"required": "请上传证明材料"},
    )
    note = forms.CharField(
        label="认可的理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明认可的理由", "max_length": "理由不超过 200 字，请精简"},
    )

    def __init__(self, *args: Any, offerings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offering"].queryset = offerings  # type: ignore[attr-defined]


def external_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Record a score earned elsewhere."""
    user: Any = request.user
    providers = scope_ids(user, policy.MARK)
    if not providers:
        raise PermissionDenied
    offerings = Offering.objects.filter(provider__in=providers, announcement__isnull=False).exclude(level=Level.SPECIAL)
    form = ExternalForm(
        request.POST or None, request.FILES or None, offerings=offerings.select_related("work_type__occupation")
    )
    if request.method == "POST" and form.is_valid() and _record(request, form):
        return redirect("admin:marks_external_page")
    context = {"title": "登记平台外成绩", "form": form}
    return render(model_admin, request, "certificates/external.html", context, 400 if form.errors else 200)


def _record(request: HttpRequest, form: ExternalForm) -> bool:
    user: Any = request.user
    told = form.cleaned_data
    if too_many(request, "external-credit", at_most=TRIES, seconds=SPAN):
        form.add_error("id_number", "查找过于频繁，请一小时后再试")
        return False
    candidate = _person(told["id_number"], told["name"])
    audit.record("candidate.looked_up", by=user, obj=told["offering"].provider, found=candidate is not None)
    if candidate is None:
        form.add_error("id_number", UNKNOWN)
        return False
    facts = {key: told[key] for key in ("offering", "subject", "score", "published_on", "upload", "note")}
    try:
        credit = record_external(candidate, by=user, at=clock.now(), **facts)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    messages.success(request, f"已登记：{credit}，有效期至 {credit.valid_until:%Y-%m-%d}")
    return True


def _person(number: str, name: str) -> Candidate | None:
    """The one person with this whole number, where the name is theirs too."""
    found = Candidate.objects.with_number(normalise(number)).first()
    return found if found and names.normalise(found.name) == names.normalise(name) else None
