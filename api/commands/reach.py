"""Reaching a ledger from the command line: through the server that holds it, or by opening it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from api.clock import now
from api.routes.events import as_query_document
from api.server_file import find
from api.settings import ledger_path, terminal_language
from epcis_core.errors import EpcisError, QueryError
from epcis_core.provenance.result import Direction
from epcis_core.query.parameters import parse_query
from epcis_core.store.ledger import Ledger
from epcis_core.store.query import query_events
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import EVERYTHING
from ingest.capture import Progress, capture_stream


class UnreachableError(EpcisError):
    """A server does not answer, or answers with an error."""


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """The ledger file itself, opened by this command."""

    ledger: Ledger

    def capture(
        self, file: BinaryIO, name: str, *, proceed: bool, lenient: bool, progress: Progress
    ) -> dict[str, Any]:
        """Capture a document and return its report, as JSON members."""
        return capture_stream(
            self.ledger,
            file,
            file_name=name,
            now=now(),
            proceed=proceed,
            lenient=lenient,
            progress=progress,
        ).as_json(terminal_language())

    def events(self, parameters: list[tuple[str, str]]) -> bytes:
        """Return the events a query asks for, as an EPCISQueryDocument."""
        found = query_events(self.ledger, EVERYTHING, parse_query(parameters))
        return b"".join(as_query_document(found))

    def trace(
        self, text: str, *, direction: Direction, as_of: str | None, max_objects: int
    ) -> dict[str, Any]:
        """Return the trace of an object, as JSON members."""
        return trace_lot(
            self.ledger,
            EVERYTHING,
            text,
            direction=direction,
            as_of=as_of,
            now=now(),
            max_objects=max_objects,
        ).as_json()


@dataclass(frozen=True, slots=True)
class Served:
    """A ledger that a running server holds; the same questions, asked over HTTP."""

    client: httpx.Client

    def capture(
        self, file: BinaryIO, name: str, *, proceed: bool, lenient: bool, progress: Progress
    ) -> dict[str, Any]:
        """See `OpenLedger.capture`."""
        answer = self._ask(
            "POST",
            "/captures",
            params={
                "file_name": name,
                "proceed": proceed,
                "lenient": lenient,
                "lang": terminal_language(),
            },
            content=_told(file, progress),
        )
        report: dict[str, Any] = answer.json()
        progress(0, sum(report["counts"][name] for name in ("accepted", "duplicate", "rejected")))
        return report

    def events(self, parameters: list[tuple[str, str]]) -> bytes:
        """See `OpenLedger.events`."""
        return self._ask("GET", "/epcis/events", params=parameters).content

    def trace(
        self, text: str, *, direction: Direction, as_of: str | None, max_objects: int
    ) -> dict[str, Any]:
        """See `OpenLedger.trace`."""
        asked: dict[str, str | int] = {
            "id": text,
            "direction": direction,
            "max_objects": max_objects,
        }
        if as_of is not None:
            asked["as_of"] = as_of
        found: dict[str, Any] = self._ask("GET", "/trace.json", params=asked, also=(404,)).json()
        return found

    def _ask(
        self, method: str, path: str, *, also: tuple[int, ...] = (), **more: Any
    ) -> httpx.Response:
        try:
            answer = self.client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise UnreachableError(f"{self.client.base_url} does not answer: {error}") from error
        if answer.is_success or answer.status_code in also:
            return answer
        title = _title(answer)
        if answer.status_code == httpx.codes.BAD_REQUEST:
            raise QueryError(title, parameter="")
        raise UnreachableError(f"{self.client.base_url} answers {answer.status_code}: {title}")


@contextmanager
def reach(
    ledger: Path | None, server: str | None = None, *, create: bool = False
) -> Iterator[OpenLedger | Served]:
    """Reach a ledger: at a server's address, through the server that holds the file, or the file.

    Args:
        ledger: its path; None for the default.
        server: a server's base address, instead.
        create: make the file where there is none.

    Raises:
        StoreError: the file cannot be opened.
    """
    path = ledger_path(ledger)
    running = None if server else find(path)
    if server or running:
        headers = {"Authorization": f"Bearer {running.token}"} if running else {}
        address = server or (running.address if running else "")
        with httpx.Client(base_url=address, headers=headers, timeout=None) as client:  # noqa: S113 - large files take their time
            yield Served(client)
        return
    with Ledger.open(path, create=create) as opened:
        yield OpenLedger(opened)


def _told(file: BinaryIO, progress: Progress) -> Iterator[bytes]:
    sent = 0
    while chunk := file.read(1 << 20):
        sent += len(chunk)
        progress(sent, 0)
        yield chunk


def _title(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["title"])
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase
