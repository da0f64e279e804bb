"""What a provider's managers keep in the admin: windows, a year of them from the pattern (SPEC 3.3), resit schemes."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse

from registration import admin_claims, admin_reasons, resits  # noqa: F401 - registers the claims and the reasons
from registration.enums import WindowShape
from registration.models import CalendarPattern, ResitScheme, SubjectMapping, Window
from registration.queries.credits import subjects_of
from registration.services.calendars import generate_year
from skilleval.accounts.policy import CATALOGUE_MANAGE, CATALOGUE_VIEW
from skilleval.catalogue.admin import ManagedByProvider
from skilleval.catalogue.enums import SubjectKind
from skilleval.core import clock
from skilleval.core.admin import ScopedInline, confirm_action, scoped_action
from skilleval.core.policy import Actor


@admin.register(Window)
class WindowAdmin(ManagedByProvider):
    """Windows of notices and of staff; what is entered here counts as the provider's own."""

    view_action = CATALOGUE_VIEW
    list_display = ("label", "opens_on", "closes_on", "exam_from", "exam_by", "tentative", "shape", "provider")
    list_filter = ("provider", "shape", "tentative")
    list_select_related = ("provider",)
    search_fields = ("provider__name", "label")
    date_hierarchy = "opens_on"
    readonly_fields = ("shape",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.shape = WindowShape.STAFF
        super().save_model(request, obj, form, change)


def _generate(model_admin: Any, request: HttpRequest, queryset: Any, year: int) -> HttpResponse | None:
    by = cast(Actor, request.user)
    return confirm_action(
        model_admin,
        request,
        queryset.select_related("provider"),
        title=f"生成 {year} 年批次",
        consequences=[f"按所填规律建立 {year} 年的申报批次", "已有批次占用的日期不变，不会重复建立"],
        perform=lambda pattern, reason: generate_year(pattern.provider, year=year, by=by),
    )


@scoped_action(CATALOGUE_MANAGE, description="按规律生成本年批次")
def generate_this_year(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
    return _generate(model_admin, request, queryset, clock.today().year)


@scoped_action(CATALOGUE_MANAGE, description="按规律生成明年批次")
def generate_next_year(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
    return _generate(model_admin, request, queryset, clock.today().year + 1)


@admin.register(CalendarPattern)
class CalendarPatternAdmin(ManagedByProvider):
    list_display = ("provider", "opens_day", "closes_day", "exam_months_after", "exam_from_day", "december_tentative")
    list_select_related = ("provider",)
    actions = (generate_this_year, generate_next_year)


class MappingFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        rows = [
            (form.cleaned_data["old_subject"], form.cleaned_data["new_subject"])
            for form in self.forms
            if form.has_changed() and form.is_valid()
        ]
        offering = self.instance.offering if self.instance.offering_id else None
        if offering and (fault := resits.mapping_fault(rows, subjects_of(offering))):
            raise ValidationError(fault)


class MappingInline(ScopedInline, admin.TabularInline):
    model = SubjectMapping
    formset = MappingFormSet
    view_action = CATALOGUE_VIEW
    add_action = CATALOGUE_MANAGE
    extra = 3
    verbose_name_plural = "科目对应（未列出的科目不变；几个原科目认定为同一科目的，须全部合格）"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """With the scheme alone: a saved one stays."""
        return obj is None and super().has_add_permission(request, obj)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "new_subject":
            kwargs["choices"] = [("", "不予认定，须重新考"), *SubjectKind.choices]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(ResitScheme)
class ResitSchemeAdmin(ManagedByProvider):
    """补考方案: what applications were judged by stays, so a correction is another one."""

    scope = "offering__provider"
    view_action = CATALOGUE_VIEW
    change_action = ""
    list_display = ("offering", "year", "in_force_from", "notice")
    list_select_related = ("offering__work_type__occupation", "notice")
    search_fields = ("offering__work_type__occupation__name", "offering__work_type__name", "notice__title")
    inlines = (MappingInline,)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offerings of several years have the same name."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field and db_field.name == "offering":
            field.label_from_instance = lambda offering: f"{offering.year} 年 {offering}，{offering.provider}"
        return field

    @admin.display(description="年度", ordering="offering__year")
    def year(self, scheme: ResitScheme) -> int:
        return scheme.offering.year
