"""The tags and filters that every page uses, and what must hold for every template."""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.template.loader import get_template
from django.test import RequestFactory

from skilleval.core.clock import SHANGHAI

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
SPRITE = (ROOT / "skilleval/static/vendor/bootstrap-icons/icons.svg").read_text(encoding="utf8")
ICONS = set(re.findall(r'<symbol [^>]*id="([^"]+)"', SPRITE))


def render(source: str, **context: object) -> str:
    """A template with the portal's library loaded, its white space squeezed."""
    text = Template("{% load portal %}" + source).render(Context(context))
    return re.sub(r"\s+", " ", text).strip()


class Particulars(forms.Form):
    name = forms.CharField(label="姓名")
    number = forms.CharField(label="证件号码", help_text="与证件一致")
    sex = forms.ChoiceField(label="性别", choices=[("m", "男"), ("f", "女")], widget=forms.RadioSelect)
    photo = forms.FileField(label="证件照")
    agreed = forms.BooleanField(label="接受须知")
    token = forms.CharField(widget=forms.HiddenInput)

    def clean_number(self) -> str:
        raise forms.ValidationError("身份证号码第 18 位校验不符，请核对原件")

    def clean(self) -> None:
        raise forms.ValidationError("申报已截止")


# --- filters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("{{ v|cn_date }}", date(2026, 3, 21), "2026年3月21日（周六）"),
        ("{{ v|cn_day }}", date(2026, 3, 21), "3月21日（周六）"),
        ("{{ v|cn_month }}", date(2026, 3, 21), "2026年3月"),
        ("{{ v|cn_time }}", datetime(2026, 3, 21, 9, 0, tzinfo=SHANGHAI), "09:00"),
        ("{{ v|cn_datetime }}", datetime(2026, 3, 21, 9, 0, tzinfo=SHANGHAI), "2026年3月21日（周六） 09:00"),
        ("{{ v|cn_deadline }}", date(2026, 4, 30), "4月30日 24:00 前"),
        ('{{ v|cn_deadline:"year" }}', date(2026, 4, 30), "2026年4月30日 24:00 前"),
        ("{{ v|cn_period:v }}", date(2026, 4, 30), "2026年4月30日至4月30日"),
        ("{{ v|yuan }}", Decimal("480"), "¥480.00"),
        ("{{ v|yuan }}", "480", "¥480.00"),
        ("{{ v|yuan }}", "many", ""),
        ("{{ v|yuan }}", None, "费用待公布"),
        ("{{ v|mask_id }}", "310101199801010356", "310101********0356"),
        ("{{ v|mask_phone }}", "13812345678", "138****5678"),
        ("{{ v|mask_phone }}", "+8613812345678", "138****5678"),
    ],
)
def test_a_filter_words_its_value(source: str, value: object, shown: str) -> None:
    assert render(source, v=value) == shown


@pytest.mark.parametrize(
    "name", ["cn_date", "cn_day", "cn_month", "cn_time", "cn_datetime", "cn_deadline", "mask_id", "mask_phone"]
)
@pytest.mark.parametrize("nothing", [None, ""])
def test_a_filter_shows_nothing_for_nothing(name: str, nothing: str | None) -> None:
    assert render("{{ v|" + name + " }}", v=nothing) == ""


# --- tags -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "tone"),
    [
        (SimpleNamespace(word="待缴费", tone="action"), "action"),
        ({"word": "待缴费", "tone": "action"}, "action"),
        ("待缴费", "neutral"),
    ],
)
def test_a_state_tag_has_a_word_a_tone_and_an_icon(tag: object, tone: str) -> None:
    html = render("{% state_tag tag %}", tag=tag)
    assert f'class="tag tag-{tone}"' in html
    assert "待缴费" in html
    assert "<use href=" in html


def test_a_state_tag_refuses_an_unknown_tone() -> None:
    with pytest.raises(KeyError):
        render('{% state_tag "待缴费" "purple" %}')


def test_a_state_word_is_escaped() -> None:
    assert "<b>" not in render("{% state_tag word %}", word="<b>")


@pytest.mark.parametrize(
    ("count", "value", "reached"), [(0, 0, False), (29, 29, False), (30, 30, True), (41, 30, True)]
)
def test_progress_shows_the_figure_beside_the_bar(count: int, value: int, reached: bool) -> None:
    html = render('{% progress count 30 note="满 30 人成班" %}', count=count)
    assert f'<progress max="30" value="{value}"' in html
    assert f"<strong>{count}</strong> / 30" in html
    assert ("threshold-reached" in html) is reached
    assert "满 30 人成班" in html


def test_breadcrumbs_link_all_but_the_page_itself() -> None:
    html = render('{% breadcrumbs "首页" "/" "评价机构" "/p/" "某机构" %}')
    assert re.findall(r'<a href="([^"]+)">([^<]+)</a>', html) == [("/", "首页"), ("/p/", "评价机构")]
    assert '<li aria-current="page">某机构</li>' in html


def test_kept_parts_fill_two_places_and_stay_markup() -> None:
    assert render("{% keep as part %} <b>{{ v }}</b> {% endkeep %}[{{ part }}][{{ part }}]", v="<") == (
        "[<b>&lt;</b>][<b>&lt;</b>]"
    )


# --- errors ---------------------------------------------------------------------------------------------------------


def test_a_form_names_each_error_with_its_cure_and_links_to_the_field() -> None:
    html = render("{% load crispy_forms_tags %}{{ form|crispy }}", form=Particulars({"number": "1"}))
    summary = html[: html.index("</ul>")]
    links = dict(re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary))
    assert links == {
        "id_name": "请填写姓名",
        "id_number": "身份证号码第 18 位校验不符，请核对原件",
        "id_sex_0": "请选择性别",
        "id_photo": "请上传证件照",
        "id_agreed": "请勾选“接受须知”",
    }
    assert "申报已截止" in summary
    for anchor in links:
        assert f'id="{anchor}"' in html


def test_an_error_is_tied_to_its_field_for_screen_readers() -> None:
    html = render("{% load crispy_forms_tags %}{{ form|crispy }}", form=Particulars({"number": "1"}))
    described = re.search(r'<input[^>]*name="number"[^>]*aria-describedby="([^"]+)"', html)
    assert described is not None
    assert described[1].split() == ["id_number_helptext", "id_number_error"]
    assert all(f'id="{name}"' in html for name in described[1].split())


def test_a_form_not_yet_sent_has_no_errors() -> None:
    assert "error-summary" not in render("{% load crispy_forms_tags %}{{ form|crispy }}", form=Particulars())


def test_the_summary_gathers_several_forms_and_form_sets() -> None:
    row_set = forms.formset_factory(Particulars, min_num=1, validate_min=True, extra=0)
    data = {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0", "rows-0-name": "张示例"}
    html = render(
        '{% include "components/error_summary.html" with form=one forms=more %}',
        one=Particulars({"name": "张示例"}, prefix="one"),
        more=[row_set(data, prefix="rows")],
    )
    assert 'href="#id_one-number"' in html
    assert 'href="#id_rows-0-number"' in html


# --- components -----------------------------------------------------------------------------------------------------


def test_the_head_box_says_where_it_stands_and_has_the_one_button() -> None:
    html = render(
        '{% include "components/head.html" with sentence="请缴费" by=by action_url="/pay/" action_label="缴费" only %}',
        by="4月30日 24:00 前",
    )
    assert "请缴费" in html
    assert "4月30日 24:00 前" in html
    assert html.count("btn-primary") == 1
    assert 'href="/pay/"' in html


def test_a_task_that_cannot_start_yet_has_no_link() -> None:
    tasks = [
        {"title": "身份信息", "url": "/id/", "hint": "", "word": "已完成", "tone": "success"},
        {"title": "提交", "url": None, "hint": "完成以上各项后可提交", "word": "尚不能开始", "tone": "neutral"},
    ]
    html = render('{% include "components/task_list.html" with tasks=tasks only %}', tasks=tasks)
    assert re.findall(r'<a href="([^"]+)"', html) == ["/id/"]


@pytest.mark.parametrize(
    ("keys", "links"),
    [
        ({"next_key": "9"}, ["?level=4&amp;after=9"]),
        ({"prev_key": "5"}, ["?level=4&amp;before=5"]),
        ({"prev_key": "5", "next_key": "9"}, ["?level=4&amp;before=5", "?level=4&amp;after=9"]),
        ({}, []),
    ],
)
def test_the_pager_keeps_the_filters(keys: dict[str, str], links: list[str]) -> None:
    request = RequestFactory().get("/", {"level": "4", "after": "4"})
    html = Template('{% include "components/pager.html" %}').render(RequestContext(request, keys))
    assert re.findall(r'href="([^"]+)"', re.sub(r"<svg.*?</svg>", "", html)) == links


# --- every template -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles(name: str) -> None:
    try:
        get_template(name)
    except TemplateSyntaxError as error:  # named here, or the report shows only the line
        pytest.fail(f"{name}: {error}")


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_of_a_template_is_in_the_sprite(name: str) -> None:
    source = (ROOT / "templates" / name).read_text(encoding="utf8")
    assert set(re.findall(r'{% icon "([^"]+)"', source)) <= ICONS


def test_every_tone_has_an_icon_in_the_sprite() -> None:
    from skilleval.core.templatetags.portal import TONE_ICONS

    assert set(TONE_ICONS.values()) <= ICONS


@pytest.mark.parametrize("name", NAMES)
def test_no_template_needs_what_the_content_security_policy_forbids(name: str) -> None:
    source = (ROOT / "templates" / name).read_text(encoding="utf8")
    assert not re.search(r"<[^>]*\s(style|on[a-z]+|hx-on[^=]*)\s*=", source)
    assert "<style" not in source
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", source)
