"""What a provider's managers keep in the admin: patterns of windows, resit schemes."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from registration import admin_claims, admin_patterns, admin_reasons, resits  # noqa: F401 - registered with these
from registration.models import ResitScheme, SubjectMapping
from registration.queries.credits import subjects_of
from skilleval.accounts.policy import CATALOGUE_MANAGE, CATALOGUE_VIEW
from skilleval.catalogue.admin import ManagedByProvider
from skilleval.catalogue.enums import SubjectKind
from skilleval.core.admin import ScopedInline


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
