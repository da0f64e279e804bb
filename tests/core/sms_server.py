"""An SMS gateway of the tests' own: one text for one key, as the real one does, and misbehaving when told to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BEFORE_IT_SENDS = {"refused": 422, "unavailable": 503, "redirected": 302, "busy": 429, "forbidden": 403}


class Gateway(ThreadingHTTPServer):
    """Sends each key's text once, and answers as it is told to, in turn; then properly."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.sent: dict[str, dict[str, str]] = {}
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[str] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/texts"

    def start(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        self.released.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Whoever hung up doesn't read the rest."""


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        how = self.server.answers.pop(0) if self.server.answers else "fine"
        if how in BEFORE_IT_SENDS:
            self._answer(BEFORE_IT_SENDS[how])
        else:
            key = json.loads(body)["key"]
            again = key in self.server.sent
            self.server.sent.setdefault(key, json.loads(body))
            getattr(self, f"_{how.replace(' ', '_')}")(json.dumps({"reference": f"R{key[:8]}"}).encode(), again)

    def _fine(self, body, again):
        self._answer(200, body)

    def _conflict(self, body, again):
        self._answer(409 if again else 200, b"" if again else body)

    def _slow(self, body, again):
        self.server.released.wait(12)
        self._answer(200, body)

    def _silent(self, body, again):
        self.server.released.wait(5)

    def _dripping(self, body, again):
        for _ in range(50):
            self.wfile.write(b"H")
            if self.server.released.wait(0.1):
                return

    def _cut(self, body, again):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")

    def _garbled(self, body, again):
        self._answer(200, b"<html>\xff")

    def _nameless(self, body, again):
        self._answer(200, b'{"reference": ["x"]}')

    def _no_http(self, body, again):
        self.wfile.write(b"SMTP ready\r\n")

    def _failing_after(self, body, again):
        self._answer(500, b"it broke after it was sent")

    def _twice(self, body, again):
        self._answer(200, body)
        self._answer(200, b'{"reference": "another"}')

    def _answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Nothing is printed."""
