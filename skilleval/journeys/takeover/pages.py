"""What the pages of a take-over show, whoever's they are: where it stands, the report, what a press would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from registration.enums import TakeOverKind, TakeOverState
from registration.models import TakeOver
from skilleval.journeys.groups.uploads import Progress, progress_of
from skilleval.journeys.takeover import verbs

_S, _K = TakeOverState, TakeOverKind
MOST_LINES = 300
REFRESH_SECONDS = 3
TONES: dict[str, str] = {
    _S.CHECKING: "info",
    _S.READY: "action",
    _S.LOADING: "info",
    _S.DONE: "success",
    _S.DISCARDED: "neutral",
    _S.REFUSED: "danger",
}
RUNNING = (_S.CHECKING, _S.LOADING)
#: What happens when the rows of a kind are loaded, besides what holds for all.
CONSEQUENCES: dict[str, tuple[str, ...]] = {
    _K.APPLICATIONS: (
        "建立申报和订单；已缴费的记入到账款项和收支流水，来源为“历史业务导入”",
        "已缴费的计入所在批次的成班人数，人数达到开班人数的，批次随即成班，参评人员按平常收到成班通知",
    ),
    _K.CREDITS: ("登记合格科目成绩，本人可据此申报补考，有效期自公布日期起算",),
    _K.CERTIFICATES: ("登记证书，公众即可查验；同年同等级的编号接着最大的流水号编下去",),
    _K.SERIALS: ("各年份、等级的证书编号接着末号编下去；末号不能再调低",),
    _K.BANS: (
        "登记禁考，在全部评价机构生效",
        "这些人员尚未参加评价的申报取消，座位收回，已缴费用列入待退费，本人收到取消的通知",
    ),
}
ALWAYS = ("导入的记录标明“历史业务导入”；导入本身不通知任何人", "导入后不能整批撤回；上传的文件随即删除")


@dataclass(frozen=True)
class Places:
    """The addresses of one take-over's pages."""

    page: str
    load: str
    discard: str
    report: str
    list: str


def context_of(take_over: TakeOver, places: Places) -> dict[str, Any]:
    """Everything the page shows."""
    report = sorted(take_over.report, key=lambda line: (not line["stops"], not line["key"], line["row"]))
    running = take_over.state in RUNNING
    return {
        "title": f"{take_over.get_kind_display()}：{take_over.name}",
        "take_over": take_over,
        "tone": TONES[take_over.state],
        "running": running,
        "progress": _progress(take_over) if running else None,
        "stuck": verbs.is_stuck(take_over),
        "ready": take_over.state == _S.READY,
        "has_marks": take_over.state == _S.READY and any(line["key"] for line in take_over.report),
        "lines": report[:MOST_LINES],
        "lines_left": max(len(report) - MOST_LINES, 0),
        "places": places,
    }


def confirm_context(take_over: TakeOver, places: Places, *, load: bool) -> dict[str, Any]:
    """What the page shows on which somebody loads, or gives up."""
    verb = "导入" if load else "放弃"
    told = [] if load else ["表格不导入，上传的文件随即删除；核对报告保留"]
    if load:
        told = [f"导入 {take_over.rows_new} 行", *CONSEQUENCES[take_over.kind], *ALWAYS]
        if take_over.rows_known:
            told.append(f"{take_over.rows_known} 行平台已有，不会重复导入，也不会更改")
        if take_over.rows_faulty:
            told.append(f"{take_over.rows_faulty} 行有问题，不导入；请先下载标注问题的表格，改好后再上传")
    return {"title": verb, "verb": verb, "take_over": take_over, "consequences": told, "load": load, "places": places}


def refreshing(response: HttpResponse, take_over: TakeOver) -> HttpResponse:
    """The page asks again by itself while work goes on; nothing on it is being filled in."""
    if take_over.state in RUNNING and not verbs.is_stuck(take_over):
        response["Refresh"] = str(REFRESH_SECONDS)
    response["Cache-Control"] = "private, no-store"
    return response


def book_response(content: bytes, name: str) -> HttpResponse:
    """A workbook for this browser alone, kept by nobody on the way."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=verbs.XLSX, headers=headers)


def _progress(take_over: TakeOver) -> Progress:
    return progress_of(verbs.job_of(take_over))
