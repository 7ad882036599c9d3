"""Invitation codes: eight characters that a member gives to friends; each is one member's."""

import secrets
from uuid import UUID

from sqlalchemy import Connection

from services.members.joining import store

# Without those that are taken for each other when a code is read out: 0 O, 1 I.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 8
_TRIES = 5


class UnknownInvitation(ValueError):
    """No active member gave this code."""

    code = "unknown_invitation"
    field = "invitation_code"

    def __init__(self) -> None:
        super().__init__("invitation_code: nobody gave this code; leave it out if you have none.")


def read(text: str) -> str:
    """Answer a code as it is kept: ` k7wq-2m9x` is `K7WQ2M9X`."""
    return text.strip().upper().replace("-", "").replace(" ", "")


def inviter(connection: Connection, text: str) -> UUID:
    """Answer who gave a code; raises UnknownInvitation."""
    found = store.inviter(connection, read(text))
    if found is None:
        raise UnknownInvitation
    return found


def of(connection: Connection, member_id: UUID) -> str:
    """Answer a member's code, made when it is first asked for."""
    for _ in range(_TRIES):
        code = store.invitation(connection, member_id)
        if code is not None:
            return code
        made = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        store.add_invitation(connection, member_id, made)
    message = "five codes in a row were taken: the random source is broken"
    raise RuntimeError(message)
