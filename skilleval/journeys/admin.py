"""The provider's applications and groups in the admin: queues, review pages, decisions."""

from __future__ import annotations

from datetime import date
from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registration import policy
from registration.enums import ENDED_STATES, TONES, ApplicationState
from registration.models import Application, Group, Submission
from registration.queries.group_members import OWES_ORIGINAL, handed_in, sums_of
from registration.queries.member_doubts import members_of
from registration.services.reviews import receive_original
from skilleval.catalogue.queries import work_calendar
from skilleval.core import clock
from skilleval.core.admin import confirm_action, scoped_action
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import cn_date, cn_deadline
from skilleval.journeys import admin_desk, admin_windows  # noqa: F401 - registered with the others
from skilleval.journeys.desk import bulk, groups, views
from skilleval.journeys.desk.money import OrderDesk
from skilleval.journeys.desk.service_clock import words_of
from skilleval.journeys.takeover import admin as _takeover  # noqa: F401  (registers its pages)

__all__ = ["ApplicationAdmin", "GroupAdmin", "OrderDesk"]

_S = ApplicationState


def two_lines(first: str, second: str) -> SafeString:
    """A cell with a line of detail under it: the list stays as narrow as a screen."""
    return format_html('<span class="cell-line">{}</span><span class="cell-line muted">{}</span>', first, second)


OLDEST = ("submitted_on", "pk")
REVIEWED = ("review", "group")  # the queues of what awaits a reviewer


@scoped_action(policy.REVIEW, description="登记原件已收")
def receive_originals(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
    """A pile of signed originals from the desk, recorded with today's date."""
    user: Any = request.user
    today = clock.today()
    return confirm_action(
        model_admin,
        request,
        queryset,
        title="登记原件已收",
        consequences=[
            f"收到日期记为今天（{cn_date(today)}）；其他日期收到的，请在申报页单独登记",
            "已登记的和已办结的不会改动，并逐条列出原因",
        ],
        perform=lambda row, reason: receive_original(row, by=user, on=today),
    )


@scoped_action(policy.REVIEW, description="通过所选中无疑义的")
def approve_clear(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
    """Individuals nothing speaks against, after a page that says who, and who not and why."""
    return bulk.approve_selected(model_admin, request, queryset)


@admin.register(Application)
class ApplicationAdmin(QueuedModelAdmin):
    """What candidates submitted to the provider; it is read and decided here, never edited."""

    keyed = True
    scope = "offering__provider"
    view_action = policy.VIEW
    queues = (
        Queue(
            "review", "待审核", Q(state=_S.REVIEW, group=None), OLDEST, empty="参评人员提交后列在这里，先提交的在前。"
        ),
        Queue(
            "group",
            "团体待审核",
            Q(state=_S.REVIEW, group__isnull=False),
            OLDEST,
            empty="院校、培训机构提交的人员列在这里；在“团体申报”中可以整批审核。",
        ),
        Queue(
            "returned", "退回补正", Q(state=_S.RETURNED), ("returned_until", "pk"), empty="退回而未重新提交的列在这里。"
        ),
        Queue(
            "approved", "待缴费", Q(state=_S.APPROVED), ("approved_on", "pk"), empty="审核通过、款项未到账的列在这里。"
        ),
        Queue(
            "confirmed", "待成班", Q(state=_S.CONFIRMED), ("confirmed_on", "pk"), empty="已到账、等待成班的列在这里。"
        ),
        Queue(
            "papers",
            "待交材料",
            OWES_ORIGINAL & Q(group=None, window__papers_by__isnull=False),
            ("window__papers_by", "pk"),
            mixed=True,
            empty="批次另设交材料阶段、签字原件没有收到的列在这里。",
        ),
        Queue("scheduled", "已排考", Q(state=_S.SCHEDULED), OLDEST, empty="场次发布后列在这里。"),
        Queue("ended", "已结束", Q(state__in=ENDED_STATES), ("-pk",), mixed=True, empty="办结的申报列在这里。"),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True),
    )
    list_display = ("number", "person", "target", "clause", "checked", "submitted", "deadline", "tag", "original")
    list_display_links = ("number",)
    list_select_related = ("candidate", "window", "offering__work_type__occupation")
    actions = (approve_clear, receive_originals)
    search_fields = ("number", "candidate__name")
    search_help_text = "按申报编号或姓名查找，请勿输入证件号码"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Drafts are the candidates' own, and what institutions kept to themselves isn't the provider's."""
        rows: Any = super().get_queryset(request)
        return rows.handed_in()  # type: ignore[no-any-return]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The check's word stands where somebody reviews, and the clause beside it."""
        without = "clause" if self.queue_of(request).name in REVIEWED else "checked"
        return [column for column in super().get_list_display(request) if column != without]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Look at all applications of the page at once, and read the calendar once."""
        found = super().get_changelist_instance(request)
        awaiting = [row.pk for row in found.result_list if row.state == _S.REVIEW]
        doubts = bulk.doubts_by_key(members_of(Application.objects.filter(pk__in=awaiting))) if awaiting else {}
        calendar = work_calendar()
        for row in found.result_list:
            row.doubts, row.calendar = doubts.get(row.pk, ()), calendar
        return found

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "approve/": views.approve,
            "return/": views.send_back,
            "reject/": views.reject,
            "original/": views.receive_original,
            "competition/": views.competition,
            "seat/": views.seat,
            "number/": views.whole_number,
            "photo/": views.portrait,
            "evidence/<int:evidence>/<int:page>/": views.evidence_page,
        }
        own = [path(f"<int:pk>/{tail}", self._page(view), name=f"desk_{view.__name__}") for tail, view in pages.items()]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The review page in the place of a form."""
        if not object_id.isdecimal():
            raise Http404
        return views.review_page(self, request, int(object_id))

    def _page(self, view: Any) -> Any:
        """A page of ours inside the admin: staff only, and scoped by this admin's queryset."""
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="姓名、证件号码", ordering="candidate__name")
    def person(self, application: Application) -> SafeString:
        return two_lines(application.candidate.name, application.candidate.masked_id)

    @admin.display(description="评价项目、批次")
    def target(self, application: Application) -> SafeString:
        return two_lines(str(application.offering), str(application.window or "待下一年度公告"))

    @admin.display(description="核对")
    def checked(self, application: Any) -> SafeString:
        """Nothing speaks against it, or the first of what does; the clause relied on."""
        clause = format_html('<span class="cell-line muted">条件 {}</span>', application.clause)
        if not application.doubts:
            return state_tag("无疑义", "success") + clause
        more = f"等 {len(application.doubts)} 处" if len(application.doubts) > 1 else ""
        return format_html('<span class="desk-first-doubt">{}{}</span>{}', application.doubts[0], more, clause)

    @admin.display(description="提交")
    def submitted(self, application: Application) -> str:
        return f"{application.submitted_on:%Y-%m-%d}" if application.submitted_on else ""

    @admin.display(description="期限")
    def deadline(self, application: Any) -> SafeString | str:
        """Until when somebody has to act, in the states where a day is set; a reviewer's time is in working days."""
        today = clock.today()
        if application.state == _S.REVIEW:
            return two_lines(*words_of(application.review_by, today, application.calendar))
        day = application.returned_until if application.state == _S.RETURNED else self._papers_by(application)
        if day is None:
            return ""
        return f"已超 {cn_deadline(day)}" if day < today else cn_deadline(day)

    def _papers_by(self, application: Application) -> date | None:
        """The last day of the window's stage for papers, while the original is to come."""
        owing = application.original_received_on is None and application.state not in ENDED_STATES
        return application.window.papers_by if owing and application.window else None

    @admin.display(description="状态")
    def tag(self, application: Application) -> SafeString:
        return state_tag(application.get_state_display(), TONES[application.state])

    @admin.display(description="原件")
    def original(self, application: Application) -> str:
        return f"{application.original_received_on:%Y-%m-%d}" if application.original_received_on else "未收"


def with_members(*conditions: Q, **states: Any) -> Q:
    """For a queryset of groups: those with a member who was handed in and is so."""
    return Q(Exists(handed_in().filter(*conditions, **states, group=OuterRef("pk"))))


#: Until when the first of a group's members has to be reviewed.
REVIEWED_BY = Subquery(
    handed_in().filter(group=OuterRef("pk"), state=_S.REVIEW).order_by("review_by").values("review_by")[:1]
)


@admin.register(Group)
class GroupAdmin(QueuedModelAdmin):
    """What institutions handed in to the provider, most pressing first; it is reviewed here, never edited."""

    scope = "offering__provider"
    view_action = policy.VIEW
    queues = (
        Queue(
            "review",
            "待审核",
            with_members(state=_S.REVIEW),
            (REVIEWED_BY.asc(), "pk"),
            empty="院校、社会培训机构提交团体申报后列在这里，审核期限最近的在前。",
        ),
        Queue("returned", "待补正", with_members(state=_S.RETURNED), empty="有人员退回补正、等待院校改正的列在这里。"),
        Queue("approved", "待缴费", with_members(state=_S.APPROVED), empty="有人员审核通过、等待院校缴费的列在这里。"),
        Queue("owing", "原件未收", with_members(OWES_ORIGINAL), empty="还有签字原件没有收到的列在这里。"),
        Queue("everything", "全部", Q(), ("-pk",)),
    )
    list_display = ("title", "target", "people", "review", "returned", "approved", "paid", "received")
    list_display_links = ("title",)
    list_select_related = ("institution", "window", "offering__work_type__occupation")
    actions = None
    search_fields = ("number", "institution__name", "offering__work_type__occupation__name", "window__label")
    search_help_text = "按团体编号、院校/培训机构、职业或批次查找"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rosters are the institution's working papers until somebody of them is handed in."""
        sent = Submission.objects.filter(group=OuterRef("pk"), people__gt=0)
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(Exists(sent))

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "approve/": groups.group_approve,
            "return/": groups.group_return,
            "originals/": groups.group_originals,
            "originals/<int:receipt>/": groups.group_receipt,
        }
        own = [path(f"<int:pk>/{tail}", self._page(view), name=f"desk_{view.__name__}") for tail, view in pages.items()]
        return [*own, *super().get_urls()]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Count the members of all groups of the page at once."""
        found = super().get_changelist_instance(request)
        rows = list(found.result_list)
        sums = sums_of(rows)
        for group in rows:
            group.sums = sums[group.pk]
        found.result_list = rows
        return found

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The group's page in the place of a form."""
        if not object_id.isdecimal():
            raise Http404
        return groups.group_of(self, request, int(object_id))

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="院校/培训机构、编号", ordering="institution__name")
    def title(self, group: Group) -> SafeString:
        return two_lines(str(group.institution), group.number)

    @admin.display(description="评价项目、批次", ordering="window__opens_on")
    def target(self, group: Group) -> SafeString:
        return two_lines(str(group.offering), str(group.window))

    @admin.display(description="人数")
    def people(self, group: Any) -> int:
        return int(group.sums.people)

    @admin.display(description="待审核")
    def review(self, group: Any) -> SafeString | str:
        """How many, and until when they are to be reviewed."""
        waiting, day = group.sums.review, group.sums.review_by
        if not waiting or day is None:
            return str(waiting)
        return two_lines(f"{waiting} 人", f"已超 {cn_deadline(day)}" if day < clock.today() else cn_deadline(day))

    @admin.display(description="退回")
    def returned(self, group: Any) -> int:
        return int(group.sums.returned)

    @admin.display(description="待缴费")
    def approved(self, group: Any) -> int:
        return int(group.sums.approved)

    @admin.display(description="已确认")
    def paid(self, group: Any) -> int:
        return int(group.sums.paid)

    @admin.display(description="原件已收")
    def received(self, group: Any) -> str:
        return f"{group.sums.received} / {group.sums.people}"
