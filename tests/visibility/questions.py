"""Everything that can be asked of a ledger through somebody's eyes, and what is told in answer."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

from api.access import exports
from tests.visibility.ledgers import capture_id
from tests.visibility.parties import ENDS, PARTIES, PLACES, Party, Told
from tests.visibility.story import (
    CERTIFICATES,
    DOCUMENTS,
    HOUR,
    MAKINGS,
    SITE,
    START,
    STEPS,
    THINGS,
    Sending,
)
from tests.world.chance import Chooser, some

T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """A request.

    Attributes:
        path: with its query.
        accept: what is wanted.
        is_paged: further pages are asked for.
        sent: with it; None for a request that changes nothing.
    """

    path: str
    accept: str = "application/json"
    is_paged: bool = False
    sent: bytes | None = None

    def __str__(self) -> str:
        return f"{'GET' if self.sent is None else 'POST'} {self.path} as {self.accept}"


def questions(chooser: Chooser, sendings: Sequence[Sending], party: Party) -> list[Question]:
    """One question or more to each resource, as a party asks them."""
    things, ids = some(chooser, THINGS, most=3), some(chooser, _ids(sendings), most=4)
    return [*_Asking(party, chooser, things, ids, len(sendings), 9).of_everything()]


def every_question(
    sendings: Sequence[Sending], things: Sequence[str], party: Party
) -> list[Question]:
    """All that can be asked about some things, with every parameter of a query."""
    found: dict[Question, None] = {}
    for number, one in enumerate(things):
        about = [*things[number:], *things[:number]]
        ids = _ids(sendings)[number :: len(things)][:4]
        asking = _Asking(party, _First(), about[:1], ids, len(sendings), 99, first=one)
        found |= dict.fromkeys(asking.of_everything())
    return [*found]


def _ids(sendings: Sequence[Sending]) -> list[str]:
    told = [str(one.members.get("eventID", "urn:x:none")) for s in sendings for one in s.events]
    return [*dict.fromkeys(told)]


class _First:
    """Chooses what stands first, and as much as there may be."""

    def pick(self, options: Sequence[T]) -> T:
        """Choose the first."""
        return options[0]

    def number(self, least: int, most: int) -> int:
        """Choose the greatest."""
        return max(least, most)


@dataclass(frozen=True)
class _Asking:
    """Makes questions about a story."""

    party: Party
    chooser: Chooser
    things: Sequence[str]
    event_ids: Sequence[str]
    documents: int
    conditions: int
    first: str | None = None

    def of_everything(self) -> Iterator[Question]:
        """All of these."""
        yield from self.of_interface()
        yield from self.of_collections()
        yield from self.of_captures()
        yield from self.of_pages()
        yield from self.of_documents()
        yield from self.of_proofs()
        yield from self.of_what_is_sent()

    def _thing(self) -> str:
        return self.first or self.chooser.pick(THINGS)

    def of_interface(self) -> Iterator[Question]:
        """The standard's interface: events and master data."""
        yield Question("/epcis/")
        for how in ("perPage=1", "perPage=2&orderBy=recordTime&orderDirection=DESC"):
            yield Question(f"/epcis/events?{how}", is_paged=True)
        yield Question("/epcis/events?eventCountLimit=3&orderBy=eventTime&orderDirection=ASC")
        yield Question("/epcis/events", "application/xml")
        for asked in some(self.chooser, list(self._conditions()), most=self.conditions):
            yield Question(f"/epcis/events?{urlencode(asked)}")
        for one in self.event_ids:
            yield Question(f"/epcis/events/{quote(one, safe='')}")
        place = self.chooser.pick([*PLACES])
        for data in (
            {"includeAttributes": "true", "includeChildren": "true"},
            {"includeAttributes": "true", "includeChildren": "false", "EQ_name": place},
            {"includeAttributes": "true", "includeChildren": "false", "HASATTR": "name"},
        ):
            yield Question(f"/epcis/masterData?{urlencode(data)}")
        yield Question("/all-events")
        for ending in ("", "/all", "/all/events", "/all/subscriptions"):
            yield Question(f"/epcis/queries{ending}?perPage=3", is_paged=True)

    def _conditions(self) -> Iterator[dict[str, str]]:
        chooser = self.chooser
        moment = moment_of(chooser.number(0, self.documents))
        yield {"eventType": chooser.pick(["ObjectEvent", "AggregationEvent", "TransactionEvent"])}
        yield {"GE_recordTime": moment}
        yield {"LT_recordTime": moment, "orderBy": "eventTime"}
        yield {"EQ_bizStep": chooser.pick(STEPS)}
        yield {"MATCH_anyEPC": self._thing()}
        yield {"MATCH_anyEPCClass": self._thing()}
        yield {"MATCH_inputEPCClass": self._thing()}
        yield {"MATCH_parentID": self._thing()}
        yield {"EQ_readPoint": chooser.pick([*PLACES])}
        yield {"WD_bizLocation": SITE}
        yield {"WD_readPoint": SITE}
        for name in ("source", "destination"):
            yield {f"EQ_{name}_owning_party": chooser.pick([*ENDS])}
        yield {"HASATTR_bizLocation": "name"}
        yield {"EQATTR_readPoint_latitude": "10.5"}
        yield {"EQ_bizTransaction_po": chooser.pick(DOCUMENTS)}
        yield {"EQ_transformationID": chooser.pick(MAKINGS)}
        yield {"EXISTS_errorDeclaration": ""}
        yield {"EQ_errorReason": "did_not_occur"}
        yield {"EQ_eventID": "|".join(self.event_ids)}
        yield {"GE_quantity": "20"}
        yield {"GE_quantity_KGM": "20"}
        yield {"GE_value_CEL": "5"}
        yield {"EQ_https://ns.example.com/about": self._thing()}
        yield {"EQ_INNER_ILMD_https://ns.example.com/lot": self._thing()}
        yield {"EXISTS_ILMD_https://ns.example.com/note": ""}
        yield {"maxEventCount": str(chooser.number(1, 12))}
        yield {"EQ_certificationInfo": chooser.pick(CERTIFICATES)}

    def of_collections(self) -> Iterator[Question]:
        """The resources of the interface that list values."""
        chooser = self.chooser
        values = {
            "eventTypes": ["ObjectEvent", "TransformationEvent", "AssociationEvent"],
            "epcs": [self._thing()],
            "bizSteps": [*STEPS],
            "bizLocations": [*PLACES],
            "readPoints": [*PLACES],
            "dispositions": ["active", "in_transit"],
        }
        for name, known in values.items():
            yield Question(f"/epcis/{name}?perPage=2", is_paged=True)
            value = quote(chooser.pick(known), safe="")
            yield Question(f"/epcis/{name}/{value}")
            yield Question(f"/epcis/{name}/{value}/events?perPage=2", is_paged=True)

    def of_captures(self) -> Iterator[Question]:
        """What came of documents."""
        yield Question("/epcis/capture?perPage=2", is_paged=True)
        for place in range(self.documents):
            yield Question(f"/epcis/capture/{capture_id(place)}")
            yield Question(f"/captures/{capture_id(place)}.json")
            yield Question(f"/captures/{capture_id(place)}/receipt.json")
        yield Question("/uploads.json")
        yield Question("/uploads", "text/html")
        for path in ("", "/receipt", "/to-mend"):
            chosen = capture_id(self.chooser.number(0, 3))
            yield Question(f"/captures/{chosen}{path}", "text/html")

    def of_pages(self) -> Iterator[Question]:
        """Pages, and what stands in them as JSON."""
        chooser = self.chooser
        things = self.things
        yield Question("/index.json")
        yield Question("/?lang=en", "text/html")
        words = [*THINGS, "L1", "L9", "b1", "trang trại", "8936011000024", *PLACES, *DOCUMENTS]
        for word in some(chooser, words, most=3):
            yield Question(f"/search.json?{urlencode({'q': word})}")
            yield Question(f"/search?{urlencode({'q': word})}", "text/html")
        named = [*PLACES, *ENDS, *DOCUMENTS]
        for one in some(chooser, named, most=2):
            yield Question(f"/about.json?{urlencode({'id': one})}")
            yield Question(f"/about?{urlencode({'id': one})}", "text/html")
        yield Question(f"/label?{urlencode({'code': self._thing()})}", "text/html")
        for one in things:
            then = {"as_of": moment_of(chooser.number(0, self.documents))}
            way = {"direction": chooser.pick(["up", "down", "both"]), "max_objects": "4"}
            for more in (*({}, then), way):
                yield Question(f"/trace.json?{urlencode({'id': one, **more})}")
            yield Question(f"/trace?{urlencode({'id': one, 'lang': 'vi'})}", "text/html")
            yield Question(f"/trace/readings.json?{urlencode({'id': one})}")
            for of in ("happenings", "handovers", "loads", "objects", "parties"):
                yield Question(f"/trace/list.json?{urlencode({'id': one, 'of': of})}")
            listed = {"id": one, "of": "handovers", "party": self.party.id}
            yield Question(f"/trace/list?{urlencode(listed)}", "text/html")
            yield Question(f"/balance.json?{urlencode({'id': one})}")
            yield Question(f"/balance.json?{urlencode({'id': one, **then})}")
            yield Question(f"/balance?{urlencode({'id': one})}", "text/html")
            days = urlencode({"id": one, "since": "2026-01-02", "until": "2026-02-01"})
            yield Question(f"/balance.csv?{days}", "*/*")
            yield Question(f"/gaps.json?{urlencode({'id': one})}")
            for law in ("vn-decree-37-2026", "fsma-204"):
                asked = {"id": one, "profile": law, **chooser.pick([{}, then])}
                yield Question(f"/completeness.json?{urlencode(asked)}")
            yield Question(f"/completeness?{urlencode({'id': one})}", "text/html")
            yield Question(f"/lot-record.json?{urlencode({'id': one})}")
            yield Question(f"/lot-record?{urlencode({'id': one})}", "text/html")
            yield Question(f"/recall.json?{urlencode({'id': one, **then})}")
        yield Question("/trace.json?id=https://id.gs1.org/01/08936011001014/10/L9")
        yield Question(f"/recall.json?{urlencode([('id', one) for one in things])}")
        yield Question(f"/recall?{urlencode([('id', one) for one in things])}", "text/html")
        yield Question("/gaps.json")
        yield Question("/gaps", "text/html")
        for other in (self.party, chooser.pick(PARTIES)):
            path = f"/parties/{quote(other.id, safe='')}"
            for ending in ("", "/balance"):
                yield Question(f"{path}{ending}", "text/html")
                yield Question(f"{path}{ending}.json")
            yield Question(f"{path}/balance.csv", "*/*")
        yield Question("/stamps", "text/html")
        for one in self.event_ids:
            yield Question(f"/event.json?{urlencode({'id': one})}")
        yield Question(f"/event?{urlencode({'id': self.event_ids[0]})}", "text/html")

    def of_documents(self) -> Iterator[Question]:
        """What is handed on of a recall."""
        asked = urlencode([("id", one) for one in self.things])
        yield Question(f"/recall/notice?{asked}", "text/html")
        for name in exports.DOCUMENTS:
            yield Question(f"/recall/{name}?{asked}", "*/*")

    def of_proofs(self) -> Iterator[Question]:
        """What the log can prove."""
        yield Question(f"/proof/{quote(self.event_ids[0], safe='')}")
        yield Question(f"/proof.zip?{urlencode({'id': self._thing()})}", "*/*")

    def of_what_is_sent(self) -> Iterator[Question]:
        """What is said of documents and events that come now."""
        event = {
            "type": "ObjectEvent",
            "eventTime": "2025-02-09T08:00:00+07:00",
            "eventTimeZoneOffset": "+07:00",
            "action": "OBSERVE",
            "epcList": [one for one in THINGS if "/10/L" not in one and "/21/" in one],
        }
        number = PARTIES.index(self.party)  # each sends its own
        told = Told({**event, "eventID": f"urn:x:sent:{number}:together"})
        yield Question("/captures", sent=Sending(self.party, (told, told)).document())
        context = json.loads(Sending(self.party, ()).document())["@context"]
        alone = {"@context": context, **event, "eventID": f"urn:x:sent:{number}:alone"}
        for _ in range(2):
            yield Question("/epcis/events", sent=json.dumps(alone).encode())


def moment_of(place: int) -> str:
    """The record time of a document of a story."""
    moment = datetime.fromtimestamp((START + place * HOUR) / 1e6, UTC)
    return moment.isoformat().replace("+00:00", "Z")
