"""What holds for the project as a whole: migrations, deployment checks, no superuser, CSP, files without addresses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from skilleval.accounts.models import User

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


#: What tests in a browser set for their process (conftest), and production doesn't.
FOR_BROWSERS = "DJANGO_ALLOW_ASYNC_UNSAFE"


def deploy_check(**switches: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` as production would run it, but for the switches given."""
    production = {"SECURE": "on", "STAFF_MFA": "on", "DEMO": "", "SITE_URL": "https://portal.example"}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != FOR_BROWSERS} | production | switches,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_the_deployment_check() -> None:
    done = deploy_check()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("switch", "value"), [("DEMO", "1"), ("STAFF_MFA", "off"), ("SECURE", "off")])
def test_the_demo_switches_fail_it(switch: str, value: str) -> None:
    done = deploy_check(**{switch: value})
    assert done.returncode != 0
    assert switch in done.stderr


@pytest.mark.parametrize("variable", ["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "DATABASE_URL", "MEDIA_ROOT"])
def test_nothing_starts_without_its_secrets(variable: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != variable}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert variable in done.stderr


def test_there_is_no_superuser_to_be() -> None:
    assert User.is_superuser is False
    assert "is_superuser" not in {field.name for field in User._meta.get_fields()}


def test_the_content_policy_allows_nothing_inline() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert not [value for values in directives.values() for value in values if "unsafe" in value or value == "*"]
    assert directives["default-src"] == ["'none'"]


INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|hx-on", re.IGNORECASE)
SVG_OR_PAPER = ("papers/",)  # WeasyPrint's pages are never sent to a browser


def test_templates_hold_nothing_inline() -> None:
    folder = ROOT / "templates"
    found = [
        f"{path.relative_to(folder)}: {match.group()}"
        for path in sorted(folder.rglob("*.html"))
        if not str(path.relative_to(folder)).startswith(SVG_OR_PAPER)
        for match in INLINE.finditer(path.read_text())
    ]
    assert found == []


def test_locked_requirements_hold_no_address() -> None:
    files = sorted(ROOT.glob("requirements*.txt"))
    assert files
    for path in files:
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|index-url|find-links", text), path.name
