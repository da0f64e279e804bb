"""What a provider tells a person of a case about them, in the portal's words, which it may change but not keep back.

What supervisors decide is told in the portal's words alone (SPEC 10).
"""

from __future__ import annotations

from skilleval.core.templates import template

NOTIFIED = template(
    "discipline.notified",
    title="违纪违规处理告知",
    subject="违纪违规处理告知",
    body="您在申报 {申报编号} 中的行为拟按违纪违规处理，案件 {案件编号}{告知次数}。"
    "事实、条款和拟作的处理请登录查看；您可在{陈述截止}提交陈述申辩。",
    values={
        "申报编号": "SQ20260000017",
        "案件编号": "WJ2026000003",
        "告知次数": "（第 2 次告知，以本次为准）",
        "陈述截止": "2026年4月15日 24:00 前",
    },
    needs=["案件编号", "陈述截止"],
    holdable=False,
)
