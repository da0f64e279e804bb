"""The catalogue in the admin: a provider's terms for its managers, reference data for the administrator.

Every change is an audit event that names the fields.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from skilleval.catalogue.enums import ConditionKind, Level
from skilleval.catalogue.models import (
    CandidateRules,
    Contact,
    EligibilityRuleSet,
    ExtraCondition,
    Holiday,
    Notice,
    Occupation,
    Offering,
    OpeningHours,
    Provider,
    Subject,
    WorkType,
)
from skilleval.core import audit, scoping
from skilleval.core.admin import ScopedInline, ScopedModelAdmin, visible

FULL = 100  # percent
VIEW, MANAGE, REFERENCE = "catalogue.view", "catalogue.manage", "catalogue.reference"


class AuditedAdmin(ScopedModelAdmin):
    """Records who changed which fields of what."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._note("changed" if change else "added", request, obj, form.changed_data)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Rows edited on the page of what they belong to; nothing is deleted there."""
        super().save_formset(request, form, formset, change)
        for obj in formset.new_objects:
            self._note("added", request, obj, [])
        for obj, fields in formset.changed_objects:
            self._note("changed", request, obj, fields)

    def _note(self, what: str, request: HttpRequest, obj: Any, fields: Iterable[str]) -> None:
        name = f"{obj._meta.label_lower}.{what}"
        audit.record(name, by=request.user, obj=obj, fields=list(fields))  # type: ignore[arg-type]


class ReferenceAdmin(AuditedAdmin):
    """Data shared by all providers: staff read it, the administrator keeps it."""

    view_action = VIEW
    add_action = REFERENCE
    change_action = REFERENCE


class KeptAdmin(ReferenceAdmin):
    """Versions that applications refer to: a change is a new version, so nothing saved is edited."""

    change_action = ""


@admin.register(Notice)
class NoticeAdmin(ReferenceAdmin):
    list_display = ("title", "issuer", "document_no", "year", "issued_on")
    list_filter = ("year",)
    search_fields = ("title", "issuer", "document_no")


class ManagedByProvider(AuditedAdmin):
    """Rows of a provider: its managers keep them."""

    scope = "provider"
    view_action = VIEW
    add_action = MANAGE
    change_action = MANAGE

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Whoever works for one provider needn't choose it."""
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        own = visible(self.admin_site, Provider, request)[:2] if self.scope == "provider" else ()
        if len(own) == 1:
            initial.setdefault("provider", own[0].pk)
        return initial


@admin.register(Provider)
class ProviderAdmin(ManagedByProvider):
    scope = scoping.SELF
    add_action = REFERENCE
    #: What the authorities decide: only the administrator changes it.
    official: ClassVar[tuple[str, ...]] = (
        "filing_number",
        "name",
        "directory_no",
        "district",
        "notice",
        "filing_until",
    )
    list_display = ("filing_number", "name", "district", "threshold", "payment_days", "appointment_required")
    list_filter = ("district",)
    search_fields = ("filing_number", "name", "short_name")
    fieldsets = (
        ("机构", {"fields": ("short_name", *official)}),
        (
            "申报与审核",
            {
                "fields": (
                    ("accepts_group", "accepts_individual", "desk_only"),
                    "paper_gate",
                    ("review_days", "correction_days"),
                    "individual_papers",
                )
            },
        ),
        (
            "窗口预约",
            {
                "fields": (
                    "appointment_required",
                    ("appointment_minutes", "appointment_capacity", "appointment_days"),
                )
            },
        ),
        (
            "缴费",
            {
                "fields": (
                    ("payment_days", "settling_days"),
                    "bank_holder",
                    "bank_name",
                    "bank_account",
                    "tax_number",
                    "invoice_address",
                    "payment_hint",
                )
            },
        ),
        ("成班与场次", {"fields": (("threshold", "session_capacity"), "same_day_subjects")}),
        (
            "准考证、成绩与证书",
            {
                "fields": (
                    ("group_ticket_lead", "group_ticket_unit", "group_candidates_download"),
                    ("individual_ticket_lead", "individual_ticket_unit"),
                    ("results_days", "inspection_results_days"),
                    ("defence_days", "appeal_days"),
                    "certificate_collection",
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if self.may(request, None, REFERENCE) else self.official


class HoursInline(ScopedInline, admin.TabularInline):
    model = OpeningHours
    view_action = VIEW
    add_action = MANAGE
    change_action = MANAGE
    extra = 1


@admin.register(Contact)
class ContactAdmin(ManagedByProvider):
    list_display = ("provider", "kind", "label", "value")
    list_filter = ("kind", "provider")
    list_select_related = ("provider",)
    search_fields = ("provider__name", "label", "value")
    inlines = (HoursInline,)


@admin.register(Occupation)
class OccupationAdmin(ReferenceAdmin):
    list_display = ("code", "name", "minimum_schooling", "notice")
    list_filter = ("minimum_schooling",)
    list_select_related = ("notice",)
    search_fields = ("code", "name")
    filter_horizontal = ("related",)


@admin.register(WorkType)
class WorkTypeAdmin(ReferenceAdmin):
    list_display = ("occupation", "name", "notice")
    list_select_related = ("occupation", "notice")
    search_fields = ("occupation__code", "occupation__name", "name")


class SubjectFormSet(BaseInlineFormSet):
    """Weights belong to special capabilities: all of them or none yet, and together a hundred (SPEC 9.1)."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        weights = [form.cleaned_data["weight"] for form in kept if form.cleaned_data.get("weight") is not None]
        if not weights:
            return
        if self.instance.level != Level.SPECIAL:
            raise ValidationError("只有专项职业能力按权重计总成绩，其他等级各科目分别合格，权重请留空")
        if len(weights) < len(kept) or sum(weights) != FULL or min(weights) <= 0:
            raise ValidationError(f"各科目权重须全部填写、大于 0 且合计为 100%，现合计 {sum(weights)}%")


class SubjectInline(ScopedInline, admin.TabularInline):
    model = Subject
    formset = SubjectFormSet
    view_action = VIEW
    add_action = MANAGE
    change_action = MANAGE
    extra = 0


@admin.register(Offering)
class OfferingAdmin(ManagedByProvider):
    list_display = ("provider", "work_type", "level", "year", "valid_from", "valid_until", "suspended_on")
    list_filter = ("year", "level", "provider")
    list_select_related = ("provider", "work_type__occupation")
    search_fields = ("provider__name", "work_type__occupation__name", "work_type__occupation__code", "work_type__name")
    inlines = (SubjectInline,)
    #: An offering is what a notice says it is; another level or work type is another offering.
    identity: ClassVar[tuple[str, ...]] = ("provider", "work_type", "level", "year")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.identity if obj else ()


@admin.register(EligibilityRuleSet)
class EligibilityRuleSetAdmin(KeptAdmin):
    list_display = ("edition", "title", "notice")
    list_select_related = ("notice",)


@admin.register(CandidateRules)
class CandidateRulesAdmin(KeptAdmin):
    list_display = ("edition", "title", "in_force_from", "notice")
    list_select_related = ("notice",)


@admin.register(Holiday)
class HolidayAdmin(ReferenceAdmin):
    list_display = ("day", "name", "is_workday")
    list_filter = ("is_workday", "name")
    date_hierarchy = "day"


class ExtraConditionForm(forms.ModelForm):
    """What belongs together: an offering of the provider, and a limit with an upper age alone."""

    def clean(self) -> dict[str, Any]:
        stated: dict[str, Any] = super().clean() or {}
        provider, offering = stated.get("provider"), stated.get("offering")
        if provider and offering and offering.provider_id != provider.pk:
            self.add_error("offering", "该评价项目不属于所选评价机构；对全部项目都要求的，请留空")
        if stated.get("kind") == ConditionKind.UPPER_AGE and stated.get("paper"):
            self.add_error("paper", "年龄按证件计算，不需证明材料，请留空")
        return stated


@admin.register(ExtraCondition)
class ExtraConditionAdmin(ManagedByProvider):
    """What a provider asks beyond the level's rules (SPEC 13). Its words stay: applications refer to them."""

    form = ExtraConditionForm
    list_display = ("provider", "kind", "text", "offering", "valid_from", "valid_until")
    list_filter = ("kind", "provider")
    list_select_related = ("provider", "offering__provider", "offering__work_type__occupation")
    search_fields = ("provider__name", "text")
    fields = ("provider", "offering", "kind", "text", "limit", "paper", "notice", "valid_from", "valid_until")
    #: Another wording is another condition: this one ends and that one begins.
    kept: ClassVar[tuple[str, ...]] = ("provider", "offering", "kind", "text", "limit", "paper", "valid_from")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.kept if obj else ()
