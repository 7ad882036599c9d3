"""The process of a rebuild: `python -m services.bonus_status rebuild`, told by its environment.

It writes a line of JSON for each step, {"step": …, "done": …, "of": …}, and at the end
{"applied": …, "rules_off": […]} or {"refused": …}; `cashback rebuild` makes a progress bar of that.
`rules_off` are those of the other bonus rules that stay off, and so give nothing.
"""

import json
import re
import sys
from pathlib import Path

from sqlalchemy import Engine

from services.bonus_status.config import RebuildSettings
from services.bonus_status.replay import commands
from services.bonus_status.replay.rebuild import CouldNotApply, Rebuild
from services.bonus_status.replay.rules import Rules, WrongRules, read_rules
from services.bonus_status.replay.said import SAID_BY, NotAnswered
from services.bonus_status.store.replay import rebuilds
from services.bonus_status.store.replay.alone import AlreadyAtWork, alone_with
from services.bonus_status.store.replay.rebuilds import NeverSaid, NotARebuild, OtherRules
from shared.database import connect
from shared.event_log import silent
from shared.http_client import CallFailed, HttpClient
from shared.migrate import upgrade

_SCHEMA = re.compile(r"[a-z][a-z0-9_]{1,40}", re.ASCII)
# For what applies, what reads ahead, what keeps what was said, and one to spare.
_CONNECTIONS = 4
# What a crash of the server loses is built again.
_OPTIONS = "-c search_path={} -c synchronous_commit=off"
_READ_SECONDS = 60.0
_REFUSALS = (
    WrongRules, NotARebuild, AlreadyAtWork, OtherRules, NeverSaid, CouldNotApply, NotAnswered,
    CallFailed, OSError,
)  # fmt: skip


class WrongSchema(ValueError):
    """The name is none that a schema of a rebuild can have."""

    def __init__(self, schema: str) -> None:
        """Say which can."""
        super().__init__(f"{schema!r}: write a name of a-z, 0-9 and _, at most 41 letters long.")


def rebuild(asked: RebuildSettings) -> int:
    """Rebuild as asked, and answer the exit code: 0, or 1 when it was refused."""
    try:
        count, off = _rebuild(asked)
    except (*_REFUSALS, WrongSchema) as refusal:
        _write({"refused": str(refusal) or type(refusal).__name__})
        return 1
    _write({"applied": count, "rules_off": off})
    return 0


def _rebuild(asked: RebuildSettings) -> tuple[int, list[str]]:
    if not _SCHEMA.fullmatch(asked.schema):
        raise WrongSchema(asked.schema)
    text = Path(asked.rules_file).read_text() if asked.rules_file else ""
    rules = read_rules(text)
    live = connect(asked.database_url)
    with live.connect() as connection:
        off = commands.check(rules, connection)
    with alone_with(live, asked.schema):
        return _build(asked, live, rules, text), off


def _build(asked: RebuildSettings, live: Engine, rules: Rules, text: str) -> int:
    rebuilds.open_schema(live, asked.schema, begin_anew=asked.begins_anew)
    options = _OPTIONS.format(asked.schema)
    upgrade("services.bonus_status", asked.database_url, options=options)
    again = silent(connect(asked.database_url, pool_size=_CONNECTIONS, options=options))
    with again.begin() as connection:
        rebuilds.make_ready(connection)
        rebuilds.note_rules(connection, asked.schema, text)
    services = {
        name: HttpClient(asked.urls[name], bearer=asked.operator_key, read_seconds=_READ_SECONDS)
        for name in SAID_BY.values()
    }
    return Rebuild(live, again, services, rules, _say).run()


def _say(step: str, done: int, of: int) -> None:
    _write({"step": step, "done": done, "of": of})


def _write(said: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
