"""What finance staff enter as a price: every refusal names the field and what to do about it (SPEC 6, 13)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q

from fees.enums import FeeFor, FeeKind
from fees.models import FeeItem
from fees.queries.members import undrawn
from fees.queries.prices import fees_at_approval
from skilleval.catalogue.enums import Level, SubjectKind
from skilleval.core.wording import cn_date, yuan

FAR = date.max


class FeeItemForm(forms.ModelForm):  # type: ignore[type-arg]  # subscripted only by the stubs
    """收费标准: one price. Orders keep what they were drawn with, approved members what was published on that day."""

    class Meta:
        model = FeeItem
        fields = (
            "offering",
            "kind",
            "subject",
            "title",
            "applies_to",
            "amount",
            "valid_from",
            "valid_until",
            "notice",
        )
        help_texts = {
            "kind": "科目费按所考科目相加；整体收费是全部科目一个价；其他费用（如材料费）另加",
            "subject": "科目费填写",
            "title": "其他费用填写，按公告的叫法，例如材料费",
            "applies_to": "补考另有价格的，为补考另加一条；没有另加的，按“正考和补考”的价格收取",
            "amount": "免费的填 0",
            "valid_from": "审核通过之日在有效期内的，按本价格收取；已开具的订单不变",
            "valid_until": "当天仍有效；长期有效的留空",
            "notice": "价格出自哪份公告；没有列出的，请平台管理员先登记公告",
        }

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount < 0:
            raise forms.ValidationError("金额不得为负，免费的填 0")
        return amount

    def clean_title(self) -> str:
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        for check in (self._check_kind, self._check_validity, self._check_overlap, self._check_frozen):
            check(cleaned)
            if self.errors:
                break
        return cleaned

    def item(self, cleaned: dict[str, Any]) -> FeeItem:
        """The price as it would be saved."""
        return FeeItem(pk=self.instance.pk, **{name: cleaned[name] for name in self.Meta.fields})

    def _check_kind(self, cleaned: dict[str, Any]) -> None:
        kind, offering, subject = cleaned["kind"], cleaned["offering"], cleaned["subject"]
        label = FeeKind(kind).label
        if kind == FeeKind.SUBJECT and not subject:
            self.add_error("subject", "科目费须选择科目")
        if kind != FeeKind.SUBJECT and subject:
            self.add_error("subject", f"{label}不分科目，请留空；按科目收的请选“科目费”")
        if kind == FeeKind.OTHER and not cleaned["title"]:
            self.add_error("title", "其他费用须写名称，例如材料费")
        if kind != FeeKind.OTHER and cleaned["title"]:
            self.add_error("title", f"{label}不写名称，请留空；另收的费用请选“其他费用”")
        if kind == FeeKind.PACKAGE and cleaned["applies_to"] == FeeFor.ANY:
            self.add_error("applies_to", "整体收费须选“仅正考”或“仅补考”；两者都收的分两条填写")
        if offering.level == Level.SPECIAL and cleaned["applies_to"] == FeeFor.RESIT:
            self.add_error("applies_to", "专项职业能力没有补考，请选“仅正考”或“正考和补考”")
        if subject and not offering.subjects.filter(kind=subject).exists():
            sat = "、".join(str(one) for one in offering.subjects.all()) or "尚未登记"
            self.add_error("subject", f"该评价项目不考{SubjectKind(subject).label}；其评价科目：{sat}")

    def _check_validity(self, cleaned: dict[str, Any]) -> None:
        until = cleaned["valid_until"]
        if until and until < cleaned["valid_from"]:
            self.add_error("valid_until", f"截止日期不得早于生效日期 {cn_date(cleaned['valid_from'])}")

    def _check_overlap(self, cleaned: dict[str, Any]) -> None:
        same = {name: cleaned[name] for name in ("offering", "kind", "subject", "title", "applies_to")}
        others = FeeItem.objects.filter(**same).exclude(pk=self.instance.pk)
        overlapping = others.filter(
            Q(valid_until=None) | Q(valid_until__gte=cleaned["valid_from"]),
            valid_from__lte=cleaned["valid_until"] or FAR,
        )
        other = overlapping.order_by("valid_from").first()
        if other:
            self.add_error("valid_from", _cure(other, cleaned["valid_from"]))

    def _check_frozen(self, cleaned: dict[str, Any]) -> None:
        """Who is approved and in no order yet owes what was published that day: no price may change it (SPEC 6)."""
        touched = {cleaned["offering"].pk, self.instance.offering_id}
        members = list(undrawn().filter(offering__in=touched - {None}))
        now, then = fees_at_approval(members), fees_at_approval(members, instead=self.item(cleaned))
        changed = [row for row in members if now[row.pk] != then[row.pk]]
        if changed:
            last = max(row.approved_on for row in changed if row.approved_on)
            self.add_error(
                None,
                f"有 {len(changed)} 名团体人员已审核通过、尚未开具订单，应缴金额以审核通过当日的收费标准为准。"
                f"请保留原价格，新价格从 {cn_date(last + timedelta(days=1))}或以后生效：将原价格截止到前一天，另加一条",
            )


def _cure(other: FeeItem, valid_from: date) -> str:
    span = f"{cn_date(other.valid_from)}起" + (
        f"至 {cn_date(other.valid_until)}" if other.valid_until else "，长期有效"
    )
    told = f"与已有的一条重叠：{other.what} {yuan(other.amount)}，{span}。"
    if other.valid_from < valid_from:
        return f"{told}请先将那一条的截止日期改为 {cn_date(valid_from - timedelta(days=1))}或更早"
    return f"{told}请将本条的截止日期填为 {cn_date(other.valid_from - timedelta(days=1))}或更早，或直接修改那一条"
