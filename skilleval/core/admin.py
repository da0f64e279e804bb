"""Django's admin, scoped: every row, choice, filter, inline and action is limited to where the user holds a role.

Nothing is allowed unless an action of the policy says so, nothing is ever deleted, and what isn't there for somebody
answers 404. Every ModelAdmin of the portal derives from ScopedModelAdmin; a test walks the registry with a stranger.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from skilleval.core import jobs, scoping
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent, Job, OutboxMessage
from skilleval.core.policy import Actor

MOST_AT_ONCE = 900  # below DATA_UPLOAD_MAX_NUMBER_FIELDS: the page names each row it will act on

Action = Callable[[Any, HttpRequest, models.QuerySet[Any]], HttpResponse | None]


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Offers only the related rows that the user may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        seen = visible(model_admin.admin_site, field.remote_field.model, request)
        return [(row.pk, str(row)) for row in seen]


class Scoped:
    """Permissions by policy, shared by admins and inlines.

    ``scope`` is the ORM path to the row's scope ("provider", "window__provider", scoping.SELF), None for reference
    data shared by all. An action left empty is granted to nobody.
    """

    scope: ClassVar[str | None] = None
    view_action: ClassVar[str] = ""
    add_action: ClassVar[str] = ""
    change_action: ClassVar[str] = ""

    def may(self, request: HttpRequest, obj: models.Model | None, *actions: str) -> bool:
        """Whether the user has one of the actions on the object, or anywhere when there is none."""
        granted = [action for action in actions if action]
        if not granted or not request.user.is_authenticated:
            return False
        user: Any = request.user
        if obj is None:
            return scoping.reaches(user, *granted)
        return scoping.covers(obj, self.path_of(obj), user, *granted)

    def path_of(self, obj: models.Model) -> str | None:
        """The path from an object asked about to its scope."""
        return self.scope

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, obj, self.view_action, self.change_action)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, obj, self.change_action)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, obj, self.add_action)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)  # type: ignore[misc]
        granted = [action for action in (self.view_action, self.change_action) if action]
        return scoping.limit(rows, self.scope, request.user, *granted)  # type: ignore[arg-type]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", visible(self.admin_site, db_field.remote_field.model, request))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", visible(self.admin_site, db_field.remote_field.model, request))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


class ScopedInline(Scoped):
    """For inlines, before TabularInline or StackedInline. Django asks about the parent, so its path decides."""

    def path_of(self, obj: models.Model) -> str | None:
        parent = self.admin_site._registry[self.parent_model]  # type: ignore[attr-defined]
        return cast(Scoped, parent).scope


class ScopedModelAdmin(Scoped, admin.ModelAdmin):
    """The base of every ModelAdmin of the portal."""

    actions_on_top = True  # the admin writes an inline style, which the CSP forbids, when both bars are off

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [self._scoped_filter(item) for item in super().get_list_filter(request)]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        offered = super().get_actions(request)
        return {name: entry for name, entry in offered.items() if self._offers(request, entry)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, unless the form moved the row to where the user has no such role."""
        if not self.may(request, obj, self.change_action if change else self.add_action):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404(f"no {opts.model_name} for this user")

    def _offers(self, request: HttpRequest, entry: Any) -> bool:
        needed = getattr(entry[0], "policy_action", "")
        return not needed or self.may(request, None, needed)

    def _scoped_filter(self, item: Any) -> Any:
        if not isinstance(item, str):
            return item
        field: Any = get_fields_from_path(self.model, item)[-1]
        return (item, ScopedRelatedFilter) if field.is_relation else item


def visible(site: admin.AdminSite, model: Any, request: HttpRequest) -> models.QuerySet[Any]:
    """The rows of a model that its own scoped admin shows to the user, with what their names need; never wider."""
    registered = site._registry.get(model)
    if not isinstance(registered, ScopedModelAdmin):
        raise ImproperlyConfigured(f"{model.__name__} needs a ScopedModelAdmin before its rows are offered as choices")
    named_by = registered.list_select_related
    rows = registered.get_queryset(request)
    return rows.select_related(*named_by) if isinstance(named_by, list | tuple) and named_by else rows


def scoped_action(policy_action: str, *, description: str) -> Callable[[Action], Action]:
    """An admin action for those whom the policy grants ``policy_action``, checked again on every row it is given."""

    def decorate(function: Action) -> Action:
        @wraps(function)
        def checked(modeladmin: Any, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
            reached = scoping.limit(queryset, modeladmin.scope, request.user, policy_action)  # type: ignore[arg-type]
            if reached.count() != queryset.count():
                raise NotAllowed()
            return function(modeladmin, request, queryset)

        checked.policy_action = policy_action  # type: ignore[attr-defined]
        checked.short_description = description  # type: ignore[attr-defined]
        return checked

    return decorate


def confirm_action(
    modeladmin: Any,
    request: HttpRequest,
    queryset: models.QuerySet[Any],
    *,
    title: str,
    consequences: list[str],
    perform: Callable[[Any, str], None],
    asks_reason: bool = False,
) -> HttpResponse | None:
    """Show what will happen to how many, and do it row by row once confirmed; call it from a ``scoped_action``.

    ``perform`` gets a row and the reason given. A row that is refused is reported and doesn't stop the others.
    """
    rows = _few_enough(queryset)
    reason = request.POST.get("reason", "").strip()
    if "confirmed" in request.POST and (reason or not asks_reason):
        _perform_each(request, rows, lambda row: perform(row, reason))
        return None
    return _confirm_page(modeladmin, request, rows, title, consequences, asks_reason)


def confirm_together(
    modeladmin: Any,
    request: HttpRequest,
    queryset: models.QuerySet[Any],
    *,
    title: str,
    consequences: list[str],
    perform: Callable[[models.QuerySet[Any]], None],
) -> HttpResponse | None:
    """Like ``confirm_action``, for what is done to all rows at once or not at all; ``perform`` reports by itself."""
    rows = _few_enough(queryset)
    if "confirmed" not in request.POST:
        return _confirm_page(modeladmin, request, rows, title, consequences, asks_reason=False)
    try:
        perform(queryset)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return None


def _few_enough(queryset: models.QuerySet[Any]) -> list[Any]:
    rows = list(queryset[: MOST_AT_ONCE + 1])
    if len(rows) > MOST_AT_ONCE:
        raise Refused(f"一次最多处理 {MOST_AT_ONCE} 条，请先筛选再选择")
    return rows


def _confirm_page(
    modeladmin: Any, request: HttpRequest, rows: list[Any], title: str, consequences: list[str], asks_reason: bool
) -> HttpResponse:
    context = modeladmin.admin_site.each_context(request) | {
        "title": title,
        "rows": rows,
        "consequences": consequences,
        "asks_reason": asks_reason,
        "reason_missing": "confirmed" in request.POST,
        "action": request.POST.get("action", ""),
        "opts": modeladmin.opts,
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)


def _perform_each(request: HttpRequest, rows: list[Any], perform: Callable[[Any], None]) -> None:
    done = 0
    for row in rows:
        try:
            perform(row)
        except Refused as refusal:
            messages.error(request, f"{row}：{refusal.message}")
        else:
            done += 1
    if done:
        messages.success(request, f"已处理 {done} 条")


@scoped_action("core.release_jobs", description="重新排队所选作业")
def release_jobs(modeladmin: Any, request: HttpRequest, queryset: models.QuerySet[Job]) -> HttpResponse | None:
    """Give quarantined jobs another three attempts."""
    by = cast(Actor, request.user)
    return confirm_action(
        modeladmin,
        request,
        queryset,
        title="重新排队",
        consequences=["已隔离的作业重新排队，最多再试三次", "其他状态的作业不变"],
        perform=lambda row, reason: jobs.release(row, by=by),
    )


@admin.register(Job)
class JobAdmin(ScopedModelAdmin):
    """Background work, quarantined jobs above all."""

    view_action = "core.view_jobs"
    list_display = ("id", "kind", "state", "progress_done", "progress_total", "attempts", "last_error", "created_at")
    list_filter = ("state", "kind")
    actions = (release_jobs,)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ScopedModelAdmin):
    """Messages and whether they left; what they say and to whom stays with their recipients."""

    view_action = "core.view_jobs"
    list_display = ("id", "channel", "state", "attempts", "last_error", "created_at", "sent_at")
    list_filter = ("state", "channel")
    fields = ("channel", "state", "attempts", "last_error", "send_after", "created_at", "sent_at")


@admin.register(AuditEvent)
class AuditEventAdmin(ScopedModelAdmin):
    """The audit trail."""

    view_action = "core.view_audit"
    list_display = ("at", "actor_label", "action", "object_type", "object_id")
    list_filter = ("object_type", "action")
    search_fields = ("object_id", "actor_label", "action")
    exclude = ("digest",)
