"""The corpus of hostile rosters: each file and each row comes to what it should, and nothing good is lost with it."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from registration.enums import IntakeState
from registration.models import Group, PhotoPack, Roster, RosterRow
from registration.services import judging, photos, rosters
from skilleval.core.errors import Refused
from skilleval.core.jobs import drain
from skilleval.core.models import Job
from tests.factories import GroupFactory
from tests.registration.hostile_rosters import NAME, PACKS, PHOTOS, READ, REFUSED, ROWS, pack
from tests.registration.rosters import EARLIER, officer_of, stated

pytestmark = pytest.mark.django_db
HOSTILE = [
    *(pytest.param("refused", name, id=f"refused: {name}") for name in REFUSED),
    *(pytest.param("read", name, id=f"read: {name}") for name in READ),
    *(pytest.param("row", name, id=f"row: {name}") for name in ROWS),
    *(pytest.param("photo", name, id=f"photo: {name}") for name in PHOTOS),
    *(pytest.param("pack", name, id=f"pack: {name}") for name in PACKS),
]


@pytest.mark.parametrize(("kind", "name"), HOSTILE)
def test_each_of_the_corpus(kind: str, name: str) -> None:
    group: Group = GroupFactory()
    {"refused": _refused, "read": _read, "row": _row, "photo": _photo, "pack": _pack}[kind](group, name)
    assert not Job.objects.exclude(state="done").exists(), "nothing is left over or given up"


def _refused(group: Group, name: str) -> None:
    content, words = REFUSED[name]
    if not 0 < len(content) <= rosters.MAX_BYTES:
        with pytest.raises(Refused, match="10 MB" if content else "空的"):
            _upload(group, content)
        return
    roster = _upload(group, content)
    assert roster.state == IntakeState.REFUSED
    assert re.search(words, roster.refusal)
    assert not RosterRow.objects.exists()


def _read(group: Group, name: str) -> None:
    content, people, stops = READ[name]
    roster = _upload(group, content)
    assert (roster.state, roster.refusal, roster.rows.count()) == (IntakeState.READ, "", people)
    assert tuple(roster.rows.order_by("number")[0].kinds) == stops


def _row(group: Group, name: str) -> None:
    cells, outcome = ROWS[name]
    row = rosters.add_person(group, cells=stated() | cells, by=officer_of(group.institution), at=EARLIER)
    (judged,) = judging.judge([row], on=EARLIER.date())
    faults = [fault for fault in judged.faults if fault.kind != "photo"]
    assert {fault.kind for fault in faults if fault.stops} == set(outcome.stops), faults
    assert {fault.kind for fault in faults if not fault.stops} >= set(outcome.hints)
    for fault in faults:
        assert fault.message, "what is wrong"
        assert fault.cure, "and what to do"
    for field, value in outcome.reads.items():
        assert getattr(judged.checked.facts, field) == value


def _photo(group: Group, name: str) -> None:
    content, words = PHOTOS[name]
    row = rosters.add_person(group, cells=stated(), by=officer_of(group.institution), at=EARLIER)
    read = _packed(group, pack((NAME, content)))
    row.refresh_from_db()
    assert read.state == IntakeState.READ
    assert (row.photo is not None) == (not words)
    assert "photo" not in row.kinds or words
    assert all(re.search(words, line["message"]) for line in read.report)
    assert len(read.report) == bool(words)
    assert stated()["id_number"] not in str(read.report)


def _pack(group: Group, name: str) -> None:
    content, outcome = PACKS[name]
    rosters.add_person(group, cells=stated(), by=officer_of(group.institution), at=EARLIER)
    read = _packed(group, content)
    if isinstance(outcome, str):
        assert read.state == IntakeState.REFUSED
        assert re.search(outcome, read.refusal)
        assert read.file is None
    else:
        assert (read.state, read.refusal) == (IntakeState.READ, "")
        assert RosterRow.objects.filter(photo__isnull=False).count() == read.matched == outcome


def _packed(group: Group, content: bytes) -> PhotoPack:
    upload = SimpleUploadedFile("照片.zip", content)
    read = photos.upload_photos(group, upload=upload, by=officer_of(group.institution), at=EARLIER)
    drain()
    read.refresh_from_db()
    return read


def _upload(group: Group, content: bytes) -> Roster:
    upload = SimpleUploadedFile("名册.xlsx", content)
    roster = rosters.upload_roster(group, upload=upload, by=officer_of(group.institution), at=EARLIER)
    drain()
    roster.refresh_from_db()
    return roster
