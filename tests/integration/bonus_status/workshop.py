"""Where the state of a desk is built again, and compared."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy import comparing
from deploy.comparing import Comparison
from deploy.target import Target
from services.bonus_status.replay.rebuild import Rebuild
from services.bonus_status.replay.rules import read_rules
from services.bonus_status.store.replay import rebuilds
from shared import event_log
from shared.database import connect
from shared.http_client import HttpClient
from shared.migrate import upgrade
from tests.integration.bonus_status.logs import KEY, Logs

SCHEMA = "again"
OPTIONS = f"-c search_path={SCHEMA}"


class Workshop:
    """One live database with its logs, and rebuilds of it."""

    def __init__(self, logs: Logs, url_of: Callable[[str], str]) -> None:
        self.logs, self.desk = logs, logs.desk
        self._url, self._auditor = url_of("bonus_status"), url_of("auditor")
        self._stop_at: int | None = None
        self.said: list[tuple[str, int, int]] = []

    def rebuild(
        self, rules: str = "", *, stop_at: int | None = None, begin_anew: bool = False
    ) -> int:
        """Build it, as the process does; stopped after so many steps it is as if it was killed."""
        rebuilds.open_schema(self.desk.engine, SCHEMA, begin_anew=begin_anew)
        upgrade("services.bonus_status", self._url, options=OPTIONS)
        again = event_log.silent(connect(self._url, options=OPTIONS))
        try:
            with again.begin() as connection:
                rebuilds.make_ready(connection)
                rebuilds.note_rules(connection, SCHEMA, rules)
            with self.logs.served() as urls:
                services = {name: HttpClient(url, bearer=KEY) for name, url in urls.items()}
                one = Rebuild(self.desk.engine, again, services, read_rules(rules), self._say)
                self._stop_at = stop_at
                return one.run()
        finally:
            again.dispose()

    def process(self, urls: Mapping[str, str], rules: Path | None = None) -> subprocess.Popen[str]:
        """Start the process of a rebuild: a real one, which can be killed."""
        asked = {"REBUILD_RULES": str(rules)} if rules else {}
        asked |= {"DATABASE_URL": self._url, "OPERATOR_KEY": KEY, "REBUILD_INTO": SCHEMA}
        command = [sys.executable, "-m", "services.bonus_status", "rebuild"]
        asked |= {f"{name.upper()}_URL": url for name, url in urls.items()}
        return subprocess.Popen(command, env=os.environ | asked, stdout=subprocess.PIPE, text=True)

    def compare(self, *, by_other_rules: bool = False) -> Comparison:
        system = Target({}, "", "", self._auditor, "")
        return comparing.compare(system, SCHEMA, by_other_rules=by_other_rules)

    def _say(self, step: str, done: int, of: int) -> None:
        self.said.append((step, done, of))
        if self._stop_at is not None and len(self.said) >= self._stop_at:
            raise KeyboardInterrupt
