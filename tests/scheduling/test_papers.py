"""Tickets as papers: read back, the same by both ways, each with its own photo and nothing of others (SPEC 8)."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import zxingcpp
from PIL import Image, ImageChops
from pypdf import PdfReader

from registration.models import Candidate
from scheduling import papers
from scheduling.models import AdmissionTicket, Room, Venue
from scheduling.papers import Facts
from skilleval.catalogue.enums import Channel, ContactKind
from skilleval.catalogue.models import Offering
from skilleval.core import files, stamping
from skilleval.core.errors import Refused
from tests import factories
from tests.scheduling.ticketed import loaded, portrait, session_out, with_photos

pytestmark = pytest.mark.django_db
NAMES = ["样本甲", "阿卜杜热合曼·阿卜杜外力·买买提", "𠮷䶮㛃", "Maria Antonieta García-Fernández"]
TOO_LONG = "上海市城市轨道交通与智能装备职业技能评价联合实训考核示范基地第三实训楼四层东侧数控加工考场"
HANAZONO, NOBODYS = chr(0x20021), chr(0x2FFFD)


@pytest.fixture
def offering() -> Offering:
    work_type = factories.WorkTypeFactory(name="数据标注员", occupation__name="人工智能训练师")
    made: Offering = factories.OfferingFactory(work_type=work_type, provider__threshold=3)
    factories.ContactFactory(provider=made.provider, kind=ContactKind.ENQUIRY, value="021-55500001")
    return made


def facts_out(offering: Offering, name: str = "样本甲", **fields: Any) -> Facts:
    """A ticket of somebody with a photo and this name."""
    with_photos(session_out(offering, 3, **fields), portrait())
    ticket = loaded()[0]
    Candidate.objects.filter(pk=ticket.application.candidate_id).update(name=name)
    return papers.facts_of(loaded(AdmissionTicket.objects.filter(pk=ticket.pk)))[0]


def both(facts: Facts) -> list[bytes]:
    return [papers.tickets_pdf([facts]), papers.laid_out_pdf(facts)]


def text_of(content: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def pictures(content: bytes, tmp_path: Path, resolution: int = 70) -> Image.Image:
    (tmp_path / "paper.pdf").write_bytes(content)
    subprocess.run(
        ["pdftoppm", "-png", "-r", str(resolution), "-singlefile", tmp_path / "paper.pdf", tmp_path / "paper"],
        check=True,
    )
    return Image.open(tmp_path / "paper.png").convert("L")


def was_stamped(content: bytes) -> bool:
    with pikepdf.open(io.BytesIO(content)) as file:
        return "/Blank" in file.pages[0].Resources.get("/XObject", {})


@pytest.mark.parametrize("name", NAMES)
def test_everything_printed_reads_back_by_both_ways(offering: Offering, name: str) -> None:
    facts = facts_out(offering, name)
    candidate, seat = facts.ticket.application.candidate, facts.seats[0]
    for content in both(facts):
        text = text_of(content)
        assert len(PdfReader(io.BytesIO(content)).pages) == 1
        for printed in (
            *(name, candidate.masked_id, facts.ticket.number, facts.ticket.application.number, "2026年4月11日（周六）"),
            *("人工智能训练师", "数据标注员", "理论知识", "操作技能", "09:00–10:30", seat.room),
            *("测试考点", "测试路1号", "咨询电话021-55500001", offering.provider.filing_number, "第1页共1页"),
        ):
            assert printed.replace(" ", "") in text, printed
        assert candidate.id_cipher not in text
    assert was_stamped(papers.tickets_pdf([facts]))


@pytest.mark.parametrize("name", NAMES[:3])
@pytest.mark.parametrize("group", [False, True])
def test_both_ways_look_the_same(offering: Offering, name: str, group: bool, tmp_path: Path) -> None:
    fields = {"channel": Channel.GROUP, "institution": factories.InstitutionFactory()} if group else {}
    facts = facts_out(offering, name, **fields)
    stamped, laid_out = (pictures(content, tmp_path) for content in both(facts))
    assert stamped.size == laid_out.size
    assert apart(stamped, laid_out, facts) < 0.0004
    sheet, page = papers.sheet_of(facts), papers.blank(facts.shape)
    assert page is not None
    without = stamping.Sheet({k: v for k, v in sheet.texts.items() if k != "seat_0"}, sheet.pictures, sheet.codes)
    missing = pictures(stamping.stamp(page, [without], papers.SLOTS), tmp_path)
    assert apart(stamped, missing, facts) > apart(stamped, laid_out, facts)  # a seat's number alone is noticed
    assert apart(stamped, pictures(stamping.stamp(page, [stamping.Sheet({})], {}), tmp_path), facts) > 0.01


def apart(one: Image.Image, other: Image.Image, facts: Facts) -> float:
    """The share of pixels that differ clearly, beside the code, whose edges fall between pixels either way."""
    difference, page = ImageChops.difference(one, other), papers.blank(facts.shape)
    assert page is not None
    place, unit = page.places["qr"], one.width / page.width
    left, top = int(place.left * unit), int(one.height - (place.bottom + place.height) * unit)
    difference.paste(0, (left, top, left + int(place.width * unit) + 2, top + int(place.height * unit) + 2))
    counts = difference.histogram()
    return sum(counts[97:]) / sum(counts)


def test_too_wide_or_rare_it_is_laid_out_whole_and_nothing_is_cut(offering: Offering) -> None:
    facts = facts_out(offering, f"张{HANAZONO}")
    Room.objects.update(name=TOO_LONG[:40])
    Venue.objects.update(address=TOO_LONG * 2, directions="从东门进")
    facts = papers.facts_of(loaded(AdmissionTicket.objects.filter(pk=facts.ticket.pk)))[0]
    content = papers.tickets_pdf([facts])
    assert not was_stamped(content)
    assert len(PdfReader(io.BytesIO(content)).pages) == 1
    for printed in (TOO_LONG[:40], TOO_LONG * 2, f"张{HANAZONO}", "从东门进"):
        assert printed in text_of(content)


def test_a_character_no_font_has_is_marked(offering: Offering) -> None:
    assert "张〓三" in text_of(papers.tickets_pdf([facts_out(offering, f"张{NOBODYS}三")]))


def test_the_code_leads_to_the_check_by_both_ways(offering: Offering, tmp_path: Path) -> None:
    facts = facts_out(offering)
    for content in both(facts):
        (code,) = zxingcpp.read_barcodes(pictures(content, tmp_path, 150))
        assert code.text.endswith(f"/tickets/{facts.ticket.uuid}/check/")


def test_its_metadata_hold_the_title_alone(offering: Offering) -> None:
    for content in both(facts_out(offering)):
        reader = PdfReader(io.BytesIO(content))
        facts = str(reader.metadata) + str(reader.xmp_metadata)
        assert "准考证" in facts
        assert "样本甲" not in facts


def test_a_pile_has_a_page_each_with_its_own_photo_alone(offering: Offering) -> None:
    """The middle one is laid out whole; the last has no photo yet."""
    session = session_out(offering, 4)
    with_photos(session, *(portrait(colour) for colour in ((200, 30, 30), (30, 200, 30), (30, 30, 200))))
    tickets = loaded()
    Candidate.objects.filter(pk=tickets[1].application.candidate_id).update(name=f"张{HANAZONO}")
    content = papers.tickets_pdf(papers.facts_of(loaded()))
    pages = PdfReader(io.BytesIO(content)).pages
    assert [colours_of(page) for page in pages] == [["red"], ["green"], ["blue"], []]
    for ticket, page in zip(tickets, pages, strict=True):
        assert ticket.number in page.extract_text()


def test_one_of_a_pile_alone_holds_one_photo(offering: Offering) -> None:
    with_photos(session_out(offering, 3), *(portrait((80 * n, 90, 90)) for n in range(3)))
    for facts in papers.facts_of(loaded()):
        with pikepdf.open(io.BytesIO(papers.tickets_pdf([facts]))) as file:
            assert sum(is_photo(item) for item in file.objects) == 1


def is_photo(item: Any) -> bool:
    return isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image" and "/ImageMask" not in item


def colours_of(page: Any) -> Sequence[str]:
    """The main colour of each picture on a page but for the code's."""
    found = []
    for image in page.images:
        if image.image and image.image.mode == "RGB" and image.image.size == (480, 640):
            pixel = image.image.getpixel((5, 5))
            found.append(("red", "green", "blue")[pixel.index(max(pixel))])
    return found


def test_a_photo_that_changed_on_the_disk_is_refused(offering: Offering) -> None:
    facts = facts_out(offering)
    photo = facts.ticket.application.candidate.photo
    assert photo is not None
    files.path_of(photo).write_bytes(b"\xff\xd8\xff another")
    with pytest.raises(Refused, match="与登记的不符"):
        papers.ticket_pdf(facts.ticket)


def test_any_number_costs_the_same_queries(offering: Offering, django_assert_num_queries: Any) -> None:
    session_out(offering, 6)
    rows = papers.load_for_paper(AdmissionTicket.objects.order_by("number"))
    for count in (1, 6):
        with django_assert_num_queries(2):
            for facts in papers.facts_of(list(rows[:count])):
                papers.sheet_of(facts)
