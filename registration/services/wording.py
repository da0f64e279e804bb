"""What a person is told of their application, in the portal's words; a provider may word each anew (SPEC 5 to 7)."""

from __future__ import annotations

from registration.models import Application
from skilleval.catalogue.models import Offering
from skilleval.core.templates import template

#: What every message of an application can name, each with an example.
APPLICATION = {"申报编号": "SQ20260000017", "项目": "人工智能训练师 四级/中级工"}
INSTITUTION = {"院校": "样本职业技术学校"}


def named(application: Application, offering: Offering | None = None, /, **more: str) -> dict[str, str]:
    """The values of a message about an application; `offering` is its own, where that is at hand already."""
    return {"申报编号": application.number, "项目": str(offering or application.offering), **more}


SUBMITTED = template(
    "registration.submitted",
    title="个人申报提交后",
    subject="您的申报已提交",
    body="申报 {申报编号}（{项目}）已提交，{评价机构}将于{审核时限}完成资格审核，结果会通知您。",
    values=APPLICATION | {"评价机构": "上海市计算技术研究所有限公司", "审核时限": "4月10日 24:00 前"},
)
HANDED_IN = template(
    "registration.handed_in",
    title="院校、培训机构提交后，告知有账号的人员",
    subject="您的申报已由院校提交",
    body="{院校}已为您提交申报 {申报编号}（{项目}），由{评价机构}进行资格审核，结果会通知您。",
    values=APPLICATION | INSTITUTION | {"评价机构": "上海市计算技术研究所有限公司"},
)
HANDED_IN_UNKNOWN = template(
    "registration.handed_in_unknown",
    title="院校、培训机构提交后，告知没有账号的人员",
    subject="您的申报已由院校提交",
    body=HANDED_IN.body + "请到 {平台网址} 注册并认领您的申报，查看审核、缴费、准考证和成绩。",
    values=HANDED_IN.values | {"平台网址": "https://www.example.com"},
    needs=["平台网址"],
)
RETURNED = template(
    "registration.returned",
    title="退回补正",
    subject="您的申报需要补正",
    body="申报 {申报编号}（{项目}）已退回补正：{理由}。请于{补正截止}修改后重新提交，逾期将失效。",
    values=APPLICATION | {"理由": "证明材料不清晰，请重新上传", "补正截止": "4月10日 24:00 前"},
    needs=["理由", "补正截止"],
)
RETURNED_TO_INSTITUTION = template(
    "registration.returned_to_institution",
    title="退回补正，由院校、培训机构修改",
    subject=RETURNED.subject,
    body="申报 {申报编号}（{项目}）已退回补正：{理由}。由{院校}于{补正截止}修改后重新提交，您不需操作；"
    "需要您补充材料的，请与其联系；逾期将失效。",
    values=RETURNED.values | INSTITUTION,
    needs=["理由", "院校"],
)
CORRECTION_ENDS = template(
    "registration.correction_ends",
    title="补正截止前一个工作日",
    subject="补正即将截止",
    body="申报 {申报编号}（{项目}）退回补正后还没有重新提交，补正截止 {补正截止}，逾期将失效。",
    values=APPLICATION | {"补正截止": "4月10日 24:00 前"},
    needs=["补正截止"],
)
REJECTED = template(
    "registration.rejected",
    title="未通过资格审核",
    subject="您的申报未通过资格审核",
    body="申报 {申报编号}（{项目}）未通过资格审核：{理由}。您可在符合条件后重新申报。",
    values=APPLICATION | {"理由": "从事本职业的年限不足"},
    needs=["理由"],
)
CONFIRMED = template(
    "registration.confirmed",
    title="缴费到账，报名确认",
    subject="您的报名已确认",
    body="申报 {申报编号}（{项目}）已确认，计入本批次人数。成班和考试安排确定后将通知您。",
    values=APPLICATION,
)
ROLLED_OVER = template(
    "registration.rolled_over",
    title="顺延至下一批次",
    subject="您的申报已顺延至下一批次",
    body="申报 {申报编号}（{项目}）{原因}，{去向}。报名和已缴费用保留，您不需再办理；也可以免费退考。",
    values=APPLICATION
    | {
        "原因": "所在批次未满 30 人",
        "去向": "已顺延至2026年5月批次，评价时间为2026年6月1日至6月30日",
    },
    needs=["去向"],
)
AWAITS_NOTICE = template(
    "registration.awaits_notice",
    title="顺延，等待下一年度公告",
    subject="您的申报已顺延，等待下一年度公告",
    body=ROLLED_OVER.body,
    values=APPLICATION | {"原因": "所在批次未满 30 人", "去向": "本年度已无后续批次，待机构发布下一年度公告后安排"},
    needs=["去向"],
)
ENTERED = template(
    "registration.entered",
    title="等待公告的申报列入新批次",
    subject="您的申报已列入新的批次",
    body="评价机构已公布新的申报批次，申报 {申报编号}（{项目}）{去向}。"
    "报名和已缴费用保留，您不需再办理；也可以免费退考。",
    values=APPLICATION | {"去向": ROLLED_OVER.values["去向"]},
    needs=["去向"],
)
WITHDRAWN = template(
    "registration.withdrawn",
    title="退考",
    subject="您的申报已退考",
    body="申报 {申报编号}（{项目}）{办理情况}。您可随时重新申报。",
    values=APPLICATION | {"办理情况": "已由样本职业技术学校办理退考（离校）"},
    needs=["办理情况"],
)
CANCELLED = template(
    "registration.cancelled",
    title="申报取消",
    subject="您的申报已取消",
    body="申报 {申报编号}（{项目}）已取消：{理由}。",
    values=APPLICATION | {"理由": "场次取消，评价机构不再举办"},
    needs=["理由"],
    holdable=False,
)
VOIDED = template(
    "registration.voided",
    title="申报作废",
    subject="您的申报已作废",
    body="申报 {申报编号}（{项目}）已作废：{理由}。",
    values=APPLICATION | {"理由": "处理决定 沪考决〔2026〕0003号"},
    needs=["理由"],
    holdable=False,
)
LAPSED = template(
    "registration.lapsed",
    title="申报逾期",
    subject="您的申报已逾期",
    body="申报 {申报编号}（{项目}）已失效：{理由}。在申报时间内可重新申报。",
    values=APPLICATION | {"理由": "至4月3日 24:00 前款项未到账"},
    needs=["理由"],
)
MEMBER_LAPSED = template(
    "registration.member_lapsed",
    title="院校、培训机构申报的人员逾期",
    subject=LAPSED.subject,
    body="申报 {申报编号}（{项目}）已失效：{理由}。如仍要申报，请联系{院校}。",
    values=APPLICATION | INSTITUTION | {"理由": "至4月10日 24:00 前未补正"},
    needs=["理由"],
)
OFFERED_AGAIN = template(
    "registration.offered_again",
    title="处理决定撤销后，可以恢复申报",
    subject="您的申报可以恢复",
    body="处理决定已撤销，申报 {申报编号}（{项目}）可以恢复。请登录后在申报页面选择“恢复申报”；不恢复的不需办理。",
    values=APPLICATION,
    holdable=False,
)
REINSTATED = template(
    "registration.reinstated",
    title="处理决定撤销后，申报已恢复",
    subject="您的申报已恢复",
    body="申报 {申报编号}（{项目}）已恢复：{恢复后}。",
    values=APPLICATION | {"恢复后": "回到待成班，列入2026年5月批次；已缴费用继续有效"},
    needs=["恢复后"],
)
CREDIT_ENDING = template(
    "registration.credit_ending",
    title="合格科目成绩即将到期",
    subject="合格科目成绩即将到期",
    body="您在{评价机构}的{合格科目}合格成绩将于{到期}失效。"
    "在此之前提交补考申报的，只考其余科目，成绩保留到评价结束；逾期须重新申报全部科目。",
    values={
        "评价机构": "上海市计算技术研究所有限公司",
        "合格科目": "人工智能训练师 四级/中级工 理论知识",
        "到期": "5月6日 24:00 前",
    },
    needs=["合格科目", "到期"],
)
CONFIRMED_LATE = template(
    "registration.confirmed_late",
    title="逾期后查明款项在截止前到账",
    subject="您的申报已恢复并确认",
    body="您的款项于{到账日期}到账，在缴费截止前，机构入账较晚。申报 {申报编号}（{项目}）已恢复并确认；"
    "所在批次已判定的，加入尚未发布的场次或顺延至下一批次，确定后将通知您。",
    values=APPLICATION | {"到账日期": "2026年4月30日（周四）"},
)
PAYMENT_UNDONE = template(
    "registration.payment_undone",
    title="到账确认有误，已撤销",
    subject="您的到账确认有误，已撤销",
    body="申报 {申报编号}（{项目}）此前的到账确认有误，已撤销：{理由}。申报回到待缴费，请登录查看应缴金额和缴费截止。",
    values=APPLICATION | {"理由": "款项属于另一订单"},
    needs=["理由"],
)
WINDOW_CHANGED = template(
    "registration.window_changed",
    title="申报批次的时间有调整",
    subject="{批次}的时间有调整",
    body="申报 {申报编号}（{项目}）所在的{批次}有调整：{调整}。原因：{原因}。其他安排不变，请以本平台显示的时间为准。",
    values=APPLICATION
    | {
        "批次": "2026年4月批次",
        "调整": "评价截止由2026年5月31日（周日）改为2026年6月7日（周日）",
        "原因": "考点检修",
    },
    needs=["调整"],
    holdable=False,
)
PAPERS_DUE = template(
    "registration.papers_due",
    title="交材料即将截止",
    subject="签字原件的交材料时间即将截止",
    body="申报 {申报编号}（{项目}）签字的报名表原件还没有收到，交材料截止 {交材料截止}。请尽快交到评价机构业务受理点。",
    values=APPLICATION | {"交材料截止": "4月3日 24:00 前"},
    needs=["交材料截止"],
)
