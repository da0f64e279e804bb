"""A candidate's record: one person in the whole portal, told only to whoever typed the whole number."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from registration.models import Candidate
from registration.services import candidates
from registration.services.candidates import LOCKED, TAKEN, save_candidate, set_photo
from skilleval.accounts.models import User
from skilleval.core.errors import Refused
from tests.factories import ApplicationFactory, CandidateFactory, UserFactory, at, resident_number

pytestmark = pytest.mark.django_db
NOW = at(2026, 3, 10)


def save(user: User, **changes: Any) -> Candidate:
    good = {"name": "测试甲", "id_type": "resident", "id_number": resident_number(35), "phone": "13800001234"}
    stated = good | changes
    moment = stated.pop("moment", NOW)
    return save_candidate(user, **stated, by=user, at=moment)


def test_sex_and_birth_date_come_from_the_number() -> None:
    candidate = save(UserFactory())
    assert (candidate.sex, candidate.born) == ("男", date(1990, 5, 20))
    assert candidate.phone == "+8613800001234"


def test_a_number_is_stored_sealed_and_in_one_spelling() -> None:
    user = UserFactory()
    typed = "".join(chr(ord(c) + 0xFEE0) for c in resident_number(35).lower())
    save(user, id_number=f" {typed} ")
    sealed = bytes(Candidate.objects.values_list("id_cipher", flat=True).get())
    assert resident_number(35).encode() not in sealed
    assert Candidate.objects.get().id_number == resident_number(35)
    assert Candidate.objects.with_number(resident_number(35)).exists()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"id_number": resident_number(35)[:17] + "?"}, "id_number", "18 位"),
        ({"id_number": resident_number(35)[:17] + resident_number(37)[17]}, "id_number", "校验"),
        ({"sex": "女"}, "sex", "不一致"),
        ({"born": date(1991, 5, 20)}, "born", "不一致"),
        ({"name": "测试3"}, "name", "数字"),
        ({"phone": "12345"}, "phone", "11 位"),
        ({"phone": "02162125790"}, "phone", "手机号码"),
        ({"id_type": "passport", "id_number": "E12345678"}, "sex", "性别"),
        ({"id_type": "passport", "id_number": "E12345678", "sex": "男"}, "born", "出生日期"),
        ({"id_type": "passport", "id_number": "E12345678", "sex": "男", "born": date(2027, 1, 1)}, "born", "今天以前"),
        ({"id_type": "hk_macau", "id_number": "X12345678"}, "id_number", "H 或 M"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        save(UserFactory(), **changes)
    assert (refused.value.field, words in refused.value.message) == (field, True)
    assert not Candidate.objects.exists()


def test_two_accounts_cannot_hold_one_number() -> None:
    save(UserFactory())
    with pytest.raises(Refused) as refused:
        save(UserFactory())
    assert (refused.value.message, refused.value.field) == (TAKEN, "id_number")
    assert Candidate.objects.count() == 1


def test_a_record_without_account_is_claimed_not_taken() -> None:
    CandidateFactory(user=None, id_cipher=resident_number(35))
    with pytest.raises(Refused, match="申请认领"):
        save(UserFactory())


def test_numbers_are_asked_five_times_a_day() -> None:
    user = UserFactory()
    CandidateFactory(id_cipher=resident_number(35))
    for _ in range(5):
        with pytest.raises(Refused, match="申请认领"):
            save(user)
    with pytest.raises(Refused, match="已达 5 次") as refused:
        save(user, id_number=resident_number(37))  # a free one: the sixth question gets no answer either
    assert refused.value.from_on == date(2026, 3, 11)
    assert save(user, id_number=resident_number(37), moment=at(2026, 3, 11)).user == user


def test_an_unchanged_number_costs_no_try() -> None:
    user = UserFactory()
    for employer in "甲乙丙丁戊己庚":
        save(user, employer=employer)
    assert Candidate.objects.get().employer == "庚"


def test_under_sixteen_a_profile_is_kept() -> None:
    assert save(UserFactory(), id_number=resident_number(35, date(2012, 1, 1))).born == date(2012, 1, 1)


@pytest.mark.parametrize(
    ("state", "locked"),
    [
        ("draft", False),
        ("returned", False),
        ("review", True),
        ("confirmed", True),
        ("completed", True),
        ("withdrawn", False),
    ],
)
def test_a_record_others_work_with_stays_as_it_is(state: str, locked: bool) -> None:
    user = UserFactory()
    candidate = save(user)
    ApplicationFactory(candidate=candidate, state=state)
    assert candidates.is_locked(candidate) is locked
    if locked:
        with pytest.raises(Refused) as refused:
            save(user, name="测试乙")
        assert (refused.value.message, refused.value.field) == (LOCKED, "name")
    else:
        save(user, name="测试乙")
    assert save(user, name=Candidate.objects.get().name, phone="13900005678").phone == "+8613900005678"


def picture(form: str = "JPEG", size: tuple[int, int] = (300, 400)) -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", size, "#88aacc").save(content, form)
    return SimpleUploadedFile(f"photo.{form.lower()}", content.getvalue())


def test_a_photo_is_kept_and_bad_files_are_refused() -> None:
    candidate = CandidateFactory()
    upload = picture("PNG")
    upload.name = "样本_310101198805200016.png"
    set_photo(candidate, upload=upload, by=candidate.user, at=NOW)
    candidate.refresh_from_db()
    assert candidate.photo is not None
    assert candidate.photo.content_type == "image/jpeg"
    assert candidate.photo.original_name == "photo.jpg"  # people name theirs after themselves
    for bad in (picture(size=(100, 100)), SimpleUploadedFile("photo.jpg", b"GIF89a" + b"0" * 100)):
        with pytest.raises(Refused) as refused:
            set_photo(candidate, upload=bad, by=candidate.user, at=NOW)
        assert refused.value.field == "upload"


def test_a_photo_on_a_ticket_is_not_exchanged() -> None:
    candidate = CandidateFactory()
    set_photo(candidate, upload=picture(), by=candidate.user, at=NOW)
    ApplicationFactory(candidate=candidate, state="scheduled")
    with pytest.raises(Refused, match="不能自行修改"):
        set_photo(candidate, upload=picture(), by=candidate.user, at=NOW)
