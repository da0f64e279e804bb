"""Private PostgreSQL and Redis for the demo, the tests and the benches, from Debian's packages.

Both listen on Unix sockets in a folder of their own and nowhere else, so no server that happens to run is ever
met. Only Python's own library is used here. PostgreSQL refuses to run as root: root starts it as `postgres`.
"""

import base64
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

ROLE = DATABASE = "portal"
RELAXED = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class ServiceError(Exception):
    """A private server didn't start; the message ends with the end of its log."""


class Postgres:
    """One private PostgreSQL cluster: its files in `folder`/data, its socket in `sockets` (short path: 100 bytes)."""

    def __init__(self, folder: Path, sockets: Path | None = None, *, durable: bool = False) -> None:
        self.folder, self.data = folder, folder / "data"
        self.sockets = sockets or folder
        self.durable = durable

    @property
    def url(self) -> str:
        """DATABASE_URL of the portal's role, which may create databases and nothing more."""
        return f"postgres://{ROLE}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def start(self) -> None:
        """Make the cluster where there is none, and start it; what a killed run left running is stopped first."""
        fresh = not (self.data / "PG_VERSION").exists()
        for folder in {self.folder, self.sockets}:
            folder.mkdir(parents=True, exist_ok=True, mode=0o711)
            _give_away(folder)
        if fresh:
            shutil.rmtree(self.data, ignore_errors=True)
            self._run(
                "initdb", "--pgdata", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
            )
        else:
            self.stop("fast")
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        options = f"-k {self.sockets} -c listen_addresses='' -c unix_socket_permissions=0700 -c max_connections=100"
        options += "" if self.durable else f" {RELAXED}"
        self._run("pg_ctl", "start", "-D", self.data, "-w", "-t", "60", "-l", self.folder / "log", "-o", options)
        self._ensure_database()

    def stop(self, mode: str = "fast") -> None:
        """Stop the server if it runs; `immediate` is a crash."""
        if self.runs():
            self._run("pg_ctl", "stop", "-D", self.data, "-m", mode, "-w", "-t", "30")

    def runs(self) -> bool:
        """Whether the process that the lock file names is this cluster's server, not one that took its number over."""
        try:
            number = (self.data / "postmaster.pid").read_text().split()[0]
            return Path("/proc", number, "cwd").resolve(strict=True) == self.data.resolve()
        except (OSError, IndexError):
            return False

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement as the cluster's owner; the unadorned answer."""
        return self._run("psql", "-h", self.sockets, "-U", "postgres", "-qAtX", "-d", database, "-c", statement)

    def _ensure_database(self) -> None:
        if ROLE not in self.sql("SELECT rolname FROM pg_roles").split():
            self.sql(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
        if DATABASE not in self.sql("SELECT datname FROM pg_database").split():
            self.sql(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def _run(self, program: str, *arguments: object, check: bool = True) -> str:
        command = [str(self._programs() / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        # pg_ctl's server keeps the output open: never a pipe for it
        log = self.folder / "commands.log"
        with log.open("w+", encoding="utf-8") as output:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", env=clean, check=False
            )
            output.seek(0)
            answer = output.read()
        if check and done.returncode:
            raise ServiceError(f"{program}: {answer[-2000:]}{_tail(self.folder / 'log')}")
        return answer.strip()

    def _programs(self) -> Path:
        version = self.data / "PG_VERSION"
        if version.is_file():
            return Path("/usr/lib/postgresql", version.read_text().strip(), "bin")
        return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))


class Redis:
    """One private Redis that keeps nothing on disk and refuses writes when full, as a queue must."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.socket, self.options = folder, folder / "redis.sock", options
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """REDIS_URL of database 0."""
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start the server and wait until its socket is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        settings = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700", "--save", ""]
        settings += ["--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir", str(self.folder)]
        # Debian's redis-tools carries the server under another name, and the program goes by what it is called
        program = self.folder / "redis-server"
        if not program.is_symlink():
            program.symlink_to("/usr/bin/redis-check-rdb")
        # the kernel ends it with the thread that started it, so that a killed run leaves none behind
        command = ["setpriv", "--pdeathsig", "KILL", str(program), *settings]
        command += ["--logfile", str(self.folder / "redis.log"), *self.options]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 30
        while not self.socket.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise ServiceError(f"redis-server: {_tail(self.folder / 'redis.log')}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop the server; SIGKILL is a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def _tail(log: Path) -> str:
    return "\n" + log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""


def keys(file: Path, key_id: str) -> dict[str, str]:
    """The secrets of a demo or a test run, made once and readable by their owner alone; `key_id` tells which."""
    if not file.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}",
            "INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        partial = file.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(made), encoding="utf-8")
        partial.rename(file)
    loaded: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return loaded
