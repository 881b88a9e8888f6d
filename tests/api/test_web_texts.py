"""The catalogues of the pages: complete, alike in both languages, and used."""

import re
import string
from importlib.resources import files
from typing import get_args

import pytest

from api.web.balance_table import COLUMNS
from api.web.texts import LANGUAGES, Texts, choose_language, sentences
from epcis_core.findings import Language
from epcis_core.model.references import Role
from epcis_core.provenance.recall_result import Status
from epcis_core.provenance.result import LinkKind, ObjectKind, ObjectRole
from epcis_core.store.mentions import MentionKind
from epcis_core.store.registry.certificates import State
from epcis_core.store.registry.journal import What
from epcis_core.store.search import Why
from epcis_core.vocabulary import VocabularyList, words
from tests.core.provenance.gap_codes import raised

ROOM = files("api.web")
TEMPLATES = sorted(
    item.name for item in (ROOM / "templates").iterdir() if item.name.endswith(".html")
)
API = files("api")
MODULES = sorted(
    f"{room.name}/{item.name}"
    for room in API.iterdir()
    if room.is_dir()
    for item in room.iterdir()
    if item.name.endswith(".py")
)
NAMED = re.compile(
    r"""\b(?:t|texts|namer\.texts)(\.count)?\(\s*f?["']([a-z_]+\.[a-z_.]+)["']\s*[,)]"""
)
HELPING = re.compile(r'{% with subject = "([a-z_]+)" %}{% include "_help.html" %}')
GAP_CODES = raised()


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_languages_have_the_same_keys() -> None:
    assert sentences("vi").keys() == sentences("en").keys()


@pytest.mark.parametrize("key", sorted(sentences("vi")))
def test_the_languages_name_the_same_values(key: str) -> None:
    assert places(sentences("vi")[key]) == places(sentences("en")[key])


def test_every_text_is_used() -> None:
    source = "".join(
        item.read_text(encoding="utf-8")
        for folder in (
            ROOM / "templates",
            *(room for room in files("api").iterdir() if room.is_dir()),
            files("api"),
        )
        for item in folder.iterdir()
        if item.name.endswith((".py", ".html"))
    )
    unused = {
        key
        for key in sentences("vi")
        if f'"{key.removesuffix(".one").removesuffix(".other")}"' not in source
        and f"{key.partition('.')[0]}.{{" not in source
        and not re.search(rf'"{key.rpartition(".")[0]}\." ~', source)
        and not re.search(rf'"{key.rpartition("_")[0]}_(" ~|\{{)', source)
    }
    assert unused == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: Language) -> None:
    assert [key for key, text in sentences(language).items() if not text.strip()] == []


@pytest.mark.parametrize("name", [*TEMPLATES, *MODULES])
def test_every_text_that_is_asked_for_exists(name: str) -> None:
    folder = ROOM / "templates" if name.endswith(".html") else API
    source = (folder / name).read_text(encoding="utf-8")
    asked = {key + (".one" if counted else "") for counted, key in NAMED.findall(source)}
    assert asked - sentences("vi").keys() == set()


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([f"verb.{word}" for word in words(VocabularyList.BIZ_STEP)], id="steps"),
        pytest.param([f"gap.{code}" for code in GAP_CODES], id="gaps"),
        pytest.param([f"gap_title.{code}" for code in GAP_CODES], id="titles of gaps"),
        pytest.param([f"gap_help.{code}" for code in GAP_CODES], id="what to do about gaps"),
        pytest.param([f"recall_state.{status}" for status in get_args(Status)], id="states"),
        pytest.param([f"recall_help.{status}" for status in get_args(Status)], id="after states"),
        pytest.param([f"balance.{column}" for column in COLUMNS], id="columns of balances"),
        pytest.param([f"trace.role_{role}" for role in get_args(ObjectRole)], id="roles"),
        pytest.param([f"link.{kind}" for kind in get_args(LinkKind)], id="links"),
        pytest.param(
            [f"kind.{kind}" for kind in (*get_args(ObjectKind), *get_args(MentionKind), "product")],
            id="kinds",
        ),
        pytest.param(
            [f"help.about_{kind}" for kind in get_args(MentionKind)], id="help about kinds"
        ),
        pytest.param([f"find.why_{why}" for why in get_args(Why)], id="reasons of hits"),
        pytest.param(
            [
                f"help.{subject}"
                for name in TEMPLATES
                for subject in HELPING.findall((ROOM / "templates" / name).read_text("utf-8"))
            ],
            id="help on pages",
        ),
        pytest.param([f"done.{what}" for what in What], id="lines of the journal"),
        pytest.param(
            [f"certificates.is_{one}" for one in get_args(State) if one != "soon"],
            id="states of certificates",
        ),
        pytest.param([f"event.role_{role.value}" for role in Role], id="roles in events"),
        pytest.param(
            [f"trace.confirmed_{who}" for who in ("both", "sender", "receiver")], id="confirmations"
        ),
        pytest.param(
            [
                f"capture.status_{status}"
                for status in ("accepted", "duplicate", "witness", "rejected", "rolled_back")
            ],
            id="outcomes of events",
        ),
        pytest.param(
            [f"capture.{status}" for status in ("accepted", "partial", "rejected")],
            id="outcomes of captures",
        ),
    ],
)
def test_every_value_of_a_list_has_its_text(keys: list[str]) -> None:
    assert set(keys) - sentences("vi").keys() == set()


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        pytest.param("en", 1, "1 result.", id="English, one"),
        pytest.param("en", 1200, "1,200 results.", id="English, many"),
        pytest.param("vi", 1200, "Tìm thấy 1.200 kết quả.", id="Vietnamese"),
    ],
)
def test_a_count_takes_its_form(language: Language, number: int, expected: str) -> None:
    assert Texts(language).count("search.found", number) == expected


@pytest.mark.parametrize(
    ("language", "value", "uom", "expected"),
    [
        pytest.param("vi", "12.5", "KGM", "12,5 kg", id="Vietnamese decimals"),
        pytest.param("en", "1234.50", "KGM", "1,234.5 kg", id="English decimals"),
        pytest.param("en", "30", None, "30", id="a count"),
        pytest.param("en", "3", "XBX", "3 XBX", id="a unit without a sign"),
        pytest.param("en", "1e9999", "KGM", "1e9999 kg", id="a number of no size"),
        pytest.param("en", "many", None, "many", id="no number"),
        pytest.param("en", "-2", "CEL", "-2 °C", id="below zero"),
    ],
)
def test_amounts(language: Language, value: str, uom: str | None, expected: str) -> None:
    assert Texts(language).amount(value, uom) == expected


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "expected"),
    [
        pytest.param("en", "vi", "vi", "en", id="asked for in the address"),
        pytest.param(None, "en", "vi", "en", id="kept in the cookie"),
        pytest.param(None, None, "en-GB,en;q=0.9", "en", id="the browser's"),
        pytest.param(None, None, "de, vi;q=0.4, en;q=0.3", "vi", id="the best of the browser's"),
        pytest.param(None, None, "en;q=0, de", "vi", id="not wanted at all"),
        pytest.param("xx", "yy", "zz;q=what", "vi", id="nonsense"),
        pytest.param(None, None, None, "vi", id="nothing said"),
    ],
)
def test_the_language_of_a_page(
    asked: str | None, kept: str | None, accepted: str | None, expected: str
) -> None:
    assert choose_language(asked, kept, accepted) == expected
