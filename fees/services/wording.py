"""What payers are told of their orders, in the portal's words; a provider may word each anew (SPEC 6).

Messages to officers name no member of theirs: they may be read over somebody's shoulder.
"""

from __future__ import annotations

from registration.services.group_wording import GROUP
from registration.services.wording import APPLICATION, INSTITUTION
from skilleval.core.templates import template

#: What every message of an order can name, each with an example.
ORDER = {"订单": "订单 DD26040000012（考核费+样本职业技术学校+人工智能训练师（四级）+36人）"}
TO_PAY_BY = {"应缴金额": "¥14,400.00", "缴费截止": "4月30日 24:00 前"}
#: What is known of the money shortly before it is due.
KNOWN = {"到账情况": "已到账 ¥13,600.00，还差 ¥800.00"}

TO_PAY = template(
    "fees.to_pay",
    title="通过资格审核，请缴费",
    subject="您的申报已通过审核，请缴费",
    body="申报 {申报编号}（{项目}）已通过资格审核。"
    "请于{缴费截止}转账缴费 {应缴金额}，以到账日为准；收款账户和转账附言见申报进度页。",
    values=APPLICATION | TO_PAY_BY | {"应缴金额": "¥400.00"},
    needs=["应缴金额", "缴费截止"],
)
PASSED = template(
    "fees.passed",
    title="通过资格审核，由院校、培训机构缴费",
    subject="您的申报已通过资格审核",
    body="申报 {申报编号}（{项目}）已通过资格审核。费用由{院校}统一缴纳，您不需转账；到账确认后通知您。",
    values=APPLICATION | INSTITUTION,
)
ENDING = template(
    "fees.ending",
    title="缴费截止前一个工作日",
    subject="缴费即将截止",
    body="申报 {申报编号} 应缴 {应缴金额}，{到账情况}。缴费截止 {缴费截止}，"
    "以款项到达机构账户之日为准；逾期未到账，申报将失效。",
    values=APPLICATION | TO_PAY_BY | {"应缴金额": "¥400.00", "到账情况": "尚未收到款项，已转账的请上传缴费凭证"},
    needs=["应缴金额", "缴费截止"],
)
TO_DRAW = template(
    "fees.group_to_draw",
    title="告知经办人：有人员通过审核，请开具订单",
    subject="团体申报有{通过人员}通过资格审核，请开具缴费订单",
    body="{团体}有{通过人员}已通过资格审核。请开具缴费订单并转账，款项须于{缴费截止}到账，逾期未缴的，申报将失效。",
    values=GROUP | {"通过人员": " 36 人", "缴费截止": TO_PAY_BY["缴费截止"]},
    needs=["缴费截止"],
)
DRAWING_ENDS = template(
    "fees.group_drawing_ends",
    title="告知经办人：缴费即将截止，尚有人员未开订单",
    subject="团体申报缴费即将截止，尚有人员未开订单",
    body="{团体}有人员已通过资格审核，但还没有开具缴费订单。款项须于{缴费截止}到账，逾期未缴的，申报将失效。",
    values=GROUP | {"缴费截止": TO_PAY_BY["缴费截止"]},
    needs=["缴费截止"],
)
MEMBERS_LAPSED = template(
    "fees.group_members_lapsed",
    title="告知经办人：有人员未开订单，逾期",
    subject="团体申报有人员逾期未缴费",
    body="{团体}有 {人数} 人至{缴费截止}未开具缴费订单，申报已失效。在申报时间内可重新申报。",
    values=GROUP | {"人数": "3", "缴费截止": TO_PAY_BY["缴费截止"]},
)
DRAWN = template(
    "fees.order_drawn",
    title="告知经办人：订单已开具",
    subject="团体缴费订单已开具",
    body="{订单}已开具，应缴 {应缴金额}，款项须于{缴费截止}到账。",
    values=ORDER | TO_PAY_BY,
    needs=["订单", "应缴金额", "缴费截止"],
)
DUE = template(
    "fees.order_due",
    title="告知经办人：缴费截止前一个工作日",
    subject="团体缴费即将截止",
    body="{订单}应缴 {应缴金额}，{到账情况}。款项须于{缴费截止}到账；逾期未到账，订单中全部人员的申报将失效。",
    values=ORDER | TO_PAY_BY | KNOWN,
    needs=["订单", "应缴金额", "缴费截止"],
)
REPLACED = template(
    "fees.order_replaced",
    title="告知经办人：有人退出，订单已更换",
    subject="团体缴费订单已更换，请按新订单缴费",
    body="订单 {原订单编号} 中有 {退出人数} 人退出，该订单作废，由{订单}替代，应缴 {应缴金额}，款项须于{缴费截止}到账。"
    "请按新订单的金额和附言转账；已按原订单转账的，多付部分请联系评价机构退回。",
    values={"原订单编号": "DD26040000009", "退出人数": "2"} | ORDER | TO_PAY_BY,
    needs=["订单", "应缴金额", "缴费截止"],
)
CANCELLED = template(
    "fees.order_cancelled",
    title="告知经办人：全部退出，订单取消",
    subject="团体缴费订单已取消",
    body="{订单}中的人员已全部退出，订单取消，请不要再转账；已经转账的，请联系评价机构退回。",
    values=ORDER,
    needs=["订单"],
)
PAID = template(
    "fees.order_paid",
    title="告知经办人：缴费已到账",
    subject="团体缴费已到账",
    body="{订单}已确认到账 {到账金额}，{人数} 人报名确认。",
    values=ORDER | {"到账金额": "¥14,400.00", "人数": "36"},
)
LAPSED = template(
    "fees.order_lapsed",
    title="告知经办人：订单逾期",
    subject="团体缴费订单已逾期",
    body="{订单}已失效：{理由}。{人数} 人的申报同时失效。",
    values=ORDER | {"理由": "至4月30日 24:00 前款项未到账", "人数": "36"},
    needs=["订单", "理由"],
)
SHORT = template(
    "fees.order_short",
    title="到账金额不足",
    subject="缴费到账不足，请补足",
    body="{订单}应缴 {应缴金额}，已收到部分款项，还差 {还差金额}。请于{缴费截止}补足，以到账日为准；补足前不能确认。",
    values=ORDER | TO_PAY_BY | {"应缴金额": "¥400.00", "还差金额": "¥100.00"},
    needs=["还差金额", "缴费截止"],
)
SHORT_OF_A_GROUP = template(
    "fees.group_order_short",
    title="告知经办人：到账金额不足",
    subject="团体缴费到账不足，请补足或指定人员",
    body="{订单}应缴 {应缴金额}，已收到部分款项，还差 {还差金额}。请于{缴费截止}补足，"
    "或者在订单页指定已到的款项为哪些人员缴纳；在此之前，订单中的人员都不能确认。",
    values=ORDER | TO_PAY_BY | {"还差金额": "¥400.00"},
    needs=["订单", "还差金额", "缴费截止"],
)
SPLIT = template(
    "fees.order_split",
    title="告知经办人：部分人员已缴，其余人员另开订单",
    subject="团体缴费：其余人员已另开订单",
    body="所指定人员已列入订单 {已缴订单}并确认到账。其余人员由{订单}缴纳，应缴 {应缴金额}，款项须于{缴费截止}到账。",
    values={"已缴订单": "DD26040000013"} | ORDER | TO_PAY_BY,
    needs=["订单", "应缴金额", "缴费截止"],
)
UNDONE = template(
    "fees.order_undone",
    title="告知经办人：到账确认有误，已撤销",
    subject="团体缴费的到账确认有误，已撤销",
    body="{订单}此前的到账确认有误，已撤销：{理由}。订单回到待缴费，应缴 {应缴金额}，款项须于{缴费截止}到账。",
    values=ORDER | TO_PAY_BY | {"理由": "款项属于另一订单"},
    needs=["订单", "应缴金额", "缴费截止"],
)
REFUNDED = template(
    "fees.refunded",
    title="退费已由银行转出",
    subject="费用已退回",
    body="{订单}的 {退费金额} 已于{退款日期}退回付款账户，请查收。",
    values=ORDER | {"退费金额": "¥400.00", "退款日期": "2026年4月3日（周五）"},
    needs=["退费金额"],
)
