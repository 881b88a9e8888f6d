"""A constraint of EPCIS: events that break and keep it, what is said, and which schemas know it."""

from dataclasses import dataclass
from typing import Final, Literal

from tests.core.rules.both_syntaxes import Members, json_document, xml_document, xml_of

Schema = Literal["json", "published", "xsd"]
"""GS1's schemas: for JSON the current and the published one, and the one for XML."""

ALL: Final[frozenset[Schema]] = frozenset({"json", "published", "xsd"})
JSON: Final[frozenset[Schema]] = frozenset({"json", "published"})
XSD: Final[frozenset[Schema]] = frozenset({"xsd"})
NONE: Final[frozenset[Schema]] = frozenset()


@dataclass(frozen=True)
class Told:
    """What is said of an event: code, pointer from the event, sentence, weight in each mode."""

    code: str
    pointer: str
    says: str
    strict: str = "error"
    lenient: str = "error"


@dataclass(frozen=True)
class Constraint:
    """One constraint with its events.

    Attributes:
        breaks: the event that breaks it, in JSON.
        keeps: the event that only just keeps it.
        told: what is said of the first; nothing else is.
        refused_by: GS1's schemas that refuse it.
        breaks_xml: the same in XML; made from that in JSON where none is given.
        keeps_xml: likewise.
        told_xml: what is said of it in XML, where that is something else; nothing, if it is empty.
        keeping_refused_by: GS1's schemas that refuse even the event that keeps it.
    """

    breaks: Members
    keeps: Members
    told: tuple[Told, ...]
    refused_by: frozenset[Schema]
    breaks_xml: str = ""
    keeps_xml: str = ""
    told_xml: tuple[Told, ...] | None = None
    keeping_refused_by: frozenset[Schema] = NONE

    def document(self, syntax: str, *, keeping: bool) -> bytes:
        """The document with the event that breaks the constraint, or with the other."""
        members = self.keeps if keeping else self.breaks
        given = self.keeps_xml if keeping else self.breaks_xml
        return (
            json_document(members) if syntax == "json" else xml_document(given or xml_of(members))
        )

    def expected(self, syntax: str) -> tuple[Told, ...]:
        """What is said of the event that breaks it."""
        return self.told_xml if syntax == "xml" and self.told_xml is not None else self.told


def one(code: str, pointer: str, says: str, *, lenient: str = "error") -> tuple[Told, ...]:
    """One error, and nothing else."""
    return (Told(code, pointer, says, "error", lenient),)


def doubt(code: str, pointer: str, says: str) -> Told:
    """One warning."""
    return Told(code, pointer, says, "warning", "warning")
