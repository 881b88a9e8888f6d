"""What a hostile or broken portal answers, and a lot that cannot be told, hold up nothing else."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from api.outward import Allowed
from api.portal import connector as carrying_module
from api.portal.mapping import MappingError, placed
from api.portal.records import Made
from api.portal.runner import Connectors, Means
from api.portal.target_parts import TargetError
from api.portal.targets import Target, read_target
from api.subscriptions.webhook import Pace
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import Status, deliveries_of, parked, send_again
from tests.ingest.documents import NOW, captured, document, lot, observed
from tests.portal.carrying import HOUR, KEY, MAPPING, Clock, carry_all, write_target

Reply = tuple[int, dict[str, str], bytes]
Answering = Callable[[str, dict[str, str]], Reply]
TAKEN: Reply = (201, {}, b'{"id": 1}')
NESTED = b"[" * 60_000


@dataclass
class Asked:
    """A portal that answers as it is told; it remembers method, path and headers."""

    address: str
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    replies: list[Reply | Answering] = field(default_factory=list)

    def reply(self, asked: str, headers: dict[str, str]) -> Reply:
        self.requests.append((asked, headers))
        found = self.replies.pop(0) if self.replies else TAKEN
        return found(asked, headers) if callable(found) else found


@contextmanager
def answering() -> Iterator[Asked]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, told, body = running.reply(f"{self.command} {self.path}", headers)
            self.send_response(status)
            for name, value in {**told, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names are the library's

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running = Asked(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def portal() -> Iterator[Asked]:
    with answering() as opened:
        yield opened


@pytest.fixture
def books(ledger: Ledger) -> Iterator[Bookkeeping]:
    with Bookkeeping(ledger.path) as opened:
        yield opened


@pytest.fixture
def target(tmp_path: Path, portal: Asked) -> Target:
    return write_target(tmp_path / "targets", portal.address)


def new(name: str, **members: Any) -> str:
    """An event that makes a lot."""
    amounts = [{"epcClass": lot(name), "quantity": 1, "uom": "KGM"}]
    return json.dumps(
        observed(eventID=f"urn:x:{name}", epcList=[], quantityList=amounts, **members)
    )


def wrong(name: str) -> str:
    """The event that says that a lot never was."""
    declared = {"declarationTime": "2026-09-01T08:00:00Z", "reason": "did_not_occur"}
    return new(name, errorDeclaration=declared)


@pytest.mark.parametrize(
    "reply",
    [
        (500, {}, NESTED),
        (503, {"Retry-After": "Mon, 05 Jan 2026 00:00:00 +99999999999999999999"}, b""),
    ],
    ids=["nested", "a moment beyond all"],
)
def test_an_answer_that_nobody_can_read_holds_up_nothing(
    ledger: Ledger, books: Bookkeeping, portal: Asked, target: Target, reply: Reply
) -> None:
    captured(ledger, document(json.loads(new("L1"))))
    portal.replies = [reply]
    carry_all(ledger, books, target, Clock())
    [one] = deliveries_of(books, lot("L1"))
    assert (one.status, one.attempts) == (Status.ACCEPTED, 2)


def test_what_is_read_was_not_packed(
    ledger: Ledger, books: Bookkeeping, portal: Asked, target: Target
) -> None:
    def packed(_: str, headers: dict[str, str]) -> Reply:
        body = b'{"code": "same_key"}'
        if "gzip" in headers.get("accept-encoding", ""):
            return 409, {"Content-Encoding": "gzip"}, gzip.compress(body)
        return 409, {}, body

    captured(ledger, document(json.loads(new("L1"))))
    portal.replies = [packed]
    carry_all(ledger, books, target, Clock())
    [one] = deliveries_of(books, lot("L1"))
    assert (one.status, one.answer) == (Status.ACCEPTED, '409 {"code": "same_key"}')


BY_REFERENCE = MAPPING.replace(
    '"PUT"\npath = "/lots/{gtin}/{lot}"', '"PUT"\npath = "/lots/{reference}"'
)


@pytest.mark.parametrize(
    ("told", "asked", "reason"),
    [
        ('reference = "/id"\n', ["GET /lots/09506000134352/L1", "PUT /lots/7"], None),
        (
            "",
            [],
            (
                "cong-mau has not told what it calls this lot, or that answer was lost; "
                "without it there is no way to update the lot."
            ),
        ),
    ],
    ids=["read back", "not known"],
)
def test_what_a_portal_calls_a_lot_is_asked_for_where_that_answer_was_lost(
    *,
    ledger: Ledger,
    books: Bookkeeping,
    portal: Asked,
    tmp_path: Path,
    told: str,
    asked: list[str],
    reason: str | None,
) -> None:
    text = BY_REFERENCE.replace('at = "/key"\n', f'at = "/key"\n{told}')
    target = write_target(tmp_path / "by-reference", portal.address, text)
    same: Reply = (
        409,
        {},
        b'{"code": "same_key"}',
    )  # it has it, and does not say again what it calls it
    portal.replies = [(500, {}, b""), same, (200, {}, b'{"key": "old", "id": 7}')]
    captured(ledger, document(json.loads(new("L1"))))
    carry_all(ledger, books, target, Clock())
    later = new("L1", eventTime="2026-03-02T08:00:00+07:00").replace("urn:x:L1", "urn:x:L1-1")
    captured(ledger, document(json.loads(later)), now=NOW + 1)
    carry_all(ledger, books, target, Clock())
    assert [path for path, _ in portal.requests[2:]] == asked
    [one] = deliveries_of(books, lot("L1"))
    assert one.reason == reason


def test_a_secret_that_a_portal_repeats_is_not_kept(
    ledger: Ledger, books: Bookkeeping, portal: Asked, target: Target
) -> None:
    captured(ledger, document(json.loads(new("L1"))))
    told = json.dumps({"message": f"{KEY} may not do that"}).encode()
    portal.replies = [(401, {}, told), (422, {}, told)]
    carry_all(ledger, books, target, Clock())
    [one] = deliveries_of(books, lot("L1"))
    assert one.reason == "422: … may not do that"
    with books.reading() as connection:
        assert KEY not in "\n".join(connection.iterdump())


def test_a_secret_with_a_blank_behind_it_is_sent_without(
    ledger: Ledger,
    books: Bookkeeping,
    portal: Asked,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORTAL_KEY", "a secret ")
    text = MAPPING.replace("https://portal.example/api", portal.address)
    captured(ledger, document(json.loads(new("L1"))))
    carry_all(ledger, books, read_target("cong-mau", text), Clock())
    assert portal.requests[0][1]["x-api-key"] == "a secret"


def test_what_was_rejected_and_never_was_is_not_left(
    ledger: Ledger, books: Bookkeeping, portal: Asked, target: Target
) -> None:
    captured(ledger, document(json.loads(new("L1"))))
    portal.replies = [(422, {}, b"")]
    carry_all(ledger, books, target, Clock())
    [one] = parked(books, target.name, before=None, most=9)
    captured(ledger, document(json.loads(wrong("L1"))), now=NOW + 1)
    carry_all(ledger, books, target, Clock())
    assert parked(books, target.name, before=None, most=9) == []
    assert send_again(books, one.number) is None
    assert len(portal.requests) == 1


def test_what_was_mended_beside_the_ledger_follows_what_was_rejected(
    ledger: Ledger,
    books: Bookkeeping,
    portal: Asked,
    target: Target,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "Nho"

    def make(_: str) -> Made:
        return Made({"gtin": "1", "name": {"value": name}}, name, ())

    monkeypatch.setattr("api.portal.runner.record_of", lambda *given, **_: make(given[3]))
    captured(ledger, document(json.loads(new("L1"))))
    portal.replies = [(422, {}, b""), (422, {}, b""), (422, {}, b"")]
    clock = Clock()
    carry_all(ledger, books, target, clock)
    clock.time += 48 * HOUR  # looked at anew, it is the same, and not sent
    carry_all(ledger, books, target, clock)
    assert len(portal.requests) == 1
    [one] = parked(books, target.name, before=None, most=9)
    send_again(books, one.number)
    carry_all(ledger, books, target, clock)
    assert len(portal.requests) == 2
    name = "Nho đỏ"
    clock.time += 48 * HOUR
    carry_all(ledger, books, target, clock)
    assert len(portal.requests) == 3
    name = "Nho xanh"
    send_again(books, parked(books, target.name, before=None, most=9)[0].number)
    carry_all(ledger, books, target, clock)
    [one] = deliveries_of(books, lot("L1"))
    assert (one.status, one.hash) == (Status.ACCEPTED, "Nho xanh")


def test_a_lot_that_cannot_be_told_holds_up_no_other(
    ledger: Ledger, books: Bookkeeping, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = carrying_module.Connector._made

    def made(one: carrying_module.Connector, name: str, now: int) -> Made | None:
        monkeypatch.setattr(one, "_make", failing(one._make))
        return real(one, name, now)

    def failing(make: Callable[[str], Made | None]) -> Callable[[str], Made | None]:
        def fail(name: str) -> Made | None:
            if name == lot("L1"):
                raise RecursionError
            return make(name)

        return fail

    monkeypatch.setattr(carrying_module.Connector, "_made", made)
    forever = {"cbvmda:itemExpirationDate": "9999-12-31T23:30:00Z"}
    events = [new("L1"), new("L2", ilmd=forever, action="ADD", bizStep="commissioning"), new("L3")]
    captured(ledger, document(*map(json.loads, events)))
    carry_all(ledger, books, target, Clock())
    assert deliveries_of(books, lot("L1")) == []
    [two] = deliveries_of(books, lot("L2"))
    assert two.reason == "Expected a time, got '9999-12-31T23:30:00Z'."
    [three] = deliveries_of(books, lot("L3"))
    assert three.status is Status.ACCEPTED
    monkeypatch.setattr(carrying_module.Connector, "_made", real)
    carry_all(ledger, books, target, Clock())
    [one] = deliveries_of(books, lot("L1"))
    assert one.status is Status.ACCEPTED


def test_a_certificate_that_is_not_there_stops_one_target_alone(
    ledger: Ledger, books: Bookkeeping, target: Target
) -> None:
    tls = '[tls]\ncertificate = "/nowhere"\n'
    other = read_target("a-first", MAPPING + tls)
    captured(ledger, document(json.loads(new("L1"))))
    means = Means(ledger, books, Allowed.read(["127.0.0.1"]), Pace())
    with Connectors(means, [other, target]):
        until = time.monotonic() + 20
        while not deliveries_of(books, lot("L1")) and time.monotonic() < until:
            time.sleep(0.02)
    [one] = deliveries_of(books, lot("L1"))
    assert one.target == target.name


def test_a_capture_job_elsewhere_is_shown_no_secret(
    ledger: Ledger, books: Bookkeeping, portal: Asked, tmp_path: Path
) -> None:
    text = (
        'kind = "epcis"\ntitle = { vi = "Kho", en = "Repository" }\n'
        'address = "https://portal.example/api"\n[authentication]\nkind = "api-key"\n'
        'header = "X-Api-Key"\nsecret = { env = "PORTAL_KEY" }\n'
    )
    target = write_target(tmp_path / "epcis", portal.address, text)
    captured(ledger, document(json.loads(new("L1"))))
    with answering() as other:
        portal.replies = [(202, {"Location": f"{other.address}/jobs/1"}, b"")]
        carry_all(ledger, books, target, Clock())
        assert other.requests == []
    [one] = deliveries_of(books, lot("L1"))
    assert (one.status, one.attempts) == (Status.ACCEPTED, 2)


@pytest.mark.parametrize("name", [".", ".."])
def test_a_lot_whose_name_is_a_step_in_a_path_is_put_into_none(name: str) -> None:
    with pytest.raises(MappingError) as raised:
        placed("/lots/{lot}", {"lot": name}, escape=True)
    assert str(raised.value) == f"lot {name!r} can be no part of a path."


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        (
            'soLo = "lot"',
            'soLo = "lott"',
            "body.soLo: the record has no 'lott' there",
        ),
        (
            '= "name.value"',
            '= "name.valu"',
            "body.tenSanPham: the record has no 'name.valu' there",
        ),
        (
            "| dd/MM/yyyy HH:mm",
            "| DD",
            (
                "body.congDoan.as.thoiGian: expected number, values NAME, or a form such as "
                "dd/MM/yyyy, got 'DD'"
            ),
        ),
        (
            "values steps",
            "values step",
            "body.congDoan.as.loai: there is no table [values.step]",
        ),
        (
            'each = "stages"',
            'each = "steps"',
            "body.congDoan.each: the record has no list 'steps' there",
        ),
        (
            '"@upstream"',
            '"@upstrem"',
            (
                "body.loDauVao: @upstrem is none of @key, @hash, @operation, "
                "@time, @id, @gtin, @lot, @reference, @upstream"
            ),
        ),
        (
            'Idempotency-Key = "{key}"',
            'Idempotency-Key = "{kye}"',
            (
                "headers.Idempotency-Key: {kye} is none of {key}, {hash}, "
                "{operation}, {time}, {id}, {gtin}, {lot}, {reference}, {upstream}"
            ),
        ),
        (
            '"+07:00"',
            '"7"',
            "zone: expected a zone such as +07:00, got '7'",
        ),
        ("per_second = 5", "per_second = inf", "per_second: Input should be a finite number"),
        (
            'secret = { env = "PORTAL_KEY" }',
            "",
            'authentication: expected secret = { env = "NAME" } or { file = "/path" }',
        ),
    ],
    ids=str,
)
def test_a_mapping_that_is_wrong_is_told_with_its_place(line: str, instead: str, told: str) -> None:
    assert line in MAPPING
    with pytest.raises(TargetError) as raised:
        read_target("cong-mau", MAPPING.replace(line, instead))
    assert str(raised.value) == f"cong-mau.toml: {told}."
