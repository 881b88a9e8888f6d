"""The commands of docs/proofs.md verify a proof without a line of this project."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.bundles import make

DOCS = Path(__file__).parents[2] / "docs" / "proofs.md"


@pytest.mark.parametrize("number", ["2", "10"])
def test_a_proof_is_verified_by_hand_as_the_docs_say(tmp_path: Path, number: str) -> None:
    if not (shutil.which("openssl") and shutil.which("basenc")):
        # The docs' own commands are run, and these two are what they are made of.
        pytest.skip(
            "There is no openssl or no basenc; install openssl and coreutils to run this test"
        )
    made = make(tmp_path)
    for name, content in made.files.items():
        path = tmp_path / "proof" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    by_hand = DOCS.read_text(encoding="utf-8").partition("## By hand")[2]
    commands = "".join(re.findall(r"```sh\n(.*?)```", by_hand, re.DOTALL))
    done = subprocess.run(
        ["bash", "-eu", "-c", commands],
        cwd=tmp_path / "proof",
        env={"PATH": "/usr/bin:/bin", "N": number, "KEY": made.key, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == b""
    leaf, root, signed = done.stdout.decode().splitlines()
    assert f'"{leaf.removeprefix("leaf ")}"' in made.files["manifest.json"].decode()
    assert root == f"root {made.files['checkpoint.txt'].decode().splitlines()[2]}"
    assert signed == "Signature Verified Successfully"
