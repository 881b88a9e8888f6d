"""A portal that does to its clients what networks and servers do; a process of its own.

It takes lots as `schemas/portal/lot-record.toml` tells them, checks them, and remembers on its disk
what it took. A test tells it by `POST /control` what is to go wrong, and reads at `GET /control`
what it has and how that came about.

    python -m tests.portal.simulator --state FILE [--port 0]
"""

import argparse
import json
import random
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

NAMES: Final = {
    "product": "maSanPham",
    "lot": "soLo",
    "name": "tenSanPham",
    "link": "maLienKet",
    "expiry": "hanSuDung",
    "country": "quocGia",
    "steps": "congDoan",
    "made_of": "loDauVao",
    "step": "loai",
    "time": "thoiGian",
    "place": "maDiaDiem",
    "place_name": "tenDiaDiem",
}
"""What the portal calls things, until it is told to call them otherwise."""

FAULTS: Final = (
    "drop_before",
    "drop_after",
    "late",
    "twice",
    "error_before",
    "error_after",
    "busy",
)
"""What may happen to a request: no answer, not taken; no answer, taken; no answer, taken after
later ones; taken twice; 500, not taken; 500, taken; 429 with Retry-After."""

TOGETHER: Final = "/lots/batch"
"""Where several lots are taken at once; each has a key and an operation in it."""

_METHODS: Final = {"create": "POST", "update": "PUT", "withdraw": "DELETE"}

_TIME: Final = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d")
_POISON: Final = "XAU"


@dataclass
class Portal:
    """What the portal has, and how it behaves.

    Attributes:
        state: the file in which it remembers.
        names: what it calls things.
        faults: how likely each is, from 0 to 1.
        chance: decides.
        strict: a lot is taken after those it was made of.
        is_down: it answers 503 alone.
        slow: seconds before each answer.
        most: lots that it takes at once.
        silent: how likely it is that it tells nothing of one of several lots.
        together: of each request with several lots how many were in it.
    """

    state: Path
    names: dict[str, str] = field(default_factory=lambda: dict(NAMES))
    faults: dict[str, float] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311
    strict: bool = True
    takes_poison: bool = False
    is_down: bool = False
    slow: float = 0
    most: int = 1_000
    silent: float = 0
    together: list[int] = field(default_factory=list)
    api_key: str | None = None
    lots: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    late: list[tuple[int, tuple[Any, ...]]] = field(default_factory=list)
    requests: int = 0
    happened: dict[str, int] = field(default_factory=dict)

    def remember(self, entry: dict[str, Any]) -> None:
        """Write down what was taken, and take it."""
        with self.state.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self.apply(entry)

    def apply(self, entry: dict[str, Any]) -> None:
        """Take what was written down."""
        self.log.append(entry)
        self.keys[entry["key"]] = entry["lot"]
        if entry["what"] == "DELETE":
            self.lots.pop(entry["lot"], None)
        else:
            self.lots[entry["lot"]] = {"key": entry["key"], "body": entry["body"]}

    def take(self, method: str, path: str, key: str, body: Any) -> tuple[int, dict[str, Any]]:
        """Take a request, and return status and answer."""
        if path == TOGETHER:
            return self._take_together(body)
        if method != "DELETE" and (wrong := self._wrong(body)):
            return 400, {"code": "invalid", "message": wrong}
        called = self.names
        lot = (
            f"{body[called['product']]}/{body[called['lot']]}"
            if method == "POST"
            else unquote(path.removeprefix("/lots/"))
        )
        if refused := self._refused(method, lot, key, body):
            status, code, message = refused
            return status, {"code": code, "message": message}
        self.remember({"what": method, "lot": lot, "key": key, "body": body})
        return (204, {}) if method == "DELETE" else (201, {"id": f"P-{len(self.log)}"})

    def _take_together(self, body: Any) -> tuple[int, dict[str, Any]]:
        """Take each of several lots, or not, and tell of each; of some it may tell nothing."""
        self.together.append(len(body["items"]))
        if len(body["items"]) > self.most:
            return 413, {"code": "too_many", "message": f"{self.most} at most"}
        results = []
        for one in body["items"]:
            key, method = one.pop("key"), _METHODS[one.pop("operation")]
            lot = f"{one[self.names['product']]}/{one[self.names['lot']]}"
            told = None if method == "DELETE" else one
            status, answer = self.take(method, f"/lots/{lot}", key, told)
            if self.chance.random() >= self.silent:
                results.append({**answer, "key": key, "status": status})
        return 200, {"results": results}

    def _refused(self, method: str, lot: str, key: str, body: Any) -> tuple[int, str, str] | None:
        """Return why a request is not taken now."""
        called = self.names
        links = {one["body"][called["link"]] for one in self.lots.values()} if self.strict else {}
        needed = [] if body is None or not self.strict else body.get(called["made_of"], [])
        missing = [one for one in needed if one not in links]
        reasons = (
            (key in self.keys, 409, "same_key", "taken before"),
            (method == "POST" and lot in self.lots, 409, "exists", f"{lot} is there already"),
            (method != "POST" and lot not in self.lots, 404, "unknown", f"{lot} is not known"),
            (_POISON in lot and not self.takes_poison, 422, "poison", f"số lô {lot} không hợp lệ"),
            (bool(missing), 422, "upstream", f"{', '.join(missing)} is not known"),
        )
        return next((reason[1:] for reason in reasons if reason[0]), None)

    def drawn(self) -> str:
        """Draw what is to happen to a request; mostly nothing."""
        draw = self.chance.random()
        for name in FAULTS:
            if draw < self.faults.get(name, 0):
                self.happened[name] = self.happened.get(name, 0) + 1
                return name
            draw -= self.faults.get(name, 0)
        return ""

    def _wrong(self, body: Any) -> str:
        called = self.names
        if not isinstance(body, dict):
            return "no object"
        outer = {called[one] for one in NAMES if one not in {"step", "time", "place", "place_name"}}
        for name in body:
            if name not in outer:
                return f"{name} is not known"
        for one in ("product", "lot", "link", "steps"):
            if not body.get(called[one]):
                return f"{called[one]} is missing"
        for step in body[called["steps"]]:
            for name in step:
                if name not in {called[one] for one in ("step", "time", "place", "place_name")}:
                    return f"{name} is not known"
            if not _TIME.fullmatch(step.get(called["time"], "")):
                return f"{called['time']} is no time"
        return ""


class Handler(BaseHTTPRequestHandler):
    """Answers one client."""

    protocol_version = "HTTP/1.1"
    portal: Portal
    turn = threading.Lock()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def setup(self) -> None:
        """Send each answer at once."""
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        """Answer what is asked for: a lot, or all that a test wants to know."""
        portal = self.portal
        with self.turn:
            if self.path == "/control/short":
                self._answer(200, {"is_down": portal.is_down, "requests": portal.requests})
            elif self.path == "/control":
                self._answer(200, {
                    "lots": portal.lots, "log": portal.log, "requests": portal.requests,
                    "happened": portal.happened, "together": portal.together,
                })  # fmt: skip
            elif portal.is_down:
                self._answer(503, {"message": "down"})
            else:
                found = portal.lots.get(unquote(self.path.removeprefix("/lots/")))
                self._answer(*((404, {}) if found is None else (200, found)))

    def do_POST(self) -> None:
        """Take a request."""
        self._take()

    def do_PUT(self) -> None:
        """Take a request."""
        self._take()

    def do_DELETE(self) -> None:
        """Take a request."""
        self._take()

    def _take(self) -> None:
        portal = self.portal
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/control":
            with self.turn:
                self._control(json.loads(sent))
            return
        if portal.slow:
            time.sleep(portal.slow)
        with self.turn:
            portal.requests += 1
            if portal.is_down:
                self._answer(503, {"message": "down"})
                return
            if portal.api_key is not None and self.headers.get("X-Api-Key") != portal.api_key:
                self._answer(401, {"message": "who are you?"})
                return
            asked = (
                self.command,
                self.path,
                self.headers.get("Idempotency-Key", ""),
                json.loads(sent) if sent else None,
            )
            self._befall(asked)
            self._take_late()

    def _befall(self, asked: tuple[Any, ...]) -> None:
        """Let happen to a request what is to happen."""
        portal, fault = self.portal, self.portal.drawn()
        if fault in {"busy", "error_before"}:
            pause = {"Retry-After": "2"} if fault == "busy" else {}
            self._answer(429 if fault == "busy" else 500, {"message": "oh"}, pause)
            return
        if fault == "late":
            portal.late.append((portal.requests + portal.chance.randint(1, 4), asked))
        elif fault != "drop_before":
            taken = portal.take(*asked)
            if fault == "twice":
                taken = portal.take(*asked)
            if not fault.startswith("drop"):
                self._answer(*((500, {"message": "oh"}) if fault == "error_after" else taken))
                return
        self.close_connection = True

    def _take_late(self) -> None:
        """Take requests that were held up on the way."""
        portal = self.portal
        due = [asked for after, asked in portal.late if after <= portal.requests]
        portal.late = [one for one in portal.late if one[0] > portal.requests]
        for asked in due:
            portal.take(*asked)

    def _control(self, wanted: dict[str, Any]) -> None:
        portal = self.portal
        if "seed" in wanted:
            portal.chance = random.Random(wanted.pop("seed"))  # noqa: S311
        if "names" in wanted:
            portal.names = {**NAMES, **wanted.pop("names")}
        for name, value in wanted.items():
            assert hasattr(portal, name), name
            setattr(portal, name, value)
        self._answer(200, {})

    def _answer(
        self, status: int, members: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        body = b"" if status == 204 else json.dumps(members, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until killed; the address is printed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    portal = Portal(given.state)
    if given.state.exists():
        for line in given.state.read_text("utf-8").splitlines():
            portal.apply(json.loads(line))
    Handler.portal = portal
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201 - a program
    server.serve_forever()


if __name__ == "__main__":
    main()
