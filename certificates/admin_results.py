"""Published results in the admin: look one up, read its versions, propose and decide a correction."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from certificates import admin_correct, admin_external, policy
from certificates.enums import CorrectionState
from certificates.grading import shown
from certificates.models import Result, ResultCorrection
from skilleval.core.queues import PARAMETER, Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import cn_datetime

TONES = {CorrectionState.ASKED: "action", CorrectionState.ACCEPTED: "success", CorrectionState.REFUSED: "neutral"}


@admin.register(Result)
class ResultAdmin(QueuedModelAdmin):
    """Results by application, the version in force of each; all versions stand on its page."""

    scope = "session__batch__offering__provider"
    view_action = policy.VIEW_MARKS
    queues = (
        Queue("pass", "合格", Q(passed=True), ("-pk",), empty="合格的成绩列在这里。"),
        Queue("fail", "不合格", Q(passed=False), ("-pk",), empty="不合格的成绩列在这里。"),
        Queue("corrected", "更正过", Q(version__gt=1), ("-pk",), empty="更正过的成绩列在这里。"),
        Queue("everything", "全部", Q(), ("-pk",), empty="成绩公布后列在这里。"),
    )
    list_display = ("application", "person", "offering", "scores", "outcome", "published")
    list_select_related = ("application__candidate", "session__batch__offering__work_type__occupation")
    search_fields = ("application__number", "application__candidate__name")
    search_help_text = "按申报编号或姓名查找，请勿输入证件号码"
    actions = None
    change_list_template = "certificates/result_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        scoped = super().get_queryset(request)
        return scoped.filter(pk__in=Result.objects.current().values("pk")).prefetch_related("marks")

    def queue_of(self, request: HttpRequest) -> Queue:
        """Nothing awaits here: without a tab it is everything, searched or not."""
        wanted = request.GET.get(PARAMETER, "")
        return next((queue for queue in self.queues if queue.name == wanted), self.queues[-1])

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        marks = self.may(request, None, policy.MARK)
        return super().changelist_view(request, {"may_mark": marks} | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/correct/", self._page(admin_correct.propose_page), name="marks_propose_page"),
            path("external/", self._page(admin_external.external_page), name="marks_external_page"),
        ]
        return [*own, *super().get_urls()]

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """An application's result with all its versions."""
        if not object_id.isdecimal():
            raise Http404
        return admin_correct.result_page(self, request, int(object_id))

    @admin.display(description="姓名", ordering="application__candidate__name")
    def person(self, result: Result) -> str:
        return result.application.candidate.name

    @admin.display(description="评价项目")
    def offering(self, result: Result) -> str:
        return str(result.session.batch.offering)

    @admin.display(description="各科成绩")
    def scores(self, result: Result) -> str:
        told = [f"{mark.get_subject_display()} {admin_correct.mark_text(mark)}" for mark in result.marks.all()]
        return "，".join([*told, *([f"总成绩 {shown(result.total)}"] if result.total is not None else [])])

    @admin.display(description="结论")
    def outcome(self, result: Result) -> SafeString:
        return state_tag("合格", "success") if result.passed else state_tag("不合格", "neutral")

    @admin.display(description="公布时间", ordering="published_at")
    def published(self, result: Result) -> str:
        return cn_datetime(result.published_at) + (f"（第 {result.version} 版）" if result.version > 1 else "")


@admin.register(ResultCorrection)
class ResultCorrectionAdmin(QueuedModelAdmin):
    """Proposed corrections, for another person to decide."""

    scope = "application__offering__provider"
    view_action = policy.VIEW_MARKS
    queues = (
        Queue("asked", "待核准", Q(state=CorrectionState.ASKED), ("pk",), empty="有人申请更正成绩后列在这里。"),
        Queue("accepted", "已更正", Q(state=CorrectionState.ACCEPTED), ("-pk",), empty="核准的更正列在这里。"),
        Queue("refused", "未核准", Q(state=CorrectionState.REFUSED), ("-pk",), empty="未核准的更正列在这里。"),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True, empty="有人申请更正成绩后列在这里。"),
    )
    list_display = ("application", "person", "asked_by_label", "asked_at", "reason", "tag")
    list_select_related = ("application__candidate",)
    search_fields = ("application__number", "application__candidate__name")
    search_help_text = "按申报编号或姓名查找，请勿输入证件号码"
    actions = None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The proposal beside the result, and the decision."""
        if not object_id.isdecimal():
            raise Http404
        return admin_correct.correction_page(self, request, int(object_id))

    @admin.display(description="姓名")
    def person(self, correction: ResultCorrection) -> str:
        return correction.application.candidate.name

    @admin.display(description="状态")
    def tag(self, correction: ResultCorrection) -> SafeString:
        return state_tag(correction.get_state_display(), TONES[CorrectionState(correction.state)])
