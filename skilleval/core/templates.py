"""The portal's words as data: every kind of message has a template, which a provider may word anew (SPEC 13).

A placeholder is a Chinese word in braces: `申报 {申报编号} 已退回补正：{理由}。` Filling them in is one pass over the
text: nothing is evaluated, and braces inside a value stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SUBJECT_LENGTH = 200  # of the column
BODY_LENGTH = 500  # what a provider may write: it goes out as a text to a telephone, too


@dataclass(frozen=True, kw_only=True)
class Template:
    """The words for one kind of message. `values` names its placeholders, each with an example for the preview.

    `needs` are those that no wording may leave out: without them the message is of no use. A provider may keep messages
    of the kind back until a person lets them go, unless `holdable` is false (a period runs from them).
    """

    kind: str
    title: str
    subject: str
    body: str
    values: dict[str, str]
    needs: frozenset[str] = frozenset()
    holdable: bool = True


_registered: dict[str, Template] = {}


def template(
    kind: str,
    *,
    title: str,
    subject: str,
    body: str,
    values: Mapping[str, str],
    needs: Iterable[str] = (),
    holdable: bool = True,
) -> Template:
    """Register the portal's words for a kind of message (`fees.to_pay`), and return them.

    `title` says when it is sent, for the provider's list. Raises ValueError for a kind that exists, and for words that
    `faults` finds something in.
    """
    made = Template(
        kind=kind,
        title=title,
        subject=subject,
        body=body,
        values=dict(values),
        needs=frozenset(needs),
        holdable=holdable,
    )
    if kind in _registered:
        raise ValueError(f"two templates named {kind}")
    if found := faults(made, subject, body):
        raise ValueError(f"{kind}: {found}")
    _registered[kind] = made
    return made


def registered() -> list[Template]:
    """Every template, in the order of the apps and of a candidate's way through them."""
    return list(_registered.values())


def of_kind(kind: str) -> Template | None:
    """The template of a kind; None where there is none (any more)."""
    return _registered.get(kind)


def render(template: Template, values: Mapping[str, str], subject: str = "", body: str = "") -> tuple[str, str]:
    """Subject and body with their placeholders filled in: the words given, or else the portal's.

    Never fails: what is unknown stays as it stands. The subject becomes one line of what the column holds.
    """
    line = " ".join(_filled(subject or template.subject, values).split())
    return line[:SUBJECT_LENGTH], _filled(body or template.body, values)


def tidied(text: str) -> str:
    """A text as it is kept: line ends are one, and full-width braces, which a Chinese keyboard writes, are braces."""
    return text.replace("\r\n", "\n").replace("｛", "{").replace("｝", "}").strip()


def faults(template: Template, subject: str, body: str) -> list[str]:
    """What is wrong with words for a template, in Chinese, each with its cure; nothing where they can be used."""
    found = [f"{name}不能为空，请填写" for name, text in (("标题", subject), ("正文", body)) if not text]
    if "\n" in subject:
        found.append("标题只能有一行，请删去换行")
    for name, text, limit in (("标题", subject, SUBJECT_LENGTH // 2), ("正文", body, BODY_LENGTH)):
        if len(text) > limit:
            found.append(f"{name}不超过 {limit} 字，现有 {len(text)} 字，请精简")
        found += [f"{name}中的“{{{one}}}”不是本消息的占位符，请从列表中选用" for one in _unknown(template, text)]
        if "{" in (rest := PLACEHOLDER.sub("", text)) or "}" in rest:
            found.append(f"{name}中有不成对的花括号，请补全或删去")
    used = _named(subject) | _named(body)
    missing = [name for name in template.values if name in template.needs and name not in used]
    return found + [f"缺少占位符“{{{name}}}”：没有它，收件人不知道该怎么办，请补上" for name in missing]


def unused(template: Template, subject: str, body: str) -> list[str]:
    """The placeholders that words for a template do without; allowed, and said in the preview."""
    used = _named(subject) | _named(body)
    return [name for name in template.values if name not in used]


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def _named(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _unknown(template: Template, text: str) -> list[str]:
    return [name for name in dict.fromkeys(PLACEHOLDER.findall(text)) if name not in template.values]
