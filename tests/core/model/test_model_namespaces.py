"""What a prefix stands for, by the contexts around it."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from epcis_core.model.namespaces import BUILT_IN, Namespaces

OFFICIAL = [
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    "https://ref.gs1.org/standards/epcis/2.0.1/epcis-context.jsonld",
    "https://gs1.github.io/EPCIS/epcis-context.jsonld",
]


@pytest.mark.parametrize("address", OFFICIAL)
def test_the_epcis_context_is_known(address: str) -> None:
    assert Namespaces.of_context([address]) == Namespaces()
    assert Namespaces.of_context(address).unknown == ()


def test_another_context_is_unknown_and_named_once() -> None:
    found = Namespaces.of_context(
        ["https://example.org/c", {"ex": "urn:x:"}, "https://example.org/c"]
    )
    assert found.unknown == ("https://example.org/c",)
    assert found.expand("ex:a") == ("urn:x:", "a")


@pytest.mark.parametrize(
    ("context", "expanded"),
    [
        ({"ex": "urn:x:"}, ("urn:x:", "a")),
        ([{"ex": "urn:x:"}, {"ex": "urn:y:"}], ("urn:y:", "a")),
        ({"ex": {"@id": "urn:x:", "@prefix": True}}, ("urn:x:", "a")),
        ({"ex": {"@type": "@id"}}, ("", "ex:a")),
        ({"@vocab": "urn:x:", "ex": None}, ("", "ex:a")),
        (None, ("", "ex:a")),
        (5, ("", "ex:a")),
    ],
    ids=["object", "the last counts", "by @id", "no @id", "keywords", "none", "nonsense"],
)
def test_a_context_binds_prefixes(context: Any, expanded: tuple[str, str]) -> None:
    assert Namespaces.of_context(context).expand("ex:a") == expanded


def test_an_inner_context_adds_to_the_outer() -> None:
    outer = Namespaces.of_context(["https://example.org/c", {"ex": "urn:x:", "my": "urn:my:"}])
    inner = Namespaces.of_context({"ex": "urn:inner:"}, outer)
    assert inner.expand("ex:a") == ("urn:inner:", "a")
    assert inner.expand("my:a") == ("urn:my:", "a")
    assert inner.unknown == outer.unknown
    assert outer.expand("ex:a") == ("urn:x:", "a")


def test_names_without_a_bound_prefix_stay_whole() -> None:
    spaces = Namespaces()
    assert spaces.expand("https://example.org/a") == ("", "https://example.org/a")
    assert spaces.expand("plain") == ("", "plain")
    assert spaces.expand("cbvmda:lotNumber") == ("urn:epcglobal:cbv:mda:", "lotNumber")
    assert spaces.is_bound("gs1:Mass")
    assert not spaces.is_bound("ex:Mass")


def test_the_built_in_prefixes_are_those_of_the_epcis_context(gs1_dir: Path) -> None:
    context = orjson.loads((gs1_dir / "gs1-epcis" / "epcis-context.jsonld").read_bytes())[
        "@context"
    ]
    prefixes = {
        name: value
        for name, value in context.items()
        if isinstance(value, str) and value.startswith(("http", "urn")) and name.islower()
    }
    assert dict(BUILT_IN) == prefixes
