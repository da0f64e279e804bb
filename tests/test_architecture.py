"""The one import order (README "Import order"): an app imports only from its left and never names one to its right.

Read from the source, function-level imports included. Names count as well: foreign keys and `get_model` strings, task
names and dotted paths, URL names, templates, and the dependencies of migrations.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = {
    "core": "skilleval/core",
    "catalogue": "skilleval/catalogue",
    "accounts": "skilleval/accounts",
    "filing": "skilleval/filing",
    "registration": "registration",
    "fees": "fees",
    "scheduling": "scheduling",
    "certificates": "certificates",
    "discipline": "discipline",
    "root": "skilleval",
}
ORDER = list(APPS)
MODULES = {folder.replace("/", "."): app for app, folder in APPS.items()}
ROOT_TEMPLATES = {"public", "applying", "desk", "demo", "groups", "takeover"}
NAMES_A_URL = {"reverse", "reverse_lazy", "redirect", "resolve_url"}
TEMPLATE_TAG = re.compile(r"""{%\s*(url|include|extends)\s+['"]([^'"]+)['"]""")


@dataclass(frozen=True)
class Naming:
    """One place that names another app."""

    app: str
    names: str
    where: str

    @property
    def allowed(self) -> bool:
        return ORDER.index(self.names) <= ORDER.index(self.app)


def app_of_module(dotted: str) -> str | None:
    """The app a dotted module (or anything inside it) belongs to; the longest folder wins."""
    found = [module for module in MODULES if dotted == module or dotted.startswith(module + ".")]
    return MODULES[max(found, key=len)] if found else None


def app_of_file(path: Path) -> str | None:
    return app_of_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def app_of_template(name: str) -> str | None:
    """The owner of a template; base.html, components, papers and third parties' folders belong to nobody."""
    folder = name.split("/")[0]
    if folder in ROOT_TEMPLATES:
        return "root"
    return folder if folder in APPS and folder != "root" else None


def sources() -> list[Path]:
    folders = {ROOT / folder.split("/")[0] for folder in APPS.values()}
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def url_owners() -> dict[str, str]:
    """URL name → the app whose `urls` module defines it."""
    owners = {}
    for path in sources():
        if path.name != "urls.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "name" and isinstance(node.value, ast.Constant):
                owners[str(node.value.value)] = str(app_of_file(path))
    return owners


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"relative import at line {node.lineno}: write the whole path"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def docstrings(tree: ast.AST) -> set[int]:
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


def named_by_string(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Apps named in strings: "fees.Order", "skilleval.journeys.x", "fees/order.html", ("fees", "0001_initial")."""
    skip = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            first, second = (getattr(item, "value", None) for item in node.elts)
            if first in APPS and isinstance(second, str) and re.match(r"\d{4}_|__first__|__latest__", second):
                yield str(first), node.lineno
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in skip:
            continue
        text = node.value
        if re.fullmatch(r"[a-z_]+(\.\w+)+", text):
            head = text.split(".")[0]
            owner = app_of_module(text) if head == "skilleval" else (head if head in APPS and head != "root" else None)
        elif re.fullmatch(r"[\w/-]+\.(html|txt)", text):
            owner = app_of_template(text)
        else:
            owner = None
        if owner:
            yield owner, node.lineno


def named_by_url(tree: ast.AST, owners: dict[str, str]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in NAMES_A_URL and node.args[0].value in owners:
                yield owners[str(node.args[0].value)], node.lineno


def namings_in_source(source: str, app: str, where: str, owners: dict[str, str]) -> Iterator[Naming]:
    tree = ast.parse(source)
    for dotted, line in imported(tree):
        if names := app_of_module(dotted):
            yield Naming(app, names, f"{where}:{line} imports {dotted}")
    for names, line in [*named_by_string(tree), *named_by_url(tree, owners)]:
        yield Naming(app, names, f"{where}:{line} names {names}")


def namings_in_template(source: str, app: str, where: str, owners: dict[str, str]) -> Iterator[Naming]:
    for tag, name in TEMPLATE_TAG.findall(source):
        names = owners.get(name) if tag == "url" else app_of_template(name)
        if names:
            yield Naming(app, names, f"{where} {tag} {name}")


def all_namings() -> Iterator[Naming]:
    owners = url_owners()
    for path in sources():
        app = app_of_file(path)
        if app and app != "root":
            yield from namings_in_source(path.read_text(), app, str(path.relative_to(ROOT)), owners)
    for path in sorted((ROOT / "templates").rglob("*.html")):
        name = str(path.relative_to(ROOT / "templates"))
        app = app_of_template(name)
        if app and app != "root":
            yield from namings_in_template(path.read_text(), app, f"templates/{name}", owners)


def test_no_app_names_one_to_its_right() -> None:
    found = list(all_namings())
    assert len(found) > 100, "the reader found too little to be believed"
    assert [naming.where for naming in found if not naming.allowed] == []


@pytest.mark.parametrize(
    ("app", "source"),
    [
        ("registration", "import fees.services"),
        ("registration", "def f():\n    from fees import models"),
        ("core", "from skilleval.accounts.models import User"),
        ("catalogue", "from skilleval import settings"),
        ("fees", "x = ForeignKey('scheduling.Batch')"),
        ("fees", "app.send_task('scheduling.judge')"),
        ("accounts", "render(request, 'registration/profile.html')"),
        ("core", "path = 'skilleval.journeys.desk.verbs.approve'"),
        ("registration", "class M:\n    dependencies = [('fees', '0001_initial')]"),
        ("registration", "reverse('order_voucher', args=[1])"),
    ],
)
def test_the_reader_sees_each_way_of_naming(app: str, source: str) -> None:
    found = namings_in_source(source, app, "example.py", {"order_voucher": "fees"})
    assert any(not naming.allowed for naming in found)


@pytest.mark.parametrize("source", ["{% url 'ticket_page' x %}", '{% include "scheduling/_ticket_box.html" %}'])
def test_the_reader_sees_what_templates_name(source: str) -> None:
    found = namings_in_template(source, "fees", "example.html", {"ticket_page": "scheduling"})
    assert any(not naming.allowed for naming in found)


def test_nothing_else_stands_at_the_top() -> None:
    """The top level is fixed: a candidate's journey, and the files that run it."""
    allowed = {*(folder.split("/")[0] for folder in APPS.values()), "templates", "fixtures", "tests", "deploy"}
    tracked = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))}
    assert tracked - allowed == set()


def python_files() -> list[Path]:
    return [*sources(), *sorted((ROOT / "tests").rglob("*.py"))]


def test_modules_and_functions_stay_readable() -> None:
    """400 lines a module and 200 a template are the limits."""
    long = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if "migrations" not in path.parts and path.read_text().count("\n") > 400
    ]
    long += [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if path.read_text().count("\n") > 200
    ]
    assert long == []


def test_no_rooms_without_a_name() -> None:
    banned = {"utils.py", "helpers.py", "common.py", "misc.py", "signals.py"}
    assert [str(path) for path in python_files() if path.name in banned] == []
