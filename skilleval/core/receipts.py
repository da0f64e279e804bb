"""What the SMS gateway reports of a text: it arrived, or it didn't. Signed as our requests are (see sms)."""

from __future__ import annotations

import hmac
import json
import re
import time

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from skilleval.core import sms
from skilleval.core.enums import Channel, DeliveryReceipt, MessageState
from skilleval.core.models import OutboxMessage

SECONDS_OLD = 300  # at most, before or after our clock
LONGEST = 4096
KEY = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-([0-9]{1,4}))?")


@csrf_exempt
def sms_receipt(request: HttpRequest) -> HttpResponse:
    """One receipt as JSON: key (the message's) and status, `arrived` or `undelivered`; told twice it changes nothing.

    Whoever can't sign gets 404, as does a text we don't know; a report that can't be read gets 400.
    """
    if request.method != "POST" or not _is_signed(request):
        raise Http404("no signature")
    report = _read(request.body)
    if report is None:
        return JsonResponse({"error": "key and status are needed"}, status=400)
    if not note_receipt(*report):
        raise Http404("no such text")
    return JsonResponse({"noted": True})


@transaction.atomic
def note_receipt(key: str, status: str) -> bool:
    """Note what became of a text, by the key it was handed over with; False where there is no such text.

    Whatever is reported of was taken in, whether or not we read the gateway's answer: it isn't handed over again.
    Arrived is the last word: a later `undelivered` changes nothing, an earlier one is replaced.
    """
    parts = KEY.fullmatch(key)
    if parts is None:
        return False
    rows = OutboxMessage.objects.select_for_update().filter(channel=Channel.SMS)
    message = rows.filter(uuid=parts[1], edition=int(parts[2] or 0)).first()
    if message is None:
        return False
    if message.receipt in (DeliveryReceipt.ARRIVED, status):
        return True
    message.receipt, message.receipt_at = status, timezone.now()
    if message.state != MessageState.SENT:
        message.state, message.sent_at = MessageState.SENT, timezone.now()
    message.leased_until, message.last_error = None, ""
    message.save(update_fields=["receipt", "receipt_at", "state", "sent_at", "leased_until", "last_error"])
    return True


def _is_signed(request: HttpRequest) -> bool:
    """Whether it was signed with our secret, now, over this body; nothing is, where no secret is set."""
    timestamp, nonce = request.headers.get("X-Sms-Timestamp", ""), request.headers.get("X-Sms-Nonce", "")
    if not settings.SMS_SECRET or not re.fullmatch("[0-9]{1,12}", timestamp) or len(request.body) > LONGEST:
        return False
    told = request.headers.get("X-Sms-Signature", "").encode()
    right = sms.signature(path=request.path, timestamp=timestamp, nonce=nonce, body=request.body).encode()
    return hmac.compare_digest(told, right) and abs(time.time() - int(timestamp)) <= SECONDS_OLD


def _read(body: bytes) -> tuple[str, str] | None:
    try:
        report = json.loads(body)
        key, status = report["key"], report["status"]
    except (ValueError, KeyError, TypeError):
        return None
    known = isinstance(key, str) and status in DeliveryReceipt.values
    return (key, status) if known else None
