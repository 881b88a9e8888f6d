"""Receivers of events: HTTP servers on loopback that answer as a test wants them to."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANG = -1
"""Instead of a status: do not answer until the receiver is closed."""
BREAK = -2
"""Instead of a status: close the connection without an answer."""


@dataclass(frozen=True)
class Received:
    """A request as it came in.

    Attributes:
        path: it was sent to.
        headers: by name in lower case.
        body: its bytes.
        at: seconds of the monotonic clock.
        status: how it was answered.
    """

    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    status: int

    @property
    def document(self) -> dict[str, Any]:
        members: dict[str, Any] = json.loads(self.body)
        return members

    @property
    def results(self) -> dict[str, Any]:
        results: dict[str, Any] = self.document["epcisBody"]["queryResults"]
        return results

    @property
    def event_ids(self) -> list[str]:
        return [event["eventID"] for event in self.results["resultsBody"]["eventList"]]

    def is_signed(self, token: str) -> bool:
        """Check the signature as its documentation tells a receiver to."""
        parts = dict(part.split("=") for part in self.headers["gs1-signature"].split(","))
        signed = parts["t"].encode() + b"." + self.body
        digest = hmac.new(token.encode(), signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(digest, parts["v1"])


@dataclass
class Receiver:
    """A receiver that is open.

    Attributes:
        url: its address.
        requests: all that came, in order.
    """

    url: str
    requests: list[Received] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def taken(self) -> list[Received]:
        """Those that were answered with 2xx."""
        return [one for one in self.requests if 200 <= one.status < 300]

    @property
    def event_ids(self) -> list[str]:
        """The events that were taken, in order."""
        return [event_id for one in self.taken for event_id in one.event_ids]

    def wait_for(self, condition: Callable[["Receiver"], bool], seconds: float = 30) -> None:
        """Wait until something holds of what has come in."""
        with self._changed:
            held = self._changed.wait_for(lambda: condition(self), seconds)
        assert held, [(one.path, one.status, one.body[:300]) for one in self.requests[-5:]]

    def wait_more_than(self, count: int) -> None:
        """Wait until more requests have come in than a number."""
        self.wait_for(lambda one: len(one.requests) > count)

    def quiet_for(self, seconds: float) -> None:
        """Wait for some time in which nothing may come in."""
        before = len(self.requests)
        time.sleep(seconds)
        assert len(self.requests) == before

    def note(self, one: Received) -> None:
        with self._changed:
            self.requests.append(one)
            self._changed.notify_all()


Answer = Callable[[int, int], int]
"""From how many requests came before, and how many events came in this, to an answer's status."""


@contextmanager
def receiving(answer: Answer = lambda *_: 204) -> Iterator[Receiver]:
    """Open a receiver."""
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:  # the sender was killed while it sent: nothing has come
                self.close_connection = True
                return
            status = answer(len(receiver.requests), body.count(b'"eventID"'))
            headers = {name.lower(): value for name, value in self.headers.items()}
            came = Received(self.path, headers, body, time.monotonic(), status)
            if status == BREAK:
                self.close_connection = True
                receiver.note(came)
                return
            if status == HANG:
                receiver.note(came)
                closing.wait()
                self.close_connection = True
                return
            if 200 <= status < 300:
                receiver.note(came)  # before the sender knows, so that a test can kill it then
            self.send_response(status)
            self.send_header("Content-Length", "0")
            if status == 302:
                self.send_header("Location", receiver.url)
            self.end_headers()
            if not 200 <= status < 300:
                receiver.note(came)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            pass  # the sender may be killed while it is answered

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            closing.set()
            server.shutdown()
            thread.join()
