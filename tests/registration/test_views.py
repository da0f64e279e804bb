"""The profile's pages: what is typed is kept, what is wrong is told at its field, and only the owner sees it."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from registration.models import Candidate, HeldCertificate, WorkPeriod
from skilleval.core.models import StoredFile
from tests.factories import CandidateFactory, OccupationFactory, UserFactory, WorkPeriodFactory, resident_number

pytestmark = pytest.mark.django_db
IDENTITY = {"name": "测试甲", "id_type": "resident", "id_number": resident_number(35), "phone": "13800001234"}


@pytest.fixture
def candidate() -> Candidate:
    return CandidateFactory()


@pytest.fixture
def tab(candidate: Candidate) -> Client:
    client = Client()
    client.force_login(candidate.user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (300, 400), "#88aacc").save(content, "PNG")
    return SimpleUploadedFile("photo.png", content.getvalue(), "image/png")


def test_a_new_person_is_led_from_identity_to_photo_and_back() -> None:
    client = Client()
    client.force_login(UserFactory())
    assert client.get(reverse("profile")).url == reverse("profile_identity")  # type: ignore[attr-defined]
    there = f"{reverse('profile_identity')}?next=/applications/"
    response = client.post(there, IDENTITY | {"next": "/applications/"})
    assert response.url == f"{reverse('profile_photo')}?next=%2Fapplications%2F"  # type: ignore[attr-defined]
    assert Candidate.objects.get().name == "测试甲"


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_away(tab: Client, candidate: Candidate, onward: str) -> None:
    stated = IDENTITY | {"id_number": "", "next": onward, "sex": candidate.sex}
    assert tab.post(reverse("profile_identity"), stated).url == reverse("profile")  # type: ignore[attr-defined]


def test_every_wrong_field_is_told_at_once_and_what_was_typed_stays() -> None:
    client = Client()
    client.force_login(UserFactory())
    typed = {"name": "测试3", "id_type": "resident", "id_number": "310101", "phone": "12", "employer": "某单位"}
    page = text(client.post(reverse("profile_identity"), typed))
    for words in ("姓名中不能有数字", "身份证号码应为 18 位", "手机号码不正确", "某单位", "测试3", "请先更正以下 3 处"):
        assert words in page
    assert not Candidate.objects.exists()


def test_the_number_stays_when_it_is_left_empty(tab: Client, candidate: Candidate) -> None:
    page = text(tab.get(reverse("profile_identity")))
    assert candidate.masked_id in page
    assert candidate.id_number not in page
    tab.post(reverse("profile_identity"), IDENTITY | {"id_number": "", "employer": "新单位"})
    before, candidate = candidate.id_number, Candidate.objects.get()
    assert (candidate.id_number, candidate.employer) == (before, "新单位")


def test_a_corrected_number_brings_its_own_birthday(tab: Client, candidate: Candidate) -> None:
    """The page shows the birthday of the number before; who corrects the number alone has said all there is."""
    shown = {"sex": candidate.sex, "born": candidate.born.isoformat(), "phone": ""}
    tab.post(reverse("profile_identity"), IDENTITY | shown | {"id_number": "310101198001010018"})
    assert Candidate.objects.get().born == date(1980, 1, 1)


def test_a_birthday_somebody_typed_is_held_against_the_number(tab: Client, candidate: Candidate) -> None:
    stated = IDENTITY | {"id_number": "310101198001010018", "born": "1980-01-02"}
    assert "出生日期与证件号码不一致" in text(tab.post(reverse("profile_identity"), stated))
    assert Candidate.objects.get().born == candidate.born


def test_so_does_the_telephone_which_is_never_shown_whole(tab: Client, candidate: Candidate) -> None:
    page, whole = text(tab.get(reverse("profile_identity"))), candidate.phone
    assert candidate.masked_phone in page
    assert whole.removeprefix("+86") not in page
    tab.post(reverse("profile_identity"), IDENTITY | {"id_number": "", "phone": "", "employer": "新单位"})
    candidate = Candidate.objects.get()
    assert (candidate.phone, candidate.employer) == (whole, "新单位")
    tab.post(reverse("profile_identity"), IDENTITY | {"id_number": ""})
    assert Candidate.objects.get().phone == "+8613800001234"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("4-04-05-05", "4-04-05-05"),
        ("４-04-05-05 人工智能训练师", "4-04-05-05"),
        (" 人工智能训练师 ", "4-04-05-05"),
        ("9-99-99-z1", "9-99-99-Z1"),
    ],
)
def test_an_occupation_is_named_or_numbered(tab: Client, typed: str, code: str) -> None:
    OccupationFactory(code="4-04-05-05", name="人工智能训练师")
    tab.post(
        reverse("profile_row_add", args=["work"]), {"employer": "某单位", "code": typed, "started_on": "2015-07-01"}
    )
    assert WorkPeriod.objects.get().code == code


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("work", {"code": "4-04-05-05", "started_on": "2015-07-01"}, "请填写单位"),
        ("work", {"employer": "甲", "code": "不知道", "started_on": "2015-07-01"}, "职业编码形如"),
        ("work", {"employer": "甲", "code": "4-04-05-05", "started_on": "2015-02-30"}, "须是存在的日期"),
        ("work", {"employer": "甲" * 101, "code": "4-04-05-05", "started_on": "2015-07-01"}, "不超过 100 个字"),
        ("education", {"school_name": "甲", "major": "乙", "status": "graduated"}, "请选择学校类别"),
        (
            "education",
            {"school_name": "甲", "school": "x", "major": "乙", "status": "graduated"},
            "请从列表中选择学校类别",
        ),
        ("certificate", {"code": "4-04-05-05", "issued_on": "2020-01-01"}, "请选择等级"),
        ("title", {"name": "工程师", "grade": "senior", "obtained_on": "x"}, "取得日期的格式应为"),
    ],
)
def test_rows_are_refused_in_words(tab: Client, kind: str, typed: dict[str, str], words: str) -> None:
    response = tab.post(reverse("profile_row_add", args=[kind]), typed)
    assert response.status_code == 200
    assert words in text(response)


def test_a_certificate_number_is_taken_in_one_spelling(tab: Client) -> None:
    typed = {"code": "4-04-05-05", "level": "5", "issued_on": "2020-01-01", "number": "s0000 3140 0054 2540 0000 1"}
    tab.post(reverse("profile_row_add", args=["certificate"]), typed)
    assert HeldCertificate.objects.get().number == "S000031400054254000001"


def test_a_row_is_changed_and_removed_after_a_question(tab: Client, candidate: Candidate) -> None:
    row = WorkPeriodFactory(candidate=candidate)
    change = reverse("profile_row_change", args=["work", row.pk])
    tab.post(change, {"employer": "改后", "code": row.code, "started_on": "2015-07-01"})
    row.refresh_from_db()
    assert row.employer == "改后"
    remove = reverse("profile_row_remove", args=["work", row.pk])
    assert "确认删除" in text(tab.get(remove))
    assert WorkPeriod.objects.exists()
    tab.post(remove)
    assert not WorkPeriod.objects.exists()


def test_a_photo_is_shown_back_and_the_old_one_goes(tab: Client, candidate: Candidate) -> None:
    for _ in range(2):
        assert tab.post(reverse("profile_photo"), {"upload": picture()}).status_code == 302
    assert StoredFile.objects.filter(kind="photo").count() == 1
    response: Any = tab.get(reverse("photo_file", args=[candidate.uuid]))
    assert b"".join(response).startswith(b"\xff\xd8\xff")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["photo.svg", "photo.jpg"])
def test_what_is_no_photo_is_refused(tab: Client, candidate: Candidate, name: str) -> None:
    upload = SimpleUploadedFile(name, b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    assert "照片仅支持 JPG 或 PNG" in text(tab.post(reverse("profile_photo"), {"upload": upload}))
    candidate.refresh_from_db()
    assert candidate.photo is None


def test_others_rows_are_not_found(tab: Client) -> None:
    row = WorkPeriodFactory()
    for name in ("profile_row_change", "profile_row_remove"):
        assert tab.get(reverse(name, args=["work", row.pk])).status_code == 404
        assert tab.post(reverse(name, args=["work", row.pk])).status_code == 404
    assert tab.get(reverse("profile_row_add", args=["nothing"])).status_code == 404
