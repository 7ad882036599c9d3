"""A stack never shares a port with another one."""

import socket

from deploy.local import ports


def test_ports_are_moved_all_together_when_one_is_taken() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        chosen = ports.choose(lambda first: {"web": first, "relay": first + 1}, taken - 1)
    assert chosen["web"] > taken
    assert chosen["relay"] == chosen["web"] + 1
