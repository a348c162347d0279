"""A real PostgreSQL server on a socket of its own, that can be killed and started again.

with PostgresServer() as server:
    Store.open(folder, identity=IDENTITY, database_url=server.database())
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

_STARTS_IN_S = 60.0
_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda at: int(at.parent.name))


def programs() -> Path | None:
    """Where the server's programs are: Debian's newest, or those on the path; None without any."""
    found = [Path(found).parent for found in [shutil.which("postgres")] if found]
    return next(iter([*reversed(_PLACES), *found]), None)


class PostgresServer:
    """Keeps its data in a folder of its own, which is deleted at the end; nobody else reaches it.

    It sorts texts as people do, not by their bytes: what relies on bytes must say so.
    """

    def __init__(self) -> None:
        self._programs = programs()
        self._folder = Path(tempfile.mkdtemp(prefix="askpapers-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0

    def __enter__(self) -> Self:
        data = self._folder / "data"
        data.mkdir(mode=0o700)
        if os.getuid() == 0:  # it refuses to run as root
            user = pwd.getpwnam("nobody")
            for path in (self._folder, data):
                os.chown(path, user.pw_uid, user.pw_gid)
        sorting = ["--locale=C", "--locale-provider=icu", "--icu-locale=en"]
        made = ["-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "-N", *sorting]
        subprocess.run(self._command("initdb", *made), check=True, capture_output=True, cwd="/")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def database(self) -> str:
        """The address of an empty place for a library: a schema of its own, made quickly."""
        import psycopg

        self._made += 1
        with psycopg.connect(host=str(self._folder), user="tests", dbname="postgres") as conn:
            conn.execute(f"CREATE SCHEMA made{self._made}")
        options = f"-csearch_path%3Dmade{self._made}"
        return f"postgresql://tests@/postgres?host={self._folder}&options={options}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = {
            "listen_addresses": "",
            "fsync": "off",
            "unix_socket_directories": str(self._folder),
        }
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            self._command("postgres", "-D", self._folder / "data", *given),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        until = time.monotonic() + _STARTS_IN_S
        asked = self._command("pg_isready", "-q", "-h", self._folder)
        while subprocess.run(asked, cwd="/", check=False).returncode != 0:
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise TimeoutError("the PostgreSQL server did not start")
            time.sleep(0.1)

    def kill(self) -> None:
        """End it at once, whatever it is doing; what was committed is on the disk."""
        process, self._process = self._process, None
        if process is None:
            return
        asked = ["pgrep", "-P", str(process.pid)]
        found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
        process.kill()
        process.wait()
        for child in map(int, found):  # they end by themselves, but not at once
            while Path(f"/proc/{child}").exists():
                time.sleep(0.02)

    def _command(self, program: str, *arguments: object) -> list[str]:
        assert self._programs is not None
        changed = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        before = ["setpriv", *changed] if os.getuid() == 0 else []
        return [*before, str(self._programs / program), *map(str, arguments)]
