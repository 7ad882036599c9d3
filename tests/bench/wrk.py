"""Load by wrk: one thread, 32 connections, a request per member in turn, and what it measured."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.tools import program

CONNECTIONS = 32
_UNIT_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
_SCRIPT = """
local cookies = {%s}
local requests, turn = {}, 0
init = function()
  for place, cookie in ipairs(cookies) do
    requests[place] = wrk.format("GET", "%s", {["Cookie"] = cookie, ["User-Agent"] = "%s"})
  end
end
request = function()
  turn = turn %% #requests + 1
  return requests[turn]
end
"""
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0"


@dataclass(frozen=True, slots=True)
class Load:
    """What a burst of requests showed."""

    per_second: float
    p50_ms: float
    p99_ms: float
    answered: int
    failed: int


def write_script(path: Path, url_path: str, cookies: Sequence[str]) -> Path:
    """Write the requests of a burst: the same for every server, so their cost is the same too."""
    quoted = ",".join(f'"{cookie}"' for cookie in cookies)
    path.write_text(_SCRIPT % (quoted, url_path, _AGENT))
    return path


def burst(port: int, script: Path, seconds: int) -> Load:
    """Load a server of this machine for so long."""
    command = [program("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    said = subprocess.run(
        [*command, "-s", str(script), f"http://127.0.0.1:{port}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 30,
    ).stdout
    return read_load(said)


def read_load(said: str) -> Load:
    """Read what wrk printed."""
    return Load(
        per_second=float(_first(r"Requests/sec:\s+([\d.]+)", said)),
        p50_ms=_milliseconds(_first(r"(?m)^ +50% +(\S+)", said)),
        p99_ms=_milliseconds(_first(r"(?m)^ +99% +(\S+)", said)),
        answered=int(_first(r"(\d+) requests in", said)),
        failed=_failed(said),
    )


def _first(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        message = f"wrk did not say {pattern}: {text}"
        raise ValueError(message)
    return match[1]


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * _UNIT_MS[unit]


def _failed(said: str) -> int:
    not_redirects = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    lost = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    return int(not_redirects[1] if not_redirects else 0) + sum(
        map(int, lost.groups() if lost else ())
    )
