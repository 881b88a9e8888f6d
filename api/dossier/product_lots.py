"""The latest lots of a product in somebody's list, and how complete the records of each are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from api.access.asker import view_of
from api.clock import now
from api.dossier.completeness_page import completeness_link, day_of
from epcis_core.dossier.completeness import Completeness, completeness
from epcis_core.dossier.lot_chain import product_of
from epcis_core.rules.profiles import profiles_for
from epcis_core.store.dossier import latest_lots, lot_material
from epcis_core.store.registry.products import Product
from ingest.sheets.goods import Product as Goods
from ingest.sheets.goods import class_of

_MOST: Final = 5
_MOST_OBJECTS: Final = 1000


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot, and how it stands by each profile of its product.

    Attributes:
        lot: canonical.
        href: of the page that has all of it.
        judged: by the profiles that its product is judged by.
    """

    lot: str
    href: str
    judged: tuple[Completeness, ...]


def lots_of_product(request: Request, product: Product) -> tuple[LotRow, ...]:
    """Return the latest lots of a product, as far as the asker may see them."""
    return latest_of_each(request, [product], _MOST)[product.number]


def latest_of_each(
    request: Request, products: Sequence[Product], most: int = 1
) -> dict[int, tuple[LotRow, ...]]:
    """Return the latest lots of each product, as far as the asker may see them.

    Args:
        request: who asks.
        products: of one organisation's list.
        most: how many lots of each.

    Returns:
        By the product's number in the list.
    """
    state, view, moment = request.app.state, view_of(request), now()
    begins = {product.number: _beginning(product) for product in products}
    lots = latest_lots(state.ledger, view, set(begins.values()), most)

    def row(lot: str, product: Product) -> LotRow:
        material = lot_material(state.ledger, view, state.books, lot, max_objects=_MOST_OBJECTS)
        sector = material.sectors.get(product_of(lot), product.sector)
        laws = profiles_for(sector, day_of(moment))
        judged = tuple(completeness(material, law, moment) for law in laws)
        return LotRow(lot, completeness_link(lot), judged)

    return {
        product.number: tuple(row(lot, product) for lot in lots.get(begins[product.number], ()))
        for product in products
    }


def _beginning(product: Product) -> str:
    """Return with what the identifiers of a product's lots begin."""
    if product.gtin is None:
        gln, _, code = product.code.partition(":")
        return class_of(Goods(gln=gln, code=code), None)
    return f"{class_of(Goods(gtin=product.gtin), None)}/10/"
