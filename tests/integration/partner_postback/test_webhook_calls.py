"""One call to a partner's server: 15 seconds at most, to public addresses alone, no further."""

import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.partner_postback.webhooks.call import Caller, CallFailed
from tests.integration.partner_postback.listening import (
    PartnersServer,
    answers,
    drips,
    partners_server,
    waits_for,
)

_SECONDS = 0.5
_NEVER_LONGER = 5.0


@pytest.fixture
def server() -> Iterator[PartnersServer]:
    with partners_server() as running:
        yield running


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    """Lets a server that hangs go in the end."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def caller() -> Caller:
    return Caller(to_private=True, timeout_seconds=_SECONDS)


def test_a_redirect_is_an_answer_and_is_not_followed(
    caller: Caller, server: PartnersServer
) -> None:
    """INVARIANT: a partner's server cannot send us to an address that we did not look at."""
    with partners_server() as inner:
        server.behaves.append(answers(302, Location=inner.url))
        assert caller.post(server.url, b"{}", {"webhook-id": "1"}).status == 302
        assert (len(server.got), len(inner.got)) == (1, 0)


def test_a_server_that_is_silent_is_waited_for_so_long_and_no_longer(
    caller: Caller, server: PartnersServer, stop: threading.Event
) -> None:
    server.behaves.append(waits_for(stop))
    _fails_in_time(caller, server.url)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 10"])
def test_a_server_that_drips_its_head_is_cut_off(
    caller: Caller, server: PartnersServer, stop: threading.Event, head: bytes
) -> None:
    """INVARIANT: a byte now and then resets a time-out; the call ends all the same."""
    server.behaves.append(drips(stop, head))
    _fails_in_time(caller, server.url)


def _fails_in_time(caller: Caller, url: str) -> None:
    began = time.monotonic()
    with pytest.raises(CallFailed):
        caller.post(url, b"{}", {})
    assert time.monotonic() - began < _NEVER_LONGER


@pytest.mark.parametrize("length", [b"", b"Content-Length: 99999999999\r\n"])
def test_a_body_that_never_ends_does_not_change_what_was_answered(
    caller: Caller, server: PartnersServer, stop: threading.Event, length: bytes
) -> None:
    server.behaves.append(drips(stop, b"HTTP/1.1 200 OK\r\n" + length + b"\r\n"))
    began = time.monotonic()
    assert caller.post(server.url, b"{}", {}).status == 200
    assert time.monotonic() - began < _NEVER_LONGER


def test_of_a_large_answer_only_the_beginning_is_read(
    caller: Caller, server: PartnersServer
) -> None:
    sent = 0

    def floods(handler: object) -> None:
        nonlocal sent
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")  # type: ignore[attr-defined]
        try:
            while sent < 200 * 2**20:
                handler.wfile.write(b"x" * 2**16)  # type: ignore[attr-defined]
                sent += 2**16
        except OSError:
            return

    server.behaves.append(floods)
    answer = caller.post(server.url, b"{}", {})
    assert (answer.status, len(answer.text)) == (200, 201)
    assert sent < 20 * 2**20  # what fits the sockets' buffers


@pytest.mark.parametrize(
    "garbage", [b"", b"\xff\xfe\r\n\r\n", b"HTTP/9.9 abc\r\n\r\n", b"SSH-2.0\r\n"]
)
def test_what_is_no_http_is_a_failed_call(
    caller: Caller, server: PartnersServer, garbage: bytes
) -> None:
    server.behaves.append(lambda handler: handler.wfile.write(garbage) and None)
    with pytest.raises(CallFailed):
        caller.post(server.url, b"{}", {})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0"])
def test_this_machine_is_never_called(server: PartnersServer, host: str) -> None:
    """INVARIANT: whatever way an address is written, and whatever a name leads to."""
    port = server.url.split(":")[2].split("/")[0]
    with pytest.raises(CallFailed, match="public"):
        Caller().post(f"https://{host}:{port}/told", b"{}", {})
    assert server.got == []


def test_a_name_that_leads_nowhere_is_a_failed_call() -> None:
    with pytest.raises(CallFailed, match="no address"):
        Caller().post("https://nowhere.invalid/", b"{}", {})
    with pytest.raises(CallFailed, match="no address"):
        Caller().post(f"https://{'x' * 70}.example/", b"{}", {})


def test_the_certificate_must_be_of_the_name_though_the_address_is_called(tmp_path: Path) -> None:
    """INVARIANT: pinning the address leaves TLS as it was: the name is asked for and checked."""
    authority, own = _certificate(tmp_path, "localhost")
    trusting = ssl.create_default_context(cafile=str(authority))
    with partners_server(certificate=own) as server:
        caller = Caller(to_private=True, tls=trusting)
        named = server.url.replace("127.0.0.1", "localhost")
        assert caller.post(named, b"{}", {}).status == 204
        assert server.got[0][0]["host"] == named.split("/")[2]
        with pytest.raises(CallFailed, match="CERTIFICATE_VERIFY_FAILED"):
            caller.post(server.url, b"{}", {})
        with pytest.raises(CallFailed, match="CERTIFICATE_VERIFY_FAILED"):
            Caller(to_private=True).post(named, b"{}", {})
    assert len(server.got) == 1


def _certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate that is its own authority, and the same with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "authority.pem").write_bytes(pem)
    (folder / "own.pem").write_bytes(private + pem)
    return folder / "authority.pem", folder / "own.pem"
