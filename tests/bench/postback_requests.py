"""Postbacks made beforehand, signed or by GET with macros, and the burst that sends them.

Signing is the partner's work: done before the clock starts, so that the load itself costs little.
"""

import json
import secrets
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from services.partner_postback.formats.signature import sign
from shared.schemas import rfc3339
from shared.sealed import Sealer
from tests.bench.tools import program
from tests.bench.wrk import Load, read_load

STORE_NUMBER = 1
_SIGNED = """
    local id, timestamp, signature, body = line:match("([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)\\t(.*)")
    requests[#requests + 1] = wrk.format("POST", "%s", {
      ["webhook-id"] = id, ["webhook-timestamp"] = timestamp, ["webhook-signature"] = signature,
      ["Content-Type"] = "application/json"}, body)
"""
_MACRO = """
    requests[#requests + 1] = wrk.format("GET", "%s?" .. line)
"""
_SCRIPT = """
local requests, turn = {}, 0
init = function()
  for line in io.lines("%s") do
    %s
  end
end
request = function()
  turn = turn + 1
  if turn >= #requests then wrk.thread:stop() end
  return requests[math.min(turn, #requests)]
end
"""


def write(path: Path, count: int, secret: str, click_key: bytes) -> Path:
    """Write so many signed reports, a line each."""
    sealer, now = Sealer([click_key]), datetime.now(UTC)
    with path.open("w") as file:
        for _ in range(count):
            body = json.dumps(_report(sealer, now)).encode()
            webhook_id, timestamp = f"msg_{uuid4().hex}", int(now.timestamp())
            signature = sign(secret, webhook_id, timestamp, body)
            file.write(f"{webhook_id}\t{timestamp}\t{signature}\t{body.decode()}\n")
    return path


def write_macros(path: Path, count: int, key: str, click_key: bytes) -> Path:
    """Write the query strings of so many reports by Admitad's template, a line each."""
    sealer, now = Sealer([click_key]), datetime.now(UTC)
    with path.open("w") as file:
        for _ in range(count):
            report = _report(sealer, now)
            sent = {
                "token": key,
                "subid": report["click_id"],
                "action_id": "1",
                "order_id": report["order_id"],
                "order_sum": "1099.00",
                "currency": "RUB",
                "status": "pending",
                "time": int((now - timedelta(minutes=10)).timestamp()),
                "type": "sale",
                "offer_id": "1234",
                "payment_sum": "76.93",
            }
            file.write(urlencode(sent) + "\n")
    return path


def burst(port: int, path: str, requests: Path, *, seconds: int, connections: int) -> Load:
    """Send the requests, each once, for at most so long."""
    form = _MACRO if path.endswith("/admitad") else _SIGNED
    script = requests.with_suffix(".lua")
    script.write_text(_SCRIPT % (requests, form % path))
    command = [program("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    said = subprocess.run(
        [*command, "-s", str(script), f"http://127.0.0.1:{port}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
    )
    return read_load(said.stdout)


def _report(sealer: Sealer, now: datetime) -> dict[str, object]:
    clicked_at = int((now - timedelta(hours=1)).timestamp() * 1000)
    click = uuid4().bytes + clicked_at.to_bytes(6, "big") + STORE_NUMBER.to_bytes(4, "big")
    return {
        "order_id": uuid4().hex,
        "line_id": "1",
        "action": "sale",
        "click_id": sealer.seal(click + secrets.token_bytes(6), b"click"),
        "status": "reported",
        "amount": {"amount_minor": 109_900, "currency": "RUB"},
        # Of the demo's first store too, which would hold a category that its terms do not name.
        "category": None,
        "ordered_at": rfc3339(now - timedelta(minutes=10)),
        "status_at": rfc3339(now - timedelta(minutes=10)),
        "reason": None,
    }
