"""Making a class: organisations, log-ins, and the goods that the practice farm sent to each.

All numbers lie in the range that GS1 keeps for demonstrations (952), so none is anybody's.

References:
    GS1 General Specifications, section 1.4.1 (prefix 952)
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from api.access.passwords import hash_password
from epcis_core.access.roles import Role
from epcis_core.errors import StoreError
from epcis_core.identifiers.check_digits import check_digit
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import PARTY, PLACE, PRODUCT
from epcis_core.store.registry.accounts import add_account, set_password
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.practice import Trainee, begin_class
from epcis_core.store.registry.shares import share
from ingest.capture import capture_bytes

MOST: Final = 200
"""Trainees of one class."""

PLOTS: Final = 12
"""Plots of the practice farm."""

TRAINER: Final = "trainer@practice.example"

_FARM: Final = 0
_SHOP: Final = 999
_FARM_NAME: Final = "Nông trại thực hành"
_SHOP_NAME: Final = "Cửa hàng thực hành"
_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_MEMBERS: Final = "urn:epcglobal:cbv:mda:name"
_OFFSET: Final = "+07:00"


@dataclass(frozen=True, slots=True)
class Card:
    """What a trainee gets on paper.

    Attributes:
        trainee: whose it is.
        password: of the log-in.
        gln: of the organisation.
        gtins: of its first and its second product.
    """

    trainee: Trainee
    password: str
    gln: str
    gtins: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Class:
    """A class that was made.

    Attributes:
        cards: one for each trainee.
        trainer_password: of the trainer's log-in.
    """

    cards: tuple[Card, ...]
    trainer_password: str


def goods_of_farm() -> str:
    """Return how the lots begin that the practice farm sent, canonical."""
    return f"{PRODUCT}{_gtin(_FARM, 1)}/10/"


def make_class(ledger: Ledger, books: Bookkeeping, trainees: int, now: int) -> Class:
    """Fill an empty ledger for a class.

    Args:
        ledger: an empty one.
        books: its registry.
        trainees: how many, from 1 to `MOST`.
        now: microseconds since 1970 UTC.

    Raises:
        StoreError: the ledger is not empty, or cannot be written.
    """
    for number, name, roles in ((_FARM, _FARM_NAME, ("farm",)), (_SHOP, _SHOP_NAME, ("shop",))):
        add_organisation(books, _organisation(number, name, roles), now)
    cards = tuple(_enrol(books, number, now) for number in range(1, trainees + 1))
    password = _password()
    made = add_account(books, TRAINER, now, name="Giảng viên", role=Role.PROVINCE)
    set_password(books, made.number, hash_password(password))
    document = json.dumps(_document(cards, now), ensure_ascii=False).encode()
    farm = _party(_FARM)
    report = capture_bytes(ledger, document, file_name="practice", now=now, organisation=farm)
    if report.status != "accepted":
        raise StoreError(f"The goods of the class were not taken: {report.findings}")
    for card in cards:
        share(books, farm, card.trainee.organisation, card.trainee.lot, now)
    begin_class(books, [card.trainee for card in cards])
    return Class(cards, password)


def _enrol(books: Bookkeeping, number: int, now: int) -> Card:
    """Add a trainee's organisation and log-in."""
    name = f"Đơn vị thực hành {number:02d}"
    organisation = _organisation(number, name, ("packer",))
    add_organisation(books, organisation, now)
    email, password = f"tap{number:02d}@practice.example", _password()
    made = add_account(
        books, email, now, name=name, role=Role.BUSINESS, organisation=organisation.id
    )
    set_password(books, made.number, hash_password(password))
    lot = f"{goods_of_farm()}TH{number:03d}"
    plot = number * 5 % PLOTS + 1
    trainee = Trainee(organisation.id, name, email, lot, plot)
    return Card(trainee, password, _gln(number), (_gtin(number, 1)[1:], _gtin(number, 2)[1:]))


def _password() -> str:
    """Return a password that is read off a card: four groups of four digits."""
    digits = f"{secrets.randbelow(10**16):016d}"
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def _organisation(number: int, name: str, roles: tuple[str, ...]) -> Organisation:
    return Organisation(_party(number), name, roles, owned=(_prefix(number),))


def _document(cards: tuple[Card, ...], now: int) -> dict[str, Any]:
    return {
        "@context": [_CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": utc_text(now),
        "epcisHeader": {"epcisMasterData": {"vocabularyList": [*_names()]}},
        "epcisBody": {"eventList": [one for card in cards for one in _events(card, now)]},
    }


def _names() -> Iterator[dict[str, Any]]:
    """Yield master data: what farm, shop, plots and product are called."""
    plots = {_plot(number): f"Vườn số {number}" for number in range(1, PLOTS + 1)}
    grapes = {f"{PRODUCT}{_gtin(_FARM, 1)}": "Nho đỏ thực hành"}
    parties = {_party(_FARM): _FARM_NAME, _party(_SHOP): _SHOP_NAME}
    for kind, names in (("Location", plots), ("EPCClass", grapes), ("Party", parties)):
        yield {
            "type": f"urn:epcglobal:epcis:vtype:{kind}",
            "vocabularyElementList": [
                {"id": key, "attributes": [{"id": _MEMBERS, "attribute": name}]}
                for key, name in names.items()
            ],
        }


def _events(card: Card, now: int) -> Iterator[dict[str, Any]]:
    """Yield the harvest of a trainee's lot, and its shipment."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now)
    goods = [{"epcClass": card.trainee.lot, "quantity": 100, "uom": "KGM"}]
    plot = _plot(card.trainee.plot)
    for days, action, step, members in (
        (2, "ADD", "commissioning", {"disposition": "active"}),
        (
            1,
            "OBSERVE",
            "shipping",
            {
                "disposition": "in_transit",
                "sourceList": [{"type": "owning_party", "source": _party(_FARM)}],
                "destinationList": [
                    {"type": "owning_party", "destination": card.trainee.organisation}
                ],
            },
        ),
    ):
        yield {
            "type": "ObjectEvent",
            "eventTime": (moment - timedelta(days=days)).isoformat().replace("+00:00", "Z"),
            "eventTimeZoneOffset": _OFFSET,
            "action": action,
            "bizStep": step,
            "quantityList": goods,
            "readPoint": {"id": plot},
            **members,
        }


def _prefix(number: int) -> str:
    return f"952100{number:03d}"


def _gln(number: int) -> str:
    payload = f"{_prefix(number)}000"
    return payload + check_digit(payload)


def _gtin(number: int, product: int) -> str:
    """Return the GTIN of a product, 14 digits."""
    payload = f"0{_prefix(number)}{product:03d}"
    return payload + check_digit(payload)


def _party(number: int) -> str:
    return f"{PARTY}{_gln(number)}"


def _plot(number: int) -> str:
    return f"{PLACE}{_gln(_FARM)}/254/VUON-{number:02d}"
