"""Vocabulary: standard terms are spelled as the standard spells them.

In JSON a standard term is a bare word (`shipping`) or its Web URI, in XML it is any of its URIs. A
term of one's own is a URI outside the standard's namespaces. The GS1 Web vocabulary alone, from
which measurements and alerts come, grows between releases of the CBV: what it may have by now is
only doubtful.

References:
    CBV 2.0, section 7; EPCIS 2.0, section 10.1
"""

from collections.abc import Iterator
from typing import Final

from epcis_core.findings import Finding, Path, Where, finding, pointer_of
from epcis_core.model.elements import SensorReport, is_uri
from epcis_core.model.events import EpcisEvent
from epcis_core.vocabulary import VocabularyList, bare_word, is_bare_word, is_standard, nearest_word

_CBV: Final = ("urn:epcglobal:cbv", "https://ns.gs1.org/cbv/", "http://ns.gs1.org/cbv/")
_WEB_VOCABULARY: Final = (
    "https://gs1.org/voc/",
    "http://gs1.org/voc/",
    "https://www.gs1.org/voc/",
    "http://www.gs1.org/voc/",
)
_OF_WEB_VOCABULARY: Final = {VocabularyList.MEASUREMENT_TYPE, VocabularyList.SENSOR_ALERT_TYPE}
# Whatever else stands in these namespaces is a standard term, or a slip.
_STANDARD: Final = ("https://ref.gs1.org/cbv/", "https://ref.gs1.org/voc/", "cbv:", "gs1:")
_OPEN: Final = (*_WEB_VOCABULARY, "https://ref.gs1.org/voc/", "gs1:")
_LONGEST_SLIP: Final = 120
_SUGGESTIONS: Final = 20
"""So many wrong terms get a "did you mean"; it is slow to find, and more are no slips."""


def terms_are_known(event: EpcisEvent) -> Iterator[Finding]:
    """Terms of all standard vocabularies are bare words of their list, or URIs of one's own."""
    wrong = 0
    for vocabulary, value, path in _terms(event):
        if value is None or _is_right(vocabulary, value):
            continue
        wrong += 1
        at = Where(pointer=pointer_of(path))
        if is_standard(vocabulary, value):
            word = bare_word(vocabulary, value)
            yield finding("term_not_bare", at=at, actual=value, expected=word)
            continue
        if vocabulary in _OF_WEB_VOCABULARY and value.startswith(_OPEN):
            yield from _outside_the_table(value, at)
            continue
        is_slip = wrong <= _SUGGESTIONS and len(value) <= _LONGEST_SLIP
        nearest = nearest_word(vocabulary, value) if is_slip else None
        if nearest is None:
            yield finding("unknown_term", at=at, actual=value)
        else:
            yield finding("misspelt_term", at=at, actual=value, nearest=nearest)


def _outside_the_table(value: str, at: Where) -> Iterator[Finding]:
    """Say of a term of the GS1 Web vocabulary that it is not known here."""
    if value.startswith(_WEB_VOCABULARY):
        word = value.rpartition("/")[2]
        yield finding("term_not_bare", at=at, actual=value, expected=f"gs1:{word}")
    yield finding("unknown_web_term", at=at, actual=value)


def _is_right(vocabulary: VocabularyList, value: str) -> bool:
    """Tell whether JSON may spell a term so, as GS1's JSON Schema does, and namespaces hold it."""
    if ":" not in value:
        return is_bare_word(vocabulary, value)
    if value.startswith(_CBV):
        return False
    if vocabulary in _OF_WEB_VOCABULARY and value.startswith(_WEB_VOCABULARY):
        return False
    if value.startswith(_STANDARD):
        return is_standard(vocabulary, value)
    return is_uri(value)


def _terms(event: EpcisEvent) -> Iterator[tuple[VocabularyList, str | None, Path]]:
    """Yield every term of an event with its list and its path."""
    given = vars(event).get
    yield VocabularyList.BIZ_STEP, given("biz_step"), ("bizStep",)
    yield VocabularyList.DISPOSITION, given("disposition"), ("disposition",)
    persistent = given("persistent_disposition")
    if persistent is not None:
        for name, values in (("set", persistent.set), ("unset", persistent.unset)):
            for index, value in enumerate(values or ()):
                yield VocabularyList.DISPOSITION, value, ("persistentDisposition", name, index)
    if event.error_declaration is not None:
        reason = event.error_declaration.reason
        yield VocabularyList.ERROR_REASON, reason, ("errorDeclaration", "reason")
    for name, attribute, vocabulary in (
        ("bizTransactionList", "biz_transaction_list", VocabularyList.BUSINESS_TRANSACTION_TYPE),
        ("sourceList", "source_list", VocabularyList.SOURCE_DEST_TYPE),
        ("destinationList", "destination_list", VocabularyList.SOURCE_DEST_TYPE),
    ):
        for index, item in enumerate(given(attribute) or ()):
            yield vocabulary, item.type, (name, index, "type")
    for index, element in enumerate(given("sensor_element_list") or ()):
        for number, report in enumerate(element.sensor_report):
            yield from _of_report(report, ("sensorElementList", index, "sensorReport", number))


def _of_report(
    report: SensorReport, path: Path
) -> Iterator[tuple[VocabularyList, str | None, Path]]:
    yield VocabularyList.MEASUREMENT_TYPE, report.type, (*path, "type")
    if report.exception is not None:
        yield VocabularyList.SENSOR_ALERT_TYPE, report.exception, (*path, "exception")
    if report.component is not None:
        yield VocabularyList.COMPONENT, report.component, (*path, "component")
