"""Certificates as papers: read back, the same by both ways, each with its own photo and nothing of others (SPEC 14)."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from PIL import Image, ImageChops
from pypdf import PdfReader

from certificates import papers
from certificates.models import Certificate
from skilleval.accounts.models import User
from skilleval.catalogue.enums import Level
from skilleval.catalogue.models import Offering
from skilleval.core import stamping
from skilleval.core.identity import IdentityType
from tests import factories
from tests.certificates.makers import certifier, issued, portrait

pytestmark = pytest.mark.django_db
NAMES = ["样本甲", "阿卜杜热合曼·阿卜杜外力·买买提吐尔逊", "𠮷䶮㛃", "Maria Antonieta García-Fernández y López"]
LONG = "轨道交通列车及大型复杂成套设备自动化控制系统装调维修与运行保障工（高速动车组、城市轨道交通车辆方向）"
MADE_UP = chr(0x2FFFD)


@pytest.fixture
def offering() -> Offering:
    work_type = factories.WorkTypeFactory(name="数据标注员", occupation__name="人工智能训练师")
    made: Offering = factories.OfferingFactory(work_type=work_type)
    return made


@pytest.fixture
def by(offering: Offering) -> User:
    return certifier(offering.provider)


def loaded(certificate: Certificate) -> Certificate:
    found: Certificate = papers.load(Certificate.objects.filter(pk=certificate.pk)).get()
    return found


def text_of(content: bytes) -> str:
    """What a reader takes from it, without the spaces between spaced letters."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def picture(content: bytes, tmp_path: Path, resolution: int = 60) -> Image.Image:
    (tmp_path / "paper.pdf").write_bytes(content)
    subprocess.run(
        ["pdftoppm", "-png", "-r", str(resolution), "-singlefile", tmp_path / "paper.pdf", tmp_path / "paper"],
        check=True,
    )
    return Image.open(tmp_path / "paper.png").convert("L")


@pytest.mark.parametrize("name", NAMES)
def test_everything_printed_reads_back_by_both_ways(offering: Offering, by: User, name: str) -> None:
    certificate = loaded(issued(offering, by=by, candidate__name=name))
    for content in (papers.certificate_pdf(certificate), papers.laid_out_pdf(certificate)):
        text = text_of(content)
        for printed in (
            name.replace(" ", ""),
            certificate.id_cipher,
            str(certificate.number),
            "人工智能训练师",
            "数据标注员",
        ):
            assert printed in text, printed
        for printed in ("四级/中级工", "2026年4月28日", offering.provider.name, offering.provider.filing_number):
            assert printed in text, printed
        assert "职业技能等级证书" in text


def test_a_special_capability_has_its_own_title(by: User, offering: Offering) -> None:
    special = factories.OfferingFactory(provider=offering.provider, level=Level.SPECIAL)
    text = text_of(papers.certificate_pdf(loaded(issued(special, by=by))))
    assert "专项职业能力证书" in text
    assert "职业技能等级证书" not in text


@pytest.mark.parametrize("name", NAMES[:3])
def test_both_ways_look_the_same(offering: Offering, by: User, name: str, tmp_path: Path) -> None:
    certificate = loaded(issued(offering, by=by, candidate__name=name))
    stamped = picture(papers.certificate_pdf(certificate), tmp_path)
    laid_out = picture(papers.laid_out_pdf(certificate), tmp_path)
    assert stamped.size == laid_out.size
    assert _apart(stamped, laid_out) < 0.0003
    assert _apart(stamped, picture(_empty(certificate), tmp_path)) > 0.004  # a value that is missing is noticed


def _apart(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ clearly, beside the code, whose edges fall between pixels either way."""
    difference = ImageChops.difference(one, other)
    place, unit = papers.blank(False).places["qr"], one.width / papers.blank(False).width
    left, top = place.left * unit, one.height - (place.bottom + place.height) * unit
    difference.paste(0, (int(left), int(top), int(left + place.width * unit) + 1, int(top + place.height * unit) + 1))
    counts = difference.histogram()
    return sum(counts[97:]) / sum(counts)


def _empty(certificate: Certificate) -> bytes:
    sheet = papers.sheet_of(certificate)
    return stamping.stamp(papers.blank(False), [stamping.Sheet({}, sheet.pictures, sheet.codes)], papers.SLOTS)


def test_too_wide_or_rare_it_is_laid_out_whole_and_nothing_is_cut(by: User, offering: Offering) -> None:
    long = factories.OfferingFactory(
        provider=offering.provider,
        work_type=factories.WorkTypeFactory(name=LONG, occupation__name=LONG[:35]),
    )
    rare = chr(0x20021)  # Hanazono alone has it
    certificate = loaded(issued(long, by=by, candidate__name=f"张{rare}"))
    text = text_of(papers.certificate_pdf(certificate))
    for printed in (LONG, LONG[:35], f"张{rare}"):
        assert printed in text


def test_a_character_no_font_has_is_marked(offering: Offering, by: User) -> None:
    certificate = loaded(issued(offering, by=by, candidate__name=f"张{MADE_UP}三"))
    assert "张〓三" in text_of(papers.certificate_pdf(certificate))
    assert certificate.holder_name == f"张{MADE_UP}三"


def test_the_code_leads_to_the_check_with_the_number(offering: Offering, by: User, tmp_path: Path) -> None:
    certificate = loaded(issued(offering, by=by))
    for content in (papers.certificate_pdf(certificate), papers.laid_out_pdf(certificate)):
        (code,) = zxingcpp.read_barcodes(picture(content, tmp_path, 150))
        assert code.text.endswith(f"/certificates/?number={certificate.number}")


def test_its_metadata_hold_the_title_alone(offering: Offering, by: User) -> None:
    certificate = loaded(issued(offering, by=by, candidate__name="样本甲"))
    for content in (papers.certificate_pdf(certificate), papers.laid_out_pdf(certificate)):
        facts = str(PdfReader(io.BytesIO(content)).metadata) + str(PdfReader(io.BytesIO(content)).xmp_metadata)
        assert "职业技能等级证书" in facts
        for personal in ("样本甲", certificate.id_cipher, str(certificate.number)):
            assert personal not in facts


def test_a_pile_has_a_page_each_with_its_own_photo(offering: Offering, by: User) -> None:
    colours = [(200, 30, 30), (30, 200, 30), (30, 30, 200)]
    names = ["样本甲", f"样本{chr(0x20021)}", "样本丙"]  # the middle one is laid out whole
    rows = []
    for name, colour in zip(names, colours, strict=True):
        certificate = issued(offering, by=by, candidate__name=name)
        certificate.candidate.photo = portrait(colour)
        certificate.candidate.save()
        rows.append(loaded(certificate))
    content = papers.certificates_pdf(rows)
    reader = PdfReader(io.BytesIO(content))
    assert [names[number] in page.extract_text() for number, page in enumerate(reader.pages)] == [True] * 3
    for page, colour in zip(pikepdf.open(io.BytesIO(content)).pages, colours, strict=True):
        (photo,) = _photos(page)
        assert all(abs(a - b) < 12 for a, b in zip(photo.resize((1, 1)).getpixel((0, 0)), colour, strict=True))


@pytest.mark.parametrize("whole", [False, True])
def test_a_single_file_has_one_photo_in_all(offering: Offering, by: User, whole: bool) -> None:
    rows = [loaded(issued(offering, by=by)) for _ in range(2)]
    for row in rows:
        content = papers.laid_out_pdf(row) if whole else papers.certificate_pdf(row)
        with pikepdf.open(io.BytesIO(content)) as file:
            jpegs = [item for item in file.objects if isinstance(item, pikepdf.Stream) and _is_jpeg(item)]
            assert len(jpegs) == 1


def test_the_photo_s_bytes_are_unchanged(offering: Offering, by: User) -> None:
    certificate = loaded(issued(offering, by=by))
    sheet = papers.sheet_of(certificate)
    with pikepdf.open(io.BytesIO(papers.certificate_pdf(certificate))) as file:
        (jpeg,) = [item for item in file.objects if isinstance(item, pikepdf.Stream) and _is_jpeg(item)]
        assert jpeg.read_raw_bytes() == sheet.pictures["photo"]


def test_a_passport_is_named_as_one(offering: Offering, by: User) -> None:
    person = {"candidate__id_type": IdentityType.PASSPORT.value, "candidate__id_cipher": "E12345678"}
    assert "护照" in text_of(papers.certificate_pdf(loaded(issued(offering, by=by, **person))))


def _is_jpeg(item: pikepdf.Stream) -> bool:
    return item.get("/Subtype") == "/Image" and item.get("/Filter") == "/DCTDecode"


def _photos(page: pikepdf.Page) -> list[Image.Image]:
    resources = page.obj.Resources.get("/XObject", {})
    return [
        pikepdf.PdfImage(image).as_pil_image()
        for image in resources.values()
        if image.get("/Subtype") == "/Image" and image.get("/Filter") == "/DCTDecode"
    ]
