"""Which paper proves what: beside each one asked for stands what it has to show, and what the person stated of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registration.models import Application
from skilleval.journeys.applying.form_pdf import printed_rows

#: Words in a paper's name, the rows of the background it is about, and what it has to show; the first that fits counts.
SHOWS = (
    (("工作", "在职"), "work", "证明您从事本职业或相关职业的时间，须写明单位、岗位和起止日期，并与填报一致。"),
    (("职称",), "titles", "证明您的职称，须看清名称、等级、专业和取得日期，并与填报一致。"),
    (("毕业", "学籍", "评估论证"), "education", "证明您的学历，须看清学校、专业和毕业时间，并与填报一致。"),
    (("级/",), "certificates", "证明您已持有的证书，须看清职业、等级、编号和发证日期，并与填报一致。"),
)


@dataclass(frozen=True)
class Proof:
    """What a paper has to show, and the rows it is held against, in words."""

    shows: str = ""
    stated: tuple[str, ...] = ()


def proofs_of(application: Application, papers: tuple[str, ...], on: date) -> dict[str, Proof]:
    """By the paper's name what it proves; a paper that no words fit proves what its name says."""
    if not papers:
        return {}
    rows = printed_rows(application, on)
    found = {}
    for paper in papers:
        fits = (line for line in SHOWS if any(word in paper for word in line[0]))
        _, kind, shows = next(fits, ((), "", ""))
        stated = getattr(rows, kind) if kind else ()
        found[paper] = Proof(shows, tuple("，".join(filter(None, row)) for row in stated))
    return found
