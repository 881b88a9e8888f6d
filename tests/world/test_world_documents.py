"""What the simulated businesses write is EPCIS: GS1's own schemas accept every document of theirs.

The documents come from the simulator and the schemas from GS1, so that neither rests on the ledger.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from tests.conformance.oracles import MODULAR, XmlVersion, json_complaint, xml_complaint
from tests.world.against import written
from tests.world.chance import Seeded
from tests.world.reporters import Syntax
from tests.world.stories import tell_story

SEEDS = range(12)
VERSIONS: dict[Syntax, XmlVersion] = {Syntax.XML_2_0: "2.0", Syntax.XML_1_2: "1.2"}


def documents(seed: int) -> list[tuple[Syntax, bytes]]:
    """The documents of a story, each with its form."""
    told = tell_story(Seeded(seed), level=1, acts=(20, 40)).telling.documents
    return [(its[0].teller.habits.syntax, written(its, salt="world")) for its in told]


@pytest.mark.parametrize("seed", SEEDS)
def test_gs1s_schemas_accept_the_documents(seed: int, gs1_dir: Path) -> None:
    for syntax, data in documents(seed):
        if syntax is Syntax.JSON_LD:
            complaint = json_complaint(gs1_dir, MODULAR, json.loads(data))
        else:
            root = etree.fromstring(data)
            complaint = xml_complaint(gs1_dir, VERSIONS[syntax], "EPCISDocument", root)
        assert complaint is None, f"{complaint}\n{data.decode()}"


def test_the_businesses_write_in_all_forms() -> None:
    forms = Counter(syntax for seed in SEEDS for syntax, _ in documents(seed))
    assert set(forms) == set(Syntax)
