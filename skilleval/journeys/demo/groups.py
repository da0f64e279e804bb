"""The demonstration's institution: two officers and a group of theirs on its way, made by the services of the day.

Eight people were handed in, of whom four were approved and one came back; six are clear and wait for the preliminary
review; ten have to be mended, each with another fault.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO, StringIO

from django.core.files.base import ContentFile

from fees.queries import price_of
from registration.models import Group, RosterRow
from registration.queries.windows import window_open_on
from registration.rosters.columns import COLUMN
from registration.services import group_reviews, handing_in, passing, photos, rosters
from skilleval.accounts import institutions, officers
from skilleval.accounts.enums import InstitutionKind, Role
from skilleval.accounts.models import Institution, Membership, User
from skilleval.accounts.services import open_account
from skilleval.catalogue.enums import Level
from skilleval.core import clock
from skilleval.core.jobs import drain
from skilleval.journeys.demo.applicants import member, offering_of
from skilleval.journeys.demo.people import PASSWORD, Person, paper, portrait
from skilleval.journeys.desk import verbs

#: (log-in, name): the first one registered the institution, the other one was invited.
OFFICERS = (("jingban@example.com", "演示经办人"), ("jingban2@example.com", "演示经办人二"))
CREDIT_CODE = "12310000MB00000006"
FIRST_SERIAL = 401  # beside those of the candidates who have accounts
HANDED_IN, APPROVED, CLEAR = 8, 4, 6
RETURNED_FOR = "工作年限证明未写明岗位，请核对后补正"
#: What is wrong with each of those who have to be mended; an empty photo is one that isn't in the zip.
FAULTS: tuple[Mapping[str, str], ...] = (
    {"id_number": "310101199001011231"},
    {"phone": "1990000"},
    {"phone": ""},
    {"clause": "四级(1)", "work_from": "2024-07-01"},
    {"clause": "四级(2)"},
    {"work_from": "二〇一五年"},
    {"school": "某某学院"},
    {"name": ""},
    {"clause": "五级(1)"},
    {"photo": ""},
)


def make() -> Iterator[str]:
    """Make the institution and its group, and tell line by line; a second run finds them there."""
    at = clock.now()
    institution = Institution.objects.filter(credit_code=CREDIT_CODE).first() or _institution(at)
    if Group.objects.filter(institution=institution).exists():
        return
    by, on = institutions.officers_of(institution)[0], clock.today()
    offering = offering_of("4-04-04-02", Level.FOUR, on, "信息安全管理员")
    window = window_open_on(offering.provider, on)
    if window is None:
        return
    published = price_of(offering, on=on).published
    group = rosters.open_group(institution, offering=offering, window=window, fee_published=published, by=by, at=at)
    people = [_stated(number) for number in range(HANDED_IN + CLEAR + len(FAULTS))]
    rosters.upload_roster(group, upload=_roster(people), by=by, at=at)
    photos.upload_photos(group, upload=_photos(people), by=by, at=at)
    drain()
    _hand_in(group, by, published, at)
    yield f"{institution}：{offering}团体申报 {group.number}，{len(people)} 人"


def _hand_in(group: Group, by: User, published: bool, at: datetime) -> None:
    """The first ones pass and go to the provider, which approves some and returns one."""
    rows = [row.pk for row in _rows(group)[:HANDED_IN]]
    passing.pass_rows(group, rows=rows, statement=passing.STATEMENT, by=by, at=at)
    handing_in.submit_group(group, fee_published=published, by=by, at=at)
    drain()
    sent = [row.application for row in _rows(group)[:HANDED_IN] if row.application]
    reviewer = member("reviewing")
    for application in sent[:APPROVED]:
        verbs.approve(application, by=reviewer, at=at)
    returned = [application.pk for application in sent[APPROVED : APPROVED + 1]]
    group_reviews.return_members(group, applications=returned, reason=RETURNED_FOR, by=reviewer, at=at)


def _institution(at: datetime) -> Institution:
    """Registered by its first officer, approved by the administrator, joined by the second."""
    (first, second) = (open_account(email=email, password=PASSWORD, name=name, by=None) for email, name in OFFICERS)
    stated = institutions.Particulars(
        name="样本职业技术学校（演示）",
        kind=InstitutionKind.SCHOOL,
        credit_code=CREDIT_CODE,
        contact_name=first.name,
        contact_phone="19900000901",
        address="上海市样本路 1 号",
    )
    made = institutions.register(first, stated=stated, licence=paper("事业单位法人证书"), at=at)
    administrator = Membership.objects.filter(role=Role.ADMINISTRATOR)[0].user
    institutions.approve(made, seen=institutions.mark_of(made), by=administrator, at=at)
    made.refresh_from_db()
    invitation = officers.invite(made, address=OFFICERS[1][0], by=User.objects.get(pk=first.pk), at=at)
    officers.accept(invitation, by=second, at=at)
    return made


def _rows(group: Group) -> list[RosterRow]:
    return list(group.rows.select_related("application").order_by("number"))


def _stated(number: int) -> dict[str, str]:
    """Somebody with ten years' work; the last ones each with a fault."""
    person = Person(FIRST_SERIAL + number)
    sound = {
        "name": person.name,
        "id_number": person.id_number,
        "phone": person.phone.removeprefix("+86"),
        "schooling": "高中毕业（或同等学力）",
        "clause": "四级(1)",
        "work_from": "2015-07-01",
        "photo": f"{person.name}_{person.id_number}.png",
    }
    place = number - HANDED_IN - CLEAR
    return {**sound, **FAULTS[place]} if place >= 0 else sound


def _roster(people: Sequence[Mapping[str, str]]) -> ContentFile[bytes]:
    out = StringIO()
    sheet = csv.writer(out)
    sheet.writerow(column.title for column in COLUMN.values())
    sheet.writerows([person.get(key, "") for key in COLUMN] for person in people)
    return ContentFile(out.getvalue().encode("utf-8-sig"), name="信息安全管理员四级-名册（演示）.csv")


def _photos(people: Sequence[Mapping[str, str]]) -> ContentFile[bytes]:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, person in enumerate(people):
            if person["photo"]:
                archive.writestr(person["photo"], portrait(FIRST_SERIAL + number).read())
    return ContentFile(out.getvalue(), name="照片（演示）.zip")
