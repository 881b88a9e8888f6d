"""Profiles: what a law wants to be said of a product, as data, and who reads it.

A profile is a file of `schemas/profiles/`; its name is the file's. It names *moments*, which are
kinds of events, and *requirements*, each with a clause, a sentence and what satisfies it. A new
decree is a new file, or a new version of one. `profile_check` judges documents by them, and
`epcis_core.dossier` the records of a lot.

References:
    docs/profiles.md
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from epcis_core.findings import LANGUAGES, Language, Severity

About = Literal["event", "object", "party"]
Objects = Literal["named", "begun", "used"]
Scope = Literal["lot", "chain"]
Supplier = Literal["actor", "giver", "maker"]
Fact = Literal[
    "gtin",
    "lot_or_serial",
    "quantity",
    "place",
    "place_code",
    "source",
    "destination",
    "document",
    "certification",
    "time",
]
"""What an event can say by the standard's own members; `seen_event` knows how."""

Entry = Literal[
    "name",
    "image",
    "brand",
    "indication",
    "address",
    "growing_area",
    "coordinates",
    "certificate",
]
"""What the registry can say of a product, of a party, or of the place of an event."""

_OF_OBJECTS: Final = {"gtin", "lot_or_serial", "quantity"}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Part):
    """The same words in every language."""

    en: str
    vi: str

    def in_every_language(self) -> Mapping[Language, str]:
        """Return the words by language."""
        return {language: getattr(self, language) for language in LANGUAGES}


class Moment(Text):
    """A kind of event, with its description.

    Attributes:
        types: types of events; empty for all.
        biz_steps: business steps, as words of the CBV or as URIs; empty for all.
        objects: which of the event's objects are meant: all that it names, those that it begins
            (and it must begin some), those that it uses up.
        scope: of the records of a lot, those of the lot itself, or of what it was made of too.
        must: there is such an event in the records of every lot; where there is none, all that is
            asked for at this moment is missing.
    """

    types: tuple[str, ...] = ()
    biz_steps: tuple[str, ...] = ()
    objects: Objects = "named"
    scope: Scope = "chain"
    must: bool = False


class Requirement(Text):
    """One thing that is asked for, with its sentence; any one of what it lists satisfies it.

    Attributes:
        id: its name within the profile.
        reference: the clause that asks for it.
        reference_vi: the same as Vietnamese law names it; empty where that is no other.
        confirmed: the clause was read in a source that can be relied on.
        severity: how much it weighs when it is missing.
        when: the moments at which it is asked for.
        about: who or what must have it: the event, each of its trade items, who did it.
        has: facts of the event, or of its trade item.
        ilmd: attributes of the event's lot or instance master data.
        master_data: attributes of the product or party in master data.
        registry: entries of the registry for the product, the party, or the place of the event;
            they count for a lot, and not for a document, which is judged by itself.
        supplier: who has to supply it: who did it, who handed the goods to them, or who made the
            product.
    """

    id: str
    reference: str
    reference_vi: str = ""
    confirmed: bool = True
    severity: Severity = Severity.WARNING
    when: tuple[str, ...] = Field(min_length=1)
    about: About
    has: tuple[Fact, ...] = ()
    ilmd: tuple[str, ...] = ()
    master_data: tuple[str, ...] = ()
    registry: tuple[Entry, ...] = ()
    supplier: Supplier = "actor"

    @property
    def clause(self) -> str:
        """The clause as it is shown, with a doubt where there is one."""
        return self.reference if self.confirmed else f"{self.reference} (to be confirmed)"

    def clause_in(self, language: Language) -> str:
        """Return the clause in a language, with a doubt where there is one."""
        if language == "en":
            return self.clause
        named = self.reference_vi or self.reference
        return named if self.confirmed else f"{named} (cần xác nhận)"

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if not (self.has or self.ilmd or self.master_data):
            raise ValueError(f"{self.id}: nothing is listed that would satisfy it")
        if self.about == "event" and self.master_data:
            raise ValueError(f"{self.id}: an event has no master data")
        if self.about != "object" and _OF_OBJECTS.intersection(self.has):
            raise ValueError(f"{self.id}: {', '.join(self.has)} can only be asked of an object")
        return self


class Profile(_Part):
    """What a law or a customer wants to be said.

    Attributes:
        name: by which it is asked for.
        reference: the law.
        reference_vi: the same in Vietnamese; empty where that is no other.
        version: of the file; another one may judge the same document otherwise.
        valid_from: the first day on which what it asks for holds, of no zone.
        valid_until: the last; None while no end is known.
        sectors: words of `schemas/registry/products.toml` for whose products it is chosen without
            being named; none where it is chosen by name alone, or for every product.
        is_usual: it is chosen for every product.
        title: what it is.
        note: what to know before relying on it.
        moments: kinds of events, by name.
        requirements: in the order of the law.
        left_out: what it wants and is not judged, and why.
    """

    name: str
    reference: str
    reference_vi: str = ""
    version: int
    valid_from: date
    valid_until: date | None = None
    sectors: tuple[str, ...] = ()
    is_usual: bool = False
    title: Text
    note: Text
    moments: Mapping[str, Moment]
    requirements: tuple[Requirement, ...]
    left_out: tuple[Text, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Tell whether what it asks for holds on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    @model_validator(mode="after")
    def _names_are_there(self) -> Self:
        ids = [requirement.id for requirement in self.requirements]
        if len(set(ids)) < len(ids):
            raise ValueError("two requirements have one id")
        named = {moment for requirement in self.requirements for moment in requirement.when}
        if named != set(self.moments):
            raise ValueError(f"moments are {sorted(self.moments)}, but {sorted(named)} are used")
        return self


@cache
def profiles() -> Mapping[str, Profile]:
    """Return every profile by its name, in alphabetical order."""
    folder = files("schemas") / "profiles"
    texts = {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    return {name: read_profile(name, texts[name]) for name in sorted(texts)}


def profiles_for(sector: str, day: date) -> Iterator[Profile]:
    """Yield the profiles that a product is judged by without any being named.

    Args:
        sector: the product's kind of goods, a word of `schemas/registry/products.toml`; empty
            where the registry does not know it.
        day: on which they must hold.

    Yields:
        Those for every product first, then those of the sector.
    """
    holding = [one for one in profiles().values() if one.holds_on(day)]
    yield from (one for one in holding if one.is_usual)
    yield from (one for one in holding if sector in one.sectors)


def read_profile(name: str, text: str) -> Profile:
    """Read a profile's file.

    Args:
        name: by which it will be asked for.
        text: its TOML.

    Raises:
        ValueError: it is no profile; the message says where.
    """
    return Profile.model_validate({"name": name, **tomllib.loads(text)})
