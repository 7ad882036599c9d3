"""Free TCP ports of this machine."""

import socket
from collections.abc import Callable, Mapping

from deploy.local.process import CannotStart

LAST_PORT = 65_000
BLOCK = 100


def choose(wanted: Callable[[int], Mapping[str, int]], first: int) -> Mapping[str, int]:
    """Answer the ports wanted from the first one up, or from the next block where all are free.

    Always a whole block: a stack that starts beside us has taken some of its ports and will take
    the others, and web servers would share a port with ours without a word.
    """
    for block in range(first, LAST_PORT, BLOCK):
        ports = wanted(block)
        if all(is_free(port) for port in ports.values()):
            return ports
    message = f"no {BLOCK} free ports from {first} up"
    raise CannotStart(message)


def free_ports(first: int, count: int) -> list[int]:
    """Find so many free ports, from the first one up."""
    found: list[int] = []
    while len(found) < count:
        found.append(_next_free(found[-1] + 1 if found else first))
    return found


def is_free(port: int) -> bool:
    """Say whether we could listen there."""
    with socket.socket() as listener:
        # As servers do: a port whose last connections are still closing down is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _next_free(first: int) -> int:
    for port in range(first, LAST_PORT):
        if is_free(port):
            return port
    message = f"no free port from {first} up"
    raise CannotStart(message)
