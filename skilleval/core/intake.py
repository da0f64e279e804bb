"""What an uploaded file has to be, judged by its content: its name and the type it claims mean nothing."""

import sys
import zlib
from pathlib import Path

from PIL import Image, ImageFile, ImageOps

from skilleval.core import children
from skilleval.core.enums import FileKind
from skilleval.core.errors import Refused

MEGABYTE = 1024 * 1024
MAX_BYTES = {
    FileKind.EVIDENCE: 200 * MEGABYTE,
    FileKind.SPREADSHEET: 60 * MEGABYTE,
    FileKind.ARCHIVE: 200 * MEGABYTE,
    FileKind.GENERATED: 1024 * MEGABYTE,
}
MAX_BYTES_USUAL = 10 * MEGABYTE
MAX_PAGES = 10
MAX_PIXELS = 40_000_000
PHOTO_SIDES = (200, 1200)
PICTURE_SIDES = (1, 3000)
JPEG_QUALITY = 90

ACCEPTED = "仅支持 JPG、PNG 或 PDF，单个文件不超过 10 MB；请另存为 PDF 后再上传"
PHOTO_ACCEPTED = "照片仅支持 JPG 或 PNG，不超过 10 MB；请用手机或电脑另存为 JPG 后再上传"
EVIDENCE_ACCEPTED = "证据仅支持 JPG、PNG、PDF（不超过 10 MB）或 MP4、M4A（不超过 200 MB）；请转换格式后再上传"
PDF_REFUSALS = {
    "encrypted": "该 PDF 设有密码，无法查看；请去除密码后再上传",
    "pages": f"PDF 须有 1 至 {MAX_PAGES} 页；请拆分后分别上传",
    "active": "该 PDF 含脚本、表单程序或多媒体；请用“打印为 PDF”另存后再上传",
    "attachment": "该 PDF 内嵌了附件；请用“打印为 PDF”另存后再上传",
}
PDF_BROKEN = "该 PDF 无法读取，可能已损坏；请重新导出或用“打印为 PDF”另存后再上传"
PICTURE_BROKEN = "该图片无法读取，可能已损坏或尺寸过大；请重新拍摄或另存为 JPG 后再上传"

JPEG, PNG, PDF, MP4, M4A = "image/jpeg", "image/png", "application/pdf", "video/mp4", "audio/mp4"
PICTURES = (JPEG, PNG)
RECORDINGS = (MP4, M4A)
AUDIO_BRANDS = (b"M4A ", b"M4B ")
VIDEO_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"3gp4", b"3gp5")


def max_bytes(kind: str) -> int:
    """The largest file of a kind, in bytes."""
    return MAX_BYTES.get(FileKind(kind), MAX_BYTES_USUAL)


def wanted(kind: str) -> str:
    """What to tell somebody whose file isn't accepted."""
    return {FileKind.PHOTO: PHOTO_ACCEPTED, FileKind.EVIDENCE: EVIDENCE_ACCEPTED}.get(FileKind(kind), ACCEPTED)


def examine(path: Path, kind: str) -> str:
    """Judge an uploaded file, rewrite it in place unless it is evidence, and return what it is now; raises Refused."""
    content_type = _content_type(path)
    recorded = content_type in RECORDINGS
    if content_type not in _accepted_types(kind) or (not recorded and path.stat().st_size > MAX_BYTES_USUAL):
        raise Refused(wanted(kind), field="upload")
    if content_type == PDF:
        _examine_pdf(path, keep=kind == FileKind.EVIDENCE)
    elif content_type in PICTURES:
        return _examine_picture(path, kind, content_type)
    return content_type


def _content_type(path: Path) -> str:
    """The type by the first bytes; empty when it is none of ours."""
    with path.open("rb") as file:
        head = file.read(16)
    for magic, content_type in ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"%PDF-", PDF)):
        if head.startswith(magic):
            return content_type
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    return M4A if brand in AUDIO_BRANDS else MP4 if brand in VIDEO_BRANDS else ""


def _accepted_types(kind: str) -> tuple[str, ...]:
    if kind == FileKind.PHOTO:
        return PICTURES
    return (*PICTURES, PDF, *RECORDINGS) if kind == FileKind.EVIDENCE else (*PICTURES, PDF)


def _examine_picture(path: Path, kind: str, content_type: str) -> str:
    picture = read_picture(path, PHOTO_SIDES if kind == FileKind.PHOTO else PICTURE_SIDES)
    if kind == FileKind.EVIDENCE:
        return content_type
    picture.save(path, "JPEG", quality=JPEG_QUALITY)
    return JPEG


def read_picture(path: Path, sides: tuple[int, int]) -> Image.Image:
    """The pixels of a JPEG or PNG alone, upright, on white, scaled down to the longest side; raises Refused."""
    smallest, largest = sides
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint, once imported, lets the whole process read broken pictures
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise Refused(PICTURE_BROKEN, field="upload")
            if min(opened.size) < smallest:
                raise Refused(
                    f"照片太小：宽和高都须至少 {smallest} 像素，请重新拍摄或换一张更清晰的照片", field="upload"
                )
            opened.draft("RGB", (largest, largest))
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, zlib.error, Image.DecompressionBombError, Warning) as error:
        raise Refused(PICTURE_BROKEN, field="upload") from error
    upright.thumbnail((largest, largest))
    clean = Image.new("RGB", upright.size, "white")
    clean.paste(upright, mask=upright)
    return clean


def _examine_pdf(path: Path, *, keep: bool) -> None:
    cleaned = path.with_suffix(".cleaned")
    script = str(Path(__file__).with_name("pdf_inspector.py"))
    try:
        told = children.run([sys.executable, "-I", script, str(path), str(cleaned), str(MAX_PAGES)])
        verdict = told.decode().strip()
        if verdict != "ok":
            raise Refused(PDF_REFUSALS.get(verdict, PDF_BROKEN), field="upload")
        if not keep:
            cleaned.replace(path)
    except children.ChildFailed as error:
        raise Refused(PDF_BROKEN, field="upload") from error
    finally:
        cleaned.unlink(missing_ok=True)
