"""`./run demo` as a person meets it: it starts, heals, stops for good, and keeps what was entered."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 400  # seconds; a limit against hanging, not a measure


class Demo:
    """One demo with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = home / "output"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        environment = os.environ | {"SKILLEVAL_HOME": str(self.home), "PORT": str(self.port)}
        return [sys.executable, "deploy/demo.py", *arguments], environment

    def start(self, *arguments: str) -> None:
        command, environment = self.command(*arguments)
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=CHECKOUT, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
        self.wait_for(lambda: "Ctrl-C" in self.log.read_text())

    def wait_for(self, happened: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happened():
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def stop(self, times: int) -> int:
        assert self.process is not None
        for _ in range(times):
            self.process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        return self.process.wait(PATIENCE)

    def page(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=30) as answer:
            return int(answer.status)

    def processes(self) -> dict[str, int]:
        """What runs below the supervisor, by what it is."""
        assert self.process is not None
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                words = (folder / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if parent == self.process.pid:
                found["worker" if "work" in words else "web"] = int(folder.name)
        return found

    def database_runs(self) -> bool:
        return any(self.home.glob("demo/*/postgres/data/postmaster.pid"))


@pytest.fixture
def demo(server_folder: Path) -> Iterator[Demo]:
    portal = Demo(server_folder)
    yield portal
    if portal.process is not None and portal.process.poll() is None:
        portal.stop(1)


@pytest.mark.timeout(900)
@pytest.mark.timeout(1200)
def test_demo_starts_heals_and_stops_for_good(demo: Demo) -> None:
    demo.start()
    assert demo.page() == 200
    first = demo.processes()
    assert set(first) == {"web", "worker"}

    os.kill(first["worker"], signal.SIGKILL)
    demo.wait_for(lambda: demo.processes().get("worker", first["worker"]) != first["worker"])
    os.kill(first["web"], signal.SIGKILL)
    demo.wait_for(lambda: demo.processes().get("web", first["web"]) != first["web"])
    demo.wait_for(lambda: _listens(demo.port))
    assert demo.page() == 200

    command, environment = demo.command()
    second = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "已在运行" in second.stderr

    last = demo.processes()
    assert demo.stop(3) == 0  # an impatient person presses more than once
    assert not _listens(demo.port)
    assert not demo.database_runs()
    assert not any(Path("/proc", str(number)).exists() for number in last.values())

    demo.start()  # what a killed supervisor leaves behind doesn't stand in the way of the next start
    assert demo.process is not None
    demo.process.kill()
    demo.process.wait()
    deadline = time.monotonic() + PATIENCE
    while _listens(demo.port):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    demo.start()
    assert demo.page() == 200
    assert demo.stop(1) == 0
    assert not demo.database_runs()


def test_a_taken_port_is_told_before_anything_starts(demo: Demo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", demo.port))
        taken.listen()
        command, environment = demo.command()
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"端口 {demo.port} 不可用" in done.stderr
    assert not any(demo.home.glob("demo/*/postgres"))


@pytest.mark.parametrize("port", ["http", "0", "65536", "８０００"])
def test_a_port_that_is_none_is_refused(demo: Demo, port: str) -> None:
    command, environment = demo.command()
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment | {"PORT": port}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "PORT" in done.stderr


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
