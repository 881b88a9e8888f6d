"""How complete the records of a lot are by a profile: what is met, what is missing, from whom.

A requirement is asked of each event of the lot's records that is of one of its moments, and there
of the event, of the goods, or of who did it. What is said of goods or of a party holds for good, so
that it is asked once for each; what is said of an event is asked at each.

References:
    docs/profiles.md
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from epcis_core.dossier.data import Datum, data_for
from epcis_core.dossier.lot_chain import Goods, Happening, LotChain, product_of
from epcis_core.dossier.material import Material
from epcis_core.dossier.plausibility import Plausibility
from epcis_core.findings import Finding, Language, Severity
from epcis_core.rules.profiles import Moment, Profile, Requirement
from epcis_core.rules.seen_event import Subject

Status = Literal["met", "missing", "implausible"]

_NOBODY: Final = ""


@dataclass(slots=True)
class Asked:
    """What was asked of one subject, and what was found.

    Attributes:
        subject: canonical key of goods or of a party, or the id of an event; empty for a party that
            nobody knows.
        moment: at which it was asked.
        event: the first event at which it was; None where the records lack such an event.
        time: of that event, UTC text.
        biz_step: of that event, a word of the CBV or a URI; None where it has none.
        supplier: the party that has to supply it; None where it is not known.
        data: all that satisfies it; one is enough.
        doubts: why what was found can hardly be true.
    """

    subject: str
    moment: str
    event: str | None = None
    time: str | None = None
    biz_step: str | None = None
    supplier: str | None = None
    data: list[Datum] = field(default_factory=list)
    doubts: list[Finding] = field(default_factory=list)

    @property
    def status(self) -> Status:
        """How it stands."""
        if not self.data:
            return "missing"
        return "implausible" if self.doubts else "met"

    def as_json(self, language: Language) -> dict[str, Any]:
        """Return it as members; sentences in a language."""
        doubts = [{"code": one.code, "message": one.message_in(language)} for one in self.doubts]
        return {
            "subject": self.subject or None,
            "moment": self.moment,
            "event": self.event,
            "time": self.time,
            "biz_step": self.biz_step,
            "status": self.status,
            "supplier": self.supplier,
            "data": [one.as_json() for one in self.data],
            "doubts": doubts,
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """How one requirement stands.

    Attributes:
        requirement: it.
        asked: of whom and what it was asked; never empty.
    """

    requirement: Requirement
    asked: tuple[Asked, ...]

    @property
    def status(self) -> Status:
        """The worst of all that was asked."""
        found = {one.status for one in self.asked}
        worst: tuple[Status, ...] = ("missing", "implausible", "met")
        return next(one for one in worst if one in found)

    @property
    def counts(self) -> bool:
        """Whether it counts for the score; what only some products have does not."""
        return self.requirement.severity is not Severity.INFO

    def as_json(self, language: Language) -> dict[str, Any]:
        """Return it as members; sentences in a language."""
        one = self.requirement
        return {
            "id": one.id,
            "sentence": one.in_every_language()[language],
            "reference": one.clause_in(language),
            "severity": one.severity.value,
            "status": self.status,
            "asked": [each.as_json(language) for each in self.asked],
        }


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete the records of a lot are.

    Attributes:
        subject: canonical.
        profile: by which they were judged.
        requirements: those of the profile that were asked of anything, in its order.
        truncated: there are more records than were judged.
    """

    subject: str
    profile: Profile
    requirements: tuple[Judged, ...]
    truncated: bool = False

    @property
    def asked(self) -> int:
        """How many requirements count."""
        return sum(one.counts for one in self.requirements)

    @property
    def met(self) -> int:
        """How many of these are met."""
        return sum(one.counts and one.status == "met" for one in self.requirements)

    @property
    def percent(self) -> int:
        """The score: whole percent of what counts, rounded down; 100 for all alone."""
        return 100 * self.met // self.asked if self.asked else 0

    def as_json(self, language: Language = "en") -> dict[str, Any]:
        """Return it in the shape of the JSON contract; sentences in a language."""
        law = self.profile
        return {
            "subject": self.subject,
            "profile": {
                "name": law.name,
                "version": law.version,
                "valid_from": law.valid_from.isoformat(),
                "title": law.title.in_every_language()[language],
                "reference": law.reference,
            },
            "score": {"met": self.met, "asked": self.asked, "percent": self.percent},
            "truncated": self.truncated,
            "requirements": [one.as_json(language) for one in self.requirements],
        }


def completeness(material: Material, profile: Profile, now: int) -> Completeness:
    """Judge the records of a lot.

    Args:
        material: what is known of it.
        profile: what is asked for.
        now: microseconds since 1970 UTC.
    """
    chain = LotChain(material)
    judging = _Judging(material, profile, chain, Plausibility(material, chain, now))
    judged = ((one, judging.asked(one)) for one in profile.requirements)
    return Completeness(
        material.trace.subject,
        profile,
        tuple(Judged(one, tuple(asked)) for one, asked in judged if asked),
        chain.is_truncated,
    )


class _Judging:
    """The judging of one lot by one profile."""

    def __init__(
        self, material: Material, profile: Profile, chain: LotChain, plausibility: Plausibility
    ) -> None:
        self._material, self._profile, self._chain = material, profile, chain
        self._plausibility = plausibility
        self._makers = dict(self._makers_found())
        self._first = {
            one: happening.party
            for happening in reversed(chain.happenings)
            for one in happening.objects
            if happening.party is not None
        }
        self._goods = {name: list(self._at(moment)) for name, moment in profile.moments.items()}

    def asked(self, requirement: Requirement) -> list[Asked]:
        """Return what was asked for a requirement, by time."""
        found: dict[tuple[str, str], Asked] = {}
        for name in requirement.when:
            for happening, goods in self._goods[name]:
                for subject, one in self._subjects(requirement, happening, goods):
                    key = self._key(requirement, happening, subject, one)
                    asked = found.get(key)
                    if asked is None:
                        supplier = self._supplier(requirement, happening, one)
                        asked = found[key] = Asked(
                            key[0],
                            name,
                            happening.event,
                            happening.time,
                            happening.biz_step,
                            supplier,
                        )
                    self._ask(asked, requirement, happening, subject, one)
            found |= {(one, ""): Asked(one, name) for one in self._without(name)}
        for asked in found.values():
            if asked.supplier is None:
                asked.supplier = self._makers.get(product_of(asked.subject)) or self._first.get(
                    asked.subject
                )
        return list(found.values())

    def _at(self, moment: Moment) -> Iterator[tuple[Happening, list[Goods]]]:
        """Yield the events of a moment with the goods that it means."""
        for happening in self._chain.happenings:
            if happening.recorded.seen.is_of(moment):
                goods = self._chain.goods(moment, happening)
                if goods:
                    yield happening, goods

    def _without(self, name: str) -> list[str]:
        """Return the objects of which the records lack a moment that there must be."""
        moment = self._profile.moments[name]
        if not moment.must:
            return []
        if moment.objects != "begun":
            return [] if self._goods[name] else [self._material.trace.subject]
        begun = {one.key for _, goods in self._goods[name] for one in goods}
        if moment.scope == "chain":
            return [one for one in self._chain.roots if not self._chain.kin(one) & begun]
        return [] if begun else [self._material.trace.subject]

    def _subjects(
        self, requirement: Requirement, happening: Happening, goods: list[Goods]
    ) -> Iterator[tuple[Subject, Goods | None]]:
        match requirement.about:
            case "object":
                yield from ((one.subject, one) for one in goods)
            case "party":
                yield Subject(happening.party or _NOBODY, key=happening.party), None
            case "event":
                yield Subject(happening.event), None

    @staticmethod
    def _key(
        requirement: Requirement, happening: Happening, subject: Subject, goods: Goods | None
    ) -> tuple[str, str]:
        """Return what is asked once: goods or a party for good, else at an event."""
        if goods is None:
            return str(subject.name), ""
        if requirement.ilmd:
            return goods.key, ""
        if requirement.has:
            return goods.key, happening.event
        return product_of(goods.key), ""

    def _supplier(
        self, requirement: Requirement, happening: Happening, goods: Goods | None
    ) -> str | None:
        match requirement.supplier:
            case "giver":
                return happening.giver or happening.holder
            case "maker" if goods is not None:
                maker = self._makers.get(goods.key) or self._makers.get(product_of(goods.key))
                return maker or happening.holder
        return happening.holder

    def _ask(
        self,
        asked: Asked,
        requirement: Requirement,
        happening: Happening,
        subject: Subject,
        goods: Goods | None,
    ) -> None:
        """Add what an event, master data and the registry say to what was found before."""
        found = list(data_for(self._material, requirement, happening, subject, goods))
        # Of several certificates one that holds is enough.
        holding = [one for one in found if self._plausibility.holds(one, happening)]
        for datum in holding or found:
            if datum not in asked.data:
                asked.data.append(datum)
                asked.doubts += self._plausibility.of(datum, happening)

    def _makers_found(self) -> Iterator[tuple[str, str]]:
        """Yield goods of the chain and their products, and who made them, the first one last."""
        begun = Moment(en="", vi="", objects="begun")
        for happening, goods in reversed([*self._at(begun)]):
            if happening.party is not None:
                for one in goods:
                    yield from ((key, happening.party) for key in (one.key, product_of(one.key)))
