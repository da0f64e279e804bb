"""What an institution's officers are told of their groups, in the portal's words; a provider may word each anew.

What goes to an officer says which group and how many, never who: it may leave by e-mail (SPEC 5.8).
"""

from __future__ import annotations

from skilleval.core.templates import template

#: What every message of a group can name, with an example.
GROUP = {"团体": "团体申报 TT2026000012（人工智能训练师 四级/中级工，2026年4月批次）"}

SUBMITTED = template(
    "registration.group_submitted",
    title="告知经办人：团体提交完成",
    subject="团体申报已提交",
    body="{团体}第 {次数} 次提交完成：{提交结果}。",
    values=GROUP | {"次数": "2", "提交结果": "36 人已交上海市计算技术研究所有限公司审核"},
    needs=["提交结果"],
)
NOTHING_SUBMITTED = template(
    "registration.group_nothing_submitted",
    title="告知经办人：团体没有提交成功",
    subject="团体申报没有提交成功",
    body=SUBMITTED.body,
    values=GROUP
    | {
        "次数": "2",
        "提交结果": "0 人已交上海市计算技术研究所有限公司审核，3 人重新核对时有问题，没有提交，请按核对报告修改",
    },
    needs=["提交结果"],
)
RETURNED = template(
    "registration.group_returned",
    title="告知经办人：有人员退回补正",
    subject="团体申报有 {人数} 人退回补正",
    body="{团体}有 {人数} 人退回补正，理由见团体页面。请于{补正截止}修改、初审后重新提交，逾期失效；其他人员不受影响。",
    values=GROUP | {"人数": "3", "补正截止": "4月10日 24:00 前"},
    needs=["补正截止"],
)
CLOSING = template(
    "registration.group_closing",
    title="告知经办人：申报截止前两个工作日，尚有人员未提交",
    subject="团体申报即将截止，尚有 {人数} 人未提交",
    body="{团体}还有 {人数} 人没有提交，申报截止 {申报截止}。请修改、初审后提交；截止后未提交的，须转入下一批次。",
    values=GROUP | {"人数": "3", "申报截止": "4月30日 24:00 前"},
    needs=["申报截止"],
)
CORRECTION_ENDS = template(
    "registration.group_correction_ends",
    title="告知经办人：补正截止前一个工作日",
    subject="团体申报有 {人数} 人的补正即将截止",
    body="{团体}有 {人数} 人退回补正后还没有重新提交，补正截止 {补正截止}，逾期申报将失效。请修改、初审后重新提交。",
    values=GROUP | {"人数": "3", "补正截止": "4月10日 24:00 前"},
    needs=["补正截止"],
)
LAPSED = template(
    "registration.group_lapsed",
    title="告知经办人：有人员逾期",
    subject="团体申报有 {人数} 人已逾期",
    body="{团体}有 {人数} 人的申报已失效：{理由}。仍要申报的，请转入下一批次的团体。",
    values=GROUP | {"人数": "3", "理由": "至4月10日 24:00 前未补正"},
    needs=["理由"],
)
MEMBER_WITHDREW = template(
    "registration.group_member_withdrew",
    title="告知经办人：有人员自行退考",
    subject="团体申报有人员退考",
    body="{团体}中的申报 {申报编号} 已由本人退考。",
    values=GROUP | {"申报编号": "SQ20260000017"},
)
WINDOW_CHANGED = template(
    "registration.group_window_changed",
    title="告知经办人：申报批次的时间有调整",
    subject="{批次}的时间有调整",
    body="{团体}所在的{批次}有调整：{调整}。原因：{原因}。其他安排不变，请以本平台显示的时间为准。",
    values=GROUP
    | {
        "批次": "2026年4月批次",
        "调整": "申报截止由2026年4月30日（周四）改为2026年5月8日（周五）",
        "原因": "系统维护",
    },
    needs=["调整"],
    holdable=False,
)
PAPERS_DUE = template(
    "registration.group_papers_due",
    title="告知经办人：交材料即将截止",
    subject="团体申报有 {人数} 人的签字原件还没有收到",
    body="{团体}有 {人数} 人签字的报名表原件还没有收到，交材料截止 {交材料截止}。请尽快交到评价机构业务受理点。",
    values=GROUP | {"人数": "3", "交材料截止": "4月3日 24:00 前"},
    needs=["交材料截止"],
)
