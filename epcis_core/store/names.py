"""Names of parties, places and products, from the master data that documents carried."""

import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

import duckdb
import orjson

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical, party_of, place_of
from epcis_core.model.master_data import attribute_name
from epcis_core.query.master_data import Version, attributes_said
from epcis_core.store.folding import called_so
from epcis_core.store.hierarchy import visible
from epcis_core.store.master_data import local_name
from epcis_core.store.view import View

PARTY: Final = "https://id.gs1.org/417/"
PLACE: Final = "https://id.gs1.org/414/"
PRODUCT: Final = "https://id.gs1.org/01/"
_CALLED: Final = ("name", "descriptionShort", "regulatedProductName")
_OWNER: Final = ("owning_party", "possessing_party")
_DIGITS: Final = 16  # hexadecimal, of a digest
_MOST_KEPT: Final = 1 << 26  # characters, as `Names.size` counts them
_BESIDE: Final = 1 << 10  # characters that stand for what is kept of an element beside its body
_BESIDE_ALL: Final = 1 << 16  # likewise beside all elements of a view: a thousand views are many


class Names:
    """What master data says, version upon version; `epcis_core.provenance.book.Book`.

    A sender's later version counts attribute by attribute: what it does not mention stays as an
    earlier one said it. Of several values, and of several senders, the one said last is shown. An
    element without a `name` is called by its description, as the CBV has it for products.

    Args:
        cursor: a reader's.
        view: what may be seen.

    Attributes:
        size: characters that it keeps, about.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, view: View) -> None:
        self._versions: dict[str, list[tuple[str, str, list[str], str, bytes]]] = {}
        self._names: dict[str, dict[str, None]] = {}
        self._known: dict[str, dict[str, Any]] = {}
        self._noted: dict[str, dict[str, tuple[Any, str]]] = {}
        self.size = _BESIDE_ALL
        rows = cursor.execute(
            "SELECT canonical, names, organisation, vocabulary, attributes, body, digest "  # noqa: S608 - the condition is ours
            f"FROM vocabulary_element v WHERE {visible(view, 'v')} ORDER BY sequence"
        ).fetchall()
        for key, names, *version in rows:
            self._versions.setdefault(key, []).append(tuple(version))
            self._names.setdefault(key, {}).update(dict.fromkeys(names))
            self.size += _BESIDE + len(version[-2])

    def party(self, key: str) -> Mapping[str, Any]:
        """Return attributes of a party, also where only its place is known by name."""
        return self._attributes(key) or self._attributes(PLACE + key.removeprefix(PARTY))

    def place(self, key: str) -> Mapping[str, Any]:
        """Return attributes of a place; those of the whole site where the part has none."""
        number = key.removeprefix(PLACE).partition("/")[0]
        return (
            self._attributes(key)
            or self._attributes(PLACE + number)
            or self._attributes(PARTY + number)
        )

    def product(self, gtin: str) -> Mapping[str, Any]:
        """Return attributes of a product by its GTIN-14, or by the URI of its class."""
        return self._attributes(PRODUCT + gtin if gtin.isdecimal() else gtin)

    def owners(self) -> Mapping[str, str]:
        """Return place to the party that master data names for it."""
        return self._owners

    def is_described(self, key: str) -> bool:
        """Tell whether there is an element of a key."""
        return key in self._versions

    def noted(self, key: str) -> Mapping[str, tuple[Any, str]]:
        """Return attributes by their whole id: what holds, and what changes when it is said anew.

        Args:
            key: of an element that there is.
        """
        if key not in self._noted:
            versions = zip(self._said(key), self._versions[key], strict=True)
            last = {name: at[-1] for one, at in versions for name, _ in one.attributes}
            self._noted[key] = {
                name: (value, last[name].hex()[:_DIGITS])
                for name, value in attributes_said(self._said(key))
            }
        return self._noted[key]

    def search(self, text: str) -> list[tuple[str, str]]:
        """Return (key, name) of elements that are called so, see `called_so`.

        `name` is what the element is called now.
        """
        named = (
            (key, " ".join(names), next(iter(names), "")) for key, names in self._names.items()
        )
        found = called_so(text, named)
        return [(key, str(self._attributes(key).get("name", first))) for key, first in found]

    def numbered(self, begin: str) -> list[str]:
        """Return the keys of parties and places whose GLN begins with some digits."""
        starts = (PARTY + begin, PLACE + begin)
        return sorted(key for key in self._versions if key.startswith(starts))

    def _attributes(self, key: str) -> dict[str, Any]:
        """Return attributes by the last part of their id, such as `name` or `latitude`."""
        if key not in self._versions:
            return {}
        if key not in self._known:
            said = attributes_said(self._said(key))
            known = {local_name(name): value for name, value in said}
            called = next((known[name] for name in _CALLED if name in known), None)
            self._known[key] = known if called is None else {**known, "name": called}
        return self._known[key]

    def _said(self, key: str) -> Iterator[Version]:
        for organisation, vocabulary, names, body, _ in self._versions[key]:
            attributes = orjson.loads(body).get("attributes", ())
            values = (attribute.get("attribute") for attribute in attributes)
            said = tuple(zip(map(attribute_name, names), values, strict=True))
            yield Version(0, organisation, vocabulary, key, said)

    @cached_property
    def _owners(self) -> dict[str, str]:
        return dict(self._read_owners())

    def _read_owners(self) -> Iterator[tuple[str, str]]:
        for key, versions in self._versions.items():
            if place_of(key) and any(name in one[3] for name in _OWNER for one in versions):
                attributes = self._attributes(key)
                owner = next((attributes[name] for name in _OWNER if name in attributes), None)
                if isinstance(owner, str):
                    yield key, _party(owner)


class KeptNames:
    """The names of one ledger, read anew only where master data have changed; for many threads.

    Kept are those of the views that asked last, as many as there is room for: of what is small a
    thousand views, and of what is large that of the last alone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[View, int], Names] = {}

    def __call__(self, cursor: duckdb.DuckDBPyConnection, view: View) -> Names:
        """Return the names through a view.

        Args:
            cursor: a reader's.
            view: what may be seen.
        """
        # What is erased has no body any more.
        until = "true" if view.up_to_sequence is None else f"sequence <= {view.up_to_sequence:d}"
        rows = cursor.execute(
            "SELECT coalesce(max(sequence), -1), count(body) "  # noqa: S608 - a number
            f"FROM vocabulary_element WHERE {until}"
        ).fetchall()
        last, standing = rows[0]
        key = view.until(last), standing
        with self._lock:
            names = self._kept.pop(key, None)
        if names is None:
            names = Names(cursor, view)
        with self._lock:
            self._kept[key] = names
            held = sum(one.size for one in self._kept.values())
            for other in [*self._kept][:-1]:
                if held > _MOST_KEPT:
                    held -= self._kept.pop(other).size
        return names


def _party(owner: str) -> str:
    try:
        return party_of(owner) or canonical(owner)
    except IdentifierError:
        return owner
