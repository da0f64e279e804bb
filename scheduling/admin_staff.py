"""考务人员 in the admin: who there is, how many a sitting wants, and the panel of a session that says who is where."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from scheduling import policy
from scheduling.admin_base import Scheduled
from scheduling.enums import DutyRole, SessionState
from scheduling.forms_staff import DutyForm, ExamStaffForm
from scheduling.models import ExamSession, ExamStaff, Sitting, StaffingNorm
from scheduling.queries.staff import Post, pool, posts, staff_conflicts
from scheduling.services import staffing
from scheduling.staffing import Person, suits
from skilleval.accounts.models import User
from skilleval.catalogue.admin import AuditedAdmin
from skilleval.catalogue.models import Occupation, Offering
from skilleval.core import clock, scoping
from skilleval.core.errors import Refused

TEMPLATE = "scheduling/_admin_staff.html"


@admin.register(ExamStaff)
class ExamStaffAdmin(Scheduled, AuditedAdmin):
    """Nobody is deleted: who isn't called on any more is taken out of use."""

    scope = "provider"
    add_action = policy.SCHEDULE
    form = ExamStaffForm
    list_display = ("name", "unit", "may_be", "bound_to", "active")
    list_filter = ("active", "provider")
    list_select_related = ("provider",)
    search_fields = ("name", "unit")
    search_help_text = "按姓名或单位查找"

    class Media:
        css: ClassVar[Any] = {"all": ("portal/rooms.css",)}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("occupations")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("provider",) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Occupations to choose from are those assessed by the providers one schedules for."""
        form = super().get_form(request, obj, change, **kwargs)
        field: Any = form.base_fields.get("occupations")
        if field:
            user: Any = request.user
            offered = scoping.limit(Offering.objects.all(), "provider", user, policy.VIEW, policy.SCHEDULE)
            chosen = obj.occupations.values("pk") if obj else []
            rows = Occupation.objects.filter(Q(pk__in=offered.values("work_type__occupation")) | Q(pk__in=chosen))
            field.queryset = rows.order_by("code")
        return form

    @admin.display(description="可担任")
    def may_be(self, staff: ExamStaff) -> str:
        return "、".join(DutyRole(role).label for role in staff.roles)

    @admin.display(description="可考评的职业")
    def bound_to(self, staff: ExamStaff) -> str:
        return "、".join(occupation.name for occupation in staff.occupations.all()) or "不限"


@admin.register(StaffingNorm)
class StaffingNormAdmin(Scheduled, AuditedAdmin):
    """How many a sitting wants: for all occupations, or for one by its standard."""

    scope = "provider"
    add_action = policy.SCHEDULE
    list_display = (
        "whose",
        "edition",
        "people_per_invigilator",
        "invigilators_a_room",
        "examiners",
        "reviewers",
        "odd",
    )
    list_filter = ("provider",)
    list_select_related = ("occupation", "provider")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("provider",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field and db_field.name == "occupation":
            field.empty_label = "全部职业（没有单独配比的）"
        return field

    @admin.display(description="职业", ordering="occupation")
    def whose(self, norm: StaffingNorm) -> str:
        return norm.occupation.name if norm.occupation else "全部职业"


def facts(session: ExamSession, user: User, at: datetime) -> dict[str, Any]:
    """The panel 考务人员: each sitting with what it wants, who is there and who could be; what stands in the way."""
    people, found = pool(session), posts(session)
    return {
        "posts": [_row(post, people, at) for post in found],
        "conflicts": staff_conflicts(session) if session.state != SessionState.CANCELLED else [],
        "missing": sum(post.missing for post in found),
        "has_people": bool(people),
        "turns": any(post.sitting.rotation > 1 for post in found),
        "is_open": session.state != SessionState.CANCELLED and any(at < post.sitting.ends for post in found),
    }


def staff_page(modeladmin: Any, request: HttpRequest, session: ExamSession) -> HttpResponse:
    """Put somebody on duty, take somebody off, or fill what is missing (POST only); back to the session's page."""
    if request.method == "POST":
        try:
            _act(request, session)
        except Refused as refusal:
            messages.error(request, refusal.message)
    return redirect(reverse("admin:scheduling_examsession_change", args=[session.pk]) + "#staff")


def _act(request: HttpRequest, session: ExamSession) -> None:
    by: Any = request.user
    at = clock.now()
    if "propose" in request.POST:
        _say_proposed(request, staffing.propose(session, by=by, at=at))
        return
    sitting = _sitting(session, request.POST.get("sitting", ""))
    if gone := request.POST.get("unassign", ""):
        _take_off(request, sitting, gone, at)
        return
    form = DutyForm(request.POST, provider=session.batch.offering.provider_id)
    if not form.is_valid():
        raise Refused("；".join(str(errors[0]) for errors in form.errors.values()))
    duty = staffing.assign(sitting, **form.cleaned_data, by=by, at=at)
    messages.success(request, f"已安排{duty.staff}为{duty.get_role_display()}")


def _take_off(request: HttpRequest, sitting: Sitting, pk: str, at: datetime) -> None:
    by: Any = request.user
    on_duty = {str(duty.staff_id): duty.staff for duty in sitting.duties.select_related("staff")}
    if pk in on_duty and staffing.unassign(sitting, staff=on_duty[pk], by=by, at=at):
        messages.success(request, f"已取消{on_duty[pk]}的安排")


def _say_proposed(request: HttpRequest, count: int) -> None:
    if count:
        messages.success(request, f"已安排 {count} 人次，请核对")
    else:
        messages.warning(request, "没有可安排的空闲人员，请先登记考务人员或手工调整")


def _sitting(session: ExamSession, pk: str) -> Sitting:
    found = session.sittings.filter(pk=pk).first() if pk.isdecimal() else None
    if found is None:
        raise Refused("该科目安排已变动，请刷新后再安排考务人员")
    return found


def _row(post: Post, people: list[tuple[ExamStaff, Person]], at: datetime) -> dict[str, Any]:
    is_open = at < post.sitting.ends
    options = _options(post, people) if is_open else []
    own_free = any(role == post.need.role for _, role, _ in options)
    return {"post": post, "options": options, "is_open": is_open, "own_free": own_free}


def _options(post: Post, people: list[tuple[ExamStaff, Person]]) -> list[tuple[str, str, list[ExamStaff]]]:
    """Who could take which role in a sitting, the subject's own role first."""
    sitting, roles = post.sitting, [post.need.role, DutyRole.INVIGILATOR]
    occupation = sitting.session.batch.offering.work_type.occupation_id
    return [
        (DutyRole(role).label, role, free)
        for role in dict.fromkeys(roles)
        if suits(role, sitting.subject)
        and (
            free := [
                staff
                for staff, person in people
                if person.may(role, occupation) and person.is_free(sitting.starts, sitting.ends)
            ]
        )
    ]
