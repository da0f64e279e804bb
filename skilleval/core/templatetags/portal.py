"""Filters and tags of every page: dates, money, masks, icons, state tags, progress, breadcrumbs.

The library knows no word of the field: state words and their tones are given by whoever owns them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from skilleval.core import identity, wording

register = template.Library()

ICONS = "vendor/bootstrap-icons/icons.svg"
TONE_ICONS = {
    "neutral": "dash-circle",
    "info": "clock",
    "action": "exclamation-circle",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "danger": "x-circle",
}
MESSAGE_TONES = {"debug": "info", "info": "info", "success": "success", "warning": "warning", "error": "danger"}


# --- dates, money, masks ------------------------------------------------------------------------------------------


def _dated(value: object) -> date | None:
    return value if isinstance(value, date) else None


@register.filter
def cn_date(value: object) -> str:
    """2026年3月21日（周六）; empty for no date."""
    day = _dated(value)
    return wording.cn_date(day) if day else ""


@register.filter
def cn_day(value: object) -> str:
    """3月21日（周六）; empty for no date."""
    day = _dated(value)
    return wording.cn_day(day) if day else ""


@register.filter
def cn_month(value: object) -> str:
    """2026年3月; empty for no date."""
    day = _dated(value)
    return wording.cn_month(day) if day else ""


@register.filter
def cn_time(value: object) -> str:
    """09:00; empty for no time."""
    return wording.cn_time(value) if isinstance(value, time | datetime) else ""


@register.filter
def cn_datetime(value: object) -> str:
    """2026年3月21日（周六） 09:00; empty for no moment."""
    return wording.cn_datetime(value) if isinstance(value, datetime) else ""


@register.filter
def cn_deadline(value: object, form: str = "") -> str:
    """4月30日 24:00 前; with the argument "year" 2026年4月30日 24:00 前."""
    day = _dated(value)
    return wording.cn_deadline(day, year=form == "year") if day else ""


@register.filter
def cn_period(first: object, last: object) -> str:
    """2026年4月1日至4月30日; empty unless both days are known."""
    start, end = _dated(first), _dated(last)
    return wording.cn_period(start, end) if start and end else ""


@register.filter
def yuan(value: object) -> str:
    """¥480.00; 费用待公布 for None; empty for what is no number."""
    if value is None or isinstance(value, int | Decimal):
        return wording.yuan(value)
    try:
        return wording.yuan(Decimal(str(value)))
    except InvalidOperation:
        return ""


@register.filter
def mask_id(number: object) -> str:
    """310101********0356; empty for none."""
    return identity.mask(str(number)) if number else ""


@register.filter
def mask_phone(phone: object) -> str:
    """138****5678; the country code of the mainland is left out; empty for none."""
    return identity.mask_phone(str(phone)) if phone else ""


# --- small pieces -------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite: decorative, or named by `label` where it stands without a word."""
    href = f"{static(ICONS)}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href)


@register.simple_tag
def state_tag(word: Any, tone: str = "") -> SafeString:
    """A state as a word, a colour and an icon. Takes the word and its tone, or one object or mapping that has both."""
    if isinstance(word, dict):
        text, own_tone = word["word"], word.get("tone")
    else:
        text, own_tone = getattr(word, "word", word), getattr(word, "tone", None)
    tone = tone or own_tone or "neutral"
    return format_html('<span class="tag tag-{}">{}{}</span>', tone, icon(TONE_ICONS[tone]), text)


@register.simple_tag
def copy_button(text: str, label: str = "复制") -> SafeString:
    """A button that copies `text`; hidden where there is no JavaScript."""
    return format_html(
        '<button type="button" class="btn btn-link btn-copy" data-copy="{}" hidden>{}<span>{}</span></button>',
        text,
        icon("clipboard"),
        label,
    )


@register.inclusion_tag("components/progress.html")
def progress(count: int, threshold: int, unit: str = "人", label: str = "已确认人数", note: str = "") -> dict[str, Any]:
    """A bar towards a threshold with the figure beside it; `note` says when it shuts and what happens otherwise."""
    return {
        "count": count,
        "threshold": threshold,
        "value": min(count, threshold),
        "reached": count >= threshold,
        "unit": unit,
        "label": label,
        "note": note,
    }


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*parts: str) -> dict[str, Any]:
    """The way here: label and address by turns, then the label of this page alone."""
    links = [{"label": label, "url": url} for label, url in zip(parts[0:-1:2], parts[1::2], strict=True)]
    return {"links": links, "current": parts[-1] if len(parts) % 2 else ""}


@register.filter
def message_tone(level_tag: str) -> str:
    """The tone of a Django message."""
    return MESSAGE_TONES.get(level_tag, "info")


@register.filter
def tone_icon(tone: str) -> SafeString:
    """The icon that goes with a tone in a box of text."""
    return icon("info-circle" if tone in ("info", "neutral") else TONE_ICONS[tone])


# --- errors -------------------------------------------------------------------------------------------------------


def _anchor(field: BoundField) -> str:
    """The id that a link to the field leads to: a group of choices has none of its own, so its first choice."""
    widget = field.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


def _missing(field: BoundField) -> str:
    """What to do about a required field left empty, by the kind of field."""
    if isinstance(field.field, forms.FileField):
        return f"请上传{field.label}"
    if isinstance(field.field, forms.BooleanField):
        return f"请勾选“{field.label}”"
    return f"{'请选择' if isinstance(field.field, forms.ChoiceField) else '请填写'}{field.label}"


@register.filter
def field_messages(field: BoundField) -> list[str]:
    """The field's errors; Django's wording of an empty required field gives way to one that names field and cure."""
    default = forms.Field.default_error_messages["required"]
    return [_missing(field) if message == default else str(message) for message in field.errors]


def _form_errors(form: forms.BaseForm) -> Iterable[dict[str, str]]:
    for message in form.non_field_errors():
        yield {"text": str(message), "anchor": ""}
    for field in form:
        anchor = "" if field.is_hidden else _anchor(field)
        yield from ({"text": message, "anchor": anchor} for message in field_messages(field))


@register.simple_tag
def form_errors(*forms_or_sets: Any) -> list[dict[str, str]]:
    """Every error of the forms, form sets and lists given, in the order of the page, with the field's id to link to."""
    found: list[dict[str, str]] = []
    for item in forms_or_sets:
        if isinstance(item, forms.BaseForm):
            found += _form_errors(item) if item.is_bound else []
        elif isinstance(item, BaseFormSet):
            found += [{"text": str(m), "anchor": ""} for m in item.non_form_errors()]
            found += form_errors(*item.forms)
        elif isinstance(item, list | tuple):
            found += form_errors(*item)
    return found


# --- layout -------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def keep(content: str) -> str:
    """Keep a part of the page under a name, `{% keep as name %}…{% endkeep %}`: one block can then fill two places."""
    return SafeString(content.strip())
