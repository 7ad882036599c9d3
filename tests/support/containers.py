"""The servers of a test session as containers, from the images that docker-compose.yml names.

Each is a plain container on a port chosen beforehand (Kafka must know the port that it advertises).
The reaper is off: xdist workers come and go; the process that outlives them calls `remove`.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import docker
import yaml
from docker.errors import DockerException
from testcontainers.core.container import DockerContainer

from deploy.local import kafka, postgres, redis
from tests.support.ports import free_ports

PASSWORD = "tests"  # of a server that lives for one test session
START_SECONDS = 120
COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"


def images_are_had() -> bool:
    """Say whether the engine has the images: nothing is pulled during a test run."""
    try:
        engine = docker.from_env()
        for name in ("postgres", "redis", "kafka"):
            engine.images.get(_image(name))
        engine.close()
    except DockerException:
        return False
    return True


def start() -> tuple[dict[str, str], list[str]]:
    """Start all three; answer their addresses and the ids of their containers."""
    os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
    postgres_port, redis_port, kafka_port = free_ports(3)
    dsn = postgres.dsn(postgres_port, PASSWORD)
    ids = [
        _run("postgres", 5432, postgres_port, {"POSTGRES_PASSWORD": PASSWORD}),
        _run("redis", 6379, redis_port, {}),
        _run("kafka", 9092, kafka_port, _kafka_settings(kafka_port)),
    ]
    _wait(lambda: postgres.answers(dsn), "PostgreSQL")
    _wait(lambda: redis.answers(redis_port), "Redis")
    _wait(lambda: kafka.answers(kafka_port), "Kafka")
    addresses = {
        "postgres_dsn": dsn,
        "redis_url": redis.url(redis_port),
        "kafka_bootstrap": f"127.0.0.1:{kafka_port}",
    }
    return addresses, ids


def remove(ids: list[str]) -> None:
    """Remove the containers with those ids."""
    if not ids:
        return
    engine = docker.from_env()
    for container_id in ids:
        engine.containers.get(container_id).remove(force=True, v=True)
    engine.close()


def _run(name: str, inside: int, port: int, settings: Mapping[str, str]) -> str:
    container = DockerContainer(_image(name)).with_envs(**settings).with_bind_ports(inside, port)
    return str(container.start().get_wrapped_container().id)


def _image(name: str) -> str:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    return str(services[name]["image"])


def _kafka_settings(port: int) -> dict[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }


def _wait(ask: Callable[[], bool], name: str) -> None:
    deadline, pause = time.monotonic() + START_SECONDS, threading.Event()
    while not ask():
        if time.monotonic() > deadline:
            message = f"{name} in its container was not ready in {START_SECONDS} s"
            raise RuntimeError(message)
        pause.wait(0.2)
