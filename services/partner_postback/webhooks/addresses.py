"""Which addresses may be called: else a partner's webhook could reach what only we can reach."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# All that is given out for the world to reach; what embeds an IPv4 address lies within, or is none.
_GLOBAL_UNICAST = IPv6Network("2000::/3")


class NotPublic(Exception):
    """The name leads to an address that is not public."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} leads to an address that is not public.")


class NoAddress(Exception):
    """The name leads nowhere."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} has no address.")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Answer whether an address is of the public internet.

    None of these is: 127.0.0.1, 10.1.2.3, 169.254.169.254 (a cloud's own), 100.64.0.1 (behind a
    carrier's NAT), 224.0.0.1, ::1, fe80::1, fc00::1; nor is an IPv6 address that stands for one
    of IPv4, public or not: ::ffff:10.0.0.1, 2002:a00:1::, 64:ff9b::a00:1.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    is_unicast = address in _GLOBAL_UNICAST and address.is_global
    return is_unicast and address.sixtofour is None and address.teredo is None


def addresses_of(host: str, port: int, *, to_private: bool) -> list[str]:
    """Answer the addresses of a name, to be called as they are; raises NotPublic, NoAddress.

    Whoever asks again for the name when it calls may get another answer: so nobody does. Of several
    addresses all must be public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoAddress(host) from None
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
    if not to_private and not all(is_public(_read(one)) for one in addresses):
        raise NotPublic(host)
    return addresses


def _read(address: str) -> IPv4Address | IPv6Address:
    return ip_address(address.partition("%")[0])  # a zone names an interface of this machine
