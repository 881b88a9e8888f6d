"""What the registry knows of the parties that records name: beside what master data says of them.

Whoever has a party's number may read what it is called. How to reach it is for those who see all,
and for itself; a business knows of its partners what stands in its own list.
"""

from collections.abc import Mapping
from typing import Any, Final

from epcis_core.access.visibility import PARTY, PLACE
from epcis_core.provenance.book import Book
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.organisations import Organisation, organisation_of_key
from epcis_core.store.registry.partners import Partner, partner_of_code

_NUMBERS: Final = ("phone_24h", "phone")


class Directory:
    """A book of names that is completed by the registry; `epcis_core.provenance.book.Book`.

    Args:
        book: what master data says.
        books: where the registry stands.
        viewer: the organisation that asks; None for whoever sees all.
    """

    def __init__(self, book: Book, books: Bookkeeping, viewer: str | None) -> None:
        self._book = book
        self._books = books
        self._viewer = viewer
        self._known: dict[str, dict[str, Any]] = {}

    def party(self, key: str) -> Mapping[str, Any]:
        """Return attributes of a party, such as `name` and `phone`.

        Its name is the one in master data, else the asker's own for a partner, else that of the
        registered organisation. A telephone number in the registry goes before any other, the one
        that is answered day and night first.
        """
        if key not in self._known:
            self._known[key] = self._completed(key)
        return self._known[key]

    def place(self, key: str) -> Mapping[str, Any]:
        """Return attributes of a place; the name of the party whose number it has, if no other."""
        known = self._book.place(key)
        if known:
            return known
        number = key.removeprefix(PLACE).partition("/")[0]
        name = self.party(PARTY + number).get("name") if key.startswith(PLACE) else None
        return {} if name is None else {"name": name}

    def product(self, gtin: str) -> Mapping[str, Any]:
        """Return attributes of a product, as master data says."""
        return self._book.product(gtin)

    def owners(self) -> Mapping[str, str]:
        """Return place to the party that master data names for it."""
        return self._book.owners()

    def _completed(self, key: str) -> dict[str, Any]:
        known = dict(self._book.party(key))
        code = key.removeprefix(PARTY)
        partner = None if self._viewer is None else partner_of_code(self._books, self._viewer, code)
        registered = organisation_of_key(self._books, key)
        name = partner.name if partner else _name_of(registered)
        if "name" not in known and name:
            known["name"] = name
        if partner is not None:
            known |= _of_partner(partner)
        if registered is not None and self._viewer in {None, registered.id}:
            known |= _of_organisation(registered, known)
        return known


def _name_of(one: Organisation | None) -> str:
    """Return what an organisation is called; nothing where it was added by its number alone."""
    if one is None or one.name in {one.id, one.id.removeprefix(PARTY)}:
        return ""
    return one.name


def _of_partner(one: Partner) -> dict[str, Any]:
    return {"phone": one.phone} if one.phone else {}


def _of_organisation(one: Organisation, known: Mapping[str, Any]) -> dict[str, Any]:
    numbers = [one.contact[name] for name in _NUMBERS if one.contact.get(name)]
    found: dict[str, Any] = {"phone": numbers[0]} if numbers else {}
    if "role" not in known and one.roles:
        found["role"] = one.roles[0]
    if "streetAddressOne" not in known and one.contact.get("address"):
        found["streetAddressOne"] = one.contact["address"]
    if one.contact.get("email"):
        found["email"] = one.contact["email"]
    return found
