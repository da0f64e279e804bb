"""Which column of a workbook of earlier business holds what: any order, names written a little differently. Pure."""

from __future__ import annotations

from registration.rosters.columns import FAULTS_TITLE
from registration.rosters.header import ALIASES, plain_title
from registration.takeovers.columns import COLUMNS
from skilleval.core.errors import Refused

WHERE = "请下载本类业务的模板，按模板的列名填写后再上传"


def read_header(kind: str, header: tuple[str, ...]) -> tuple[str | None, ...]:
    """For each place of a row the key of its column, None where it isn't read.

    Raises Refused naming the required columns that are missing, and what is given by two columns.
    """
    names = {plain_title(column.title): column.key for column in COLUMNS[kind]}
    spoken = {plain_title(name): key for key in names.values() for name in ALIASES.get(key, ())}
    plain = [plain_title(name) for name in header]
    exact = [names.get(name) for name in plain]
    left = {name: key for name, key in spoken.items() if key not in exact}
    keys = tuple(key or left.get(name) for key, name in zip(exact, plain, strict=True))
    _refuse_doubled(kind, keys)
    missing = [column.title for column in COLUMNS[kind] if column.required and column.key not in keys]
    if missing:
        raise Refused(f"表格缺少必填的列：{'、'.join(missing)}；{WHERE}", field="upload")
    return keys


def ignored(header: tuple[str, ...], keys: tuple[str | None, ...]) -> list[str]:
    """The names of the columns that nobody asked for."""
    own = plain_title(FAULTS_TITLE)
    return [name for name, key in zip(header, keys, strict=True) if key is None and plain_title(name) != own]


def _refuse_doubled(kind: str, keys: tuple[str | None, ...]) -> None:
    for column in COLUMNS[kind]:
        if keys.count(column.key) > 1:
            raise Refused(f"有几列都是{column.title}；请只保留一列后再上传", field="upload")
