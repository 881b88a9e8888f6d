"""The event hash against the published vectors, in JSON and XML, and both readings side by side."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from epcis_core.codecs.document import ReadEvent
from epcis_core.codecs.sniff import open_document
from epcis_core.event_hash import HashVariant, event_hash, prehash
from epcis_core.findings import Finding

TEXT = HashVariant.CBV_2_0_TEXT

WITH_LISTS = ["ReferenceEventHashAlgorithm3", "epcisDocWithSingleEvent"]
"""Vectors with transactions, sources or destinations, which the variants write differently."""

WITHOUT_LISTS = [
    "ReferenceEventHashAlgorithm",
    "ReferenceEventHashAlgorithm2",
    "TimeStampRoundOff",
    "epclist_normalisation",
    "persistentDisposition",
]

IN_XML = [
    "ReferenceEventHashAlgorithm",
    "ReferenceEventHashAlgorithm2",
    "ReferenceEventHashAlgorithm3",
    "epcisDocWithTransformationEventWithExtension",
    "persistentDisposition",
]
"""Vectors that there are in XML."""


@pytest.fixture(scope="module")
def vectors(gs1_dir: Path) -> Path:
    return gs1_dir / "event-hash-vectors" / "examples"


def lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line]


def events(document: bytes) -> Iterator[ReadEvent]:
    reader = open_document(io.BytesIO(document))
    assert not isinstance(reader, Finding)
    return reader.events()


def written(document: bytes, variant: HashVariant) -> list[str]:
    found = []
    for read in events(document):
        assert read.event is not None, read.findings
        found.append(prehash(read.event, read.namespaces, variant))
    return found


def hashed(document: bytes, variant: HashVariant) -> list[str]:
    found: list[str] = []
    for read in events(document):
        assert read.event is not None, read.findings
        found.append(event_hash(read.event, read.namespaces, variant))
    return found


def test_all_vectors_in_json_are_named_here(vectors: Path) -> None:
    assert {path.stem for path in vectors.glob("*.jsonld")} == {*WITH_LISTS, *WITHOUT_LISTS}


@pytest.mark.parametrize("name", WITH_LISTS + WITHOUT_LISTS)
def test_the_published_hashes_are_reproduced(vectors: Path, name: str) -> None:
    document = (vectors / f"{name}.jsonld").read_bytes()
    assert hashed(document, HashVariant.REFERENCE_1_9) == lines(vectors / f"{name}.hashes")
    assert written(document, HashVariant.REFERENCE_1_9) == lines(vectors / f"{name}.prehashes")


def test_all_vectors_in_xml_are_named_here(vectors: Path) -> None:
    assert sorted(path.stem for path in vectors.glob("*.xml")) == IN_XML


@pytest.mark.parametrize("name", IN_XML)
def test_the_published_hashes_are_reproduced_from_xml(vectors: Path, name: str) -> None:
    document = (vectors / f"{name}.xml").read_bytes()
    assert hashed(document, HashVariant.REFERENCE_1_9) == lines(vectors / f"{name}.hashes")
    assert written(document, HashVariant.REFERENCE_1_9) == lines(vectors / f"{name}.prehashes")


@pytest.mark.parametrize("name", WITHOUT_LISTS)
def test_both_variants_agree_where_the_readings_do(vectors: Path, name: str) -> None:
    document = (vectors / f"{name}.jsonld").read_bytes()
    assert written(document, HashVariant.CBV_2_0_TEXT) == lines(vectors / f"{name}.prehashes")
    assert hashed(document, HashVariant.CBV_2_0_TEXT) == lines(vectors / f"{name}.hashes")


def test_the_rules_order_what_the_reference_implementation_does_not(vectors: Path) -> None:
    document = (vectors / "ReferenceEventHashAlgorithm3.jsonld").read_bytes()
    [text] = written(document, HashVariant.CBV_2_0_TEXT)
    assert text.partition("myField1=AB-12")[2] == (
        "bizTransactionListbizTransaction=https://id.gs1.org/253/4012345111118123"
        "type=https://ref.gs1.org/cbv/BTT-po"
        "sourceListsource=https://id.gs1.org/417/4012345000009"
        "type=https://ref.gs1.org/cbv/SDT-owning_party"
        "destinationListdestination=https://id.gs1.org/417/0614141000005"
        "type=https://ref.gs1.org/cbv/SDT-owning_party"
        "{https://ns.example.com/epcis/}userExt=CD-34"
    )
    [found] = hashed(document, HashVariant.CBV_2_0_TEXT)
    assert found.startswith("ni:///sha-256;9bfb126c")


def test_the_namespace_of_2_0_1_is_a_synonym(vectors: Path) -> None:
    document = (vectors / "ReferenceEventHashAlgorithm2.jsonld").read_bytes()
    spelled = document.replace(b'"Temperature"', b'"gs1:Temperature"')
    moved = spelled.replace(b"https://gs1.org/voc/", b"https://ref.gs1.org/voc/")
    assert moved != spelled != document
    for variant in HashVariant:
        assert hashed(moved, variant) == lines(vectors / "ReferenceEventHashAlgorithm2.hashes")


def test_one_event_in_seven_spellings_has_one_hash_unless_its_offset_differs(gs1_dir: Path) -> None:
    folder = gs1_dir / "gs1-epcis" / "XML" / "WithEventHashID"
    texts = {path.stem[-1]: written(path.read_bytes(), TEXT) for path in folder.iterdir()}
    assert set(texts) == {*"1234567"}
    other = texts.pop("2")
    assert all(text == texts["1"] for text in texts.values())
    # The second document says -05:00 for an event of -06:00: at the same instant, but not alike.
    assert [text.replace("Offset=-05:00", "Offset=-06:00") for text in other] == texts["1"]
    assert other != texts["1"]
