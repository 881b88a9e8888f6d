"""Sheets to fill in, with the products, places and partners of whoever asks to choose from."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from api.access.asker import asker_of
from api.web.answers import as_json, page, texts_for, wants_page
from api.web.own_lists import attached
from epcis_core.store.bookkeeping import Bookkeeping
from ingest.registry.own import known_of
from ingest.sheets.known import Known
from ingest.sheets.template_writer import template_csv, template_workbook
from ingest.sheets.templates import Template, templates, words

router = APIRouter(include_in_schema=False)


@router.get("/templates")
@router.get("/templates.json")
def show(request: Request) -> Response:
    """Show which sheets there are."""
    if wants_page(request):
        return page(request, "sheet_templates.html", templates=_in_order())
    language = texts_for(request).language
    return as_json(
        [
            {
                "name": one.key,
                "title": getattr(one.title, language),
                "about": getattr(one.about, language),
                "xlsx": f"/templates/{one.key}.xlsx",
                "csv": f"/templates/{one.key}.csv",
            }
            for one in _in_order()
        ]
    )


def _in_order() -> list[Template]:
    """Return the templates in the order in which goods go through their steps."""
    return [templates()[key] for key in words().steps]


@router.get("/templates/{name}.xlsx")
def show_workbook(request: Request, name: str) -> Response:
    """Send a workbook to fill in."""
    template, books = _template(request, name), _books(request)
    language, owner = texts_for(request).language, asker_of(request).owner
    known = known_of(books, owner, language) if owner else Known()
    return attached(template_workbook(template, language, known), f"{template.key}.xlsx")


@router.get("/templates/{name}.csv")
def show_csv(request: Request, name: str) -> Response:
    """Send the headings and the worked example as CSV, which has no lists to choose from."""
    template = _template(request, name)
    return attached(template_csv(template, texts_for(request).language), f"{template.key}.csv")


def _template(request: Request, name: str) -> Template:
    """Return a template.

    Raises:
        HTTPException: 404 where there is none of the name.
    """
    found = templates().get(name)
    if found is None:
        raise HTTPException(404, texts_for(request)("sheet_templates.unknown", name=name[:60]))
    return found


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
