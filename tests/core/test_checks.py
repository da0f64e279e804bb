"""A machine or a configuration that lacks something is told so before it is missed."""

import base64
from pathlib import Path

import pytest

from skilleval.core import checks

KEY = base64.b64encode(bytes(32)).decode()


def found(check, **arguments: object) -> list[str]:
    return [message.id for message in check(None, **arguments)]


def test_this_machine_has_what_it_needs() -> None:
    assert found(checks.machine) == []


def test_missing_fonts_are_named(settings, tmp_path: Path) -> None:
    settings.FONT_DIR = str(tmp_path)
    (tmp_path / "PortalSans-Bold.ttf").touch()
    (message,) = checks.machine(None)
    assert message.id == "core.E010"
    assert "PortalSans-Regular.ttf" in message.msg
    assert "PortalSans-Bold.ttf" not in message.msg


def test_no_font_folder_is_told_too(settings) -> None:
    settings.FONT_DIR = ""
    assert found(checks.machine) == ["core.E010"]


def test_missing_library_and_program_are_named(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checks, "SUBSETTER", "libnothing-of-the-kind.so.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found(checks.machine) == ["core.E011", "core.E012"]


@pytest.mark.parametrize(
    ("demo", "ring", "expected"),
    [
        (False, f"k2:{KEY}", []),
        (False, f"k2:{KEY},demo:{KEY}", ["core.E013"]),
        (True, f"demo:{KEY}", []),
    ],
)
def test_a_demos_key_serves_the_demo_alone(settings, demo: bool, ring: str, expected: list[str]) -> None:
    settings.DEMO, settings.FIELD_KEYS = demo, ring
    assert found(checks.demo_keys) == expected


@pytest.mark.parametrize(
    ("demo", "secure", "mfa", "expected"),
    [
        (False, True, "on", []),
        (True, True, "on", ["core.E014"]),
        (False, False, "on", ["core.E015"]),
        (False, True, "off", ["core.E016"]),
        (True, False, "off", ["core.E014", "core.E015", "core.E016"]),
    ],
)
def test_switches_of_the_demo_fail_a_deployment(settings, demo, secure, mfa, expected) -> None:
    settings.DEMO, settings.SECURE, settings.STAFF_MFA = demo, secure, mfa
    assert found(checks.switches) == expected


@pytest.mark.parametrize(
    ("gateway", "url", "secret", "expected"),
    [
        ("ConsoleGateway", "", "", []),
        ("HttpGateway", "https://sms.example/v1", "s", []),
        ("HttpGateway", "http://sms.example/v1", "s", ["core.E018"]),
        ("HttpGateway", "https://sms.example/v1", "", ["core.E017"]),
        ("HttpGateway", "", "", ["core.E017"]),
    ],
)
def test_a_gateway_over_http_is_configured_whole(settings, gateway: str, url: str, secret: str, expected) -> None:
    settings.SMS_GATEWAY, settings.SMS_URL = f"skilleval.core.sms.{gateway}", url
    settings.SMS_KEY_ID, settings.SMS_SECRET, settings.SMS_SIGN = "portal", secret, "技能评价"
    assert found(checks.sms_gateway) == expected
