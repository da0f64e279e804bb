"""Rosters as rows: people of a group in any state, with the facts they have to have."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile, ZipInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from registration.enums import RowState
from registration.models import Application, Candidate, Group, PhotoPack, PreliminaryReview, Roster, RosterRow
from registration.rosters.columns import COLUMN, ROW_ID_TITLE
from registration.services import photos, rosters
from skilleval.accounts.enums import InstitutionState, Role
from skilleval.accounts.models import Institution, User
from skilleval.core.crypto import blind_index
from skilleval.core.enums import FileKind
from skilleval.core.jobs import drain
from skilleval.core.models import StoredFile
from tests.core.hostile_files import JPEG
from tests.factories import ApplicationFactory, CandidateFactory, MembershipFactory, UserFactory, at, resident_number

EARLIER = at(2026, 3, 2)
THEN = (2026, 3, 1, 0, 0, 0)


def officer_of(institution: Institution, **fields: Any) -> User:
    """An officer of an institution."""
    user: User = UserFactory(name="经办人", **fields)
    MembershipFactory(user=user, role=Role.OFFICER, institution=institution)
    return user


def suspend(institution: Institution) -> None:
    """Suspend an institution; its officers stay its officers."""
    institution.state, institution.state_reason = InstitutionState.SUSPENDED, "核查中"
    institution.save()


def roster_of(group: Group) -> Roster:
    """The group's roster, made if there is none."""
    found = group.rosters.first()
    return found or Roster.objects.create(
        group=group, name="名册.xlsx", sha256="0" * 64, state="read", uploaded_by_label="经办人", uploaded_at=EARLIER
    )


def row_of(group: Group, *, person: Candidate | None = None, state: str = "clear", **cells: str) -> RosterRow:
    """A row that states a person (nobody the portal knows, unless given) and clause 4.1 with ten years' work."""
    known = person or CandidateFactory.build(user=None)
    roster = roster_of(group)
    row = RosterRow(roster=roster, group=group, number=roster.rows.count() + 2, state=state)
    row.id_cipher, row.phone_cipher = known.id_number, known.phone
    row.photo_cipher = cells.pop("photo_name", "")
    row.cells = {"name": known.name, "clause": "4.1", "work_from": "2015-07-01"} | cells
    row.id_key = blind_index(known.id_number)
    row.photo = portrait()
    if state == RowState.PASSED:
        raise ValueError("member() makes passed rows")
    row.save()
    return row


def somebody(**fields: Any) -> Candidate:
    """A record as rosters make them: without account."""
    person: Candidate = CandidateFactory(user=None, **fields)
    return person


def portrait() -> StoredFile:
    """A photo's row; what it shows matters to nobody here."""
    name = uuid4().hex
    made: StoredFile = StoredFile.objects.create(
        kind=FileKind.PHOTO, path=name, sha256=name * 2, size=1, content_type="image/jpeg", original_name="a.jpg"
    )
    return made


def member(group: Group, *, state: str = "prelim", row_state: str = "passed", **fields: Any) -> Application:
    """Somebody without account whose row was passed, with the application made of it, in any state."""
    person = fields.pop("candidate", None) or somebody()
    made: Application = ApplicationFactory(
        candidate=person,
        offering=group.offering,
        window=group.window,
        channel="group",
        group=group,
        institution=group.institution,
        state=state,
        **fields,
    )
    row = row_of(group, person=person)
    row.application = made
    row.state = row_state
    row.handed_in_as = person.name if state != "prelim" else ""
    if row_state == RowState.PASSED:
        row.passed = review_of(group)
    row.save()
    return made


def review_of(group: Group) -> PreliminaryReview:
    """A preliminary review of the group, made if there is none."""
    found = group.preliminary_reviews.first()
    return found or PreliminaryReview.objects.create(
        group=group, statement="已核对原件", people=1, by_label="经办人", at=EARLIER
    )


def stated(serial: int = 1, **cells: str) -> dict[str, str]:
    """The cells of a sound row but for its photo: somebody invented, clause 4.1 with ten years' work."""
    sound = {
        "name": f"样本{'甲乙丙丁戊己庚辛壬癸'[serial % 10]}",
        "id_number": resident_number(serial),
        "phone": f"1390000{serial:04d}",
        "clause": "4.1",
        "work_from": "2015-07-01",
    }
    return sound | cells


def roster_file(*lines: dict[str, str], name: str = "名册.csv") -> SimpleUploadedFile:
    """A roster as csv: the columns that any of the lines fills, and 行标识 where one has a "row_id"."""
    keys = list(dict.fromkeys(key for line in lines for key in line))
    titles = [ROW_ID_TITLE if key == "row_id" else COLUMN[key].title for key in keys]
    written = "\n".join(",".join(line.get(key, "") for key in keys) for line in lines)
    return SimpleUploadedFile(name, f"{','.join(titles)}\n{written}\n".encode())


def read(group: Group, *lines: dict[str, str], **options: Any) -> Roster:
    """A roster uploaded by an officer and checked."""
    moment = options.pop("at", EARLIER)
    uploaded = rosters.upload_roster(
        group, upload=roster_file(*lines, **options), by=officer_of(group.institution), at=moment
    )
    drain()
    return Roster.objects.get(pk=uploaded.pk)


def rows_in(group: Group) -> list[RosterRow]:
    """The group's rows in the order they came."""
    return list(group.rows.order_by("pk"))


def zipped(entries: dict[str, bytes], name: str = "照片.zip") -> SimpleUploadedFile:
    """A zip of files by their names; the same files make the same zip."""
    content = BytesIO()
    with ZipFile(content, "w") as package:
        for entry, written in entries.items():
            package.writestr(ZipInfo(entry, THEN), written)
    return SimpleUploadedFile(name, content.getvalue())


def read_photos(group: Group, *names: str, at: Any = EARLIER, **entries: bytes) -> PhotoPack:
    """A zip of sound photos with these names, and of other entries, uploaded by an officer and read."""
    uploaded = photos.upload_photos(
        group, upload=zipped(dict.fromkeys(names, JPEG) | entries), by=officer_of(group.institution), at=at
    )
    drain()
    return PhotoPack.objects.get(pk=uploaded.pk)
