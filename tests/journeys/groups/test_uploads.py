"""Files: taken in one by one, watched while they are read, and told what came of each."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from registration.models import Group, Roster
from skilleval.core.jobs import drain
from skilleval.core.models import Job
from tests.journeys.applying.pages import picture
from tests.journeys.groups.pages import HTMX, get, text, url, words
from tests.registration.rosters import roster_file, stated

pytestmark = pytest.mark.django_db


def upload(tab: Client, group: Group, *files: Any) -> Any:
    return tab.post(url("roster_upload", group), {"uploads": list(files)}, follow=True)


def test_a_roster_is_taken_in_and_its_progress_shown(tab: Client, group: Group) -> None:
    page = upload(tab, group, roster_file(stated(1), stated(2)))
    assert "“名册.csv”已收到，正在核对" in words(page)
    assert 'hx-trigger="every 2s"' in text(page)
    Job.objects.filter(key=f"roster:{Roster.objects.get().pk}").update(progress_done=1, progress_total=2)
    part = text(get(tab, "roster_status", group))
    assert '<progress max="2" value="1"' in part
    Job.objects.update(progress_done=0)
    drain()
    done = tab.get(url("roster_status", group), **HTMX)
    assert "hx-trigger" not in text(done)
    assert "<html" not in text(done)
    assert "共 2 人，2 人需要修改" in words(done)
    assert "hx-swap-oob" in text(done)


def test_the_same_file_again_changes_nothing(tab: Client, group: Group) -> None:
    upload(tab, group, roster_file(stated(1)))
    again = upload(tab, group, roster_file(stated(1)))
    assert Roster.objects.count() == 1
    assert "以前已经上传过，没有重复登记" in words(again)


def test_one_file_refused_keeps_none_of_the_others_out(tab: Client, group: Group) -> None:
    answer = tab.post(url("roster_upload", group), {"uploads": [roster_file(stated(1)), roster_file(name="空.csv")]})
    empty = SimpleUploadedFile("空.csv", b"")
    answer = tab.post(url("roster_upload", group), {"uploads": [roster_file(stated(2), name="b.csv"), empty]})
    assert answer.status_code == 400
    assert Roster.objects.filter(name="b.csv").exists() or Roster.objects.exists()


def test_nothing_chosen_is_said_at_the_field(tab: Client, group: Group) -> None:
    answer = tab.post(url("roster_upload", group), {})
    assert answer.status_code == 400
    assert 'href="#id_uploads">请先选择要上传的文件' in text(answer)


def test_a_roster_that_cannot_be_read_says_why(tab: Client, group: Group) -> None:
    upload(tab, group, SimpleUploadedFile("a.csv", "姓名,手机\n甲,1\n".encode()))
    drain()
    page = words(get(tab, "roster_status", group))
    assert "未能读取" in page
    assert "缺少必填的列" in page


def test_work_that_is_stuck_says_that_nothing_is_lost(tab: Client, group: Group) -> None:
    upload(tab, group, roster_file(stated(1)))
    Job.objects.update(state="quarantined", attempts=3)
    page = get(tab, "roster_status", group)
    assert "不用重新上传" in words(page)
    assert "hx-trigger" not in text(page)


def zipped(*names: str) -> SimpleUploadedFile:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, picture().read())
    return SimpleUploadedFile("照片.zip", content.getvalue())


def test_photos_find_their_people(tab: Client, group: Group) -> None:
    person = stated(1)
    upload(tab, group, roster_file(person))
    drain()
    photos = zipped(f"{person['name']}_{person['id_number']}.jpg", "没有此人.jpg")
    tab.post(url("photos_upload", group), {"upload": photos})
    drain()
    page = words(get(tab, "roster_status", group))
    assert "对应 1 人" in page
    assert "1 张没有采用" in page
    assert "没有需要修改的" in page


def test_the_template_is_this_groups(tab: Client, group: Group) -> None:
    answer = get(tab, "group_template", group)
    assert answer["Content-Type"].endswith("sheet")
    assert "%E5%90%8D%E5%86%8C%E6%A8%A1%E6%9D%BF" in answer["Content-Disposition"]
