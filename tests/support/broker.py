"""A Kafka of one test alone, which it may kill and start again."""

from pathlib import Path

from deploy.local import kafka, process
from tests.support.ports import free_ports


class Broker:
    """One broker on ports of its own, which it keeps; running from the beginning."""

    def __init__(self, folder: Path) -> None:
        """Start it, with its data in a folder."""
        self._folder = folder
        self._port, self._controller = free_ports(2)
        self.bootstrap = f"127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start it, with all that it had."""
        log = self._folder / "kafka.log"
        self._running = kafka.start(self._folder / "kafka", self._port, self._controller, log=log)

    def kill(self) -> None:
        """End it without letting it tidy up."""
        process.kill(self._running)
