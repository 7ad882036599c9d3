"""Network addresses of visitors, as limits count them."""

from ipaddress import IPv6Address, ip_address

_IPV6_SITE_BITS = 64


def address_counted(text: str) -> str:
    """Answer an address as it is counted; raises ValueError where it is none.

    An IPv6 line has 2^64 addresses of its own, so its first half counts:
    `2001:db8:1:2:3:4:5:6` is `2001:db8:1:2::/64`.
    """
    address = ip_address(text.strip())
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    site = int(address) >> _IPV6_SITE_BITS << _IPV6_SITE_BITS
    return f"{IPv6Address(site)}/{_IPV6_SITE_BITS}"


def address_or_text(text: str | None) -> str:
    """Answer the same; what is no address, such as a socket's name, counts as it stands."""
    try:
        return address_counted(text or "")
    except ValueError:
        return text or ""
