"""Lists of work in the admin: queues as tabs with counts, the first one open, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode

from skilleval.core.admin import ScopedModelAdmin
from skilleval.core.keyed import KeyedChangeList, counts_of

PARAMETER = "queue"
SEARCH = "q"


@dataclass(frozen=True)
class Queue:
    """A tab: its name in the address, its label, which rows it holds and in what order.

    `mixed`: rows in several states; `empty` says what will appear here and when.
    """

    name: str
    label: str
    rows: Q
    order: tuple[Any, ...] = ("pk",)
    mixed: bool = False
    empty: str = ""


class QueueFilter(admin.SimpleListFilter):
    """Keeps the rows of the tab that is open; the tabs themselves stand above the list, not beside it."""

    title = "队列"
    parameter_name = PARAMETER

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.queue: Queue = model_admin.queue_of(request)
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(queue.name, queue.label) for queue in model_admin.queues]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(self.queue.rows)


class QueuedModelAdmin(ScopedModelAdmin):
    """A list with `queues`, the last of which holds everything: a search without a tab looks through that one.

    The column `tag` says the state, and is left out where the tab says it already. A `keyed` list is paged by key and
    counted no further than one reads; its columns can't be sorted by.
    """

    queues: ClassVar[tuple[Queue, ...]] = ()
    #: For a list that grows: every queue's order ends with the key and has no empty values.
    keyed: ClassVar[bool] = False
    change_list_template = "admin/queues.html"
    show_full_result_count = False
    list_per_page = 50

    def queue_of(self, request: HttpRequest) -> Queue:
        """The tab that an address opens."""
        wanted = request.GET.get(PARAMETER, "")
        found = [queue for queue in self.queues if queue.name == wanted]
        usual = self.queues[-1] if request.GET.get(SEARCH) else self.queues[0]
        return found[0] if found else usual

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [QueueFilter, *super().get_list_filter(request)]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        mixed = self.queue_of(request).mixed
        return [column for column in super().get_list_display(request) if mixed or column != "tag"]

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return self.queue_of(request).order

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return KeyedChangeList if self.keyed else super().get_changelist(request, **kwargs)

    def get_sortable_by(self, request: HttpRequest) -> Any:
        return () if self.keyed else super().get_sortable_by(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        found_none = "没有找到，请核对后再查" if request.GET.get(SEARCH) else "这里现在没有记录"
        context = {
            "tabs": self.tabs(request),
            "empty_title": found_none,
            "empty_text": self.queue_of(request).empty,
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The tabs with the counts of what is searched for, in one query."""
        current, sought = self.queue_of(request), request.GET.get(SEARCH, "")
        found, doubles = self.get_search_results(request, self.get_queryset(request).order_by(), sought)
        counts = self._counts(found, doubles)
        return [
            {
                "label": queue.label,
                "url": "?" + urlencode({PARAMETER: queue.name} | ({SEARCH: sought} if sought else {})),
                "count": counts[queue.name],
                "current": queue == current,
            }
            for queue in self.queues
        ]

    def _counts(self, found: QuerySet[Any], doubles: bool) -> dict[str, Any]:
        """How many rows each tab has of those found, by its name."""
        if self.keyed:
            lists = [found.filter(queue.rows) for queue in self.queues]
            counts = counts_of(*(rows.distinct() if doubles else rows for rows in lists))
            return {queue.name: count for queue, count in zip(self.queues, counts, strict=True)}
        return found.aggregate(
            **{queue.name: Count("pk", filter=queue.rows, distinct=doubles) for queue in self.queues}
        )
