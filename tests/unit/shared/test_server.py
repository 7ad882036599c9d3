"""Whose address counts behind a proxy."""

from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from shared.server import behind

PROXIES = ("10.0.0.0/8", "192.0.2.1")


def seen(connects: str, forwarded: str | None, proxies: tuple[str, ...] = PROXIES) -> str:
    addresses: list[str] = []

    def app(environ: WSGIEnvironment, _start: StartResponse) -> list[bytes]:
        addresses.append(environ["REMOTE_ADDR"])
        return []

    environ = {"REMOTE_ADDR": connects}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    behind(proxies, app)(environ, lambda *_: lambda _: None)  # type: ignore[arg-type]
    return addresses[0]


@pytest.mark.parametrize(
    ("connects", "forwarded", "address"),
    [
        ("10.0.0.7", "203.0.113.5", "203.0.113.5"),
        ("192.0.2.1", "198.51.100.9, 203.0.113.5, 10.1.1.1", "203.0.113.5"),
        ("10.0.0.7", None, "10.0.0.7"),
        ("203.0.113.5", "198.51.100.9", "203.0.113.5"),
        ("203.0.113.5", None, "203.0.113.5"),
    ],
)
def test_only_a_known_proxy_is_believed(connects: str, forwarded: str, address: str) -> None:
    """INVARIANT: a visitor who writes the header himself does not choose his address."""
    assert seen(connects, forwarded) == address


def test_without_proxies_the_header_is_nothing() -> None:
    assert seen("127.0.0.1", "198.51.100.9", ()) == "127.0.0.1"
