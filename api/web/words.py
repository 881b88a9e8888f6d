"""An event as a sentence: who did what, with which goods, where and when."""

from collections.abc import Mapping
from typing import Final

from api.web import times
from api.web.naming import Namer
from api.web.texts import Texts
from epcis_core.identifiers import Level, level_of
from epcis_core.model.references import Role
from epcis_core.model.times import utc_text
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.parties import Parties

_AGGREGATED: Final[Mapping[str | None, str]] = {
    "ADD": "event.put",
    "OBSERVE": "event.seen",
    "DELETE": "event.taken",
}
_ASSOCIATED: Final[Mapping[str | None, str]] = {
    "ADD": "event.attached",
    "OBSERVE": "event.attached_seen",
    "DELETE": "event.detached",
}


def sentence(facts: EventFacts, namer: Namer) -> str:
    """Return what happened, in the namer's language.

    The time is the event's own, with the offset it states.
    """
    texts = namer.texts
    parties = Parties(namer.book.owners())
    who = parties.of(facts)
    did = _did(facts, namer) + _ends(facts, who, parties, namer)
    where = facts.place
    told = texts(
        "event.sentence",
        when=when(facts, texts),
        who=namer.party(who) if who else texts("event.somebody"),
        did=did,
        place=texts("event.place", place=namer.place(where)) if where else "",
    )
    return told[:1].upper() + told[1:]


def declaration(facts: EventFacts, namer: Namer, *, declared_at: str) -> str:
    """Return that an event was declared wrong, by whom, when and why.

    Args:
        facts: of the error declaration.
        namer: names and language.
        declared_at: its declaration time.
    """
    texts = namer.texts
    known = {
        "when": _when(declared_at, facts.offset, texts),
        "who": facts.organisation,
    }
    told = (
        texts("event.declared", **known, reason=texts.term("error_reason", facts.reason))
        if facts.reason
        else texts("event.declared_noreason", **known)
    )
    return told[:1].upper() + told[1:]


def when(facts: EventFacts, texts: Texts) -> str:
    """Return an event's time for a sentence, at its own offset."""
    return _when(utc_text(facts.time), facts.offset, texts)


def _when(time: str, offset: str, texts: Texts) -> str:
    moment = times.own(time, offset)
    day = times.day_in_words(moment, texts.language)
    return texts("event.when", date=day, time=times.clock(moment), offset=times.offset_of(moment))


def verb(biz_step: str | None, texts: Texts) -> str:
    """Return the verb of a business step; a step of another vocabulary is named as it is."""
    if biz_step is None:
        return texts("verb.none")
    known = texts.has(f"verb.{biz_step}")
    return (
        texts(f"verb.{biz_step}") if known else texts("verb.foreign", step=texts.biz_step(biz_step))
    )


def _did(facts: EventFacts, namer: Namer) -> str:
    texts = namer.texts
    match facts.type:
        case "ObjectEvent":
            goods = namer.listed(facts.objects(Role.EPC))
            return texts("event.did", verb=verb(facts.biz_step, texts), objects=goods)
        case "AggregationEvent":
            key = _AGGREGATED[facts.action]
            return texts(key, verb=verb(facts.biz_step, texts), **_inside(facts, namer))
        case "AssociationEvent":
            return texts(_ASSOCIATED[facts.action], **_inside(facts, namer))
        case "TransactionEvent":
            return texts("event.tied", objects=namer.listed(facts.objects(Role.PARENT, Role.EPC)))
        case "TransformationEvent":
            return _transformed(facts, namer)
        case other:
            return texts("event.extension", type=other)


def _inside(facts: EventFacts, namer: Namer) -> dict[str, str]:
    texts = namer.texts
    children, parents = facts.objects(Role.CHILD), facts.objects(Role.PARENT)
    parent = namer.place(parents[0].object) if _is_place(parents) else namer.listed(parents)
    return {
        "children": namer.listed(children) if children else texts("event.everything"),
        "parent": parent if parents else texts("event.a_container"),
    }


def _is_place(parents: list[Named]) -> bool:
    return any(level_of(parent.object) is Level.PLACE for parent in parents)


def _transformed(facts: EventFacts, namer: Namer) -> str:
    inputs, outputs = facts.objects(Role.INPUT), facts.objects(Role.OUTPUT)
    key = "event.transformed"
    if not inputs or not outputs:
        key = "event.transformed_in" if inputs else "event.transformed_out"
    return namer.texts(key, inputs=namer.listed(inputs), outputs=namer.listed(outputs))


def _ends(facts: EventFacts, who: str | None, parties: Parties, namer: Namer) -> str:
    """Return from whom and to whom, where the event says so and it is not the one who acts."""
    ends = parties.ends(facts)
    told = ""
    if ends.giver and ends.giver != who:
        told += namer.texts("event.giver", party=namer.party(ends.giver))
    if ends.taker and ends.taker != who:
        told += namer.texts("event.taker", party=namer.party(ends.taker))
    return told
