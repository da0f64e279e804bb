"""What a fresh machine depends on: the lock files, the shell scripts, the private servers, the unit files."""

import ast
import re
import shlex
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from services import Postgres, Redis, keys

CHECKOUT = Path(__file__).resolve().parents[2]
LOCKS = sorted(CHECKOUT.glob("requirements*.txt"))
UNITS = sorted((CHECKOUT / "deploy" / "systemd").glob("*.service"))
PORTAL = ["skilleval", "registration", "fees", "scheduling", "certificates", "discipline", "deploy"]
OWN = {
    *PORTAL,
    "tests",
    "services",
    "suite",
    "inspector",
}  # the last one is the neighbour of a child that runs as a script
TOP_LEVEL = {
    *("manage.py", "pyproject.toml", "README.md", "CHANGELOG.md", "run", "Procfile", "LICENSE", "SECURITY.md"),
    *("skilleval", "registration", "fees", "scheduling", "certificates", "discipline"),
    *("templates", "fixtures", "tests", "deploy"),
}


def shell_scripts() -> list[Path]:
    return [CHECKOUT / "run", CHECKOUT / ".ci" / "run", *sorted((CHECKOUT / "deploy").glob("*.sh"))]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_file_is_hashed_and_names_no_address(lock: Path) -> None:
    text = lock.read_text()
    pinned = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pinned
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9._-]*==[^ ]+ \\", line) for line in pinned)
    assert text.count("\n    --hash=sha256:") >= len(pinned)
    assert "://" not in text
    assert "--index" not in text


def test_everything_locked_for_running_is_the_same_for_development() -> None:
    run, dev = (
        dict(re.findall(r"^([a-z0-9._-]+)==([^ ]+)", (CHECKOUT / name).read_text(), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert run.items() <= dev.items()


@pytest.mark.parametrize(("folders", "lock"), [(PORTAL, "requirements.txt"), (["tests"], "requirements-dev.txt")])
def test_every_import_is_locked(folders: list[str], lock: str) -> None:
    """Neither a package that only a tool drags in nor one that a developer has by chance."""
    pinned = {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", (CHECKOUT / lock).read_text(), re.MULTILINE)}
    providers = packages_distributions()
    for name in sorted(imported(folders) - set(sys.stdlib_module_names) - OWN):
        found = {re.sub("[._]", "-", provider).lower() for provider in providers.get(name, [])}
        assert found & pinned, f"{name} is imported, and {lock} doesn't have it"


def imported(folders: list[str]) -> set[str]:
    names = set()
    for folder in folders:
        for path in (CHECKOUT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("script", shell_scripts(), ids=lambda path: path.name)
def test_shell_script_is_posix_and_executable(script: Path) -> None:
    assert subprocess.run(["dash", "-n", script], check=False).returncode == 0
    assert script.read_text().startswith(("#!/bin/sh", "#!/usr/bin/env bash"))


def test_run_explains_itself_and_refuses_unknown_verbs() -> None:
    shown = subprocess.run([CHECKOUT / "run"], capture_output=True, text=True, check=False)
    refused = subprocess.run([CHECKOUT / "run", "fly"], capture_output=True, text=True, check=False)
    assert shown.returncode == 0
    assert refused.returncode == 2
    for verb in ("env", "demo", "test", "bench", "lint"):
        assert f"./run {verb}" in shown.stdout
        assert f"./run {verb}" in refused.stderr


def test_the_top_level_holds_what_is_agreed_and_nothing_else() -> None:
    found = {path.name for path in CHECKOUT.iterdir() if not path.name.startswith((".", "__pycache__"))}
    assert {name for name in found if not re.fullmatch(r"requirements[a-z-]*\.txt", name)} <= TOP_LEVEL


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_unit_file_verifies(unit: Path, tmp_path: Path) -> None:
    """The programs it names are installed on the server, not here: they are replaced by one that is here."""
    text = re.sub(r"^(Exec\w+=)\S+", r"\1/bin/true", unit.read_text(), flags=re.MULTILINE)
    copy = tmp_path / unit.name
    copy.write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if unit.name in line]) == (0, [])


def test_procfile_and_units_run_the_same_programs() -> None:
    lines = [line.split(":", 1) for line in (CHECKOUT / "Procfile").read_text().splitlines() if line]
    units = "\n".join(unit.read_text() for unit in UNITS)
    assert {name for name, _ in lines} == {"web", "worker", "beat", "release"}
    for _name, command in lines:
        program = shlex.split(command)[0]
        assert f"/{program} " in units


def test_private_postgres_keeps_its_rows_over_a_crash_and_is_reached_by_its_socket_alone(server_folder: Path) -> None:
    database = Postgres(server_folder / "postgres", durable=True)
    try:
        database.start()
        database.sql("CREATE TABLE t (n int); INSERT INTO t VALUES (7)", "portal")
        database.stop("immediate")
        assert not database.runs()
        database.start()
        assert database.sql("SELECT n FROM t", "portal") == "7"
        assert database.sql("SHOW listen_addresses") == ""
        assert database.sql("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = 'portal'") == "f"
        database.start()  # a server that a killed run left behind is taken over, not doubled
        assert database.sql("SELECT n FROM t", "portal") == "7"
    finally:
        database.stop("immediate")
        assert not database.runs()


def test_private_redis_listens_on_no_port_and_refuses_writes_when_full(server_folder: Path) -> None:
    server = Redis(server_folder / "redis", "--maxmemory", "2mb")
    try:
        server.start()
        ask = ["redis-cli", "-s", str(server.socket)]
        ports = subprocess.run([*ask, "CONFIG", "GET", "port"], capture_output=True, text=True, check=True).stdout
        assert ports.split() == ["port", "0"]
        answer = ""
        for number in range(64):
            order = [*ask, "SET", f"k{number}", "x" * 100_000]
            answer = subprocess.run(order, capture_output=True, text=True, check=True).stdout
        assert answer.startswith("OOM")
    finally:
        server.stop()
    assert server.process is None


def test_keys_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    first = keys(file, "demo")
    assert keys(file, "demo") == first
    assert first["FIELD_KEYS"].startswith("demo:")
    assert file.stat().st_mode & 0o777 == 0o600
