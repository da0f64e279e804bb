"""A corpus of uploads, good and hostile, made by code; each has a name, its bytes and what should become of it."""

import io
import struct
import zlib

import pikepdf
from PIL import Image
from PIL.PngImagePlugin import PngInfo


def picture(kind="JPEG", size=(400, 560), mode="RGB", **options):
    """A picture of some format."""
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 0).save(out, kind, **options)
    return out.getvalue()


def pdf(pages=1, change=lambda document: None, **options):
    """A PDF with so many pages, changed before it is written."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(300, 400))
    change(document)
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def acting(action):
    """A PDF that does something when it is opened."""

    def change(document):
        document.Root.OpenAction = document.make_indirect(pikepdf.Dictionary(**action))

    return pdf(change=change)


def with_javascript_by_name(document):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["x", action]))


def with_javascript_deep_in_a_page(document):
    annotation = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="x", Next=[pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1")]),
    )
    document.pages[0].Annots = [annotation]


def with_attachment(document):
    document.attachments["x.exe"] = b"MZ"


def with_form_program(document):
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=document.make_stream(b"<xdp/>"))


def with_link(document):
    action = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=[document.pages[0].obj, pikepdf.Name.Fit])
    document.Root.OpenAction = document.make_indirect(action)


def nested_too_deep(document):
    item = pikepdf.Array([])
    for _ in range(120):
        item = pikepdf.Array([item])
    document.Root.Deep = item


def png_bomb(width=50_000, height=50_000):
    """A header that promises more pixels than memory holds."""
    chunk = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = b"IHDR" + chunk
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def png_text_bomb():
    """Compressed text that swells beyond all measure."""
    told = PngInfo()
    told.add_text("x", "0" * 80_000_000, zip=True)
    return picture("PNG", pnginfo=told)


def mp4(brand=b"isom"):
    return struct.pack(">I", 24) + b"ftyp" + brand + b"\x00" * 12 + b"\x00" * 100


JPEG = picture()
ZIP = b"PK\x03\x04" + b"\x00" * 60
LAUNCH = {"S": pikepdf.Name.Launch, "F": "cmd.exe"}
SUBMIT = {"S": pikepdf.Name.SubmitForm, "F": "http://example.invalid"}

#: name → (bytes, what a document upload of it becomes: a content type, or words of the refusal)
DOCUMENTS = {
    "jpeg": (JPEG, "image/jpeg"),
    "png": (picture("PNG"), "image/jpeg"),
    "png with alpha": (picture("PNG", mode="RGBA"), "image/jpeg"),
    "png with a palette": (picture("PNG", mode="P"), "image/jpeg"),
    "jpeg in cmyk": (picture(mode="CMYK"), "image/jpeg"),
    "jpeg with a zip behind": (JPEG + ZIP, "image/jpeg"),
    "jpeg with a script in its comment": (picture(comment=b"<script>alert(1)</script>"), "image/jpeg"),
    "pdf": (pdf(), "application/pdf"),
    "pdf of ten pages": (pdf(10), "application/pdf"),
    "pdf with a link inside": (pdf(change=with_link), "application/pdf"),
    "pdf with a zip behind": (pdf() + ZIP, "application/pdf"),
    "pdf with object streams": (pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate), "application/pdf"),
    "pdf of eleven pages": (pdf(11), "1 至 10 页"),
    "pdf without pages": (pdf(0), "1 至 10 页"),
    "pdf with a password": (pdf(encryption=pikepdf.Encryption(user="x", owner="y")), "密码"),
    "pdf with an owner's password": (pdf(encryption=pikepdf.Encryption(user="", owner="y")), "密码"),
    "pdf that opens a script": (acting({"S": pikepdf.Name.JavaScript, "JS": "app.alert(1)"}), "脚本"),
    "pdf that launches": (acting(LAUNCH), "脚本"),
    "pdf that submits": (acting(SUBMIT), "脚本"),
    "pdf with named script": (pdf(change=with_javascript_by_name), "脚本"),
    "pdf with a script deep inside": (pdf(change=with_javascript_deep_in_a_page), "脚本"),
    "pdf with a form program": (pdf(change=with_form_program), "脚本"),
    "pdf with an attachment": (pdf(change=with_attachment), "附件"),
    "pdf nested too deep": (pdf(change=nested_too_deep), "无法读取"),
    "pdf cut short": (pdf()[:60], "无法读取"),
    "pdf in name only": (b"%PDF-1.7\n" + b"x" * 200, "无法读取"),
    "gif": (picture("GIF"), "仅支持"),
    "bmp": (picture("BMP"), "仅支持"),
    "tiff": (picture("TIFF"), "仅支持"),
    "webp": (picture("WEBP"), "仅支持"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "仅支持"),
    "html": (b"<html><script>alert(1)</script>", "仅支持"),
    "zip": (ZIP, "仅支持"),
    "program": (b"MZ" + b"\x00" * 200, "仅支持"),
    "mp4": (mp4(), "仅支持"),
    "something before a pdf": (b"GIF89a" + pdf(), "仅支持"),
    "nothing": (b"", "空"),
    "jpeg cut short": (JPEG[:100], "图片无法读取"),
    "jpeg in name only": (b"\xff\xd8\xff" + b"x" * 200, "图片无法读取"),
    "png that promises too much": (png_bomb(), "图片无法读取"),
    "png whose text swells": (png_text_bomb(), "图片无法读取"),
    "too large": (JPEG + b"\x00" * (10 * 1024 * 1024), "10 MB"),
}
