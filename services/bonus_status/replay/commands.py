"""What clerks, members and jobs commanded here, applied again in its place between the events.

A command's row in its own table is its record; when it takes effect, it notes its place under a
topic of its own (`applied.note(connection, topic, [(id, 1)])`, in the same transaction). To make a
new kind of command replayable is to add a line below: topic → how to do it again. The function gets
the live database to read the record from, and the rebuilt one, whose transaction ends after it.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection

from services.bonus_status.store import settings

DoAgain = Callable[[Connection, Connection, Sequence[str]], None]


def _decide_again(live: Connection, again: Connection, numbers: Sequence[str]) -> None:
    for number in numbers:
        settings.change(again, **settings.decided(live, number))


COMMANDS: Mapping[str, DoAgain] = {settings.TOPIC: _decide_again}
