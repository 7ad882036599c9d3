"""What is compared: a till's redemptions over HTTP, and pgbench updating one row a transaction."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import requests

from deploy import databases
from deploy.local import postgres, process
from deploy.local.ports import free_ports
from deploy.local.ready import wait_ready
from services.payout.certificates.codes import CodeBook, new_code
from shared.migrate import upgrade
from tests.bench.tools import program
from tests.bench.wrk import Load, read_load

_ROOT = Path(__file__).parents[2]
_FIRST_PORT = 19_700
_START_SECONDS = 90
_ROLE, _PASSWORD, _KEY = "payout", "bench", "till-of-the-bench"
_CERTIFICATE_KEY = bytes(range(32))
_ROWS = 50_000
_UPDATE = f"\\set row random(1, {_ROWS})\nUPDATE one_row SET value = value + 1 WHERE id = :row;\n"
_TABLE = f"""
CREATE TABLE one_row (id int PRIMARY KEY, value bigint NOT NULL);
INSERT INTO one_row SELECT n, 0 FROM generate_series(1, {_ROWS}) AS n;
"""
_OWNERS = """
INSERT INTO members (member_id) SELECT gen_random_uuid();
INSERT INTO salons (salon_id, name, is_on) VALUES ('centre', 'Centre', true);
"""
# Each of an order of its own; one of 2 000 rubles, as a run would have left it.
_CERTIFICATES = """
WITH payout AS (
    INSERT INTO payouts (payout_id, member_id, kind, amount, minimum, reserved, state,
                         requested_at, completed_at, ordered_with)
    SELECT gen_random_uuid(), member_id, 'certificate', 2000, 2000, 2000, 'settled', now(), now(),
           gen_random_uuid()
    FROM members, generate_series(1, %(count)s)
    RETURNING payout_id, member_id
), numbered AS (SELECT payout_id, member_id, row_number() OVER () AS n FROM payout)
INSERT INTO certificates (certificate_id, payout_id, member_id, denomination, code_hash,
                          code_sealed, issued_at)
SELECT gen_random_uuid(), payout_id, member_id, 2000, hash, repeat('s', 48), now()
FROM numbered JOIN unnest(%(hashes)s::bytea[]) WITH ORDINALITY AS codes (hash, n) USING (n)
"""
_SCRIPT = """
local requests, turn = {}, 0
init = function()
  for line in io.lines("%s") do
    local code, receipt = line:match("(%%S+) (%%S+)")
    local body = '{"code":"' .. code .. '","receipt":"' .. receipt
        .. '","goods":"smartphone","price_minor":150000}'
    requests[#requests + 1] = wrk.format("POST", "/till/redemptions", {
        ["Authorization"] = "Bearer %s", ["Content-Type"] = "application/json"}, body)
  end
end
request = function()
  turn = turn + 1
  if turn >= #requests then wrk.thread:stop() end
  return requests[math.min(turn, #requests)]
end
"""


@dataclass(frozen=True, slots=True)
class Tills:
    """The web process and the server below it."""

    url: str
    port: int
    pid: int
    folder: Path

    def redeem(self, name: str, codes: int, *, seconds: int, clients: int) -> Load:
        """Redeem certificates made for this burst, each once, for at most so long."""
        listed = self.folder / f"{name}.codes"
        made = [new_code() for _ in range(codes)]
        _keep(self.url, made)
        listed.write_text("".join(f"{code} {name}-{n}\n" for n, code in enumerate(made)))
        script = listed.with_suffix(".lua")
        script.write_text(_SCRIPT % (listed, _KEY))
        command = [program("wrk"), "-t1", f"-c{clients}", f"-d{seconds}s", "--latency"]
        said = subprocess.run(
            [*command, "-s", str(script), f"http://127.0.0.1:{self.port}"],
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds + 60,
        ).stdout
        return read_load(said)

    def pgbench(self, *, seconds: int, clients: int) -> float:
        """Answer commits a second of so many clients that update a row of many each."""
        script = self.folder / "update.sql"
        script.write_text(_UPDATE)
        said = subprocess.run(
            [
                *(str(postgres.program("pgbench")), "--no-vacuum", "-M", "prepared"),
                *("-c", str(clients), "-j", str(min(clients, 2)), "-T", str(seconds)),
                *("-f", str(script), self.url),
            ],
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds + 60,
        ).stdout
        match = re.search(r"tps = ([\d.]+)", said)
        assert match is not None, said
        return float(match[1])

    def cpu_seconds(self) -> float:
        """Answer what the web process and its worker have taken of a core so far."""
        server = psutil.Process(self.pid)
        times = [one.cpu_times() for one in (server, *server.children(recursive=True))]
        return sum(one.user + one.system for one in times)

    def count(self, what: str) -> int:
        """Count rows: of a table, with a condition."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(f"SELECT count(*) FROM {what}".encode()).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def tills(folder: Path) -> Iterator[Tills]:
    """Payout's web process as it is deployed, on a real PostgreSQL with fsync on, and one salon."""
    (port,) = free_ports(_FIRST_PORT, 1)
    running = postgres.start(folder / "postgres", port, _PASSWORD, log=folder / "postgres.log")
    try:
        databases.prepare(
            postgres.dsn(port, _PASSWORD), "service", dict.fromkeys(databases.ROLES, _PASSWORD)
        )
        url = databases.as_role(postgres.dsn(port, _PASSWORD), "service", _ROLE, _PASSWORD)
        upgrade("services.payout", url)
        with psycopg.connect(url) as connection:
            connection.execute((_TABLE + _OWNERS).encode())
            key = hashlib.sha256(_KEY.encode()).digest()
            connection.execute("INSERT INTO salon_keys VALUES (%s, 'centre', now())", [key])
        yield from _web(url, folder)
    finally:
        postgres.stop(running)
        postgres.forget(folder / "postgres")


def _web(url: str, folder: Path) -> Iterator[Tills]:
    (port,) = free_ports(_FIRST_PORT, 1)
    settings = {
        "DATABASE_URL": url,
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "LISTEN_PORT": str(port),
        "OPERATOR_KEY": "clerk",
        "SERVICE_KEY": "service",
        "SESSION_KEYS": (b"k" * 32).hex(),
        "CERTIFICATE_KEYS": _CERTIFICATE_KEY.hex(),
        "MANIFEST_KEYS": "6d" * 32,
        "OPERATOR_CALLBACK_KEYS": "6f" * 32,
        "MEMBERS_URL": "http://127.0.0.1:1",
        "OPERATOR_BILLING_URL": "http://127.0.0.1:1",
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "services.payout", "web"]
    environment = os.environ | settings
    running = process.start(
        "payout", command, log=folder / "payout.log", env=environment, cwd=_ROOT
    )
    try:
        wait_ready(running, lambda: _answers(port), _START_SECONDS)
        yield Tills(url, port, running.pid, folder)
    finally:
        process.stop(running)


def _keep(url: str, codes: list[str]) -> None:
    book = CodeBook([_CERTIFICATE_KEY])
    hashes = [book.hashes(code)[0] for code in codes]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_CERTIFICATES, {"count": len(codes), "hashes": hashes})
        # What a burst finds is what a day finds: rows that were counted and written out before.
        connection.execute("VACUUM ANALYZE certificates, payouts")


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok
    except requests.RequestException:
        return False
