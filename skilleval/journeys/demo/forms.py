"""The demo bar's one form."""

import datetime

from django import forms

from skilleval.core import clock
from skilleval.core.wording import cn_date

FURTHEST = datetime.timedelta(days=400)


class ClockForm(forms.Form):
    date = forms.DateField(
        label="演示日期", error_messages={"required": "请填写要前往的日期", "invalid": "日期格式应为 2026-12-14"}
    )

    def clean_date(self) -> datetime.date:
        """Forward only, and not so far that a slip of the keyboard runs for minutes."""
        day: datetime.date = self.cleaned_data["date"]
        today = clock.today()
        if day < today:
            raise forms.ValidationError(f"演示日期只能向后推进，当前为 {cn_date(today)}")
        if day > today + FURTHEST:
            raise forms.ValidationError("一次最多推进 400 天，请分次进行")
        return day
