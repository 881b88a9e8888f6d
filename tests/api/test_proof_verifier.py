"""The `verify.py` of a proof: in a bare Python, with any usage, and within the project."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from epcis_core.proof.verdict import main
from tests.api.bundles import Made, flipped, make, packed, spoiled, without
from tests.api.test_proof_bundle import WHOLE


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("ledger"))


def run(folder: Path, *arguments: str | Path) -> tuple[int, str, str]:
    """Run the `verify.py` of an unpacked proof in a Python without any package."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", folder / "verify.py", *arguments],
        cwd=folder,
        env={},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_verifier_in_the_proof_runs_in_a_bare_python(made: Made, tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_bytes(made.files["verify.py"])
    (tmp_path / "before.txt").write_text(made.before.note, encoding="utf-8")
    proof = packed(made.files, tmp_path / "proof.zip")
    code, out, err = run(tmp_path, proof, "--key", made.key)
    both = [line for language in ("vi", "en") for line in ["", *WHOLE[language]]]
    assert (code, out.splitlines(), err) == (0, both, "")
    code, out, err = run(tmp_path, proof, "--checkpoint", "before.txt", "--language", "en")
    assert (code, err) == (0, "")
    assert "The checkpoint from elsewhere agrees: its 2 entries are the first of this log." in out
    packed(spoiled(made, flipped("records/3/salt")), proof)
    code, out, err = run(tmp_path, proof, "--key", made.key, "--language", "en")
    assert (code, out.splitlines()[1:4], err) == (
        1,
        [
            "NOT PROVEN. Do not rely on this proof; ask for a new one.",
            "1 of 6 records is not the one in the log.",
            "Record 3 was changed: its text, its salt or its metadata.",
        ],
        "",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.zip"], "No such file or directory: 'none.zip'"),
        (["verify.py", "--key", "none"], "'none' is no verifier key"),
        ([], "the following arguments are required: proof"),
    ],
    ids=["no file", "no key", "nothing"],
)
def test_the_verifier_in_the_proof_tells_wrong_usage(
    made: Made, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "verify.py").write_bytes(made.files["verify.py"])
    code, out, err = run(tmp_path, *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_a_file_that_is_no_proof_is_not_proven(made: Made, tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_bytes(made.files["verify.py"])
    code, out, _ = run(tmp_path, "verify.py", "--language", "en")
    assert code == 1
    assert "The proof cannot be read: BadZipFile: File is not a zip file." in out


def test_the_same_program_runs_in_the_project(
    made: Made, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    proof = packed(made.files, tmp_path / "proof.zip")
    assert main([str(proof), "--key", made.key, "--language", "en"]) == 0
    assert capfdbinary.readouterr().out.decode().splitlines() == ["", *WHOLE["en"]]
    packed(spoiled(made, without("manifest.note")), proof)
    assert main([str(proof), "--language", "vi"]) == 1
    with pytest.raises(SystemExit):
        main([str(proof), "--key", "none"])


def test_the_verifier_in_the_proof_is_python_3_9(made: Made) -> None:
    tree = ast.parse(made.files["verify.py"], feature_version=(3, 9))
    imported: set[Any] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert imported <= {*sys.stdlib_module_names}
