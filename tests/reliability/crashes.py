"""Servers that are killed at random moments, with captures of every kind on their way.

Senders send again what was not answered, as senders do, and follow what was promised. A receiver
has subscribed to everything, and refuses some deliveries. In the end everything is there once, in
the ledger and at the receiver.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from tests.api.capturing import JSON, XML
from tests.api.conftest import environment
from tests.api.subscriptions.receivers import Receiver, receiving
from tests.api.subscriptions.servers import named as named_query
from tests.api.subscriptions.servers import subscribed
from tests.ingest.documents import CONTEXT, item, observed
from tests.reliability.serving import Server
from tests.reliability.wholeness import faults, named

EVENTS: Final = 5
"""Of a document."""

_PATIENCE: Final = 120.0  # seconds in which everything must come to its end
_AGAIN: Final = 0.05  # seconds until a client asks again
_REFUSED: Final = 7  # every so manieth delivery


class LostError(Exception):
    """A server has answered what it must never answer."""


@dataclass(slots=True)
class Traffic:
    """What is sent to a server, and what came of it.

    Attributes:
        server: that is killed meanwhile.
        sent: acknowledged events by their ids.
        repeats: how often something was sent again.
    """

    server: Server
    sent: list[str] = field(default_factory=list)
    repeats: int = 0

    def send(self, round_: str, pool: ThreadPoolExecutor) -> Callable[[], None]:
        """Begin to send things of every kind; return what waits until all are acknowledged."""
        kinds = {
            **{f"{round_}-event{n}": self._event for n in range(8)},
            **{f"{round_}-json{n}": self._json for n in range(3)},
            **{f"{round_}-xml{n}": self._xml for n in range(2)},
            **{f"{round_}-upload{n}": self._upload for n in range(3)},
        }
        going = [pool.submit(self._until_acknowledged, name, act) for name, act in kinds.items()]

        def wait() -> None:
            for one in going:
                one.result(_PATIENCE)

        return wait

    def _until_acknowledged(self, name: str, act: Callable[[httpx.Client, str], int]) -> None:
        """Send a thing until the server has answered; what it holds is acknowledged then."""
        while True:
            try:
                with self.server.client() as client:
                    events = act(client, name)
            except httpx.TransportError:
                self.repeats += 1
                time.sleep(_AGAIN)
                continue
            self.sent += [f"urn:x:{name}:{number}:{events}" for number in range(events)]
            return

    @staticmethod
    def _event(client: httpx.Client, name: str) -> int:
        event = {"@context": CONTEXT, **observed(item(name), eventID=f"urn:x:{name}:0:1")}
        answer = client.post("/epcis/events", content=json.dumps(event), headers=JSON)
        if answer.status_code not in (201, 409):
            raise LostError(f"{name}: {answer.status_code} {answer.text}")
        return 1

    def _json(self, client: httpx.Client, name: str) -> int:
        return self._document(client, name, named(name, EVENTS), JSON)

    def _xml(self, client: httpx.Client, name: str) -> int:
        return self._document(client, name, named_in_xml(name, EVENTS), XML)

    def _document(
        self, client: httpx.Client, name: str, data: bytes, headers: dict[str, str]
    ) -> int:
        """Send a document and follow its job to the end, which the next server may come to."""
        answer = client.post("/epcis/capture", content=data, headers=headers)
        if answer.status_code != 202:
            raise LostError(f"{name}: {answer.status_code} {answer.text}")
        place = answer.headers["location"]
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                with self.server.client() as following:
                    job = following.get(place)
            except httpx.TransportError:
                time.sleep(_AGAIN)
                continue
            if job.status_code != 200:
                raise LostError(f"{name} was promised: {job.status_code} {job.text}")
            told = job.json()
            if not told["running"]:
                if not told["success"]:
                    raise LostError(f"{name} was promised: {told}")
                return EVENTS
            time.sleep(_AGAIN)
        raise LostError(f"{name} was promised and is not done")

    @staticmethod
    def _upload(client: httpx.Client, name: str) -> int:
        answer = client.post("/captures", content=named(name, EVENTS), params={"file_name": name})
        if answer.status_code != 200 or answer.json()[0]["status"] != "accepted":
            raise LostError(f"{name}: {answer.status_code} {answer.text}")
        return EVENTS


def named_in_xml(name: str, events: int) -> bytes:
    """A document in XML whose events name it."""
    texts = (
        "<ObjectEvent><eventTime>2026-03-01T08:00:00+07:00</eventTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
        f"<eventID>urn:x:{name}:{number}:{events}</eventID>"
        f"<epcList><epc>{item(f'{name}-{number}')}</epc></epcList><action>OBSERVE</action>"
        "</ObjectEvent>"
        for number in range(events)
    )
    return (
        '<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" '
        f'creationDate="2026-03-04T08:00:00Z"><EPCISBody><EventList>{"".join(texts)}'
        "</EventList></EPCISBody></e:EPCISDocument>"
    ).encode()


def after_kills(folder: Path, number: int, kills: int) -> str | None:
    """Kill the server of a new ledger some times; return what is wrong then.

    Args:
        folder: an empty one.
        number: of the trial; the moments follow from it.
        kills: how many.
    """
    path = folder / "ledger.duckdb"
    chance = random.Random(f"kills {number}")  # noqa: S311 - a test
    wrong: list[str] = []
    with (
        receiving(lambda count, _: 500 if count % _REFUSED == 3 else 204) as receiver,
        Server(path) as server,
        ThreadPoolExecutor(32) as pool,
    ):
        with server.client() as client:
            subscribed(client, named_query(client, "all"), receiver.url)
        traffic = Traffic(server)
        began = time.monotonic()
        traffic.send("calm", pool)()
        span = time.monotonic() - began
        for kill in range(kills):
            before = len(traffic.sent)
            wait = traffic.send(f"kill{kill}", pool)
            time.sleep(chance.uniform(0, span))
            server.kill()
            server.start()
            try:
                wait()
            except LostError as error:
                return f"kill {kill}: {error}"
            wrong += [f"kill {kill}: {one}" for one in not_once(server, traffic.sent[before:])]
        receiver.wait_for(lambda one: {*traffic.sent} <= {*one.event_ids}, _PATIENCE)
        wrong += not_delivered_once(receiver, traffic.sent)
        if (code := server.stop()) != 0:
            wrong.append(f"the server ended with {code}")
    return "; ".join([*wrong, *_checked(path), *faults(path, _names(traffic.sent))]) or None


def not_once(server: Server, ids: list[str]) -> Iterator[str]:
    """Yield which events a server does not give exactly once."""
    asked = {"EQ_eventID": "|".join(ids), "perPage": str(2 * len(ids))}
    with server.client() as client:
        answer: dict[str, Any] = client.get("/epcis/events", params=asked).json()
    events = answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    found = Counter(event["eventID"] for event in events)
    yield from (f"{one} is given {found[one]} times" for one in ids if found[one] != 1)


def not_delivered_once(receiver: Receiver, ids: list[str]) -> Iterator[str]:
    """Yield what a receiver that remembers the numbers of deliveries has not got once."""
    deliveries: dict[str, list[str]] = {}
    for one in receiver.taken:
        number = one.headers["epcis-delivery"]
        if deliveries.setdefault(number, one.event_ids) != one.event_ids:
            yield f"delivery {number} has come with other events"
    found = Counter(event_id for events in deliveries.values() for event_id in events)
    yield from (f"{one} was delivered {found[one]} times" for one in ids if found[one] != 1)


def _checked(path: Path) -> Iterator[str]:
    """Yield what the command says of a ledger, if it finds anything."""
    command = [sys.executable, "-m", "api.cli", "fsck", str(path)]
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=_PATIENCE, check=False
    )
    if done.returncode:
        yield f"fsck ends with {done.returncode}: {done.stdout} {done.stderr}"


def _names(ids: list[str]) -> set[str]:
    return {one.split(":")[2] for one in ids}
