"""Files made to break or to exhaust the readers: refused quickly, with a sentence and a place.

Each is captured by a process of its own with limits; see `attacks`.
"""

import json
import os
import subprocess
import sys
from typing import Any, Final, NamedTuple

import pytest

from tests.conftest import ROOT
from tests.core.codecs.attacks import ATTACKS, MEMORY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are set as Linux has them")


class Told(NamedTuple):
    """What the sender is told first."""

    code: str
    line: int
    column: int
    message: str


def entity(name: str) -> str:
    return f"'&{name};' stands for nothing here: no DTD is read. Write the character itself."


def unread(encoding: str) -> str:
    return f"Encoding {encoding} is not read here. Save the file as UTF-8 and send it again."


TOO_MANY: Final = (
    "The value here holds more than 100000 members and list entries, or elements and attributes"
    " (limit entries); split it up."
)
TOO_LARGE: Final = (
    "The value here is larger than 16777216 characters (limit value_size); split it up."
)
TOO_MUCH_DECLARED: Final = (
    "What the document's prefixes stand for is larger than 100000 characters (limit context_size);"
    " split it up."
)
TOO_DEEP: Final = "Nested too deeply: more than 64 levels (limit depth)."
TOO_LONG: Final = "A number needs more than 400 digits when written out (limit number_size)."
ATTRIBUTES: Final = "An element here has more than 256 attributes (limit attributes)."
NUL: Final = "\\x00"
BROKEN: Final = (
    "This is not well-formed XML: a tag is broken: a name, attributes in quotes and '>' are needed"
    " behind '<'."
)

REFUSED: Final = {
    "a file as entity": Told("undefined_entity", 5, 7, entity("x")),
    "an address as entity": Told("undefined_entity", 5, 7, entity("x")),
    "an entity in UTF-16": Told("undefined_entity", 5, 7, entity("x")),
    "an entity in UTF-16 without mark": Told("undefined_entity", 5, 7, entity("x")),
    "a billion laughs": Told("undefined_entity", 5, 7, entity("l9")),
    "quadratic blow-up": Told("undefined_entity", 5, 7, entity("x")),
    "parameter entities": Told("undefined_entity", 5, 7, entity("x")),
    "a DTD without end": Told("truncated", 1, 15000014, "The file ends too early: expected '>'."),
    "UTF-7": Told("unknown_encoding", 1, 1, unread("UTF-7")),
    "UTF-32": Told("unknown_encoding", 1, 1, unread("UTF-32-LE")),
    "UTF-32 without mark": Told("unknown_encoding", 1, 1, unread("UTF-32-BE")),
    "EBCDIC": Told("unknown_encoding", 1, 1, unread("EBCDIC")),
    "UTF-16 that says UTF-8": Told(
        "encoding_contradicted",
        1,
        1,
        (
            "The file says that it is in UTF-8, but its first bytes are UTF-16-LE. Save it as"
            " UTF-8 and send it again."
        ),
    ),
    "NUL bytes": Told(
        "not_utf8",
        1,
        1,
        (
            "The file is not UTF-8 (wrong byte at 0, counted from 0). Save it as UTF-8 and send"
            " it again."
        ),
    ),
    "NUL bytes in an event": Told(
        "forbidden_character",
        4,
        7,
        "Character U+0000 may not stand in a text, since XML cannot write it.",
    ),
    "NUL bytes between events": Told(
        "unexpected_text",
        3,
        1,
        f"Text may not stand here, only elements: '{NUL * 24}'.",
    ),
    "elements in an event": Told("too_many_entries", 3, 1, TOO_MANY),
    "elements in a text": Told("too_many_entries", 3, 1, TOO_MANY),
    "elements in the head": Told("too_deep", 2, 190, TOO_DEEP),
    "events in events": Told(
        "truncated", 3, 1300001, "The file ends too early: expected '</ObjectEvent>'."
    ),
    "wrappers in wrappers": Told(
        "truncated", 4, 57, "The file ends too early: expected '</extension>'."
    ),
    "two million attributes": Told("value_too_large", 3, 1, TOO_LARGE),
    "two million attributes on the root": Told("value_too_large", 1, 1, TOO_LARGE),
    "90,000 attributes": Told("too_many_attributes", 4, 1, ATTRIBUTES),
    "90,000 attributes on the root": Told("too_many_attributes", 1, 1, ATTRIBUTES),
    "a million attributes": Told("too_many_entries", 3, 1, TOO_MANY),
    "names that collide": Told("too_many_attributes", 4, 1, ATTRIBUTES),
    "a million prefixes": Told("value_too_large", 3, 1, TOO_LARGE),
    "a million prefixes on the root": Told("value_too_large", 1, 1, TOO_LARGE),
    "90,000 prefixes": Told("too_many_attributes", 4, 1, ATTRIBUTES),
    "40,000 meanings of a prefix": Told("value_too_large", 3, 1, TOO_MUCH_DECLARED),
    "40,000 namespaces beyond ASCII": Told("value_too_large", 3, 1, TOO_MUCH_DECLARED),
    "40,000 names in a long namespace": Told("value_too_large", 3, 1, TOO_LARGE),
    "a million elements in the head": Told("too_many_entries", 2, 699994, TOO_MANY),
    "a million texts between events": Told(
        "unexpected_text", 3, 1, "Text may not stand here, only elements: 'x'."
    ),
    "a million CDATA sections between events": Told(
        "unexpected_text", 3, 1, "Text may not stand here, only elements: ''."
    ),
    "a million empty wrappers": Told("empty_list", 3, 1, "'extension' needs at least one entry."),
    "a million references": Told("undefined_entity", 4, 7, entity("x")),
    "50,000 unknown elements": Told(
        "unknown_element",
        4,
        1,
        (
            "Element 'a0' is not known here; an extension needs a namespace of its own and a"
            " prefix, such as 'ex:a0'."
        ),
    ),
    "an attribute of 100 MB": Told("value_too_large", 3, 1, TOO_LARGE),
    "an attribute of wide characters": Told("value_too_large", 3, 1, TOO_LARGE),
    "a text of 100 MB": Told("value_too_large", 3, 1, TOO_LARGE),
    "a text of 15 MB": Told("value_too_large", 4, 10003747, TOO_LARGE),
    "a comment without end": Told("value_too_large", 3, 1, TOO_LARGE),
    "a comment without end in the prolog": Told("value_too_large", 1, 1, TOO_LARGE),
    "a comment without end between events": Told("value_too_large", 3, 1, TOO_LARGE),
    "a number of 10 MB": Told("number_too_long", 4, 60, TOO_LONG),
    "10 MB of <": Told("malformed_xml", 1, 1, BROKEN),
    "10 MB of < between events": Told("malformed_xml", 3, 1, BROKEN),
    "10 MB of < in an event": Told("too_many_entries", 3, 1, TOO_MANY),
    "10 MB of &": Told(
        "malformed_xml",
        4,
        2,
        (
            "This is not well-formed XML: a name is missing or begins wrongly ('&' alone must be"
            " written &amp;)."
        ),
    ),
    "arrays in arrays": Told("too_deep", 1, 65, TOO_DEEP),
    "arrays in an event": Told("too_deep", 4, 72, TOO_DEEP),
    "objects in an event": Told("too_deep", 4, 324, TOO_DEEP),
    "a JSON number of 10 MB": Told("number_too_long", 4, 9, TOO_LONG),
    "a JSON text of 100 MB": Told("value_too_large", 3, 1, TOO_LARGE),
    "a JSON text of wide characters": Told("value_too_large", 3, 1, TOO_LARGE),
    "90,000 equal keys": Told(
        "duplicate_key", 4, 17, "Member 'a' is given twice; it must stand once."
    ),
    "200,000 keys that collide": Told("too_many_entries", 3, 1, TOO_MANY),
    "a million entries": Told("too_many_entries", 3, 1, TOO_MANY),
    "10 MB of {": Told(
        "malformed_json",
        1,
        2,
        "This is not JSON: expected a member's name in double quotes, got '{'.",
    ),
    "half a million JSON prefixes": Told(
        "value_too_large",
        1,
        14,
        "The '@context' is larger than 100000 characters (limit context_size); split it up.",
    ),
}
TAKEN: Final = {
    "an external DTD": ["dtd_ignored"],
    "a million comments between events": [],
    "a million comments in the prolog": [],
}

Outcomes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """What became of each attack, by its name; under "", whether anybody called."""
    # Measuring coverage would be measured too.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
    folder = str(tmp_path_factory.mktemp("attacks"))
    command = [sys.executable, "-m", "tests.core.codecs.attacks", folder]
    run = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=280
    )
    assert "THE-SECRET" not in run.stdout
    told = [json.loads(line) for line in run.stdout.splitlines()]
    return {one.pop("name", ""): one for one in told}


def test_every_attack_has_an_outcome_that_is_expected(outcomes: Outcomes) -> None:
    assert outcomes.keys() == {"", *ATTACKS}
    assert {*REFUSED, *TAKEN} == {*ATTACKS}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_takes_little_time_and_memory(outcomes: Outcomes, name: str) -> None:
    outcome = outcomes[name]
    assert "raised" not in outcome, outcome["raised"]
    assert outcome["seconds"] < outcome["allowed"]
    assert outcome["memory"] < MEMORY


@pytest.mark.parametrize("name", REFUSED)
def test_an_attack_is_refused_with_a_sentence_and_a_place(outcomes: Outcomes, name: str) -> None:
    outcome = outcomes[name]
    assert outcome["status"] == "rejected"
    assert outcome["stored"] == 0
    found = [one for one in outcome["findings"] if one[0] not in {"dtd_ignored", "rolled_back"}]
    assert Told(*found[0]) == REFUSED[name]
    assert len(found) <= 50


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_odd_but_harmless_is_taken(outcomes: Outcomes, name: str) -> None:
    outcome = outcomes[name]
    assert (outcome["status"], outcome["stored"]) == ("accepted", 1)
    assert [one[0] for one in outcome["findings"]] == TAKEN[name]


def test_nobody_looks_at_what_a_file_points_to(outcomes: Outcomes) -> None:
    assert outcomes[""]["calls"] == 0
