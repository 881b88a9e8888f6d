"""Terms in every spelling, by themselves; GS1's files are asked in test_vocabulary_standards."""

import json
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.vocabulary import (
    VocabularyList,
    bare_word,
    canonical_term,
    is_standard,
    label,
    nearest_word,
    urn,
    words,
)

DATA: dict[str, Any] = json.loads(
    (files("schemas") / "vocabulary" / "cbv.json").read_text(encoding="utf-8")
)["lists"]
TERMS = [(vocabulary, word) for vocabulary in VocabularyList for word in words(vocabulary)]


def spellings(vocabulary: VocabularyList, word: str) -> list[str]:
    """Write a term in every way the data file allows."""
    row = DATA[vocabulary]
    prefixes = ["", row["web"], row["curie"], *row["also"], *filter(None, [row["urn"]])]
    aliases = [alias for alias, of in row.get("aliases", {}).items() if of == word]
    return [prefix + word for prefix in prefixes] + aliases


SPELLED = [(v, word, spelling) for v, word in TERMS for spelling in spellings(v, word)]


@pytest.mark.parametrize(
    ("vocabulary", "value", "expected"),
    [
        pytest.param("biz_step", "shipping", "cbv/BizStep-shipping", id="bare word"),
        pytest.param(
            "biz_step", "urn:epcglobal:cbv:bizstep:shipping", "cbv/BizStep-shipping", id="URN"
        ),
        pytest.param(
            "biz_step",
            "https://ref.gs1.org/cbv/BizStep-shipping",
            "cbv/BizStep-shipping",
            id="Web URI",
        ),
        pytest.param(
            "biz_step",
            "https://ns.gs1.org/cbv/BizStep-shipping",
            "cbv/BizStep-shipping",
            id="draft Web URI",
        ),
        pytest.param(
            "biz_step",
            "http://ns.gs1.org/cbv/BizStep-shipping",
            "cbv/BizStep-shipping",
            id="draft Web URI without TLS",
        ),
        pytest.param(
            "biz_step",
            "https://ns.gs1.org/voc/Bizstep-shipping",
            "cbv/BizStep-shipping",
            id="first draft Web URI",
        ),
        pytest.param("biz_step", "cbv:BizStep-shipping", "cbv/BizStep-shipping", id="CURIE"),
        pytest.param(
            "disposition", "urn:epcglobal:cbv:disp:recalled", "cbv/Disp-recalled", id="disposition"
        ),
        pytest.param("business_transaction_type", "cbv:BTT-po", "cbv/BTT-po", id="transaction"),
        pytest.param("source_dest_type", "location", "cbv/SDT-location", id="source type"),
        pytest.param("error_reason", "did_not_occur", "cbv/ER-did_not_occur", id="error reason"),
        pytest.param("component", "urn:epcglobal:cbv:comp:x", "cbv/Comp-x", id="component"),
    ],
)
def test_a_cbv_term_becomes_its_web_uri(vocabulary: str, value: str, expected: str) -> None:
    assert canonical_term(VocabularyList(vocabulary), value) == f"https://ref.gs1.org/{expected}"


@pytest.mark.parametrize(
    "value",
    [
        "Temperature",
        "gs1:Temperature",
        "gs1:MT-Temperature",
        "https://gs1.org/voc/Temperature",
        "https://www.gs1.org/voc/Temperature",
        "https://ref.gs1.org/voc/Temperature",
        "https://gs1.org/voc/MT-Temperature",
    ],
)
def test_a_measurement_type_becomes_its_web_vocabulary_uri(value: str) -> None:
    vocabulary = VocabularyList.MEASUREMENT_TYPE
    assert canonical_term(vocabulary, value) == "https://gs1.org/voc/Temperature"
    assert bare_word(vocabulary, value) == "Temperature"
    assert urn(vocabulary, value) == "https://gs1.org/voc/Temperature"


@pytest.mark.parametrize(
    ("vocabulary", "value", "word"),
    [
        ("measurement_type", "gs1:MT-Absorbed_dose", "AbsorbedDose"),
        ("sensor_alert_type", "gs1:AT-Alarm_condition", "ALARM_CONDITION"),
    ],
)
def test_a_draft_with_another_word_is_the_term_of_today(
    vocabulary: str, value: str, word: str
) -> None:
    assert bare_word(VocabularyList(vocabulary), value) == word


def test_all_spellings_of_a_term_are_one_term() -> None:
    for vocabulary, word, spelling in SPELLED:
        row = DATA[vocabulary]
        assert canonical_term(vocabulary, spelling) == row["web"] + word
        assert bare_word(vocabulary, spelling) == word
        assert urn(vocabulary, spelling) == (row["urn"] or row["web"]) + word
        assert is_standard(vocabulary, spelling)


def test_no_two_terms_of_a_list_share_a_spelling() -> None:
    counted = Counter((vocabulary, spelling) for vocabulary, _, spelling in SPELLED)
    assert [double for double, times in counted.items() if times > 1] == []


def test_a_term_of_another_list_is_never_taken() -> None:
    accepted = {(vocabulary, spelling) for vocabulary, _, spelling in SPELLED}
    for vocabulary in VocabularyList:
        for other, _, spelling in SPELLED:
            if other != vocabulary and (vocabulary, spelling) not in accepted:
                assert canonical_term(vocabulary, spelling) == spelling
                assert not is_standard(vocabulary, spelling)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="empty"),
        pytest.param("Shipping", id="capital"),
        pytest.param(" shipping", id="space"),
        pytest.param("harvesting", id="unknown bare word"),
        pytest.param("urn:epcglobal:cbv:bizstep:harvesting", id="unknown word behind a prefix"),
        pytest.param("urn:epcglobal:cbv:bizstep:", id="prefix alone"),
        pytest.param("urn:epcglobal:cbv:bt:9521321000003:shipping", id="private CBV form"),
        pytest.param("https://example.org/steps/BizStep-shipping", id="somebody else's"),
        pytest.param("https://ref.gs1.org/cbv/Disp-shipping", id="word behind a wrong prefix"),
    ],
)
def test_what_is_no_standard_term_stays_verbatim(value: str) -> None:
    vocabulary = VocabularyList.BIZ_STEP
    assert canonical_term(vocabulary, value) == value
    assert bare_word(vocabulary, value) == value
    assert urn(vocabulary, value) == value
    assert label(vocabulary, value, "vi") == value
    assert not is_standard(vocabulary, value)


@given(vocabulary=st.sampled_from(VocabularyList), value=st.text())
def test_any_text_is_standard_or_verbatim(vocabulary: VocabularyList, value: str) -> None:
    canonical = canonical_term(vocabulary, value)
    assert is_standard(vocabulary, value) or canonical == value
    assert canonical_term(vocabulary, canonical) == canonical
    assert canonical_term(vocabulary, bare_word(vocabulary, value)) == canonical
    assert canonical_term(vocabulary, urn(vocabulary, value)) == canonical


@pytest.mark.parametrize(
    ("vocabulary", "value", "language", "expected"),
    [
        pytest.param("biz_step", "shipping", "en", "Shipping", id="English"),
        pytest.param("biz_step", "shipping", "vi", "Xuất hàng", id="Vietnamese"),
        pytest.param("biz_step", "shipping", "fr", "Shipping", id="language without labels"),
        pytest.param(
            "disposition", "urn:epcglobal:cbv:disp:recalled", "vi", "Bị thu hồi", id="of a URN"
        ),
        pytest.param("measurement_type", "gs1:Temperature", "vi", "Nhiệt độ", id="of a CURIE"),
        pytest.param(
            "biz_step",
            "commissioning",
            "vi",
            "Ghi nhận tạo mới (thu hoạch, đóng gói)",
            id="commissioning",
        ),
        pytest.param(
            "biz_step", "killing", "vi", "Vô hiệu hóa thẻ RFID", id="killing is no slaughter"
        ),
        pytest.param("biz_step", "picking", "vi", "Soạn hàng", id="picking is no harvest"),
    ],
)
def test_label(vocabulary: str, value: str, language: str, expected: str) -> None:
    assert label(VocabularyList(vocabulary), value, language) == expected


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_word_has_a_label_of_its_own(language: str) -> None:
    for vocabulary in VocabularyList:
        labels = [DATA[vocabulary]["words"][word][language] for word in words(vocabulary)]
        assert len(set(labels)) == len(labels)
        for text in labels:
            assert text == text.strip()
            assert 0 < len(text) <= 40


@pytest.mark.parametrize(
    ("vocabulary", "value", "expected"),
    [
        pytest.param("biz_step", "shiping", "shipping", id="letter missing"),
        pytest.param("biz_step", "Recieving", "receiving", id="letters swapped, capital"),
        pytest.param("biz_step", "retail selling", "retail_selling", id="space"),
        pytest.param("biz_step", "Void-Shipping", "void_shipping", id="hyphen"),
        pytest.param("biz_step", "shipping", "shipping", id="right already"),
        pytest.param(
            "biz_step", "urn:epcglobal:cbv:bizstep:shiping", "shipping", id="behind the URN prefix"
        ),
        pytest.param(
            "biz_step",
            "https://ref.gs1.org/cbv/BizStep-SHIPPING",
            "shipping",
            id="behind the Web prefix",
        ),
        pytest.param("biz_step", "cbv:BizStep-recieve", "receiving", id="behind the CURIE prefix"),
        pytest.param("measurement_type", "temprature", "Temperature", id="measurement type"),
        pytest.param("measurement_type", "gs1:MT-Speeed", "Speed", id="behind the longer prefix"),
        pytest.param("sensor_alert_type", "alarm condition", "ALARM_CONDITION", id="alert"),
        pytest.param("biz_step", "xyzzy", None, id="nothing near"),
        pytest.param("biz_step", "", None, id="empty"),
        pytest.param("error_reason", "shipping", None, id="word of another list"),
        pytest.param("biz_step", "https://example.org/a/b/c", None, id="somebody else's"),
        pytest.param("biz_step", "shipping" * 10_000, None, id="very long"),
    ],
)
def test_nearest_word(vocabulary: str, value: str, expected: str | None) -> None:
    assert nearest_word(VocabularyList(vocabulary), value) == expected


# Words that lose to a neighbour, or are too short, when a letter is missing.
AMBIGUOUS = {"packing", "poc", "altitude", "x", "y", "z"}


@pytest.mark.parametrize("vocabulary", VocabularyList)
def test_a_missing_letter_is_guessed(vocabulary: VocabularyList) -> None:
    for word in set(words(vocabulary)) - AMBIGUOUS:
        slips = [word[:at] + word[at + 1 :] for at in range(len(word))]
        assert {nearest_word(vocabulary, slip) for slip in slips} == {word}
