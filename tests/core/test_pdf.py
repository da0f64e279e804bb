"""Papers carry the portal's fonts, ask nobody for anything, and say nothing of the person in their metadata."""

import base64
import io
import subprocess

import pytest
from django.template import engines
from PIL import Image
from pypdf import PdfReader

from skilleval.core import pdf
from tests.core.hostile_files import JPEG, picture

RARE = "上海 𠮷 䶮 㛃 𬍛 买买提·艾力"


def text_of(document):
    return PdfReader(io.BytesIO(document)).pages[0].extract_text()


def test_rare_characters_are_printed_and_read_back():
    document = pdf.render_html(f"<p>{RARE} <b>{RARE}</b></p>")
    for word in RARE.split():
        assert text_of(document).count(word) == 2


def test_only_our_fonts_are_in_it(tmp_path):
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf.render_html("<p>上海 <b>abc</b></p>"))
    listed = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert listed
    assert all("Portal-Sans" in line for line in listed)


ADDRESSES = [
    "file:///etc/passwd",
    "http://127.0.0.1:9/x.png",
    "https://example.invalid/x.png",
    "ftp://127.0.0.1/x",
    "portal-font:../fonts.conf",
    "portal-font:/etc/passwd",
    "portal-font:fonts.conf",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "asking",
    [
        '<img src="{}">',
        '<link rel="stylesheet" href="{}">',
        '<style>@import "{}";</style>',
        '<p style="background: url({})">x</p>',
        '<style>@font-face {{ font-family: x; src: url("{}") }}</style><p style="font-family: x">x',
        '<object data="{}"></object>',
        '<a rel="attachment" href="{}">x</a>',
    ],
)
def test_nothing_is_fetched_from_anywhere(address, asking):
    with pytest.raises(pdf.Forbidden, match="may not fetch"):
        pdf.render_html(asking.format(address))


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_attached(address):
    document = pdf.render_html(f'<link rel="attachment" href="{address}"><p>x</p>')
    assert not PdfReader(io.BytesIO(document)).attachments


def test_a_picture_comes_as_data():
    document = pdf.render_html(f'<img src="{pdf.image_data_uri(JPEG)}">')
    assert len(PdfReader(io.BytesIO(document)).pages[0].images) == 1


def test_a_template_escapes_what_it_is_given(settings, tmp_path, monkeypatch):
    template = engines["django"].from_string("<title>通知</title><p>{{ name }}</p>")
    monkeypatch.setattr(pdf, "render_to_string", lambda name, context: template.render(context))
    document = pdf.render_pdf("any.html", {"name": '<img src="file:///etc/passwd">'})
    assert "file:///etc/passwd" in text_of(document)


def test_copies_of_a_paper_have_page_numbers_of_their_own(settings, tmp_path):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    (tmp_path / "paper.html").write_text('<title>单</title><p>{{ copy }}<p style="break-before: page">背面')
    document = pdf.render_copies("paper.html", [{"copy": "甲联"}, {"copy": "乙联"}])
    reader = PdfReader(io.BytesIO(document))
    pages = ["".join(page.extract_text().split()) for page in reader.pages]
    assert pages == ["甲联第1页共2页", "背面第2页共2页", "乙联第1页共2页", "背面第2页共2页"]
    assert reader.metadata.title == "单"


def test_metadata_hold_the_title_alone():
    document = pdf.render_html(
        "<title>准考证</title><meta name=author content=张三><meta name=description content=310101>"
        "<meta name=keywords content=138><p>x</p>"
    )
    told = PdfReader(io.BytesIO(document)).metadata
    assert {key: value for key, value in told.items() if key != "/Producer"} == {"/Title": "准考证"}


def test_a_qr_code_can_be_scanned():
    import zxingcpp

    text = "https://example.invalid/tickets/0b8f3c1e-8d0b-4a4e-9f56-0f1d3b8b6d11/"
    content = base64.b64decode(pdf.qr_png_data_uri(text).partition(",")[2])
    with Image.open(io.BytesIO(content)) as code:
        assert zxingcpp.read_barcode(code.convert("L")).text == text


@pytest.mark.parametrize(
    ("content", "start"), [(JPEG, "data:image/jpeg;base64,/9j/"), (picture("PNG"), "data:image/png;base64,iVBOR")]
)
def test_pictures_as_data(content, start):
    assert pdf.image_data_uri(content).startswith(start)


def test_other_pictures_are_refused():
    with pytest.raises(ValueError, match="neither"):
        pdf.image_data_uri(b"<svg/>")


@pytest.mark.parametrize(("text", "missing"), [(RARE, ""), ("a\n", ""), ("\U0010ffff甲\U0010ffff", "\U0010ffff")])
def test_characters_nobody_can_print_are_named(text, missing):
    assert pdf.missing_glyphs(text) == missing
    assert pdf.printable(text) == "".join("〓" if sign in missing else sign for sign in text)
