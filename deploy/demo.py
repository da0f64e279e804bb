"""The demo: a private database, real notices, demo people, gunicorn and the worker, kept running until Ctrl-C.

`./run demo` calls it in the portal's environment. Everything entered is kept outside the checkout, one folder for
each checkout, and is there again at the next start; --reset starts over.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import date
from pathlib import Path

from services import Postgres, ServiceError, keys

CHECKOUT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ["SKILLEVAL_HOME"])
STATE = HOME / "demo" / hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
GRACE = 10  # seconds between asking a process to end and ending it
SLOWEST_RESTART = 10  # seconds

stop = threading.Event()


class Child:
    """A process that is started again when it ends, ever more slowly while it ends at once."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        # the kernel ends the child with us, even when we are killed
        self.name, self.command = name, ["setpriv", "--pdeathsig", "TERM", *command]
        self.environment = environment
        self.delay, self.due, self.started = 0.5, 0.0, 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def watch(self) -> None:
        """Start the process when it is due, notice when it has ended."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.started = time.monotonic()
                # a session of its own: Ctrl-C reaches us alone, and we end it in order
                self.process = subprocess.Popen(
                    self.command, cwd=CHECKOUT, env=self.environment, stdin=subprocess.DEVNULL, start_new_session=True
                )
        elif (code := self.process.poll()) is not None:
            self._kill()
            self.process = None
            lasted = time.monotonic() - self.started > SLOWEST_RESTART
            self.delay = 0.5 if lasted else min(self.delay * 2, SLOWEST_RESTART)
            self.due = time.monotonic() + self.delay
            say(f"{self.name} 已退出（{code}），即将重新启动 / ended, starting it again")

    def ask_to_end(self) -> None:
        """Let it finish what it does."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for it until the deadline, then end it with everything it started."""
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, deadline - time.monotonic()))
            self._kill()
            self.process.wait()

    def _kill(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def say(text: str) -> None:
    """One line for the person at the terminal, at once."""
    print(text, flush=True)


def parse() -> argparse.Namespace:
    """The command line and PORT."""
    parser = argparse.ArgumentParser(prog="./run demo")
    parser.add_argument("--reset", action="store_true", help="清空演示数据，重新开始 / start over")
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="推进演示日期 / move the clock on")
    options = parser.parse_args()
    port = os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        parser.error(f"PORT 应为 1–65535 的端口号 / must be a port number: {port}")
    options.port = int(port)
    return options


def hold_lock() -> int:
    """Refuse a second demo of this checkout; the lock goes when the process does."""
    STATE.mkdir(parents=True, exist_ok=True, mode=0o711)
    lock = os.open(STATE.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("此目录的演示已在运行，请先停止它 / a demo of this checkout is running already; stop it first")
    return lock


def socket_folder() -> Path:
    """A fresh folder with a short path, as sockets need; the one that a killed demo left goes."""
    note = STATE.with_suffix(".sockets")
    if note.exists():
        left = Path(note.read_text())
        for leftover in left.glob(".s.PGSQL.*"):
            leftover.unlink()
        with suppress(OSError):
            left.rmdir()
    folder = tempfile.mkdtemp(prefix="skilleval-demo.", dir="/tmp")
    note.write_text(folder)
    return Path(folder)


def check_port(port: int) -> None:
    """Say at once, before anything is started, that the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            sys.exit(
                f"端口 {port} 不可用（{error.strerror}），请换一个，例如：PORT=8080 ./run demo\n"
                f"port {port} can't be used; choose another with PORT"
            )


def environment(database: Postgres, port: int) -> dict[str, str]:
    """The real settings but for http, the staff's second factor and the demo's switches."""
    media, static = STATE / "files", STATE / "static"
    for folder in (media, static):
        folder.mkdir(exist_ok=True, mode=0o700)
    addresses = [f"http://127.0.0.1:{port}", f"http://localhost:{port}"]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONUTF8") if name in os.environ}
    return kept | {
        **keys(STATE / "keys.json", "demo"),
        "DATABASE_URL": database.url,
        "DEMO": "1",
        "SECURE": "off",
        "STAFF_MFA": "off",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CSRF_TRUSTED_ORIGINS": ",".join(addresses),
        "SITE_URL": addresses[0],
        "MEDIA_ROOT": str(media),
        "STATIC_ROOT": str(static),  # stays empty: WhiteNoise takes the files from where they are
        "FONT_DIR": os.environ["FONT_DIR"],
        "DJANGO_SETTINGS_MODULE": "skilleval.settings",
        "PYTHONUNBUFFERED": "1",
    }


def manage(settings: dict[str, str], *arguments: str) -> None:
    """Run one management command to its end; stop here when it fails or Ctrl-C came meanwhile."""
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=CHECKOUT, env=settings, check=False)
    if stop.is_set():
        sys.exit(0)
    if done.returncode:
        sys.exit(f"manage.py {' '.join(arguments)} 失败 / failed ({done.returncode})")


def prepare(settings: dict[str, str], on: date | None) -> None:
    """Bring database and data up to date; each step is quick when there is nothing to do."""
    manage(settings, "migrate", "--verbosity", "0")
    manage(settings, "createcachetable")
    manage(settings, "load_notices")
    manage(settings, "make_demo")
    if on:
        manage(settings, "run_due", "--on", on.isoformat())


def serve(settings: dict[str, str], port: int) -> None:
    """Keep the server and the worker running until asked to stop."""
    gunicorn = ["gunicorn", "skilleval.wsgi", "--workers", "2", "--bind", f"127.0.0.1:{port}", "--timeout", "60"]
    quiet = ["--graceful-timeout", str(GRACE - 2), "--log-level", "warning", "--no-control-socket"]
    children = [
        Child("网站 / web", [sys.executable, "-m", *gunicorn, *quiet], settings),
        Child("后台 / worker", [sys.executable, "manage.py", "work"], settings),
    ]
    announced = False
    try:
        while not stop.wait(0.2):
            for child in children:
                child.watch()
            if not announced and answers(port):
                announced = True
                say(f"\n演示已启动 / the demo is running: {settings['SITE_URL']}/")
                say("按 Ctrl-C 停止 / Ctrl-C stops it")
    finally:
        for child in children:
            child.ask_to_end()
        deadline = time.monotonic() + GRACE
        for child in children:
            child.end(deadline)


def answers(port: int) -> bool:
    """Whether the home page comes out."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
            return bool(page.status == 200)
    except urllib.error.HTTPError as error:
        say(f"首页返回 {error.code} / the home page answers {error.code}")
        return True
    except OSError:
        return False


def main() -> None:
    """Start, serve, and leave nothing running, however often Ctrl-C is pressed."""
    options = parse()
    lock = hold_lock()
    check_port(options.port)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    sockets = socket_folder()
    database = Postgres(STATE / "postgres", sockets, durable=True)
    try:
        database.stop()  # one that a killed demo left behind
        if options.reset:
            shutil.rmtree(STATE)
            STATE.mkdir(mode=0o711)
        say(f"数据保存在 / data is kept in {STATE}")
        database.start()
        settings = environment(database, options.port)
        prepare(settings, options.on)
        serve(settings, options.port)
    except ServiceError as error:
        sys.exit(f"PostgreSQL 无法启动 / doesn't start: {error}")
    finally:
        database.stop()
        shutil.rmtree(sockets, ignore_errors=True)
        os.close(lock)
    say("演示已停止，数据已保留 / stopped; what was entered is kept")


if __name__ == "__main__":
    main()
