"""What is downloaded of a recall or a trace: reports, spreadsheets, the events themselves."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from api.access.asker import asker_of, view_of
from api.access.exports import DOCUMENTS
from api.clock import now
from api.media_types import MEDIA_TYPES
from api.notices.documents import Source, document
from api.spooled import spooled
from api.web.answers import texts_for
from api.web.own_lists import XLSX
from api.web.recall_page import MOST_SUSPECTS
from epcis_core.errors import QueryError

router = APIRouter(include_in_schema=False)

_KINDS: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "xlsx": XLSX,
    "jsonld": MEDIA_TYPES["json"],
    "xml": MEDIA_TYPES["xml"],
}
"""Media types by the ending of a name."""


def _serve(name: str) -> None:
    """Serve one of the documents; each has an address of its own, and a right."""

    def answer(
        request: Request,
        id: Annotated[list[str] | None, Query()] = None,  # noqa: A002 - as the recall's
        *,
        as_of: str = "",
    ) -> Response:
        """Answer with a document about objects: from where they came, and what came of them."""
        ids = _asked(request, id or ())
        pieces = document(name, _source(request, as_of or None), ids)
        if pieces is None:
            raise HTTPException(404, f"The ledger knows nothing of {', '.join(map(repr, ids))}.")
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return spooled(pieces, _KINDS[name.rpartition(".")[2]], headers)

    router.get(f"/recall/{name}")(answer)


def _asked(request: Request, given: Sequence[str]) -> list[str]:
    asked = [*dict.fromkeys(text.strip() for text in given if text.strip())]
    if not asked:
        raise QueryError("A document about objects needs at least one: id=…", parameter="id")
    if len(asked) > MOST_SUSPECTS:
        raise QueryError(
            texts_for(request)("downloads.too_many", most=MOST_SUSPECTS), parameter="id"
        )
    return asked


def _source(request: Request, as_of: str | None) -> Source:
    state, asker = request.app.state, asker_of(request)
    return Source(
        state.ledger,
        state.books,
        view_of(request),
        texts_for(request),
        now(),
        as_of,
        asker.owner,
        asker.case_number,
    )


for _name in DOCUMENTS:
    _serve(_name)
