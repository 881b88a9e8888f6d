"""What the events speak of: types, objects, steps, places, states, and the events of each.

References:
    EPCIS 2.0, section 12.2 (top-level resources)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from api.access.asker import view_of
from api.errors import Refusal
from api.event_documents import Formats
from api.routes.events import (
    EVENT_ANSWERS,
    Answering,
    Question,
    answer_events,
    answering,
    asked,
)
from api.wire.discovery import discovery
from api.wire.formats import Prefixes, asked_formats, asked_prefixes
from api.wire.headers import answer_headers, json_only
from api.wire.pages import PER_PAGE, NextPageToken, PerPage, Place, next_page, opened_page
from api.wire.paths import value_of
from api.wire.versions import accepted_versions
from epcis_core.errors import ParseError
from epcis_core.identifiers import Level, canonical, parse_identifier
from epcis_core.model.epc_format import EpcFormat, translated
from epcis_core.model.namespaces import EPCIS_CONTEXT
from epcis_core.store.dimensions import Dimension, has_value, values_of
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import last_sequence
from epcis_core.vocabulary import VocabularyList, bare_word

STANDARD_TYPES: Final = (
    "AggregationEvent",
    "AssociationEvent",
    "ObjectEvent",
    "TransactionEvent",
    "TransformationEvent",
)


@dataclass(frozen=True, slots=True)
class Collection:
    """One of the collections.

    Attributes:
        path: its name.
        dimension: where its values stand in the ledger.
        parameter: what asks for the events of a value, as the ledger spells it.
        key: a value as the ledger spells it, from any spelling.
        are_identifiers: its values are given out in the format that a caller asks for.
        always: values that it has in an empty ledger too.
    """

    path: str
    dimension: Dimension
    parameter: Callable[[str], str]
    key: Callable[[str], str]
    are_identifiers: bool = False
    always: tuple[str, ...] = ()


def _term(vocabulary: VocabularyList) -> Callable[[str], str]:
    return lambda value: bare_word(vocabulary, value) or value


def _identifier(value: str) -> str:
    try:
        return canonical(value)
    except ParseError:
        return value


def _naming(key: str) -> str:
    """Return the parameter that asks for the events that name an object, by its level."""
    try:
        is_class = parse_identifier(key).level is not Level.INSTANCE
    except ParseError:
        is_class = False
    return "MATCH_anyEPCClass" if is_class else "MATCH_anyEPC"


COLLECTIONS: Final = (
    Collection(
        "eventTypes",
        "event_type",
        lambda _: "eventType",
        lambda value: value,
        always=STANDARD_TYPES,
    ),
    Collection("epcs", "epc", _naming, _identifier, are_identifiers=True),
    Collection("bizSteps", "biz_step", lambda _: "EQ_bizStep", _term(VocabularyList.BIZ_STEP)),
    Collection(
        "bizLocations",
        "biz_location",
        lambda _: "EQ_bizLocation",
        _identifier,
        are_identifiers=True,
    ),
    Collection(
        "readPoints", "read_point", lambda _: "EQ_readPoint", _identifier, are_identifiers=True
    ),
    Collection(
        "dispositions", "disposition", lambda _: "EQ_disposition", _term(VocabularyList.DISPOSITION)
    ),
)


def as_collection(members: Sequence[str], headers: dict[str, str], media_type: str) -> Response:
    """Return a collection of values as the standard has it."""
    body = {"@context": EPCIS_CONTEXT, "type": "Collection", "member": list(members)}
    return JSONResponse(body, headers=headers, media_type=media_type)


@cache
def router() -> APIRouter:
    """Return the resources of all collections."""
    made = APIRouter(
        prefix="/epcis",
        tags=["EPCIS 2.0: what events speak of"],
        dependencies=[Depends(accepted_versions)],
    )
    for collection in COLLECTIONS:
        _add(made, collection)
    return made


def _add(made: APIRouter, collection: Collection) -> None:
    """Add the resources of one collection."""
    of_all = f"/{collection.path}"
    of_one = f"{of_all}/{{value}}"

    @made.options(of_all, summary=f"What {of_all} offers", status_code=204)
    def offer_all() -> Response:
        """Answer with methods, versions and formats."""
        return discovery("GET")

    @made.options(of_one, summary=f"What {of_one} offers", status_code=204)
    def offer_one(
        request: Request, value: str, prefixes: Annotated[Prefixes, Depends(asked_prefixes)]
    ) -> Response:
        """Answer with methods, versions and formats."""
        _key(request, collection, value, prefixes)
        return discovery("GET")

    @made.options(f"{of_one}/events", summary=f"What {of_one}/events offers", status_code=204)
    def offer_events(
        request: Request, value: str, prefixes: Annotated[Prefixes, Depends(asked_prefixes)]
    ) -> Response:
        """Answer with methods, versions and formats."""
        _key(request, collection, value, prefixes)
        return discovery("GET")

    @made.get(of_all, summary=f"The values of {of_all} that events have", response_model=None)
    def list_values(
        request: Request,
        formats: Annotated[Formats, Depends(asked_formats)],
        prefixes: Annotated[Prefixes, Depends(asked_prefixes)],
        per_page: PerPage = PER_PAGE,
        next_page_token: NextPageToken = None,
    ) -> Response:
        """Answer with a page of the values, in order."""
        return _values(request, collection, formats, prefixes, (per_page, next_page_token))

    @made.get(of_one, summary="What there is of one value", response_model=None)
    def one_value(
        request: Request, value: str, prefixes: Annotated[Prefixes, Depends(asked_prefixes)]
    ) -> Response:
        """Answer with `events`, if any event has the value."""
        media_type = json_only(request)
        _key(request, collection, value, prefixes)
        return as_collection(["events"], answer_headers(prefixes), media_type)

    @made.get(
        f"{of_one}/events",
        summary="The events of one value that a query asks for",
        response_model=None,
        responses=EVENT_ANSWERS,
    )
    def its_events(
        request: Request,
        value: str,
        how: Annotated[Answering, Depends(answering)],
        per_page: PerPage = PER_PAGE,
        next_page_token: NextPageToken = None,
    ) -> Response:
        """Answer with a page of the events that have the value, and pass a SimpleEventQuery."""
        key = _key(request, collection, value, how[1])
        own = (collection.parameter(key), key)
        question = Question(asked(request), prefixes=how[1].by_name)
        return answer_events(request, question, how, (per_page, next_page_token), own=own)


def _key(request: Request, collection: Collection, segment: str, prefixes: Prefixes) -> str:
    """Return a value in a path as the ledger spells it.

    Raises:
        Refusal: 404 where no event has it.
    """
    value = value_of(segment)
    key = collection.key(prefixes.expanded(value))
    ledger: Ledger = request.app.state.ledger
    if key not in collection.always and not has_value(
        ledger, view_of(request), collection.dimension, key
    ):
        raise Refusal(
            404,
            "NoSuchResourceException",
            f"No event has {value!r} among its {collection.path}. A URI in a path is written "
            "percent-encoded, its slashes too.",
        )
    return key


def _values(
    request: Request,
    collection: Collection,
    formats: Formats,
    prefixes: Prefixes,
    page: tuple[int, str | None],
) -> Response:
    media_type = json_only(request)
    ledger: Ledger = request.app.state.ledger
    per_page, place = opened_page(request, *page)
    if place is None:
        place = Place(last_sequence(ledger, view_of(request)), None)
    view = view_of(request).until(place.snapshot)
    after: str | None = place.after[0] if place.after is not None else None
    found = values_of(ledger, view, collection.dimension, after=after, most=per_page + 1)
    if collection.always:
        further = (one for one in collection.always if after is None or one > after)
        found = sorted({*found, *further})[: per_page + 1]
    headers = answer_headers(prefixes)
    shown = found[:per_page]
    if len(found) > per_page:
        headers |= next_page(request, Place(place.snapshot, (shown[-1],)), per_page)
    if collection.are_identifiers:
        shown = [_spelled(one, formats.epc_format) for one in shown]
    else:
        shown = [prefixes.compact(one) for one in shown]
    return as_collection(shown, headers, media_type)


def _spelled(key: str, epc_format: EpcFormat) -> str:
    """Return an identifier in a format; as the ledger spells it where the format has none."""
    return (translated(key, epc_format) if epc_format == "urn" else None) or key
