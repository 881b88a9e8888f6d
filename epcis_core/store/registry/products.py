"""Products of organisations: what they are called, what they look like, what they may call upon."""

import json
import sqlite3
from dataclasses import dataclass, field, replace
from typing import Final

from epcis_core.errors import AccessError
from epcis_core.findings import Finding, Where, finding
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.claims import GTIN_DIGITS, faults_of_code
from epcis_core.store.registry.own_lists import is_full, retire_line, write_line

LARGEST_IMAGE: Final = 300_000
"""Bytes of an image as it is kept."""

IMAGE_TYPES: Final = ("image/jpeg", "image/png", "image/webp")
"""Media types of images."""

_STARS: Final = (None, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Product:
    """A product of an organisation.

    Attributes:
        organisation: whose.
        code: a GTIN of 14 digits; or a GLN, a colon and the code that its holder gave.
        name_vi: its name in Vietnamese.
        name_en: in English; may be empty.
        brand: may be empty.
        ocop_stars: 3 to 5, of the programme One Commune One Product; None without.
        indication: the geographical indication that it bears, such as `Ninh Thuận`; may be empty.
        sector: a word of `schemas/registry/products.toml`; may be empty.
        shelf_life_days: from production to expiry; None where that is not fixed.
        certificates: ids of its organisation's certificates.
        image: read with one product alone, see `product_of`; else None.
        image_type: the image's media type; empty where there is no image.
        retired: when it was marked as used no more, microseconds since 1970 UTC.
        number: names it here; 0 before it was added.
    """

    organisation: str
    code: str
    name_vi: str
    name_en: str = ""
    brand: str = ""
    ocop_stars: int | None = None
    indication: str = ""
    sector: str = ""
    shelf_life_days: int | None = None
    certificates: tuple[int, ...] = ()
    image: bytes | None = field(default=None, repr=False)
    image_type: str = ""
    retired: int | None = None
    number: int = 0

    @property
    def gtin(self) -> str | None:
        """Its GTIN, 14 digits; None for an own code."""
        return self.code if self.code.isdecimal() and len(self.code) == GTIN_DIGITS else None


def faults_of_product(books: Bookkeeping, one: Product) -> list[Finding]:
    """Return why an organisation cannot have a product in its list; pointers name the member.

    Args:
        books: where the lists stand.
        one: its `number` names the product that is to be changed; 0 for a new one.

    Raises:
        AccessError: its code is none.
    """
    with books.transaction() as connection:
        found = [] if one.number else is_full(connection, "product", one.organisation)
        found += faults_of_code(connection, "product", one.organisation, one.code, one.number)
        known = connection.execute(
            "SELECT id FROM certificate WHERE organisation = ?", (one.organisation,)
        ).fetchall()
    unknown = sorted({*one.certificates} - {row["id"] for row in known})
    at = Where(pointer="/certificates")
    return found + [finding("certificate_unknown", at=at, actual=one) for one in unknown]


def save_product(books: Bookkeeping, one: Product, now: int) -> Product:
    """Add a product, or change the one of its number, and return it; its image stays as it is.

    Args:
        books: where.
        one: it; `faults_of_product` finds nothing, in the same transaction.
        now: microseconds since 1970 UTC.

    Raises:
        AccessError: its organisation has no such product, or something in it cannot be.
    """
    days = one.shelf_life_days
    if not one.name_vi or one.ocop_stars not in _STARS or (days is not None and days < 1):
        raise AccessError("A product has a name, 3 to 5 stars or none, and a day of shelf life")
    values = {
        "code": one.code,
        "name_vi": one.name_vi,
        "name_en": one.name_en,
        "brand": one.brand,
        "ocop_stars": one.ocop_stars,
        "indication": one.indication,
        "sector": one.sector,
        "shelf_life_days": one.shelf_life_days,
        "certificates": json.dumps(one.certificates),
    }
    with books.transaction() as connection:
        row = write_line(books, "product", one.organisation, values, number=one.number, now=now)
        if row is None:
            raise AccessError(f"{one.organisation} has no product {one.number}")
        return _product(row, _image_type(connection, row["number"]))


def retire_product(books: Bookkeeping, organisation: str, number: int, now: int) -> Product | None:
    """Mark a product as used no more and return it; None where it is not in use."""
    row = retire_line(books, "product", organisation, number, now)
    return None if row is None else _product(row, "")


def set_image(
    books: Bookkeeping, organisation: str, number: int, image: bytes | None, image_type: str
) -> None:
    """Give a product its image, or take it away.

    Args:
        books: where.
        organisation: whose product it is.
        number: the product's.
        image: None for none.
        image_type: one of `IMAGE_TYPES`; empty for none.

    Raises:
        AccessError: the organisation has no such product, or the image is too large or of no known
            type.
    """
    if image is not None and (len(image) > LARGEST_IMAGE or image_type not in IMAGE_TYPES):
        raise AccessError(f"An image has {LARGEST_IMAGE} bytes at most and is JPEG, PNG or WebP")
    with books.transaction() as connection:
        held = connection.execute(
            "SELECT 1 FROM product WHERE organisation = ? AND number = ?", (organisation, number)
        ).fetchone()
        if held is None:
            raise AccessError(f"{organisation} has no product {number}")
        connection.execute("DELETE FROM product_image WHERE product = ?", (number,))
        if image is not None:
            connection.execute(
                "INSERT INTO product_image VALUES (?, ?, ?)", (number, image_type, image)
            )


def products_of(books: Bookkeeping, organisation: str) -> list[Product]:
    """Return the products of an organisation without their images, retired ones last."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT product.*, type FROM product LEFT JOIN product_image ON product = number "
            "WHERE organisation = ? ORDER BY retired IS NOT NULL, name_vi, code, number",
            (organisation,),
        ).fetchall()
    return [_product(row, row["type"] or "") for row in rows]


def find_product(books: Bookkeeping, organisation: str, number: int) -> Product | None:
    """Return a product of an organisation, with its image; None where it has none such."""
    return _found(books, "organisation = ? AND number = ?", organisation, number)


def product_of(books: Bookkeeping, gtin: str) -> Product | None:
    """Return the product that a GTIN names, with its image, whoever's it is.

    Args:
        books: where.
        gtin: of 8, 12, 13 or 14 digits; or an own code behind the GLN and a colon.

    Returns:
        One that is used no more where no other has the code now; None where nobody ever had it.
    """
    code = gtin.zfill(GTIN_DIGITS) if gtin.isdecimal() else gtin
    return _found(books, "code = ?", code)


def _found(books: Bookkeeping, condition: str, *values: str | int) -> Product | None:
    with books.reading() as connection:
        row = connection.execute(
            "SELECT product.*, type, data FROM product "  # noqa: S608 - conditions of ours
            f"LEFT JOIN product_image ON product = number WHERE {condition} "
            "ORDER BY retired IS NOT NULL, number DESC LIMIT 1",
            values,
        ).fetchone()
    return None if row is None else replace(_product(row, row["type"] or ""), image=row["data"])


def _image_type(connection: sqlite3.Connection, number: int) -> str:
    row = connection.execute(
        "SELECT type FROM product_image WHERE product = ?", (number,)
    ).fetchone()
    return "" if row is None else str(row["type"])


def _product(row: sqlite3.Row, image_type: str) -> Product:
    return Product(
        row["organisation"],
        row["code"],
        row["name_vi"],
        row["name_en"],
        row["brand"],
        row["ocop_stars"],
        row["indication"],
        row["sector"],
        row["shelf_life_days"],
        tuple(json.loads(row["certificates"])),
        None,
        image_type,
        row["retired"],
        row["number"],
    )
