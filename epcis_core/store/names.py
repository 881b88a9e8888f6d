"""Names of parties, places and products, from the master data that documents carried."""

from collections.abc import Mapping
from typing import Any, Final

import duckdb
import orjson

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical, party_of, place_of
from epcis_core.store.view import View

_MASTER_DATA: Final = "urn:epcglobal:cbv:mda:"
_OWNER: Final = ("owning_party", "possessing_party")


class Names:
    """What the latest master data says; `epcis_core.provenance.trace.Book`.

    Args:
        cursor: a reader's.
        view: what may be seen.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, view: View) -> None:
        self._elements: dict[str, dict[str, Any]] = {}
        rows = cursor.execute(
            "SELECT canonical, body FROM vocabulary_element v "  # noqa: S608 - the condition is ours
            f"WHERE {view.condition('v')} ORDER BY sequence"
        ).fetchall()
        for key, body in rows:
            element = orjson.loads(body)
            attributes = self._elements.setdefault(key, {})
            attributes.update(_attributes(element.get("attributes", ())))

    def party(self, key: str) -> Mapping[str, Any]:
        """Return attributes of a party, also where only its place is known by name."""
        number = key.removeprefix("https://id.gs1.org/417/")
        return self._elements.get(key) or self._elements.get(f"https://id.gs1.org/414/{number}") or {}

    def place(self, key: str) -> Mapping[str, Any]:
        """Return attributes of a place; those of the whole site where the part has none."""
        known = self._elements.get(key)
        if known is None and "/254/" in key:
            known = self._elements.get(key.partition("/254/")[0])
        if known is None:
            number = key.removeprefix("https://id.gs1.org/414/").partition("/")[0]
            known = self._elements.get(f"https://id.gs1.org/417/{number}")
        return known or {}

    def product(self, gtin: str) -> Mapping[str, Any]:
        """Return attributes of a product by its GTIN-14."""
        return self._elements.get(f"https://id.gs1.org/01/{gtin}", {})

    def owners(self) -> Mapping[str, str]:
        """Return place to the party that master data names for it."""
        found = {}
        for key, attributes in self._elements.items():
            owner = next((attributes[name] for name in _OWNER if name in attributes), None)
            if isinstance(owner, str) and place_of(key):
                found[key] = _party(owner)
        return found

    def search(self, text: str) -> list[tuple[str, str]]:
        """Return (key, name) of elements whose name holds a text, ignoring case."""
        wanted = text.casefold()
        return [
            (key, str(attributes["name"]))
            for key, attributes in self._elements.items()
            if wanted in str(attributes.get("name", "")).casefold()
        ]


def _attributes(attributes: Any) -> dict[str, Any]:
    """Return attributes by the last part of their id: `name`, `latitude`, `phone`, …"""
    found: dict[str, Any] = {}
    for attribute in attributes:
        name = str(attribute.get("id", "")).replace("#", ":")
        found[name.removeprefix(_MASTER_DATA).rpartition("/")[2].rpartition(":")[2]] = attribute.get(
            "attribute"
        )
    return found


def _party(owner: str) -> str:
    try:
        return party_of(owner) or canonical(owner)
    except IdentifierError:
        return owner
