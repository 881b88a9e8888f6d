"""Anomalies as people read them: a sentence each, with the events behind it."""

from dataclasses import dataclass

from api.web import times
from api.web.gap_words import Briefs, event_label
from api.web.naming import Namer, event_link
from epcis_core.provenance.anomalies.anomaly import Anomaly
from epcis_core.store.registry.anomaly_notes import AnomalyNote

_MINUTES = 180
"""Up to so many minutes are told as minutes."""


@dataclass(frozen=True, slots=True)
class AnomalyRow:
    """An anomaly as a page shows it.

    Attributes:
        sentence: in the language of the page.
        events: address and label of each.
        note: how it was explained; None while it is open.
    """

    told: Anomaly
    sentence: str
    events: tuple[tuple[str, str], ...]
    note: AnomalyNote | None


def anomaly_row(one: Anomaly, briefs: Briefs, namer: Namer, note: AnomalyNote | None) -> AnomalyRow:
    """Return an anomaly as a page shows it.

    Args:
        one: it.
        briefs: of its events, as far as they are at hand.
        namer: names and language.
        note: how it was explained.
    """
    events = tuple(
        (event_link(event), event_label(briefs.get(event), namer)) for event in one.events
    )
    return AnomalyRow(one, anomaly_sentence(one, namer), events, note)


def anomaly_sentence(one: Anomaly, namer: Namer) -> str:
    """Return an anomaly in a sentence."""
    texts = namer.texts
    parties = [namer.party(party) for party in one.parties]
    places = [namer.place(place) for place in one.places]
    figures = one.figures
    amount = figures.get("amount")
    key = f"anomaly.{one.kind}"
    if one.kind == "more_out_than_in" and amount is None:
        key = "anomaly.more_in_than_sent"
    told = texts(
        key,
        objects=namer.things(one.objects),
        parties=namer.joined(parties) if parties else texts("trace.unknown_party"),
        giver=parties[0] if parties else texts("trace.unknown_party"),
        taker=parties[-1] if len(parties) > 1 else texts("trace.unknown_party"),
        places=namer.joined(places) if places else texts("trace.unknown_place"),
        day=_day(figures.get("day", ""), namer),
        amount="" if amount is None else texts.amount_or_count(amount, figures["uom"] or None),
        duration=_duration(int(figures.get("minutes", "0")), namer),
        **{name: texts.amount(figures.get(name, "0"), None) for name in ("km", "speed", "days")},
    )
    return told[:1].upper() + told[1:]


def _day(text: str, namer: Namer) -> str:
    """Return a day or an instant in the language of the page; what is neither as it is."""
    language = namer.texts.language
    try:
        if "T" in text:
            return times.date_and_time(times.here(text), language)
        return times.day(times.here(f"{text}T00:00:00+07:00"), language) if text else ""
    except ValueError:
        return text


def _duration(minutes: int, namer: Namer) -> str:
    if minutes <= _MINUTES:
        return namer.texts.count("anomalies.minutes", minutes)
    return namer.texts.count("anomalies.hours", round(minutes / 60))
