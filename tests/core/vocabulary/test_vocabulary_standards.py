"""The tables against GS1's own files, where those are at hand."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from epcis_core.vocabulary import (
    VocabularyList,
    bare_word,
    canonical_term,
    is_standard,
    unit,
    urn,
    words,
)

LISTS = {
    "BizStep": VocabularyList.BIZ_STEP,
    "Disp": VocabularyList.DISPOSITION,
    "BTT": VocabularyList.BUSINESS_TRANSACTION_TYPE,
    "SDT": VocabularyList.SOURCE_DEST_TYPE,
    "ER": VocabularyList.ERROR_REASON,
    "Comp": VocabularyList.COMPONENT,
}
CONTEXTS = {
    VocabularyList.BIZ_STEP: "cbv-context-bizstep",
    VocabularyList.DISPOSITION: "cbv-context-disposition",
    VocabularyList.BUSINESS_TRANSACTION_TYPE: "cbv-context-biztransaction-type",
    VocabularyList.SOURCE_DEST_TYPE: "cbv-context-sourcedest-type",
    VocabularyList.ERROR_REASON: "cbv-context-error-reason",
    VocabularyList.COMPONENT: "cbv-context-component",
    VocabularyList.SENSOR_ALERT_TYPE: "gs1-context-sensor-alert-type",
    VocabularyList.MEASUREMENT_TYPE: "gs1-context-measurement-type",
}
URN_LISTS = {
    "bizstep": VocabularyList.BIZ_STEP,
    "disp": VocabularyList.DISPOSITION,
    "btt": VocabularyList.BUSINESS_TRANSACTION_TYPE,
    "sdt": VocabularyList.SOURCE_DEST_TYPE,
    "er": VocabularyList.ERROR_REASON,
    "comp": VocabularyList.COMPONENT,
}


def context(gs1_dir: Path, name: str) -> dict[str, Any]:
    text = (gs1_dir / "gs1-epcis" / "JSON-LD-Context" / f"{name}.jsonld").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)["@context"]
    return found


def test_the_cbv_ontology_has_the_same_terms_and_urns(gs1_dir: Path) -> None:
    ontology = (gs1_dir / "gs1-epcis" / "Ontology" / "CBV.ttl").read_text("utf-8")
    found: dict[VocabularyList, set[str]] = {vocabulary: set() for vocabulary in LISTS.values()}
    for block in ontology.split("\n\n"):
        named = re.match(r"cbv:(\w+)-(\w+)\s+a\s+cbv:(\w+)\s*;", block)
        if named is None:
            continue
        prefix, word, of_class = named.groups()
        assert prefix == of_class
        same_as = re.findall(r"owl:sameAs\s+<([^>]+)>", block)
        web = f"https://ref.gs1.org/cbv/{prefix}-{word}"
        vocabulary = LISTS[prefix]
        assert [urn(vocabulary, web)] == same_as
        for spelling in (word, web, f"cbv:{prefix}-{word}", *same_as):
            assert canonical_term(vocabulary, spelling) == web
        found[vocabulary].add(word)
    assert found == {vocabulary: set(words(vocabulary)) for vocabulary in LISTS.values()}


@pytest.mark.parametrize("vocabulary", VocabularyList)
def test_the_json_ld_context_has_the_same_words_and_uris(
    gs1_dir: Path, vocabulary: VocabularyList
) -> None:
    terms = context(gs1_dir, CONTEXTS[vocabulary])
    curies = {word: curie for word, curie in terms.items() if not word.startswith("@")}
    bases = {name: curies.pop(name) for name in ("cbv", "gs1") if name in curies}
    assert set(curies) == set(words(vocabulary))
    for word, curie in curies.items():
        prefix, local = curie.split(":")
        assert canonical_term(vocabulary, word) == bases[prefix] + local
        assert canonical_term(vocabulary, curie) == bases[prefix] + local


def fields_with_context(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Give every field of a JSON-LD context that brings a context of its own, by name."""
    if not isinstance(node, dict):
        return
    own = node.get("@context")
    for entry in own if isinstance(own, list) else [own]:
        if isinstance(entry, str):
            yield "/".join(path), Path(entry).stem
        else:
            yield from fields_with_context(entry, path)
    for name, below in node.items():
        if not name.startswith("@"):
            yield from fields_with_context(below, (*path, name))


def test_the_fields_are_those_of_the_json_ld_context(gs1_dir: Path) -> None:
    source = files("schemas") / "vocabulary" / "cbv.json"
    rows = json.loads(source.read_text("utf-8"))["lists"]
    ours = {
        (field, CONTEXTS[vocabulary])
        for vocabulary in VocabularyList
        for field in rows[vocabulary]["fields"]
    }
    persistent = {
        (f"persistentDisposition/{member}", "cbv-context-disposition")
        for member in ("set", "unset")
    }
    theirs = set(fields_with_context(context(gs1_dir, "epcis-context-root")))
    assert ours - persistent == theirs - {("persistentDisposition", "cbv-context-disposition")}


def enumerations(node: object) -> Iterator[frozenset[str]]:
    if isinstance(node, dict):
        if isinstance(node.get("enum"), list):
            yield frozenset(node["enum"])
        for below in node.values():
            yield from enumerations(below)
    elif isinstance(node, list):
        for below in node:
            yield from enumerations(below)


def test_the_json_schema_allows_the_same_bare_words(gs1_dir: Path) -> None:
    schema = json.loads((gs1_dir / "gs1-epcis" / "EPCIS-JSON-Schema.json").read_text("utf-8"))
    allowed = set(enumerations(schema))
    assert {v: frozenset(words(v)) in allowed for v in VocabularyList} == dict.fromkeys(
        VocabularyList, True
    )


@pytest.mark.parametrize(
    ("vocabulary", "of_class"),
    [
        (VocabularyList.MEASUREMENT_TYPE, "MeasurementType"),
        (VocabularyList.SENSOR_ALERT_TYPE, "SensorAlertType"),
    ],
)
def test_the_web_vocabulary_has_the_same_terms_and_synonyms(
    gs1_dir: Path, vocabulary: VocabularyList, of_class: str
) -> None:
    ontology = next((gs1_dir / "gs1-webvoc").glob("gs1Voc-*.ttl")).read_text("utf-8")
    found = set()
    for block in ontology.split("\n\n"):
        named = re.match(rf"gs1:(\w+)\s+rdf:type\s+gs1:{of_class}\s*;", block)
        if named is None:
            continue
        word = named[1]
        synonyms = re.findall(r"<(https://(?:www\.)?gs1\.org/voc/\w+)>", block)
        assert len(synonyms) == 2
        for spelling in (f"gs1:{word}", f"https://ref.gs1.org/voc/{word}", *synonyms):
            assert canonical_term(vocabulary, spelling) == f"https://gs1.org/voc/{word}"
        found.add(word)
    assert found == set(words(vocabulary))


def official_examples(gs1_dir: Path) -> Iterator[str]:
    for path in sorted((gs1_dir / "gs1-epcis").rglob("*")):
        if path.suffix in {".xml", ".jsonld", ".json"}:
            yield path.read_text("utf-8")


def test_the_cbv_values_of_the_official_examples_are_known_but_for_three(gs1_dir: Path) -> None:
    seen: dict[VocabularyList, set[str]] = {}
    for text in official_examples(gs1_dir):
        for value, short in re.findall(r"(urn:epcglobal:cbv:([a-z]+):\w+)", text):
            if short in URN_LISTS:
                seen.setdefault(URN_LISTS[short], set()).add(value)
        for value in re.findall(r"<bizStep>([^<]+)</bizStep>", text):
            seen.setdefault(VocabularyList.BIZ_STEP, set()).add(value)
    assert len(seen[VocabularyList.BIZ_STEP]) > 41
    unknown = {
        value
        for vocabulary, values in seen.items()
        for value in values
        if not is_standard(vocabulary, value)
    }
    assert unknown == {
        "urn:example:uservocab:bizstep:quarantined",
        "http://epcis.example.org/hc/bizstep/summarising_discharge",
        "urn:epcglobal:cbv:btt:packevent",  # of a draft; in no version of the list
    }
    written = "https://ref.gs1.org/cbv/Bizstep-sensor_reporting"
    assert written in seen[VocabularyList.BIZ_STEP]
    assert bare_word(VocabularyList.BIZ_STEP, written) == "sensor_reporting"


def test_every_unit_of_the_official_examples_is_known(gs1_dir: Path) -> None:
    codes = set()
    for text in official_examples(gs1_dir):
        codes |= set(re.findall(r'"uom"\s*:\s*"([A-Z0-9]{2,3})"', text))
        codes |= set(re.findall(r'\buom="([A-Z0-9]{2,3})"', text))
        codes |= set(re.findall(r"<uom>([A-Z0-9]{2,3})</uom>", text))
    assert codes >= {"CEL", "KGM", "A93", "LUX", "KMH", "C35", "MTS", "MTR", "DD", "P71"}
    assert {code for code in codes if unit(code) is None} == set()
