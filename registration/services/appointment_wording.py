"""What candidates are told of their appointments at a desk."""

from __future__ import annotations

from skilleval.core.templates import template

_VALUES = {
    "申报编号": "SQ20260000001",
    "项目": "人工智能训练师 四级/中级工",
    "时间": "2026年3月12日（周四） 09:30–10:00",
    "地点": "静安区某路 1 号 2 楼",
}

BOOKED = template(
    "registration.appointment_booked",
    title="预约窗口成功或改期后",
    subject="窗口预约成功",
    body="申报 {申报编号}（{项目}）已预约 {时间} 到{地点}交签字的报名表原件。不能来的，请在预约时间前改约或取消。",
    values=_VALUES,
    needs=("时间", "地点"),
)
REMINDER = template(
    "registration.appointment_reminder",
    title="预约日的前一天",
    subject="明天请到窗口交原件",
    body="您预约了 {时间} 到{地点}交申报 {申报编号} 签字的报名表原件。须带：{材料}。不能来的，请尽早改约或取消。",
    values=_VALUES | {"材料": "本人身份证件；本人签字的报名表原件"},
    needs=("时间", "地点"),
)
CANCELLED = template(
    "registration.appointment_cancelled",
    title="窗口取消预约后",
    subject="窗口预约已取消，请重新预约",
    body="申报 {申报编号} 原定 {时间} 的窗口预约已取消：{原因}。请重新预约，或向评价机构咨询。",
    values=_VALUES | {"原因": "窗口当日停止受理"},
    needs=("时间", "原因"),
)
MISSED = template(
    "registration.appointment_missed",
    title="预约后未到窗口",
    subject="您没有按预约到窗口",
    body="申报 {申报编号} 预约了 {时间} 到窗口交原件，窗口没有等到您。原件仍须交来，请重新预约。",
    values=_VALUES,
    needs=("申报编号",),
)
