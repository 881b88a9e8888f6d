"""Six parties of an invented chain, what belongs to each, and every way to spell it.

Who is meant by a spelling is written down here. Nothing in this file uses the code under test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Party:
    """A party as the registry is told of it.

    Attributes:
        id: of the organisation.
        name: what people call it.
        owned: what belongs to it beside what is in its id.
    """

    id: str
    name: str
    owned: tuple[str, ...] = ()


FARM: Final = Party("https://id.gs1.org/417/8936011000017", "Trang trại", ("8936011000024",))
PACKER: Final = Party("https://id.gs1.org/417/8936022000013", "Nhà đóng gói", ("8936022",))
CARRIER: Final = Party("https://id.gs1.org/417/8936033000019", "Xe tải")
EXPORTER: Final = Party(
    "https://id.gs1.org/417/8936044000015", "Xuất khẩu", ("8936044000022", "8936011000024")
)
"""To it the second place of the farm was delegated."""
SHOP: Final = Party(
    "https://id.gs1.org/417/8936055000011",
    "Cửa hàng",
    ("https://id.gs1.org/414/8936022007777/254/shop",),
)
"""A shop in a house of the packer's: one part of that place belongs to both."""
COOPERATIVE: Final = Party(
    "https://coop.example/party/1", "Hợp tác xã", ("https://coop.example/barn",)
)
"""It has no GLN."""

PARTIES: Final = (FARM, PACKER, CARRIER, EXPORTER, SHOP, COOPERATIVE)

Owners = frozenset[Party]


def _of(*parties: Party) -> Owners:
    return frozenset(parties)


ENDS: Final[Mapping[str, Owners]] = {
    "https://id.gs1.org/417/8936011000017": _of(FARM),
    "urn:epc:id:pgln:8936011.00001": _of(FARM),
    "https://farm.example/417/8936011000017": _of(FARM),
    "https://id.gs1.org/417/8936011000024": _of(FARM, EXPORTER),
    "https://id.gs1.org/417/8936022000013": _of(PACKER),
    "urn:epc:id:pgln:8936022.00002": _of(PACKER),
    "https://id.gs1.org/417/8936033000019": _of(CARRIER),
    "urn:epc:id:pgln:8936033.00001": _of(CARRIER),
    "https://id.gs1.org/417/8936044000015": _of(EXPORTER),
    "https://id.gs1.org/417/8936055000011": _of(SHOP),
    "https://coop.example/party/1": _of(COOPERATIVE),
    "https://id.gs1.org/417/8936033000026": _of(),
    "https://coop.example/party/10": _of(),
    "https://stranger.example/party": _of(),
}
"""Parties that a source or destination names, to whose organisations."""

PLACES: Final[Mapping[str, Owners]] = {
    "https://id.gs1.org/414/8936011000017": _of(FARM),
    "urn:epc:id:sgln:8936011.00002.0": _of(FARM, EXPORTER),
    "https://id.gs1.org/414/8936011000024/254/gate": _of(FARM, EXPORTER),
    "urn:epc:id:sgln:8936022.00777.0": _of(PACKER),
    "urn:epc:id:sgln:8936022.00777.shop": _of(PACKER, SHOP),
    "https://id.gs1.org/414/8936022007777/254/yard": _of(PACKER),
    "https://id.gs1.org/414/8936033000019": _of(CARRIER),
    "https://id.gs1.org/414/8936044000022": _of(EXPORTER),
    "https://id.gs1.org/414/8936055000011/254/shelf": _of(SHOP),
    "https://coop.example/barn": _of(COOPERATIVE),
    "https://coop.example/barn/2": _of(),
    "https://coop.example/party/1": _of(),
    "https://id.gs1.org/414/8936033000026": _of(),
}
"""Places, to whose organisations; a party that has no GLN is no place by its id."""


@dataclass(frozen=True)
class Told:
    """An event as it is sent, and whom it names.

    Attributes:
        members: of the event.
        named: who is an end of its sources or destinations, or has a place that it names.
    """

    members: Mapping[str, object]
    named: Owners = field(default_factory=frozenset)


def may_see(party: Party, told: Told, senders: frozenset[Party]) -> bool:
    """Say whether a party may see an event that some have sent.

    It sees what it captured, and what another captured and named it in: as a party of a source or
    destination, or by a place of its own.
    """
    return party in senders or party in told.named
