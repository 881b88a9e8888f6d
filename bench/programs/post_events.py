"""Sends single events over HTTP from several clients at once, and says what it took.

    python -m bench.programs.post_events ADDRESS TOKEN PID CLIENTS EVENTS SEED

Each client sends its next event when the one before has been acknowledged. The requests are made
before, and written as bytes: this process must not be what is slow.
"""

import asyncio
import sys
from urllib.parse import urlsplit

from bench.large_documents import Members, as_json, events
from bench.stopwatch import measured, processor_of, tell

_CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"ex": "https://ns.example.com/"},
]
_LENGTH = b"content-length: "


def request(host: str, token: str, members: Members) -> bytes:
    """Return a request that captures an event."""
    body = as_json({"@context": _CONTEXT, **members}).encode()
    head = (
        f"POST /epcis/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def client(host: str, requests: list[bytes], seconds: list[float]) -> None:
    """Send requests one after the other over one connection."""
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    for one in requests:
        with measured() as took:
            writer.write(one)
            head = await reader.readuntil(b"\r\n\r\n")
            place = head.lower().find(_LENGTH)
            length = int(head[place + len(_LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            body = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 201 "):
            raise SystemExit(f"{head.splitlines()[0]!r} {body!r}")
        seconds.append(took.seconds)
    writer.close()


async def all_clients(host: str, requests: list[bytes], clients: int) -> list[float]:
    """Let clients send their shares side by side, and return how long each request took."""
    seconds: list[float] = []
    await asyncio.gather(
        *(client(host, requests[number::clients], seconds) for number in range(clients))
    )
    return seconds


def main() -> None:
    """Send, and measure from the first request to the last answer."""
    address, token = sys.argv[1:3]
    pid, clients, count, seed = map(int, sys.argv[3:7])
    host = urlsplit(address).netloc
    requests = [request(host, token, members) for members in events(count, seed)]
    before = processor_of(pid)
    with measured() as took:
        seconds = asyncio.run(all_clients(host, requests, clients))
    tell(
        seconds=took.seconds,
        processor=took.processor,
        served=processor_of(pid) - before,
        each=seconds,
    )


if __name__ == "__main__":
    main()
