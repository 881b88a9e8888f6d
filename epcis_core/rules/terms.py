"""Vocabulary: standard terms are spelled as the standard spells them.

In JSON a standard term is a bare word (`shipping`) or its Web URI; the URN form belongs to XML, and
the XML codec has already turned it into the bare word. A term of one's own is a URI.

References:
    CBV 2.0, section 7; EPCIS 2.0, section 10.1
"""

from collections.abc import Iterator

from epcis_core.findings import Finding, Where, finding
from epcis_core.model.elements import is_uri
from epcis_core.model.events import EpcisEvent
from epcis_core.vocabulary import VocabularyList, bare_word, is_standard, nearest_word

_URN_PREFIX = "urn:epcglobal:cbv:"
_DRAFT_PREFIXES = ("https://ns.gs1.org/cbv/", "http://ns.gs1.org/cbv/")


def business_terms_are_known(event: EpcisEvent) -> Iterator[Finding]:
    """Business step, dispositions and error reason are standard terms or URIs."""
    step = getattr(event, "biz_step", None)
    yield from _term(VocabularyList.BIZ_STEP, step, "/bizStep")
    yield from _term(
        VocabularyList.DISPOSITION, getattr(event, "disposition", None), "/disposition"
    )
    persistent = getattr(event, "persistent_disposition", None)
    for name in ("set", "unset"):
        for index, value in enumerate(getattr(persistent, name, None) or ()):
            pointer = f"/persistentDisposition/{name}/{index}"
            yield from _term(VocabularyList.DISPOSITION, value, pointer)
    if event.error_declaration is not None:
        yield from _term(
            VocabularyList.ERROR_REASON, event.error_declaration.reason, "/errorDeclaration/reason"
        )


def transfer_terms_are_known(event: EpcisEvent) -> Iterator[Finding]:
    """Types of business transactions, sources and destinations are standard terms or URIs."""
    for name, attribute, vocabulary in (
        ("bizTransactionList", "biz_transaction_list", VocabularyList.BUSINESS_TRANSACTION_TYPE),
        ("sourceList", "source_list", VocabularyList.SOURCE_DEST_TYPE),
        ("destinationList", "destination_list", VocabularyList.SOURCE_DEST_TYPE),
    ):
        for index, item in enumerate(getattr(event, attribute, None) or ()):
            yield from _term(vocabulary, item.type, f"/{name}/{index}/type")


def sensor_terms_are_known(event: EpcisEvent) -> Iterator[Finding]:
    """Measurement types, alerts and components are standard terms or URIs."""
    for index, element in enumerate(getattr(event, "sensor_element_list", None) or ()):
        for number, report in enumerate(element.sensor_report):
            base = f"/sensorElementList/{index}/sensorReport/{number}"
            yield from _term(VocabularyList.MEASUREMENT_TYPE, report.type, f"{base}/type")
            yield from _term(
                VocabularyList.SENSOR_ALERT_TYPE, report.exception, f"{base}/exception"
            )
            yield from _term(VocabularyList.COMPONENT, report.component, f"{base}/component")


def _term(vocabulary: VocabularyList, value: str | None, pointer: str) -> Iterator[Finding]:
    if value is None:
        return
    where = Where(pointer=pointer)
    if value.startswith((_URN_PREFIX, *_DRAFT_PREFIXES)):
        word = bare_word(vocabulary, value)
        yield finding("term_not_bare", at=where, actual=value, expected=word)
    elif not is_standard(vocabulary, value) and not is_uri(value):
        nearest = nearest_word(vocabulary, value)
        if nearest is None:
            yield finding("unknown_term", at=where, actual=value)
        else:
            yield finding("misspelt_term", at=where, actual=value, nearest=nearest)
