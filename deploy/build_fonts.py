"""Build the portal's fonts from Debian's packages; called once by `./run env`, result kept.

A single-weight TrueType (`glyf`) font makes a PDF several times faster than the OpenType collection that the
package ships. "Portal Sans" is Noto Sans CJK SC in two weights, with every hanzi it has and without Hangul, and
"Portal Song" is Noto Serif CJK SC's bold, for certificates; the Hanazono fonts stand beside them for rarer names.
The folder carries its own fontconfig file, so that a renderer pointed at it sees these fonts and nothing else of the
machine.

Usage: build_fonts.py FOLDER
"""

import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from os import environ
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

NOTO = Path("/usr/share/fonts/opentype/noto")
HANAZONO = Path("/usr/share/fonts/truetype/hanazono")
FAMILY = "Portal Sans"
FACES = (("Portal Song", "Serif", "Bold"), (FAMILY, "Sans", "Regular"), (FAMILY, "Sans", "Bold"))
WEIGHTS = {"Regular": 400, "Bold": 700}
ERROR = 1.0  # largest distance of a quadratic outline from the cubic one, in units of 1/1000 em
LEFT_OUT = (  # Hangul: a quarter of the glyphs, and no name in this country is written with it
    range(0x1100, 0x1200),
    range(0x3130, 0x3190),
    range(0xA960, 0xA980),
    range(0xAC00, 0xD800),
)
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{folder}/.cache</cachedir>
  <alias binding="strong"><family>sans-serif</family><prefer>{prefer}</prefer></alias>
  <alias binding="strong"><family>serif</family><prefer>{prefer}</prefer></alias>
</fontconfig>
"""


def simplified_chinese(path: Path, design: str) -> TTFont:
    """The collection's face for Simplified Chinese."""
    for face in TTCollection(str(path), lazy=True):
        if face["name"].getDebugName(1).startswith(f"Noto {design} CJK SC"):
            return face
    raise SystemExit(f"{path}: no face for Simplified Chinese")


def is_usual(sign: str) -> bool:
    """Of GB 2312. Such glyphs come first: WeasyPrint's subsets are as long as the highest number that they keep."""
    try:
        return bool(sign.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def glyph_order(source: TTFont, cmap: dict[int, str]) -> list[str]:
    """The glyphs that a character has, usual ones first, each part as the source numbers them."""
    usual = {name for code, name in cmap.items() if is_usual(chr(code))} - {".notdef"}
    others = set(cmap.values()) - usual - {".notdef"}
    return [".notdef", *(name for part in (usual, others) for name in sorted(part, key=source.getGlyphID))]


def outlines(source: TTFont, order: list[str]) -> tuple[dict[str, Any], dict[str, tuple[int, int]]]:
    """Each glyph in TrueType's quadratic curves, and its width with its left side bearing."""
    glyph_set = source.getGlyphSet()
    glyphs, metrics = {}, {}
    for name in order:
        pen = TTGlyphPen(None)
        glyph_set[name].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
        glyphs[name] = glyph = pen.glyph()
        glyph.recalcBounds(None)
        metrics[name] = (glyph_set[name].width, getattr(glyph, "xMin", 0))
    return glyphs, metrics


def build(folder: Path, family: str, design: str, style: str) -> str:
    """Write one weight of a family; returns its file name."""
    source = simplified_chinese(NOTO / f"Noto{design}CJK-{style}.ttc", design)
    compact = family.replace(" ", "")
    cmap = {code: name for code, name in source.getBestCmap().items() if not any(code in block for block in LEFT_OUT)}
    order = glyph_order(source, cmap)
    glyphs, metrics = outlines(source, order)
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(cmap)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(metrics)
    hhea, os2 = source["hhea"], source["OS/2"]
    builder.setupHorizontalHeader(ascent=hhea.ascent, descent=hhea.descent)
    builder.setupNameTable(
        {
            "copyright": source["name"].getDebugName(0),
            "familyName": family,
            "styleName": style,
            "uniqueFontIdentifier": f"{family} {style}",
            "fullName": f"{family} {style}",
            "psName": f"{compact}-{style}",
            "version": source["name"].getDebugName(5),
            "licenseDescription": source["name"].getDebugName(13),
        }
    )
    builder.setupOS2(
        usWeightClass=WEIGHTS[style],
        fsSelection=0x20 if style == "Bold" else 0x40,
        sTypoAscender=os2.sTypoAscender,
        sTypoDescender=os2.sTypoDescender,
        sTypoLineGap=os2.sTypoLineGap,
        usWinAscent=os2.usWinAscent,
        usWinDescent=os2.usWinDescent,
        sxHeight=os2.sxHeight,
        sCapHeight=os2.sCapHeight,
    )
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].macStyle = 1 if style == "Bold" else 0
    target = folder / f"{compact}-{style}.ttf"
    builder.save(target)
    return target.name


def main(target: Path) -> None:
    """Build everything beside the target, then rename: a half-built folder is never used."""
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / ".cache").mkdir(parents=True)
    with ProcessPoolExecutor(2) as pool:
        built = list(pool.map(build, [partial] * len(FACES), *zip(*FACES, strict=True)))
    for name in ("HanaMinA.ttf", "HanaMinB.ttf"):
        (partial / name).symlink_to(HANAZONO / name)
    families = (FAMILY, "HanaMinA", "HanaMinB")
    prefer = "".join(f"<family>{family}</family>" for family in families)
    (partial / "fonts.conf").write_text(FONTS_CONF.format(folder=target, prefer=prefer), encoding="utf-8")
    partial.rename(target)
    subprocess.run(
        ["/usr/bin/fc-cache", "-f"], check=True, env={**environ, "FONTCONFIG_FILE": str(target / "fonts.conf")}
    )
    print(f"{target}: {', '.join(built)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
