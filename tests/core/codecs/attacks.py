"""Files made to break or to exhaust what reads them, and a program that captures each of them.

Every file is captured by a process of its own that may take 2 seconds of processor time, on the
usual machine, and 256 MiB of memory more than it had before; whoever takes far more dies. What
became of each is printed, a line of JSON per file:

    python -m tests.core.codecs.attacks FOLDER
"""

import contextlib
import json
import os
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Final

from epcis_core.store.ledger import Ledger
from ingest.capture import capture_stream
from tests.pace import allowed

SECONDS: Final = 2
MOST_SECONDS: Final = 10 * SECONDS
MEMORY: Final = 256 * 2**20

_HEAD: Final = (
    b'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:ex="urn:x:ex#" schemaVersion="2.0"'
    b' creationDate="2026-03-04T08:00:00Z">\n'
)
_LIST: Final = b"<EPCISBody><EventList>\n"
_EVENT: Final = (
    b"<ObjectEvent><eventTime>2026-03-01T08:00:00Z</eventTime>"
    b"<eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
    b"<epcList><epc>urn:epc:id:sscc:8930001.0000000001</epc></epcList><action>OBSERVE</action>\n"
)
_END: Final = b"</ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"
_JSON: Final = (
    b'{"@context": [{"ex": "urn:x:ex#"}], "type": "EPCISDocument", "schemaVersion": "2.0",\n'
    b' "creationDate": "2026-03-04T08:00:00Z", "epcisBody": {"eventList": [\n'
    b'{"type": "ObjectEvent", "eventTime": "2026-03-01T08:00:00Z", "eventTimeZoneOffset": "+07:00",'
    b'"action": "OBSERVE", "epcList": ["urn:epc:id:sscc:8930001.0000000001"],\n"ex:a": '
)
_JSON_END: Final = b"}]}}"
_PIECE: Final = 10_000
_MILLION: Final = 1_000_000


@dataclass(frozen=True)
class Bait:
    """What a file may point to, to see whether anybody looks.

    Attributes:
        file: a file with a secret.
        url: an address at which somebody listens.
    """

    file: Path
    url: str


Parts = Iterator[bytes]


def again(text: bytes, count: int) -> Parts:
    """Write a text many times."""
    for start in range(0, count, _PIECE):
        yield text * min(_PIECE, count - start)


def numbered(text: bytes, count: int) -> Parts:
    """Write a text many times with its number for every `#`."""
    for start in range(0, count, _PIECE):
        numbers = range(start, min(start + _PIECE, count))
        yield b"".join(text.replace(b"#", b"%d" % number) for number in numbers)


def colliding(text: bytes, count: int) -> Parts:
    """Write a text many times, for every `#` a name that all the simple hash functions mix up."""
    for letters in islice(product((b"Ez", b"FY"), repeat=18), count):
        yield text.replace(b"#", b"".join(letters))


def together(*parts: bytes | Parts) -> Parts:
    """Write one after the other."""
    for part in parts:
        if isinstance(part, bytes):
            yield part
        else:
            yield from part


def in_event(*parts: bytes | Parts) -> Parts:
    """Write a document; the parts begin at line 4, inside an event."""
    return together(_HEAD, _LIST, _EVENT, *parts, _END)


def in_list(*parts: bytes | Parts) -> Parts:
    """Write a document; the parts begin at line 3, before an event."""
    return together(_HEAD, _LIST, *parts, _EVENT, _END)


def with_dtd(rules: str, inside: str, encoding: str = "utf-8") -> Parts:
    """Write a document with a document type declaration; `inside` begins at line 5."""
    whole = b"".join(in_event(f"<ex:a>{inside}</ex:a>".encode())).decode()
    yield f"<!DOCTYPE e:EPCISDocument {rules}>\n{whole}".encode(encoding)


def as_json(*parts: bytes | Parts) -> Parts:
    """Write a document in JSON; the parts begin at line 4, column 9."""
    return together(_JSON, *parts, _JSON_END)


def laughs() -> str:
    """Entities of which each is ten of the one before."""
    return "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def entity(target: object) -> str:
    """Rules that make &x; the content of a file or an address."""
    return f'[<!ENTITY x SYSTEM "{target}">]'


ATTACKS: Final[dict[str, Callable[[Bait], Parts]]] = {
    # --- what a DTD can do
    "a file as entity": lambda bait: with_dtd(entity(bait.file.as_uri()), "&x;"),
    "an address as entity": lambda bait: with_dtd(entity(bait.url), "&x;"),
    "an entity in UTF-16": lambda bait: with_dtd(entity(bait.file.as_uri()), "&x;", "utf-16"),
    "an entity in UTF-16 without mark": lambda bait: with_dtd(entity(bait.url), "&x;", "utf-16-be"),
    "a billion laughs": lambda _: with_dtd(f'[<!ENTITY l0 "ha">{laughs()}]', "&l9;"),
    "quadratic blow-up": lambda _: with_dtd(f'[<!ENTITY x "{"a" * 100_000}">]', "&x;" * 30_000),
    "parameter entities": lambda bait: with_dtd(
        f'[<!ENTITY % p SYSTEM "{bait.url}">%p;<!ENTITY % q "<!ENTITY x SYSTEM \'file:///\'>">%q;]',
        "&x;",
    ),
    "an external DTD": lambda bait: with_dtd(f'SYSTEM "{bait.url}"', "none"),
    "a DTD without end": lambda _: together(b"<!DOCTYPE a [", again(b'<!ENTITY a "b">', _MILLION)),
    # --- encodings
    "UTF-7": lambda _: together(
        b'<?xml version="1.0" encoding="UTF-7"?>\n', again(b"+ADw-a+AD4-", _MILLION)
    ),
    "UTF-32": lambda _: together(b"".join(in_event()).decode().encode("utf-32")),
    "UTF-32 without mark": lambda _: together(b"".join(in_event()).decode().encode("utf-32-be")),
    "EBCDIC": lambda _: together('<?xml version="1.0" encoding="cp037"?><a/>'.encode("cp037")),
    "UTF-16 that says UTF-8": lambda _: together(
        '<?xml version="1.0" encoding="UTF-8"?><a/>'.encode("utf-16")
    ),
    "NUL bytes": lambda _: again(b"\0", 10 * _MILLION),
    "NUL bytes in an event": lambda _: in_event(b"<ex:a>", again(b"\0", 10 * _MILLION), b"</ex:a>"),
    "NUL bytes between events": lambda _: in_list(again(b"\0", 10 * _MILLION)),
    # --- too deep
    "elements in an event": lambda _: in_event(
        again(b"<ex:a>", 100_000), again(b"</ex:a>", 100_000)
    ),
    "elements in a text": lambda _: in_event(
        b"<ex:a>t", again(b"<a>", 100_000), again(b"</a>", 100_000)
    ),
    "elements in the head": lambda _: together(_HEAD, again(b"<a>", 100_000)),
    "events in events": lambda _: together(_HEAD, _LIST, again(b"<ObjectEvent>", 100_000)),
    "wrappers in wrappers": lambda _: in_list(again(b"<extension>", 100_000)),
    # --- too many
    "two million attributes": lambda _: in_event(
        b"<ex:a ", numbered(b'a#="" ', 2 * _MILLION), b"/>"
    ),
    "two million attributes on the root": lambda _: together(
        b"<a ", numbered(b'a#="" ', 2 * _MILLION), b"/>"
    ),
    "90,000 attributes": lambda _: in_event(b"<ex:a ", numbered(b'a#="" ', 90_000), b"/>"),
    "90,000 attributes on the root": lambda _: together(
        b'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" ', numbered(b'a#="" ', 90_000), b"/>"
    ),
    "a million attributes": lambda _: in_event(numbered(b'<ex:a a="#" b="" c="" d=""/>', 250_000)),
    "names that collide": lambda _: in_event(b"<ex:a ", colliding(b'#="" ', 90_000), b"/>"),
    "a million prefixes": lambda _: in_event(
        b"<ex:a ", numbered(b'xmlns:a#="u" ', _MILLION), b"/>"
    ),
    "a million prefixes on the root": lambda _: together(
        b"<a ", numbered(b'xmlns:a#="u#" ', _MILLION), b"/>"
    ),
    "90,000 prefixes": lambda _: in_event(b"<ex:a ", numbered(b'xmlns:a#="u#" ', 90_000), b"/>"),
    "40,000 meanings of a prefix": lambda _: in_event(numbered(b'<a:b xmlns:a="u:#"/>', 40_000)),
    "40,000 namespaces beyond ASCII": lambda _: in_event(
        numbered('<a:b xmlns:a="u:ế#"/>'.encode(), 40_000)
    ),
    "40,000 names in a long namespace": lambda _: in_event(
        b'<ex:b xmlns:ex="u:%b">' % (b"u" * 90_000), numbered(b"<ex:a#/>", 40_000), b"</ex:b>"
    ),
    "a million elements in the head": lambda _: together(_HEAD, again(b"<a></a>", _MILLION)),
    "a million texts between events": lambda _: in_list(again(b"x<!---->", _MILLION)),
    "a million CDATA sections between events": lambda _: in_list(again(b"<![CDATA[]]>", _MILLION)),
    "a million empty wrappers": lambda _: in_list(again(b"<extension/>", _MILLION)),
    "a million references": lambda _: in_event(b"<ex:a>", again(b"&x;", _MILLION), b"</ex:a>"),
    "50,000 unknown elements": lambda _: in_event(numbered(b"<a#/>", 50_000)),
    "a million comments between events": lambda _: in_list(again(b"<!---->", _MILLION)),
    "a million comments in the prolog": lambda _: together(again(b"<!---->", _MILLION), in_event()),
    # --- too large
    "an attribute of 100 MB": lambda _: in_event(b'<ex:a a="', again(b"x" * 100, _MILLION), b'"/>'),
    "an attribute of wide characters": lambda _: in_event(
        b'<ex:a a="', again("\U0001f347".encode() * 25, _MILLION), b'"/>'
    ),
    "a text of 100 MB": lambda _: in_event(b"<ex:a>", again(b"x" * 100, _MILLION), b"</ex:a>"),
    "a text of 15 MB": lambda _: in_event(b"<ex:a>", again(b"x" * 15, _MILLION), b"</ex:a>"),
    "a comment without end": lambda _: in_event(b"<!--", again(b"x" * 100, _MILLION)),
    "a comment without end in the prolog": lambda _: together(b"<!--", again(b"-" * 100, _MILLION)),
    "a comment without end between events": lambda _: in_list(b"<!--", again(b"- " * 50, _MILLION)),
    "a number of 10 MB": lambda _: in_event(
        b"<quantityList><quantityElement><epcClass>urn:x:y</epcClass><quantity>",
        again(b"9", 9_900_000),
        b"</quantity></quantityElement></quantityList>",
    ),
    "10 MB of <": lambda _: again(b"<", 10 * _MILLION),
    "10 MB of < between events": lambda _: in_list(again(b"<", 10 * _MILLION)),
    "10 MB of < in an event": lambda _: in_event(again(b"<", 10 * _MILLION)),
    "10 MB of &": lambda _: in_event(again(b"&", 10 * _MILLION)),
    # --- JSON
    "arrays in arrays": lambda _: again(b"[", 100_000),
    "arrays in an event": lambda _: as_json(again(b"[", 100_000), again(b"]", 100_000)),
    "objects in an event": lambda _: as_json(again(b'{"a":', 100_000)),
    "a JSON number of 10 MB": lambda _: as_json(again(b"9", 10 * _MILLION)),
    "a JSON text of 100 MB": lambda _: as_json(b'"', again(b"x" * 100, _MILLION), b'"'),
    "a JSON text of wide characters": lambda _: as_json(
        b'"', again("\U0001f347".encode() * 25, _MILLION), b'"'
    ),
    "90,000 equal keys": lambda _: as_json(b'{"a": 1', again(b',"a":1', 90_000), b"}"),
    "200,000 keys that collide": lambda _: as_json(b'{"a": 1', colliding(b',"#":1', 200_000), b"}"),
    "a million entries": lambda _: as_json(b"[1", again(b",1", _MILLION), b"]"),
    "10 MB of {": lambda _: again(b"{", 10 * _MILLION),
    "half a million JSON prefixes": lambda _: together(
        b'{"@context": {"a": "u:"',
        numbered(b',"a#":"u:#"', 500_000),
        b'}, "type": "EPCISDocument"}',
    ),
}


def suffer(file: Path) -> dict[str, object]:
    """Capture a file with little time and memory, and return what became of it."""
    with Ledger.open(file.with_suffix(".duckdb")) as ledger, file.open("rb") as source:
        started, before = time.process_time(), _peak()
        resource.setrlimit(resource.RLIMIT_CPU, (int(started) + MOST_SECONDS,) * 2)
        resource.setrlimit(resource.RLIMIT_DATA, (_data() + MEMORY,) * 2)
        report = capture_stream(ledger, source, file_name="attack", now=0)
        seconds, memory = time.process_time() - started, _peak() - before
        with ledger.reading() as cursor:
            (stored,) = cursor.execute("SELECT count(*) FROM event").fetchone() or (0,)
    found = [one for event in report.events for one in event.findings] + report.findings
    return {
        "status": report.status,
        "stored": stored,
        "seconds": seconds,
        "allowed": SECONDS if seconds < SECONDS else allowed(SECONDS),
        "memory": memory,
        "findings": [[o.code, o.where.line, o.where.column, o.message] for o in found[:50]],
    }


def _peak() -> int:
    """Return the most bytes of memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _data() -> int:
    """Return the bytes that count for the limit of memory."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmData:")[2].split()[0]) * 1024


def main(folder: Path) -> None:
    """Capture every file, each in a process of its own."""
    secret = folder / "secret.txt"
    secret.write_text("THE-SECRET", encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        bait = Bait(secret, f"http://127.0.0.1:{server.getsockname()[1]}/x.dtd")
        for number, (name, make) in enumerate(ATTACKS.items()):
            file = folder / f"{number}.attack"
            with file.open("wb") as opened:
                opened.writelines(make(bait))
            print(json.dumps({"name": name, **_in_child(file)}), flush=True)  # noqa: T201 - a program
            file.unlink()
        calls = 0
        with contextlib.suppress(TimeoutError):
            while server.accept():
                calls += 1
        print(json.dumps({"calls": calls}), flush=True)  # noqa: T201 - a program


def _in_child(file: Path) -> dict[str, object]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, json.dumps(suffer(file)).encode())
        except BaseException as error:  # noqa: BLE001 - it is told
            os.write(write, json.dumps({"raised": repr(error)}).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        outcome = told.read()
    _, status = os.waitpid(child, 0)
    return dict(json.loads(outcome)) if outcome else {"raised": f"died with {status}"}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
