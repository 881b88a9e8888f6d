"""What a public page is to show, worked out once when it is published."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from api.images import fitted
from api.web import times
from api.web.public_content import PublicContent, ShownCertificate
from api.web.public_told import Told, Wish, day_of
from epcis_core.errors import AccessError
from epcis_core.identifiers import Level, parse_identifier
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import Names
from epcis_core.store.registry.certificates import certificates
from epcis_core.store.registry.products import product_of
from epcis_core.store.registry.publications import LARGEST_IMAGE, Photo
from epcis_core.store.trace import trace_lot

_EXPIRY: Final = ("itemExpirationDate", "bestBeforeDate", "sellByDate", "expirationDate")
_MOST_OBJECTS: Final = 1000


class NothingKnownError(AccessError):
    """Who publishes has no records of the thing, or its product has no name."""


@dataclass(frozen=True, slots=True)
class ProductShown:
    """A product as a public page names it."""

    name_vi: str
    name_en: str
    brand: str
    photo: Photo | None


def public_content(
    ledger: Ledger, books: Bookkeeping, wish: Wish, now: int
) -> tuple[PublicContent, Photo | None]:
    """Work out what a public page is to show, and its photo.

    Args:
        ledger: where the events and master data are.
        books: the registry.
        wish: what is to be published.
        now: microseconds since 1970 UTC.

    Raises:
        NothingKnownError: there is nothing to show.
    """
    key = parse_identifier(wish.thing)
    trace = trace_lot(
        ledger, wish.view, wish.thing, direction="upstream", max_objects=_MOST_OBJECTS
    )
    if key.level is not Level.CLASS and not trace.objects:
        raise NothingKnownError(f"There are no records of {wish.thing}")
    with ledger.reading() as cursor:
        names = ledger.names(cursor, wish.view)
    product = product_shown(books, names, key.gtin or "")
    if not product.name_vi:
        raise NothingKnownError(f"The product of {wish.thing} has no name")
    told = Told(ledger, books, wish, names, trace)
    said = told.attributes
    maker, address = told.maker()
    stages = tuple(told.stages())
    content = PublicContent(
        name_vi=product.name_vi,
        name_en=product.name_en,
        image=None if product.photo is None else product.photo.digest,
        maker=maker,
        address=address,
        origin=told.origin(key),
        brand=product.brand,
        gtin=key.gtin or "",
        lot=key.lot or "",
        serial=key.serial or "",
        produced=day_of(said.get("productionDate")) or told.made_on(),
        expires=next((day for name in _EXPIRY if (day := day_of(said.get(name)))), None),
        harvested=told.harvested(),
        stages=stages if wish.with_stages else (),
        certificates=tuple(_certified(books, wish, now)) if wish.with_certificates else (),
        kept_until=told.kept_until(key),
    )
    return content, product.photo


def product_shown(books: Bookkeeping, names: Names, gtin: str) -> ProductShown:
    """Return what to call a product: by its maker's list, else by master data.

    Args:
        books: the registry.
        names: master data.
        gtin: 14 digits.
    """
    listed = product_of(books, gtin) if gtin else None
    if listed is not None:
        photo = None if listed.image is None else _small(listed.image)
        return ProductShown(listed.name_vi, listed.name_en or listed.name_vi, listed.brand, photo)
    known = names.product(gtin)
    name = str(known.get("name", ""))
    brand = str(known.get("brandName", known.get("brand", "")))
    return ProductShown(name, str(known.get("descriptionShort") or name), brand, None)


def _small(photo: bytes) -> Photo:
    """Return a photo small enough for the page."""
    content, kind = fitted(photo, LARGEST_IMAGE)
    return Photo(kind, content)


def _certified(books: Bookkeeping, wish: Wish, now: int) -> Iterator[ShownCertificate]:
    """Yield the publisher's certificates that hold; where a list says so, the product's alone."""
    today = times.here_at(now).date()
    listed = product_of(books, parse_identifier(wish.thing).gtin or "")
    chosen = listed.certificates if listed is not None else ()
    for one in certificates(books, wish.organisation):
        if one.state(today) in {"holds", "soon"} and (not chosen or one.id in chosen):
            yield ShownCertificate(
                id=one.id,
                standard=one.standard,
                number=one.number,
                agency=one.agency,
                issued=one.issued.isoformat(),
                expires=None if one.expires is None else one.expires.isoformat(),
            )
