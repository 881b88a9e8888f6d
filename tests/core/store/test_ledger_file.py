"""Opening a ledger file: what it takes, what it refuses and in which words."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from epcis_core.errors import StoreError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import sign_checkpoint
from epcis_core.store.ledger import Ledger
from tests.core.store.filled import original, path
from tests.ingest.documents import NOW, captured, document, item, observed

__all__ = ["original", "path"]


def refusal(path: Path, *, create: bool = True) -> str:
    with pytest.raises(StoreError) as caught:
        Ledger.open(path, create=create)
    return str(caught.value)


def test_a_new_file_is_a_ledger_without_entries(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "new.duckdb") as ledger, ledger.reading() as cursor:
        assert cursor.execute("SELECT count(*) FROM entry").fetchall() == [(0,)]
    with Ledger.open(tmp_path / "new.duckdb", create=False):
        pass


def test_an_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    path.touch()
    assert refusal(path, create=False) == f"There is no ledger at {path}"
    Ledger.open(path).close()
    Ledger.open(path, create=False).close()


def test_a_database_without_tables_becomes_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    assert refusal(path, create=False) == f"There is no ledger at {path}"
    Ledger.open(path).close()
    Ledger.open(path, create=False).close()


def make_random(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7 " + bytes(range(256)) * 100)


def make_short(path: Path) -> None:
    path.write_text("{}")


def make_other_database(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE stock (item VARCHAR)")


def make_database_with_our_names(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE ledger (amount INTEGER)")
        connection.execute("CREATE TABLE entry (amount INTEGER)")
        connection.execute("CREATE TABLE event (amount INTEGER)")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(make_random, "{path} is not a ledger file", id="another file"),
        pytest.param(make_short, "{path} is not a ledger file", id="a very short file"),
        pytest.param(Path.mkdir, "{path} is a folder, not a ledger file", id="a folder"),
        pytest.param(
            make_other_database, "{path} is a DuckDB file, but not a ledger", id="another database"
        ),
        pytest.param(
            make_database_with_our_names,
            "{path} is a DuckDB file, but not a ledger",
            id="another database with tables of our names",
        ),
    ],
)
def test_what_is_no_ledger_is_refused(
    tmp_path: Path, make: Callable[[Path], None], sentence: str
) -> None:
    path = tmp_path / "other.duckdb"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    assert refusal(path) == sentence.format(path=path)
    assert before is None or path.read_bytes() == before


def test_a_missing_file_or_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.duckdb"
    assert refusal(path, create=False) == f"There is no ledger at {path}"
    assert not path.exists()
    path = tmp_path / "no" / "folder" / "none.duckdb"
    assert refusal(path) == f"There is no folder {path.parent} for the ledger none.duckdb"
    assert not path.parent.exists()


def emptied(path: Path) -> None:
    os.truncate(path, 0)


@pytest.fixture
def crashed(path: Path, tmp_path: Path) -> Path:
    """A ledger as it is left by a process that was killed after a commit."""
    with Ledger.open(path) as ledger:
        captured(ledger, document(observed(item("new"))))
        log = path.with_name(f"{path.name}.wal")
        assert log.stat().st_size
        (tmp_path / "kept").write_bytes(log.read_bytes())
    (tmp_path / "kept").rename(log)
    return path


@pytest.mark.parametrize("lose", [emptied, Path.unlink])
def test_no_ledger_is_made_where_the_log_of_a_lost_one_stands(
    crashed: Path, lose: Callable[[Path], None]
) -> None:
    log = crashed.with_name(f"{crashed.name}.wal")
    before = log.read_bytes()
    lose(crashed)
    for create in (True, False):
        assert refusal(crashed, create=create) == (
            f"The ledger {crashed} is gone: ledger.duckdb.wal beside it has what was last "
            "committed to it. Move that away, and bring a backup back with `epcis restore`"
        )
    assert log.read_bytes() == before


@pytest.mark.parametrize("lose", [emptied, Path.unlink])
def test_no_ledger_is_made_where_a_lost_one_has_signed_what_it_had(
    path: Path, lose: Callable[[Path], None]
) -> None:
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        sign_checkpoint(ledger, books, NOW)
    lose(path)
    told = "ledger.duckdb.service beside it has signed 12 entries. Move that away,"
    assert told in refusal(path)


@pytest.mark.parametrize("lose", [emptied, Path.unlink])
def test_a_ledger_that_had_signed_nothing_yet_is_made_again(
    tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        sign_checkpoint(ledger, books, NOW)
    lose(path)
    Ledger.open(path).close()


def test_bookkeeping_that_cannot_be_read_is_not_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    path.with_name(f"{path.name}.service").write_bytes(b"x" * 5000)
    assert refusal(path).startswith(
        f"The ledger {path} is gone: ledger.duckdb.service beside it cannot be read: "
    )


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="no /sys here")
def test_a_folder_that_takes_no_file_is_named() -> None:
    # Even the superuser may not write here, unlike in a folder without the permission.
    path = Path("/sys/ledger.duckdb")
    assert refusal(path) == f"{path} cannot be opened for writing: no permission"


@pytest.fixture
def ordinary_user(tmp_path: Path) -> Iterator[Path]:
    """A folder of one's own, without the powers of the superuser."""
    nobody, root = 65534, os.geteuid()
    if root != 0:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, nobody, nobody)
        os.seteuid(nobody)
        try:
            yield Path(folder)
        finally:
            os.seteuid(root)


def test_a_read_only_folder_and_a_read_only_file_are_named(ordinary_user: Path) -> None:
    path = ordinary_user / "shut" / "ledger.duckdb"
    path.parent.mkdir()
    path.parent.chmod(0o500)
    assert refusal(path) == f"{path} cannot be opened for writing: no permission"
    path.parent.chmod(0o700)
    Ledger.open(path).close()
    path.chmod(0o400)
    assert refusal(path) == f"{path} cannot be opened for writing: no permission"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda raw: raw[: len(raw) // 2], id="cut in half"),
        pytest.param(lambda raw: raw[:20_000] + b"x" * 5_000 + raw[25_000:], id="overwritten"),
    ],
)
def test_a_damaged_file_is_said_to_be_damaged(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "ledger.duckdb"
    Ledger.open(path).close()
    path.write_bytes(damage(path.read_bytes()))
    assert refusal(path).startswith(f"{path} is damaged: ")


def test_another_process_that_holds_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    script = (
        "import sys; from epcis_core.store.ledger import Ledger\n"
        "with Ledger.open(sys.argv[1]): print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        said = refusal(path)
        holder.communicate()
    assert said == f"{path} is in use by another process (process {holder.pid})"
    Ledger.open(path).close()


def test_one_process_opens_a_file_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    (tmp_path / "link.duckdb").symlink_to(path)
    with Ledger.open(path):
        assert refusal(path) == f"{path} is open already"
        link = tmp_path / "link.duckdb"
        assert refusal(link) == f"{link} is open already"
    Ledger.open(path).close()


def test_a_closed_ledger_says_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    ledger = Ledger.open(path)
    ledger.close()
    ledger.close()
    with (
        pytest.raises(StoreError, match=r"cannot be read: Connection Error: .* closed"),
        ledger.reading(),
    ):
        pass
    with pytest.raises(StoreError, match=r"cannot be written: .* closed"), ledger.writing():
        pass


def test_an_error_while_writing_takes_everything_back(ledger: Ledger) -> None:
    def half_done() -> None:
        with ledger.writing() as cursor:
            cursor.execute("INSERT INTO ledger VALUES ('half', 'done')")
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError, match="on the way"):
        half_done()
    with ledger.reading() as cursor:
        assert cursor.execute("SELECT name FROM ledger").fetchall() == [("format",)]


def test_an_error_of_the_database_is_a_store_error(ledger: Ledger) -> None:
    with pytest.raises(StoreError, match=r"ledger\.duckdb cannot be written: Constraint Error"):  # noqa: SIM117 - reads better
        with ledger.writing() as cursor:
            cursor.execute("INSERT INTO ledger VALUES ('format', 'twice')")


def test_a_reader_sees_one_state_and_never_waits_for_the_writer(ledger: Ledger) -> None:
    names = "SELECT name FROM ledger ORDER BY name"
    with ledger.reading() as before, ledger.writing() as cursor:
        assert before.execute(names).fetchall() == [("format",)]
        cursor.execute("INSERT INTO ledger VALUES ('new', '')")
        seen: list[object] = []

        def read() -> None:
            with ledger.reading() as during:
                seen.extend(during.execute(names).fetchall())

        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=30)
        assert seen == [("format",)]
        cursor.commit()
        cursor.begin()
        with ledger.reading() as after:
            assert after.execute(names).fetchall() == [("format",), ("new",)]
        assert before.execute(names).fetchall() == [("format",)]


def test_writers_take_turns(ledger: Ledger) -> None:
    order: list[str] = []
    first_is_in, first_may_go = threading.Event(), threading.Event()

    def first() -> None:
        with ledger.writing() as cursor:
            first_is_in.set()
            first_may_go.wait(30)
            cursor.execute("INSERT INTO ledger VALUES ('first', '')")
            order.append("first")

    def second() -> None:
        with ledger.writing() as cursor:
            order.append(str(cursor.execute("SELECT count(*) FROM ledger").fetchall()[0][0]))

    writers = [threading.Thread(target=first), threading.Thread(target=second)]
    writers[0].start()
    assert first_is_in.wait(30)
    writers[1].start()
    writers[1].join(0.2)
    assert order == []
    first_may_go.set()
    for writer in writers:
        writer.join(30)
    assert order == ["first", "2"]
