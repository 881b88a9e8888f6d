"""The sample chains score as their README says under each profile."""

import os
import re
from pathlib import Path

import pytest

from epcis_core.dossier.completeness import completeness
from epcis_core.rules.profiles import profiles
from tests.core.dossier.chains import LOTS, SAMPLES, material

NOW = 1_800_000_000_000_000


def judged_rows(chain: str) -> list[str]:
    """The score by each profile, and what of it is missing or doubtful."""
    rows = []
    for name, law in profiles().items():
        found = completeness(material(chain), law, NOW)
        wrong = [
            f"`{one.requirement.id}`" + (" (implausible)" if one.status == "implausible" else "")
            for one in found.requirements
            if one.counts and one.status != "met"
        ]
        score = f"{found.met} of {found.asked}, {found.percent} %"
        rows.append(f"| [`{name}`](../../docs/profiles.md#{name}) | {score} | {', '.join(wrong)} |")
    return rows


def told_rows(readme: Path) -> list[str]:
    text = readme.read_text(encoding="utf-8")
    return [
        line for line in text.splitlines() if re.match(r"\| \[`[a-z0-9-]+`\]\(.*profiles", line)
    ]


@pytest.mark.parametrize("chain", LOTS)
def test_a_sample_scores_as_its_readme_says(chain: str) -> None:
    readme = SAMPLES / chain / "README.md"
    expected = judged_rows(chain)
    if os.environ.get("UPDATE_DOCS"):
        text = readme.read_text(encoding="utf-8")
        for old, new in zip(told_rows(readme), expected, strict=True):
            text = text.replace(old, new)
        readme.write_text(text, encoding="utf-8")
    assert told_rows(readme) == expected
    assert LOTS[chain] in readme.read_text(encoding="utf-8")
