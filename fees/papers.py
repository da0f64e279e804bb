"""月结单 as a paper (SPEC 14): to check against the bank's statement, sign and seal."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from fees.queries.months import Month
from skilleval.core.pdf import qr_png_data_uri, render_pdf

MONTH = "papers/month_statement.html"


def month_statement(month: Month, *, at: datetime) -> bytes:
    """The statement of a month; one that isn't over is marked so."""
    asked: dict[str, str | int] = {"provider": month.provider.pk, "month": f"{month.statement.first:%Y-%m}"}
    page = f"{settings.SITE_URL}{reverse('admin:fees_month')}?{urlencode(asked)}"
    context = {
        "month": month,
        "statement": month.statement,
        "provider": month.provider,
        "over": timezone.localdate(at) > month.statement.last,
        "qr": qr_png_data_uri(page),
        "printed_at": at,
    }
    return render_pdf(MONTH, context)
