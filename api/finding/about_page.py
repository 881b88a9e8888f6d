"""What the records say of a party, a place or a document: the goods, and the latest events."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import view_of
from api.finding.links import about_link
from api.web.answers import as_json, namer_for, page, wants_page
from api.web.naming import Namer, recall_link, trace_link
from api.web.words import sentence
from epcis_core.identifiers import identifier_in
from epcis_core.provenance.parties import Parties
from epcis_core.store.mentions import MOST, Mentions, mentions_of
from epcis_core.store.trace import subject_of

router = APIRouter(tags=["pages"])

_MOST_RECALLED: Final = 20


@dataclass(frozen=True, slots=True)
class About:
    """A party, a place or a document as a page shows it.

    Attributes:
        title: what it is called.
        mentions: what events say of it.
        known: what the registry and master data say, such as `phone`.
        owner: of a place, the party that it belongs to.
        types: kinds of document, in words.
        told: the latest events, each as its id and a sentence.
        objects: the goods, no more than are listed.
    """

    title: str
    mentions: Mentions
    known: dict[str, Any]
    owner: str | None
    types: tuple[str, ...]
    told: tuple[tuple[str, str], ...]
    objects: tuple[str, ...]

    @property
    def recall(self) -> str | None:
        """The address of a recall of all that stands under a document, where that is not much."""
        few = 0 < len(self.objects) <= _MOST_RECALLED
        return recall_link(self.objects) if few and self.mentions.kind == "document" else None

    @property
    def has_more(self) -> bool:
        """Whether there are more goods than are listed."""
        return len(self.mentions.objects) > MOST


@router.get("/about", summary="What is recorded of a party, a place or a document")
@router.get("/about.json", summary="What is recorded of a party, a place or a document")
def show_about(request: Request, id: Annotated[str, Query(min_length=1)]) -> Response:  # noqa: A002
    """Show the goods and the latest events of a party, a place or a document."""
    key = subject_of(id)
    found = mentions_of(request.app.state.ledger, view_of(request), key)
    namer = namer_for(request)
    if found is None:
        if wants_page(request) and identifier_in(key) is not None and not _is_end(key):
            return RedirectResponse(trace_link(key), 303)
        told = namer.texts("about.unknown", id=id)
        plain = f"No record names {id!r} as a party, a place or a document."
        raise HTTPException(404, told if wants_page(request) else plain)
    about = _about(found, namer)
    if not wants_page(request):
        return as_json(_as_json(about))
    return page(request, "about.html", a=about, n=namer, most=MOST, about_link=about_link)


def _about(found: Mentions, namer: Namer) -> About:
    key, book = found.id, namer.book
    known = {"party": book.party, "place": book.place}.get(found.kind, lambda _: {})(key)
    owner = Parties(book.owners()).of_place(key) if found.kind == "place" else None
    titles = {"party": namer.party, "place": namer.place}
    title = titles[found.kind](key) if found.kind in titles else key.rpartition(":")[2]
    return About(
        title.rpartition("/")[2] if found.kind == "document" else title,
        found,
        dict(known),
        owner,
        tuple(namer.texts.term("business_transaction_type", one) for one in found.types),
        tuple((one.event_id, sentence(one, namer)) for one in found.events),
        found.objects[:MOST],
    )


def _as_json(about: About) -> dict[str, Any]:
    return {
        "id": about.mentions.id,
        "kind": about.mentions.kind,
        "title": about.title,
        "types": list(about.mentions.types),
        "number_of_events": about.mentions.number,
        "events": [one.event_id for one in about.mentions.events],
        "objects": list(about.objects),
        "truncated": about.has_more or about.mentions.number > len(about.mentions.events),
    }


def _is_end(key: str) -> bool:
    return key.startswith(("https://id.gs1.org/414/", "https://id.gs1.org/417/"))
