"""Programs of the benchmarks run as processes of their own and say what they measured."""

from pathlib import Path

import pytest

from bench.environments import Environments, NotRunError
from bench.large_documents import write


def test_a_document_is_captured_by_a_process_that_says_what_it_took(tmp_path: Path) -> None:
    document = tmp_path / "few.json"
    write(document, 20, seed=3)
    told = Environments(tmp_path).run(
        None, "capture_ours", document, tmp_path / "ledger.duckdb", 20
    )
    assert {name: told[name] > 0 for name in told} == {
        "seconds": True,
        "processor": True,
        "memory": True,
        "index": True,
    }
    assert told["index"] < 1


def test_a_program_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(NotRunError) as failed:
        Environments(tmp_path).run(None, "hash_ours", "/none", "/none")
    last = "FileNotFoundError: [Errno 2] No such file or directory: '/none'"
    assert str(failed.value) == f"`hash_ours` failed: {last}"
