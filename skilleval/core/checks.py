"""What the machine and the configuration must provide, told before the first page or PDF misses it.

`manage.py migrate` and `check` run these; `check --deploy` adds those that the demo and the tests may fail.
"""

import ctypes
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register as register_check

from skilleval.core import crypto

FONTS = ("PortalSans-Regular.ttf", "PortalSans-Bold.ttf", "fonts.conf")
SUBSETTER = "libharfbuzz-subset.so.0"
RENDERER = "pdftoppm"
DEMO_KEY = "demo"


def register() -> None:
    """Add the checks to Django's own."""
    register_check(machine, Tags.compatibility)
    register_check(demo_keys, Tags.security)
    register_check(switches, Tags.security, deploy=True)
    register_check(sms_gateway, Tags.security, deploy=True)


def machine(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Fonts, the library that cuts them down, and the program that turns PDF pages into pictures."""
    found: list[CheckMessage] = []
    missing = [name for name in FONTS if not (Path(settings.FONT_DIR or "/nowhere") / name).is_file()]
    if missing:
        found.append(
            Error(
                f"FONT_DIR ({settings.FONT_DIR or 'not set'}) lacks {', '.join(missing)}: no PDF can be made",
                hint="python deploy/build_fonts.py FOLDER makes them (./run env does); set FONT_DIR to that folder.",
                id="core.E010",
            )
        )
    if not has_library(SUBSETTER):
        found.append(
            Error(
                f"{SUBSETTER} is missing: fonts would be embedded whole and PDFs made many times slower",
                hint="apt-get install libharfbuzz-subset0",
                id="core.E011",
            )
        )
    if shutil.which(RENDERER) is None:
        found.append(
            Error(
                f"{RENDERER} is missing: uploaded PDF files couldn't be shown to reviewers",
                hint="apt-get install poppler-utils",
                id="core.E012",
            )
        )
    return found


def has_library(name: str) -> bool:
    """Whether the dynamic linker finds a shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def demo_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Keys that a demo made for itself never protect real people."""
    if settings.DEMO or DEMO_KEY not in crypto.key_ids():
        return []
    return [
        Error(
            "FIELD_KEYS holds a demo's key, and DEMO is off",
            hint="Make keys of your own; README tells how.",
            id="core.E013",
        )
    ]


def switches(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The three switches that exist for the demo and the tests alone."""
    found: list[CheckMessage] = []
    if settings.DEMO:
        found.append(Error("DEMO is on: the clock can be moved and messages go nowhere", id="core.E014"))
    if not settings.SECURE:
        found.append(Error("SECURE is off: pages and cookies travel in the clear", id="core.E015"))
    if settings.STAFF_MFA == "off":
        found.append(Error("STAFF_MFA is off: staff sign in without a second factor", id="core.E016"))
    return found


def sms_gateway(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A gateway that is asked over HTTP needs an address, a name and a secret, and telephones travel encrypted."""
    if not settings.SMS_GATEWAY.endswith(".HttpGateway"):
        return []
    found: list[CheckMessage] = []
    missing = [name for name in ("SMS_URL", "SMS_KEY_ID", "SMS_SECRET", "SMS_SIGN") if not getattr(settings, name)]
    if missing:
        found.append(Error(f"SMS_GATEWAY needs {', '.join(missing)}: no text would leave", id="core.E017"))
    if settings.SMS_URL and not settings.SMS_URL.startswith("https://"):
        found.append(Error("SMS_URL isn't https: telephone numbers would travel in the clear", id="core.E018"))
    return found
