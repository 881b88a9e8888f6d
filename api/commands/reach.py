"""Reaching a ledger from the command line: through the server that holds it, or by opening it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import orjson

from api.clock import now
from api.commands.terminal import ledger_path, terminal_language
from api.event_documents import every_event
from api.media_types import LINES, MEDIA_TYPES
from api.proof_report import report_files
from api.server_file import RunningServer, find
from epcis_core.errors import EpcisError, QueryError
from epcis_core.findings import Syntax, finding
from epcis_core.proof.bundle import write_bundle
from epcis_core.proof.keys import key_text
from epcis_core.provenance.result import Direction
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer, sign_checkpoint
from epcis_core.store.ledger import Ledger
from epcis_core.store.proofs import prove_trace
from epcis_core.store.trace import balance_of, gaps_of, recall_lots, trace_lot
from epcis_core.store.view import EVERYTHING
from ingest.corrections import Reason
from ingest.intake import Telling, capture_file, seekable
from ingest.limits import IntakeLimits, LimitError
from ingest.report import CaptureReport
from ingest.sheets.headings import OwnHeadings
from ingest.sheets.own import Own
from ingest.withdrawing import withdrawn


class UnreachableError(EpcisError):
    """A server does not answer, or answers with an error."""


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """The ledger file itself, opened by this command."""

    ledger: Ledger
    limits: IntakeLimits

    def capture(
        self,
        file: BinaryIO,
        name: str,
        *,
        proceed: bool,
        lenient: bool,
        tell: Telling,
        headings: OwnHeadings | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Capture a file and yield the report of each document in it, as JSON members."""
        own = None if headings is None else Own(headings=(headings,))
        with seekable(file, self.limits) as source:
            for report in capture_file(
                self.ledger,
                source,
                name,
                now=now(),
                limits=self.limits,
                proceed=proceed,
                lenient=lenient,
                own=own,
                tell=tell,
            ):
                yield report.as_json(terminal_language())

    def withdraw(self, event_id: str, reason: Reason) -> dict[str, Any]:
        """Declare an event wrong and return the report of the capture, as JSON members."""
        return withdrawn(self.ledger, event_id, reason, now()).as_json(terminal_language())

    def events(self, parameters: list[tuple[str, str]], syntax: Syntax) -> Iterator[bytes]:
        """Yield the events a query asks for, as an EPCISQueryDocument, piece by piece."""
        yield from every_event(self.ledger, EVERYTHING, parameters, syntax)

    def trace(
        self,
        text: str,
        *,
        direction: Direction,
        at: str | None,
        as_of: str | None,
        max_objects: int,
    ) -> dict[str, Any]:
        """Return the trace of an object, as JSON members."""
        return trace_lot(
            self.ledger,
            EVERYTHING,
            text,
            direction=direction,
            at=at,
            as_of=as_of,
            now=now(),
            max_objects=max_objects,
        ).as_json()

    def recall(self, texts: list[str], *, as_of: str | None, max_objects: int) -> dict[str, Any]:
        """Return what came of suspect objects, as JSON members."""
        return recall_lots(
            self.ledger, EVERYTHING, texts, as_of=as_of, now=now(), max_objects=max_objects
        ).as_json()

    def balance(self, text: str, *, as_of: str | None) -> dict[str, Any]:
        """Return the balance of an object, as JSON members."""
        return balance_of(self.ledger, EVERYTHING, text, as_of=as_of).as_json()

    def gaps(
        self, text: str | None, *, as_of: str | None, max_objects: int
    ) -> list[dict[str, Any]] | None:
        """Return the gaps of an object or of everything; None where it is not known."""
        found = gaps_of(self.ledger, EVERYTHING, text, as_of=as_of, max_objects=max_objects)
        return None if found is None else [gap.model_dump(mode="json") for gap in found]

    def checkpoint(self) -> str:
        """Return a signed checkpoint of the log."""
        with Bookkeeping(self.ledger.path) as books:
            return sign_checkpoint(self.ledger, books, now()).note

    def log_key(self) -> str:
        """Return the key that checkpoints are verified with, as a line."""
        with Bookkeeping(self.ledger.path) as books:
            return f"{key_text(log_signer(books).key)}\n"

    def proof(self, text: str, file: BinaryIO, *, since: list[int], max_objects: int) -> bool:
        """Write the proof of an object into a file; False where nothing is known of it.

        Raises:
            QueryError: the log was never so large as a size in `since`.
        """
        with Bookkeeping(self.ledger.path) as books:
            try:
                _, made = prove_trace(
                    self.ledger,
                    books,
                    EVERYTHING,
                    text,
                    now=now(),
                    since=since,
                    max_objects=max_objects,
                )
            except ValueError as error:
                raise QueryError(f"{error}.", parameter="from") from error
            if made.records:
                write_bundle(file, made, log_signer(books), report_files(made))
        return bool(made.records)


@dataclass(frozen=True, slots=True)
class Served:
    """A ledger that a running server holds; the same questions, asked over HTTP."""

    client: httpx.Client

    def capture(
        self,
        file: BinaryIO,
        name: str,
        *,
        proceed: bool,
        lenient: bool,
        tell: Telling,
        headings: OwnHeadings | None = None,
    ) -> Iterator[dict[str, Any]]:
        """See `OpenLedger.capture`; the server's limits hold."""
        options: dict[str, str | bool] = {
            "file_name": name,
            "proceed": proceed,
            "lenient": lenient,
            "lang": terminal_language(),
        }
        if headings is not None:
            said = {"template": headings.template, "columns": dict(headings.columns)}
            options["headings"] = orjson.dumps(said).decode()
        try:
            with self.client.stream(
                "POST",
                "/captures",
                params=options,
                headers={"Accept": LINES},
                content=_sent(file, name, tell),
            ) as answer:
                if answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
                    answer.read()
                    yield _refused(name, _title(answer))
                    return
                self._check(answer)
                yield from _reports(answer, tell)
        except httpx.HTTPError as error:
            raise UnreachableError(f"{self.client.base_url} does not answer: {error}") from error

    def withdraw(self, event_id: str, reason: Reason) -> dict[str, Any]:
        """See `OpenLedger.withdraw`."""
        form = {"id": event_id, "reason": reason.value}
        headers = {"Accept": "application/json", "Accept-Language": terminal_language()}
        answer = self._ask("POST", "/withdraw", data=form, headers=headers, also=(422,))
        report: dict[str, Any] = answer.json()[0]
        return report

    def events(self, parameters: list[tuple[str, str]], syntax: Syntax) -> Iterator[bytes]:
        """See `OpenLedger.events`."""
        headers = {"Accept": MEDIA_TYPES[syntax]}
        try:
            with self.client.stream(
                "GET", "/all-events", params=httpx.QueryParams([*parameters]), headers=headers
            ) as answer:
                self._check(answer)
                yield from answer.iter_bytes()
        except httpx.HTTPError as error:
            raise UnreachableError(f"{self.client.base_url} does not answer: {error}") from error

    def trace(
        self,
        text: str,
        *,
        direction: Direction,
        at: str | None,
        as_of: str | None,
        max_objects: int,
    ) -> dict[str, Any]:
        """See `OpenLedger.trace`."""
        asked = {"id": text, "direction": direction, "max_objects": max_objects}
        asked |= {} if at is None else {"at": at}
        found: dict[str, Any] = self.answer("/trace.json", asked, as_of)
        return found

    def recall(self, texts: list[str], *, as_of: str | None, max_objects: int) -> dict[str, Any]:
        """See `OpenLedger.recall`."""
        asked = {"id": texts, "max_objects": max_objects}
        found: dict[str, Any] = self.answer("/recall.json", asked, as_of)
        return found

    def document(self, name: str, texts: list[str], *, as_of: str | None) -> bytes | None:
        """Return a document about objects; None where nothing is known of any of them."""
        more = {} if as_of is None else {"as_of": as_of}
        asked = {"id": texts, "lang": terminal_language(), **more}
        answer = self._ask("GET", f"/recall/{name}", params=asked, also=(404,))
        return answer.content if answer.is_success else None

    def balance(self, text: str, *, as_of: str | None) -> dict[str, Any]:
        """See `OpenLedger.balance`."""
        found: dict[str, Any] = self.answer("/balance.json", {"id": text}, as_of)
        return found

    def gaps(
        self, text: str | None, *, as_of: str | None, max_objects: int
    ) -> list[dict[str, Any]] | None:
        """See `OpenLedger.gaps`."""
        asked = {"max_objects": max_objects} | ({} if text is None else {"id": text})
        found: list[dict[str, Any]] | None = self.answer("/gaps.json", asked, as_of)
        return found

    def checkpoint(self) -> str:
        """See `OpenLedger.checkpoint`."""
        return self._ask("GET", "/checkpoint").text

    def log_key(self) -> str:
        """See `OpenLedger.log_key`."""
        return self._ask("GET", "/checkpoint/key").text

    def proof(self, text: str, file: BinaryIO, *, since: list[int], max_objects: int) -> bool:
        """See `OpenLedger.proof`."""
        asked = {"id": text, "from": since, "max_objects": max_objects}
        answer = self._ask("GET", "/proof.zip", params=asked, also=(404,))
        if answer.is_success:
            file.write(answer.content)
        return answer.is_success

    def back_up(self, folder: Path, *, signed: bool = True) -> dict[str, Any]:
        """Let the server make a backup in a folder, or a copy, and return the backup's manifest."""
        answer = self._ask("POST", "/backups", json={"folder": str(folder), "signed": signed})
        manifest: dict[str, Any] = answer.json()
        return manifest

    def answer(self, path: str, asked: dict[str, Any], as_of: str | None) -> Any:
        """Return the members of an answer; of what is not known too."""
        more = {} if as_of is None else {"as_of": as_of}
        return self._ask("GET", path, params={**asked, **more}, also=(404,)).json()

    def _ask(
        self, method: str, path: str, *, also: tuple[int, ...] = (), **more: Any
    ) -> httpx.Response:
        try:
            answer = self.client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise UnreachableError(f"{self.client.base_url} does not answer: {error}") from error
        if answer.status_code not in also:
            self._check(answer)
        return answer

    def _check(self, answer: httpx.Response) -> None:
        """Raise what an answer says is wrong."""
        if answer.is_success:
            return
        answer.read()
        title = _title(answer)
        if answer.status_code == httpx.codes.BAD_REQUEST:
            raise QueryError(title, parameter="")
        raise UnreachableError(f"{self.client.base_url} answers {answer.status_code}: {title}")


@contextmanager
def reach(
    ledger: Path | None,
    server: str | None = None,
    *,
    limits: IntakeLimits | None = None,
    create: bool = False,
) -> Iterator[OpenLedger | Served]:
    """Reach a ledger: at a server's address, through the server that holds the file, or the file.

    Args:
        ledger: its path; None for the default.
        server: a server's base address, instead.
        limits: how much is taken of a file; None for what holds anyway.
        create: make the file where there is none.

    Raises:
        LimitError: limits are given, but a running server has its own.
        StoreError: the file cannot be opened.
    """
    path = ledger_path(ledger)
    running = None if server else find(path)
    if (server or running) and limits is not None:
        raise LimitError("A running server has its own limits; set them where `epcis serve` starts")
    if server or running:
        with _client(server, running) as client:
            yield Served(client)
        return
    with Ledger.open(path, create=create) as opened:
        yield OpenLedger(opened, limits or IntakeLimits())


def ask_for_backup(running: RunningServer, folder: Path, *, signed: bool = True) -> dict[str, Any]:
    """Let a running server make a backup of its ledger, and return the manifest.

    Args:
        running: the server, on this machine.
        folder: where to, a whole path.
        signed: with a checkpoint and a manifest; else it is a copy to be checked.

    Raises:
        UnreachableError: it does not answer, or cannot.
    """
    with running.client() as client:
        return Served(client).back_up(folder, signed=signed)


def _client(server: str | None, running: RunningServer | None) -> httpx.Client:
    """Return a client of the server of an address, or of the one of this machine."""
    if running is not None:
        return running.client()
    try:
        return httpx.Client(base_url=server or "", timeout=None)  # noqa: S113 - large files take their time
    except httpx.InvalidURL as error:
        raise UnreachableError(f"{server!r} is no address of a server: {error}") from error


def _sent(file: BinaryIO, name: str, tell: Telling) -> Iterator[bytes]:
    """Yield the bytes of a file as they are sent."""
    size = os.fstat(file.fileno()).st_size
    sent = 0
    while chunk := file.read(1 << 20):
        sent += len(chunk)
        tell(name, size, sent, 0)
        yield chunk


def _reports(answer: httpx.Response, tell: Telling) -> Iterator[dict[str, Any]]:
    """Yield the reports of an answer that comes line by line, and tell how far the server is."""
    for line in answer.iter_lines():
        said = orjson.loads(line)
        if "report" in said:
            yield said["report"]
        elif "title" in said:
            raise UnreachableError(f"{answer.url} answers: {said['title']}")
        else:
            tell(said["file"], said["size"], said["read"], said["events"])


def _refused(name: str, message: str) -> dict[str, Any]:
    """Return the report on a file that the server has not looked at."""
    found = finding("file_too_large", limit=0).as_json()
    report = CaptureReport(name, "", "rejected").as_json()
    return {**report, "findings": [{**found, "message": message}]}


def _title(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["title"])
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase
