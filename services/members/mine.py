"""A member who acts on his own account, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import request
from sqlalchemy import Connection

from services.members import store
from services.members.codes.asking import Post
from services.members.domain import Member, Status
from services.members.front import front
from services.members.handlers import MemberBlocked
from services.members.joining.numbers import Numbers


@dataclass(frozen=True, slots=True)
class Mine:
    """Who acts, from which address, with which tools, and when."""

    connection: Connection
    member_id: UUID
    address: str
    post: Post
    numbers: Numbers
    now: datetime

    def lock(self) -> Member:
        """Answer the member, whom only this transaction changes; raises MemberBlocked."""
        member = store.find(self.connection, self.member_id, lock=True)
        # The session may be some minutes older than the block or the erasure.
        if member.status is not Status.ACTIVE:
            raise MemberBlocked(self.member_id)
        return member


@contextmanager
def mine(address: str = "") -> Iterator[Mine]:
    """Let the signed-in member act; raises NotSignedIn."""
    here = front()
    member_id = here.access.subject(request)
    with here.engine.begin() as connection:
        yield Mine(connection, member_id, address, here.post, here.numbers, here.clock())
