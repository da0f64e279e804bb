"""What candidates are told of their results and certificates, in the portal's words (SPEC 9)."""

from __future__ import annotations

from registration.services.wording import APPLICATION
from skilleval.core.templates import template

#: What a certificate came from: an application, or the provider's business before the portal.
ORIGIN = {"来源": "申报 SQ20260000017（人工智能训练师 四级/中级工）"}
COLLECTION = {"领取方式": "领取方式：凭身份证件原件到业务受理点领取。"}

RESULT_PUBLISHED = template(
    "certificates.result_published",
    title="成绩已公布",
    subject="成绩已公布",
    body="申报 {申报编号}（{项目}）的成绩已公布，请登录查看各科成绩、结论和接下来可以办理的事项。",
    values=APPLICATION,
)
RESULT_CORRECTED = template(
    "certificates.result_corrected",
    title="成绩已更正",
    subject="成绩已更正",
    body="申报 {申报编号}（{项目}）的成绩已更正，原因：{原因}。请登录查看更正前后的成绩和结论。",
    values=APPLICATION | {"原因": "操作技能评分表登分有误"},
    needs=["原因"],
)
ISSUED = template(
    "certificates.issued",
    title="证书已发放",
    subject="您的证书已发放",
    body="{来源}的证书已编号发放，可登录查看和下载。{领取方式}",
    values=ORIGIN | COLLECTION,
)
VOIDED = template(
    "certificates.voided",
    title="证书已作废",
    subject="您的证书已作废",
    body="{来源}的证书已作废，原因：{原因}。纸质证书请交回评价机构。有疑问请与评价机构联系。",
    values=ORIGIN | {"原因": "证书信息有误，另行换发"},
    needs=["原因"],
    holdable=False,
)
RESTORED = template(
    "certificates.restored",
    title="证书已恢复有效",
    subject="您的证书已恢复有效",
    body="{来源}的证书已恢复有效，编号不变。",
    values=ORIGIN,
)
REPLACED = template(
    "certificates.replaced",
    title="证书已换发",
    subject="您的证书已换发",
    body="{来源}的证书已换发，原证书停止使用，请登录查看新证书。{领取方式}",
    values=ORIGIN | COLLECTION,
)
