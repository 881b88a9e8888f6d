"""The photograph of a step: taken with the form, kept before the event, shown with it."""

import io
from collections.abc import Iterable, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from api.access.asker import asker_of, view_of
from api.clock import now
from api.images import MOST_BYTES, ImageError, fitted
from api.web.answers import texts_for
from api.web.naming import photo_link
from epcis_core.errors import AccessError
from epcis_core.model.photo import NamedPhoto, photo_of
from epcis_core.store.events import StoredEvent, find_events
from epcis_core.store.photos import forget_left_waiting
from epcis_core.store.registry.publications import Photo
from epcis_core.store.registry.step_photos import (
    LARGEST,
    MOST,
    find_photo,
    has_photo,
    keep_photo,
    note_named,
)

router = APIRouter(include_in_schema=False)

FIELD: Final = "photo"
"""Of a form."""

_MAYBE: Final = "photo"  # stands in the text of every event that names one


class PhotoError(Exception):
    """A photograph cannot be taken; the text says why, in the language of the page."""


def taken(request: Request, form: FormData) -> NamedPhoto | None:
    """Keep the photograph in a form, small and without what the camera wrote into it.

    Returns:
        How an event names it; None where there is none.

    Raises:
        PhotoError: it cannot be read, or its organisation has no room for it.
    """
    file = form.get(FIELD)
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    t, state, moment = texts_for(request), request.app.state, now()
    stream: io.IOBase = file.file  # type: ignore[assignment]
    try:
        content, kind = fitted(stream.read(MOST_BYTES + 1), LARGEST)
    except ImageError as error:
        raise PhotoError(t("photos.unreadable", most=MOST_BYTES // 2**20)) from error
    photo = Photo(kind, content)
    forget_left_waiting(state.ledger, state.books, moment)
    try:
        keep_photo(state.books, asker_of(request).organisation, photo, moment)
    except AccessError as error:
        raise PhotoError(t("photos.full", most=MOST // 2**30)) from error
    return NamedPhoto(photo.digest, photo.kind)


def stands(request: Request, photo: NamedPhoto | None) -> None:
    """Note that an event of the asker's names a photograph."""
    if photo is not None:
        note_named(request.app.state.books, asker_of(request).organisation, photo.digest)


def photo_links(request: Request, events: Iterable[StoredEvent]) -> Mapping[str, str]:
    """Return the addresses of the photographs of events, by the ids of those that have one here."""
    books = request.app.state.books
    found: dict[str, str] = {}
    for stored in events:
        named = _named(stored)
        if named is not None and has_photo(books, stored.organisation, named.digest):
            found[stored.event_id] = photo_link(stored.event_id)
    return found


@router.get("/event/photo")
def show_photo(request: Request, id: Annotated[str, Query(min_length=1)]) -> Response:  # noqa: A002 - as of an event
    """Show the photograph of an event to whoever may see the event."""
    for stored in find_events(request.app.state.ledger, view_of(request), id):
        named = _named(stored)
        if named is None:
            continue
        tag = f'"{named.digest}"'
        headers = {"Cache-Control": "private, no-cache", "ETag": tag}
        photo = find_photo(request.app.state.books, stored.organisation, named.digest)
        if photo is not None and tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if photo is not None:
            headers["X-Content-Type-Options"] = "nosniff"
            return Response(photo.content, media_type=photo.kind, headers=headers)
    raise HTTPException(404, texts_for(request)("photos.none"))


def _named(stored: StoredEvent) -> NamedPhoto | None:
    """Return the photograph that a record names; few do, and only their text is read for it."""
    if _MAYBE not in stored.text:
        return None
    return photo_of(stored.event, stored.namespaces)
