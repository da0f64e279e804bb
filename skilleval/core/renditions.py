"""Pictures of documents for pages: nothing that was uploaded is ever rendered in the portal's own process."""

from io import BytesIO

from skilleval.core import children, files, intake
from skilleval.core.errors import Refused
from skilleval.core.models import StoredFile

LONGEST_SIDE = 1600
UNREADABLE = "该文件无法预览，请下载后查看"


def rendition_png(stored: StoredFile, page: int = 1) -> bytes:
    """A page of a stored PDF, or a stored picture, as PNG; raises Refused when it can't be shown."""
    path = files.path_of(stored)
    if stored.content_type in intake.PICTURES:
        shown = BytesIO()
        intake.read_picture(path, (1, LONGEST_SIDE)).save(shown, "PNG")
        return shown.getvalue()
    if stored.content_type != intake.PDF or not 1 <= page <= intake.MAX_PAGES:
        raise Refused(UNREADABLE)
    size = ("-scale-to", str(LONGEST_SIDE))
    try:
        return children.run(["pdftoppm", "-png", "-singlefile", "-f", str(page), "-l", str(page), *size, str(path)])
    except children.ChildFailed as error:
        raise Refused(UNREADABLE) from error


def page_count(stored: StoredFile) -> int:
    """How many pages a stored file has; pictures have one. Raises Refused when it can't be read."""
    if stored.content_type != intake.PDF:
        return 1
    try:
        told = children.run(["pdfinfo", str(files.path_of(stored))]).decode(errors="replace")
    except children.ChildFailed as error:
        raise Refused(UNREADABLE) from error
    return next(int(line.split(":")[1]) for line in told.splitlines() if line.startswith("Pages:"))
