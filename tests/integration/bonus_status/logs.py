"""The event logs of the services that bonus_status hears, over HTTP, as a rebuild reads them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager

from sqlalchemy import Engine, text

from services.bonus_status.replay.said import SAID_BY
from shared import event_log, ops, web
from shared.events import Event
from shared.identity import Access
from tests.integration.bonus_status.desk import Desk
from tests.support.serving import answering
from tests.support.waiting import eventually

KEY = "operator"
_SETTLED = """
SELECT NOT EXISTS (SELECT FROM event_log
                   WHERE transaction_id >= pg_snapshot_xmin(pg_current_snapshot()))
"""


class Logs:
    """What is said is written to the log of its service, and heard at the desk or not yet."""

    def __init__(self, desk: Desk, engine_of: Callable[[str], Engine]) -> None:
        """Take the desk, and the database of each service."""
        self.desk = desk
        self._engine_of = engine_of

    def say(self, *events: Event) -> None:
        """Say events of one topic."""
        with self._engine_of(SAID_BY[events[0].topic]).begin() as connection:
            event_log.add(connection, events)

    def tell(self, *events: Event) -> None:
        """Say events of one topic, and let the desk hear them."""
        self.say(*events)
        self.desk.hear(*events)

    @contextmanager
    def served(self) -> Iterator[Mapping[str, str]]:
        """Answer where each service's own routes are, once the logs can be read to their end."""
        for service in SAID_BY.values():
            eventually(lambda of=service: self._is_settled(of), seconds=30)  # type: ignore[misc]
        with ExitStack() as opened:
            yield {
                service: opened.enter_context(_serving(service, self._engine_of(service)))
                for service in SAID_BY.values()
            }

    def _is_settled(self, service: str) -> bool:
        """Whether no transaction of the server, of other tests maybe, is older than the log."""
        with self._engine_of(service).connect() as connection:
            return bool(connection.scalar(text(_SETTLED)))


def _serving(service: str, engine: Engine) -> AbstractContextManager[str]:
    app = web.create_app(
        service,
        title=service,
        blueprints=[ops.blueprint(engine, Access(KEY, "service"))],
        refusals=ops.REFUSALS,
        ready={},
    )
    return answering(app)
