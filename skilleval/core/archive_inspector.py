"""Lists a zip of small files in an expendable child: its directory may be made to swell, overlap or lead astray.

Run as a script: ``python archive_inspector.py PATH MAX_ENTRIES MAX_BYTES``. Prints one line of JSON: a word why not, or
``ok`` and the names of the files by their place in the zip. It imports nothing of the portal.
"""

import json
import re
import sys
import unicodedata
import zipfile

MEGABYTE = 1024 * 1024
MAX_RATIO = 200
UTF8 = 0x800
ENCRYPTED = 0x1
#: What systems put beside the files they pack.
LITTER = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
ASTRAY = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)")


class Unfit(Exception):
    """The zip can't be read; a word why."""


def listed(path: str, max_entries: int, max_bytes: int) -> dict[int, str]:
    """The files of a zip by their place, folders and litter left out; raises Unfit."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Unfit("type") from error
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise Unfit("encrypted")
    if sum(entry.file_size for entry in entries) > max_bytes or any(map(_swells, entries)):
        raise Unfit("bomb")
    named = {place: _name(entry) for place, entry in enumerate(entries)}
    if any(ASTRAY.search(name) for name in named.values()):
        raise Unfit("path")
    files = {place: name for place, name in named.items() if not name.endswith("/") and not LITTER.search(name)}
    if len(files) > max_entries:
        raise Unfit("many")
    return files


def _swells(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > MEGABYTE and entry.file_size > MAX_RATIO * entry.compress_size


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: without the mark for UTF-8 it is UTF-8 all the same, or GBK, read as something else."""
    name = entry.filename
    if not entry.flag_bits & UTF8:
        raw = name.encode("cp437")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return unicodedata.normalize("NFC", name).replace("\\", "/")


def main(path: str, max_entries: int, max_bytes: int) -> None:
    try:
        print(json.dumps(("ok", listed(path, max_entries, max_bytes))))
    except Unfit as unfit:
        print(json.dumps((str(unfit), {})))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
