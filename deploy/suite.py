"""`./run test`, `bench` and `lint`: the tools of the development environment, on private PostgreSQL and Redis.

The servers live in a fresh folder under /tmp that goes at the end; what a killed run left behind, servers
included, is cleared away by the next one.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from services import Postgres, Redis, ServiceError, keys

CHECKOUT = Path(__file__).resolve().parent.parent
PREFIX = "skilleval-run."
DJANGO = ["--target-version", "5.2"]

running: subprocess.Popen[bytes] | None = None


def sweep() -> None:
    """Clear away what runs that were killed left in /tmp: ours by owner, their process gone."""
    for folder in Path("/tmp").glob(f"{PREFIX}*"):
        try:
            owner = (folder / "owner").read_text()
            if folder.stat().st_uid != os.geteuid() or Path("/proc", owner).exists():
                continue
        except OSError:
            continue
        Postgres(folder / "postgres").stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def call(command: list[str], settings: dict[str, str]) -> int:
    """Run a tool in the checkout to its end; a signal sent to us is passed on, its clean-up waited for."""
    global running
    running = subprocess.Popen(command, cwd=CHECKOUT, env=settings)
    code = running.wait()
    running = None
    return code


def pass_on(number: int, _frame: object) -> None:
    """Ctrl-C reaches the whole foreground group by itself; other signals reach only us."""
    if running is not None and number != signal.SIGINT:
        running.send_signal(signal.SIGINT)


def base_settings(folder: Path) -> dict[str, str]:
    """What the portal's settings ask for, but for the servers."""
    media, scratch, static = folder / "files", folder / "tmp", folder / "static"
    for made in (media, scratch, static):
        made.mkdir(mode=0o700)
    outside = {name: value for name, value in os.environ.items() if name not in ("DEMO", "SITE_URL", "CACHE_URL")}
    return outside | {
        **keys(folder / "keys.json", "test"),
        "MEDIA_ROOT": str(media),
        "STATIC_ROOT": str(static),
        "TMPDIR": str(scratch),
        "SECURE": "off",
        "STAFF_MFA": "off",
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        "DJANGO_SETTINGS_MODULE": "skilleval.settings",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        # compiled files would otherwise be written into the checkout by root
        "PYTHONPYCACHEPREFIX": f"{os.environ['SKILLEVAL_HOME']}/pycache",
    }


def test(arguments: list[str], settings: dict[str, str]) -> int:
    """pytest, on two processes unless the arguments say otherwise; its databases go with the cluster."""
    chosen = any(argument.startswith(("-n", "--numprocesses", "--pdb", "-s")) for argument in arguments)
    processes = str(min(os.cpu_count() or 1, 4))
    # each file stays whole, and tests/conftest says which come first
    spread = [] if chosen else ["-n", processes, "--dist", "loadfile", "--no-loadscope-reorder"]
    return call([sys.executable, "-m", "pytest", "--reuse-db", *spread, *arguments], settings)


def bench(arguments: list[str], settings: dict[str, str]) -> int:
    """The benches, each beside its limit or peer."""
    return call([sys.executable, "-m", "tests.bench", *arguments], settings)


def lint(arguments: list[str], settings: dict[str, str]) -> int:
    """Every check of the code that isn't a test of what it does; --fix first sets right what a tool can."""
    if arguments == ["--fix"]:
        for command in (["ruff", "check", "--fix"], ["ruff", "format"], ["djade", *DJANGO, *templates()]):
            call(command, settings)
    failed = [name for name, (command, environment) in checks(settings).items() if call(command, environment)]
    for name in failed:
        print(f"不通过 / failed: {name}", flush=True)
    return 1 if failed else 0


def templates() -> list[str]:
    """Every template, as a path in the checkout."""
    return sorted(str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "templates").rglob("*.html"))


def checks(settings: dict[str, str]) -> dict[str, tuple[list[str], dict[str, str]]]:
    """What `lint` runs, by name: the command and the environment it runs in."""
    manage = [sys.executable, "manage.py"]
    production = settings | {"SECURE": "on", "STAFF_MFA": "on", "SITE_URL": "https://portal.example"}
    return {
        "style": (["ruff", "check"], settings),
        "format": (["ruff", "format", "--check"], settings),
        "types": (["mypy"], settings),
        "templates": (["djade", "--check", *DJANGO, *templates()], settings),
        "migrations": ([*manage, "makemigrations", "--check", "--dry-run"], settings),
        "deployment": ([*manage, "check", "--deploy", "--fail-level", "WARNING"], production),
    }


VERBS: dict[str, Callable[[list[str], dict[str, str]], int]] = {"test": test, "bench": bench, "lint": lint}


def main() -> int:
    """Start the servers, run the verb, remove everything."""
    verb, *arguments = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
    folder.chmod(0o711)
    (folder / "owner").write_text(str(os.getpid()))
    # a bench is measured on a database that really writes
    database, queue = Postgres(folder / "postgres", durable=verb == "bench"), Redis(folder / "redis")
    try:
        database.start()
        queue.start()
        settings = base_settings(folder) | {"DATABASE_URL": database.url, "REDIS_URL": queue.url}
        return VERBS[verb](arguments, settings)
    except ServiceError as error:
        print(f"无法启动 / doesn't start: {error}", file=sys.stderr)
        return 1
    finally:
        queue.stop()
        database.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
