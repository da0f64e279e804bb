"""What candidates are told of their batch, sitting and ticket, in the portal's words (SPEC 7, 8)."""

from __future__ import annotations

from registration.services.wording import APPLICATION
from skilleval.core.templates import template

GOING_AHEAD = template(
    "scheduling.going_ahead",
    title="批次已成班",
    subject="您申报的批次已成班",
    body="申报 {申报编号}（{项目}）所在的{批次}已达到开班人数，确定开考。考试时间、地点确定后将通知您。",
    values=APPLICATION | {"批次": "2026年4月批次"},
)
PUBLISHED = template(
    "scheduling.published",
    title="考试时间、地点已确定",
    subject="考试时间已确定：{考试日期}",
    body="申报 {申报编号}（{项目}）已排考：{考试日期}，{考试地点}。{准考证发放}请以准考证所载时间、地点为准。",
    values=APPLICATION
    | {
        "考试日期": "2026年5月16日（周六）",
        "考试地点": "样本考点（漕宝路 1 号）",
        "准考证发放": "准考证自2026年5月9日（周六）起发放。",
    },
    needs=["考试日期"],
)
GROUP_PUBLISHED = template(
    "scheduling.group_published",
    title="考试时间、地点已确定，告知院校、培训机构",
    subject="团体申报的考试时间已确定：{考试日期}",
    body="{团体}中 {人数} 人已排考：{考试日期}，{考试地点}。{准考证发放}请以准考证所载时间、地点为准。",
    values={
        "团体": "团体申报 TB20260000012（人工智能训练师 四级/中级工，2026年4月批次）",
        "人数": "12",
        "考试日期": PUBLISHED.values["考试日期"],
        "考试地点": PUBLISHED.values["考试地点"],
        "准考证发放": PUBLISHED.values["准考证发放"],
    },
    needs=["考试日期"],
)
CHANGED = template(
    "scheduling.changed",
    title="考试安排变更",
    subject="考试安排有变更",
    body="申报 {申报编号}（{项目}）的考试安排有变更：{变更}。原因：{原因}。{后续}",
    values=APPLICATION
    | {
        "变更": "理论知识时间由5月16日（周六） 09:00改为5月23日（周六） 09:00",
        "原因": "考点临时停电",
        "后续": "原准考证作废，请以新的准考证为准。",
    },
    needs=["变更"],
    holdable=False,
)
GROUP_CHANGED = template(
    "scheduling.group_changed",
    title="考试安排变更，告知院校、培训机构",
    subject="团体申报的考试安排有变更",
    body="{团体}中 {人数} 人的考试安排有变更：{变更}。原因：{原因}。原准考证作废，请领取新的准考证发给本人。",
    values={
        "团体": "团体申报 TB20260000012（人工智能训练师 四级/中级工，2026年4月批次）",
        "人数": "12",
        "变更": CHANGED.values["变更"],
        "原因": CHANGED.values["原因"],
    },
    needs=["变更"],
    holdable=False,
)
TAKEN_BACK = template(
    "scheduling.taken_back",
    title="考试延期或场次取消，另行安排",
    subject="考试{办理}，另行安排",
    body="申报 {申报编号}（{项目}）原定{原考试日期}的考试{办理}：{原因}。原准考证作废，新的时间、地点确定后将通知您。"
    "报名和已缴费用保留，您不需再办理；也可以免费退考。",
    values=APPLICATION | {"原考试日期": "2026年5月16日（周六）", "办理": "延期", "原因": "考点临时停电"},
    needs=["原考试日期", "办理"],
    holdable=False,
)
GROUP_TAKEN_BACK = template(
    "scheduling.group_taken_back",
    title="考试延期或场次取消，告知院校、培训机构",
    subject="团体申报的考试{办理}",
    body="{团体}中 {人数} 人原定{原考试日期}的考试{办理}：{原因}。原准考证作废。{去向}",
    values={
        "团体": GROUP_CHANGED.values["团体"],
        "人数": "12",
        "原考试日期": "2026年5月16日（周六）",
        "办理": "延期",
        "原因": "考点临时停电",
        "去向": "新的时间、地点确定后将通知您。",
    },
    needs=["原考试日期", "办理"],
    holdable=False,
)
TICKET_WAITS = template(
    "scheduling.ticket_waits",
    title="准考证待收原件后发放",
    subject="请先交报名表签字原件，再领取准考证",
    body="申报 {申报编号} 的准考证已到发放日，但评价机构尚未收到报名表签字原件。"
    "请在{考试日期}考试前把原件交到机构业务受理点，登记后准考证即发放。",
    values=APPLICATION | {"考试日期": "2026年5月16日（周六）"},
    needs=["考试日期"],
)
TICKET_RELEASED = template(
    "scheduling.ticket_released",
    title="准考证已发放，本人下载",
    subject="准考证已发放",
    body="申报 {申报编号}（{项目}）的准考证已发放，考试日期为{考试日期}。"
    "请登录查看、下载并打印，考试当天携带准考证和有效身份证件原件。",
    values=APPLICATION | {"考试日期": "2026年5月16日（周六）"},
    needs=["考试日期"],
)
TICKET_AT_INSTITUTION = template(
    "scheduling.ticket_at_institution",
    title="准考证已发放，向院校、培训机构领取",
    subject="准考证已发放",
    body="申报 {申报编号}（{项目}）的准考证已发放，考试日期为{考试日期}。请向您的院校或培训机构领取。",
    values=APPLICATION | {"考试日期": "2026年5月16日（周六）"},
    needs=["考试日期"],
)
TICKET_UNFETCHED = template(
    "scheduling.ticket_unfetched",
    title="提醒领取准考证",
    subject="请领取准考证，考试日期 {考试日期}",
    body="申报 {申报编号}（{项目}）的准考证您还没有领取，考试日期为{考试日期}。"
    "请登录查看、下载并打印，考试当天携带准考证和有效身份证件原件。",
    values=APPLICATION | {"考试日期": "2026年5月16日（周六）"},
    needs=["考试日期"],
)
GROUP_UNFETCHED = template(
    "scheduling.group_unfetched",
    title="提醒院校、培训机构领取准考证",
    subject="还有准考证没有领取，考试日期 {考试日期}",
    body="{团体}中 {人数} 人的准考证还没有领取，考试日期为{考试日期}。请登录团体申报页面合并下载，打印后发给本人。",
    values={
        "团体": "团体申报 TB20260000012（人工智能训练师 四级/中级工，2026年4月批次）",
        "人数": "12",
        "考试日期": "2026年5月16日（周六）",
    },
    needs=["考试日期"],
)
