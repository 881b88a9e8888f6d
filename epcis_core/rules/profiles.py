"""Profiles: what a law wants to be said of a product, as data, and who reads it.

A profile is a file of `schemas/profiles/`; its name is the file's. It names *moments*, which are
kinds of events, and *requirements*, each with a clause, a sentence and what satisfies it. A new
decree is a new file, or a new version of one. `profile_check` judges events by them.

References:
    docs/profiles.md
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from epcis_core.findings import LANGUAGES, Language, Severity

About = Literal["event", "object", "party"]
Objects = Literal["named", "begun", "used"]
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
]
"""What an event can say by the standard's own members; `profile_check` knows how."""

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
    """

    types: tuple[str, ...] = ()
    biz_steps: tuple[str, ...] = ()
    objects: Objects = "named"


class Requirement(Text):
    """One thing that is asked for, with its sentence; any one of what it lists satisfies it.

    Attributes:
        id: its name within the profile.
        reference: the clause that asks for it.
        confirmed: the clause was read in a source that can be relied on.
        severity: how much it weighs when it is missing.
        when: the moments at which it is asked for.
        about: who or what must have it: the event, each of its trade items, who did it.
        has: facts of the event, or of its trade item.
        ilmd: attributes of the event's lot or instance master data.
        master_data: attributes of the product or party in the document's master data.
    """

    id: str
    reference: str
    confirmed: bool = True
    severity: Severity = Severity.WARNING
    when: tuple[str, ...] = Field(min_length=1)
    about: About
    has: tuple[Fact, ...] = ()
    ilmd: tuple[str, ...] = ()
    master_data: tuple[str, ...] = ()

    @property
    def clause(self) -> str:
        """The clause as it is shown, with a doubt where there is one."""
        return self.reference if self.confirmed else f"{self.reference} (to be confirmed)"

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
        version: of the file; another one may judge the same document otherwise.
        title: what it is.
        note: what to know before relying on it.
        moments: kinds of events, by name.
        requirements: in the order of the law.
        left_out: what it wants and is not judged, and why.
    """

    name: str
    reference: str
    version: int
    title: Text
    note: Text
    moments: Mapping[str, Moment]
    requirements: tuple[Requirement, ...]
    left_out: tuple[Text, ...] = ()

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


def read_profile(name: str, text: str) -> Profile:
    """Read a profile's file.

    Args:
        name: by which it will be asked for.
        text: its TOML.

    Raises:
        ValueError: it is no profile; the message says where.
    """
    return Profile.model_validate({"name": name, **tomllib.loads(text)})
