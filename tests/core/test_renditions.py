"""Pages show pictures of documents, made by a child that can't take the portal down."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from skilleval.core import children, files, renditions
from skilleval.core.errors import Refused
from tests.core.hostile_files import mp4, pdf, picture

pytestmark = pytest.mark.django_db


def stored(content, kind="document"):
    return files.store(SimpleUploadedFile("x", content), kind=kind, by=None, owner_label="x")


def size_of(png):
    with Image.open(io.BytesIO(png)) as shown:
        return shown.format, shown.size


def test_each_page_of_a_pdf():
    document = stored(pdf(3))
    assert renditions.page_count(document) == 3
    for page in (1, 2, 3):
        assert size_of(renditions.rendition_png(document, page)) == ("PNG", (1200, 1600))


@pytest.mark.parametrize("number", [0, 4, 11, -1])
def test_a_page_that_isnt_there(number):
    with pytest.raises(Refused, match="下载"):
        renditions.rendition_png(stored(pdf(3)), number)


def test_pictures_are_scaled():
    document = stored(picture(size=(2000, 1000)))
    assert size_of(renditions.rendition_png(document)) == ("PNG", (1600, 800))
    assert renditions.page_count(document) == 1


def test_recordings_have_no_picture():
    with pytest.raises(Refused):
        renditions.rendition_png(stored(mp4(), "evidence"))


@pytest.mark.parametrize(
    "command",
    [
        ["python3", "-c", "x = bytearray(900_000_000)"],
        ["python3", "-c", "while True: pass"],
        ["python3", "-c", "import os; os.kill(os.getpid(), 9)"],
        ["sleep", "9"],
    ],
)
def test_a_child_dies_alone(command):
    with pytest.raises(children.ChildFailed):
        children.run(command, megabytes=400, seconds=1)


def test_a_child_knows_none_of_our_secrets(monkeypatch):
    monkeypatch.setenv("INDEX_KEY", "secret")
    assert b"INDEX_KEY" not in children.run(["env"])
