"""A clerk's file whose connection breaks in the middle of it is refused by the real servers."""

import socket
from urllib.parse import urlsplit

import pytest

from deploy.demo.calls import ask, call
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

CHUNKED = "Transfer-Encoding: chunked"
LENGTH = "Content-Length: {}"
STORE = """
  - store_id: {}
    name: A store
    partner_id: travel-desk
    group: online-stores
    subgroup: marketplaces
    description: Everything.
    conditions: None.
    tracking_url: "https://store.example/?subid={{click_id}}"
    confirmation_days: 30
    terms:
      - {{valid_from: 2026-01-01, rates: {{others: 5%}}}}
"""
STORES = "stores:" + STORE.format("cut-first"), STORE.format("cut-second")
PROFILE = (
    """
about: A file whose end is cut
file: {kind: csv}
fields:
  order_id: {names: [order_id], required: true}
  status: {names: [status], required: true}
  status_at: {names: [status_at], required: true}
words: {ok: approved, no: declined}
""",
    "decimal: comma\n",
)
RATES = '<?xml version="1.0"?><ValCurs Date="28.11.2026" name="x"></ValCurs>', "\n\n\n"


def sent_in_part(  # noqa: PLR0913, PLR0917 - a request, and how it is cut
    stack: RunningStack, service: str, request: str, kind: str, body: tuple[str, str], framing: str
) -> bytes:
    """Send the first part of a body alone; answers all that the server says."""
    first, second = (part.encode() for part in body)
    head = (
        f"{request} HTTP/1.1",
        "Host: x",
        "Connection: close",
        f"Authorization: Bearer {stack.system.operator_key}",
        f"Content-Type: {kind}",
        framing.format(len(first + second)),
    )
    came = b"%x\r\n%s\r\n" % (len(first), first) if framing == CHUNKED else first
    address = urlsplit(stack.system.urls[service])
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port), timeout=15) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in (*head, "")).encode() + came)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answer:
            return answer.read()


@pytest.mark.parametrize(
    ("framing", "status", "code"),
    [(CHUNKED, b"411", b'"length_required"'), (LENGTH, b"400", b'"cut_short"')],
)
@pytest.mark.parametrize(
    ("service", "request_line", "kind", "body"),
    [
        ("catalog", "POST /api/imports", "application/yaml", STORES),
        ("partner_postback", "PUT /profiles/cut", "application/yaml", PROFILE),
        ("partner_postback", "POST /rates/import", "application/xml", RATES),
    ],
)
def test_a_file_that_is_cut_changes_nothing(  # noqa: PLR0913, PLR0917 - a table of cases
    stack: RunningStack,
    service: str,
    request_line: str,
    kind: str,
    body: tuple[str, str],
    framing: str,
    status: bytes,
    code: bytes,
) -> None:
    """INVARIANT: YAML and CSV make sense without their end: half of a catalog was taken for it."""
    answer = sent_in_part(stack, service, request_line, kind, body, framing)
    assert answer.split(b" ")[1] == status, answer
    assert code in answer
    assert call(stack.system.clerk("catalog"), "GET", "/api/stores/cut-first").status_code == 404
    profiles = ask(stack.system.clerk("partner_postback"), "/profiles")["data"]
    assert "cut" not in [one["name"] for one in profiles]


def test_json_of_which_nothing_came_is_not_a_request_without_a_body(stack: RunningStack) -> None:
    """INVARIANT: no secret is renewed by a request that was cut before its first byte."""
    asked = "POST /partners/travel-desk/secrets"
    kind, body = "application/json", ("", '{"kind": "key"}')
    answer = sent_in_part(stack, "partner_postback", asked, kind, body, LENGTH)
    assert answer.split(b" ")[1] == b"400", answer
    assert b'"malformed_json"' in answer
