"""Which files a person means."""

from pathlib import Path

from ingest.files import expand


def test_a_folder_gives_its_epcis_files_in_order_of_name(tmp_path: Path) -> None:
    for name in ("b.json", "a.JSONLD", "sub/0.jsonld", "notes.txt", "z.json/inner.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = [str(path.relative_to(tmp_path)) for path in expand([tmp_path])]
    assert found == ["a.JSONLD", "b.json", "sub/0.jsonld", "z.json/inner.json"]


def test_files_are_taken_as_given(tmp_path: Path) -> None:
    named, missing = tmp_path / "notes.txt", tmp_path / "missing.json"
    named.touch()
    assert list(expand([missing, named])) == [missing, named]
    assert list(expand([])) == []
