"""What an answer needs to know of parties, places and products beside the events."""

from collections.abc import Mapping
from typing import Any, Protocol


class Book(Protocol):
    """What master data says; an unknown key gives an empty answer."""

    def party(self, key: str, /) -> Mapping[str, Any]:
        """Return attributes of a party: `name`, `phone`, …."""

    def place(self, key: str, /) -> Mapping[str, Any]:
        """Return attributes of a place: `name`, `latitude`, `longitude`, …."""

    def product(self, gtin: str, /) -> Mapping[str, Any]:
        """Return attributes of a product: `name`, …."""

    def owners(self) -> Mapping[str, str]:
        """Return place to the party master data names for it."""
