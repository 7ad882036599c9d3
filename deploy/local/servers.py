"""The three real servers together; as a program: `python -m deploy.local.servers FOLDER PORT`.

The test suite, the stack and a developer's shell all start them here, so they are the same.
"""

import sys
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from deploy.local import kafka, postgres, process, redis


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the servers listen, all on 127.0.0.1."""

    postgres: int
    redis: int
    kafka: int
    controller: int


@dataclass(frozen=True, slots=True)
class Servers:
    """Servers that run, and their addresses."""

    postgres_dsn: str
    redis_url: str
    kafka_bootstrap: str
    processes: tuple[process.Running, ...]


def start(folder: Path, ports: Ports, password: str) -> Servers:
    """Start all three at the same time: together they take as long as Kafka alone."""
    running = start_missing(folder, ports, password)
    return Servers(
        postgres.dsn(ports.postgres, password),
        redis.url(ports.redis),
        f"127.0.0.1:{ports.kafka}",
        running,
    )


def start_missing(  # noqa: PLR0913 - what is told of each server, by name
    folder: Path,
    ports: Ports,
    password: str,
    *,
    note: process.Note = process.forget,
    ready: process.Note = process.forget,
    alive: Collection[str] = (),
) -> tuple[process.Running, ...]:
    """Start those that are not alive; each is noted when it exists, and again when it answers."""
    logs = folder / "logs"
    starts: dict[str, Callable[[], process.Running]] = {
        "postgres": lambda: postgres.start(
            folder / "postgres", ports.postgres, password, log=logs / "postgres.log", note=note
        ),
        "redis": lambda: redis.start(
            folder / "redis", ports.redis, log=logs / "redis.log", note=note
        ),
        "kafka": lambda: kafka.start(
            folder / "kafka", ports.kafka, ports.controller, log=logs / "kafka.log", note=note
        ),
    }
    missing = [one for name, one in starts.items() if name not in alive]
    with ThreadPoolExecutor(len(starts)) as together:
        futures = [together.submit(one) for one in missing]
        for future in as_completed(futures):
            ready(future.result())
        return tuple(future.result() for future in futures)


def stop(servers: Servers) -> None:
    """Stop them all."""
    for running in servers.processes:
        if running.name == "postgres":
            postgres.stop(running)
        else:
            process.stop(running)


def main() -> None:
    """Start the servers in a folder, on four ports from the given one, until Ctrl-C."""
    folder, first = Path(sys.argv[1]), int(sys.argv[2])
    servers = start(folder, Ports(first, first + 1, first + 2, first + 3), "local")
    sys.stdout.write(f"{servers.postgres_dsn}\n{servers.redis_url}\n{servers.kafka_bootstrap}\n")
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        stop(servers)


if __name__ == "__main__":
    main()
