"""The page of a party, and its balance lot by lot with its files."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from api.access.asker import asker_of, view_of
from api.balances.asked import Asked, AskedPeriod
from api.balances.lines import BalanceLines, balance_lines, behind, columns_of
from api.balances.sheets import balance_file
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.contacts import contact_of
from api.web.event_page import facts_of_stored
from api.web.gap_words import briefs_of_facts
from api.web.naming import Namer, party_link
from api.web.paging import PageNumber, paged
from api.wire.paths import value_of
from epcis_core.access.visibility import PARTY
from epcis_core.provenance.balance_result import BalanceRow, PartyBalance, PartyRow
from epcis_core.store.balances import balance_of_party
from epcis_core.store.events import events_by_id

router = APIRouter(include_in_schema=False)

AsOf = Annotated[str | None, Query()]
_AMOUNTS = ("opening", "produced", "received", "used", "shipped", "destroyed")
_SUMS = (*_AMOUNTS, "on_hand", "unaccounted")


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a party.

    Attributes:
        answer: its balance.
        asked: of which period.
        as_of: ledger time; None is everything known.
        namer: names and language.
    """

    answer: PartyBalance
    asked: Asked
    as_of: str | None
    namer: Namer


@router.get("/parties/{party}/balance")
@router.get("/parties/{party}/balance.json")
def show_balance(
    request: Request, party: str, asked: AskedPeriod, number: PageNumber = 1, as_of: AsOf = None
) -> Response:
    """Show what came to a party lot by lot, what left it and what should be there."""
    told = _told(request, party, asked, as_of)
    if not wants_page(request):
        return as_json(told.answer.as_json())
    lots = paged(told.answer.rows, number)
    return _page(
        request,
        told,
        "party_balance.html",
        lots=lots,
        table=_table(request, told, lots.shown),
        page_link=lambda to: _link(told, "/balance", number=str(to)),
    )


@router.get("/parties/{party}")
@router.get("/parties/{party}.json")
def show_party(request: Request, party: str, asked: AskedPeriod, as_of: AsOf = None) -> Response:
    """Show who a party is, and its balance product by product."""
    told = _told(request, party.removesuffix(".json"), asked, as_of)
    products = tuple(_by_product(told.answer.rows))
    if not wants_page(request):
        body = told.answer.model_dump(mode="json", exclude={"rows"})
        return as_json({**body, "products": [one.model_dump(mode="json") for one in products]})
    return _page(request, told, "party.html", table=_table(request, told, products))


def _page(request: Request, told: Told, template: str, **values: Any) -> Response:
    answer, namer = told.answer, told.namer
    return page(
        request,
        template,
        number=_number_of(answer.party),
        contact=contact_of(answer.party, namer.book.party(answer.party), namer),
        balance=answer,
        asked=told.asked,
        as_of=told.as_of,
        n=namer,
        is_partial=not asker_of(request).sees_all,
        link=lambda more="": _link(told, more),
        **values,
    )


def _number_of(party: str) -> str:
    """Return the GLN of a party, or its identifier where it has none."""
    gln = party.removeprefix(PARTY)
    return party if gln == party else f"GLN {gln}"


def _link(told: Told, more: str, **change: str) -> str:
    """Return the address of a page of a party, or of a file, for the same period."""
    query = {**told.asked.query, "as_of": told.as_of, **change}
    path, mark, asked = party_link(told.answer.party, **query).partition("?")
    return f"{path}{more}{mark}{asked}"


def _told(request: Request, segment: str, asked: Asked, as_of: str | None) -> Told:
    """Return what is told of a party.

    Raises:
        HTTPException: 404 where nothing is seen of it, whether there is anything or not.
    """
    as_of = as_of or None
    answer = balance_of_party(
        request.app.state.ledger,
        view_of(request),
        value_of(segment),
        as_of=as_of,
        period=asked.period,
    )
    namer = namer_for(request, as_of=as_of)
    if not answer.rows and not answer.parties.get(answer.party):
        told = texts_for(request)("balances.no_party", party=value_of(segment))
        text = f"Nothing is recorded of a party {value_of(segment)!r}."
        raise HTTPException(404, told if wants_page(request) else text)
    return Told(answer, asked, as_of, namer)


def _table(request: Request, told: Told, rows: Iterable[PartyRow]) -> BalanceLines:
    shown = list(rows)
    stored = events_by_id(request.app.state.ledger, view_of(request), behind(shown))
    facts = [one for one in map(facts_of_stored, stored) if not one.retracts]
    return balance_lines(
        [(row.object, row.uom, row) for row in shown],
        told.asked,
        briefs_of_facts(facts, told.namer),
        told.namer,
    )


def _by_product(rows: Iterable[PartyRow]) -> Iterable[PartyRow]:
    """Yield the rows of each product added up, unit by unit; what is not known stays so."""
    groups: dict[tuple[str, str | None], list[PartyRow]] = {}
    for row in rows:
        product = row.object if row.gtin is None else f"https://id.gs1.org/01/{row.gtin}"
        groups.setdefault((product, row.uom), []).append(row)
    for (product, uom), its in groups.items():
        yield PartyRow(
            object=product,
            gtin=its[0].gtin,
            uom=uom,
            party=its[0].party,
            place=its[0].place if len({row.place for row in its}) == 1 else None,
            **{column: _sum(its, column) for column in _SUMS},
        )


def _sum(rows: Iterable[BalanceRow], column: str) -> str | None:
    amounts = [getattr(row, column) for row in rows]
    known = [Decimal(amount) for amount in amounts if amount is not None]
    return format(sum(known, Decimal()), "f") if len(known) == len(amounts) else None


def _serve(ending: Literal["csv", "xlsx"]) -> None:
    @router.get(f"/parties/{{party}}/balance.{ending}")
    def file(request: Request, party: str, asked: AskedPeriod, as_of: AsOf = None) -> Response:
        """Answer with a party's balance lot by lot as a file."""
        told = _told(request, party, asked, as_of)
        rows = [(row.object, row.uom, row) for row in told.answer.rows]
        return balance_file(ending, "balance", rows, columns_of(asked), told.namer)


_serve("csv")
_serve("xlsx")
