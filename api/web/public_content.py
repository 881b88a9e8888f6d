"""What a public page shows, as it is kept: fixed when it is published.

References:
    Decree 37/2026/NĐ-CP, Article 23(7): points a, b, c, d, đ, g and h of Article 23(5)
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

What = Literal["harvested", "made", "packed", "received", "sold"]
"""What happened to goods at a stage that is told to everybody."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Stage(_Part):
    """What a party did with goods, where and when; nothing about how much, or between whom.

    Attributes:
        what: happened.
        party: name of who did it; always one that may be named in public.
        place: name of where it first happened; may be empty.
        day: on which it first happened, in Viet Nam, `YYYY-MM-DD`.
        until: on which it last happened, likewise.
    """

    what: What
    party: str
    place: str
    day: str
    until: str


class ShownCertificate(_Part):
    """A certificate of whoever published.

    Attributes:
        id: names it in the registry, where it may be withdrawn later.
        issued: the first day on which it holds, `YYYY-MM-DD`.
        expires: the last day; None for no end.
    """

    id: int
    standard: str
    number: str
    agency: str
    issued: str
    expires: str | None


class Origin(_Part):
    """Where goods come from.

    Attributes:
        country: two letters of ISO 3166; empty where it is not recorded.
        place: name of the place; may be empty.
        latitude: degrees, to a hundredth, which is about a kilometre; None where it is not known.
        longitude: likewise.
    """

    country: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None


class PublicContent(_Part):
    """Everything that one version of a public page shows.

    Attributes:
        name_vi: the product's name (a).
        name_en: the same in English; the Vietnamese one where there is none.
        image: digest of its photo (b); None where there is none.
        maker: name of who makes or sells it (c).
        address: theirs (d).
        origin: where it comes from (đ).
        brand: may be empty (g).
        gtin: 14 digits; empty for a key that holds none.
        lot: may be empty (g).
        serial: may be empty (g).
        produced: day of production, `YYYY-MM-DD`; None where it is not recorded.
        expires: the last day on which it is good, likewise (h).
        harvested: the first day of its harvest, likewise; None where it is not fresh produce.
        stages: what happened to it; empty where the publisher does not show it.
        certificates: likewise.
        kept_until: the day until which the records are kept; None for ever.
    """

    name_vi: str
    name_en: str
    image: str | None = None
    maker: str
    address: str
    origin: Origin
    brand: str = ""
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    produced: str | None = None
    expires: str | None = None
    harvested: str | None = None
    stages: tuple[Stage, ...] = ()
    certificates: tuple[ShownCertificate, ...] = ()
    kept_until: str | None = None
