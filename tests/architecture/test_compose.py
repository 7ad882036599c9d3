"""docker-compose.yml runs the same processes as the local stack, closed by default."""

import re
from typing import Any

import pytest
import yaml

from deploy.local.processes import PROCESSES, Process
from tests.architecture import source

FILE = source.ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
OURS = {
    name: service
    for name, service in COMPOSE["services"].items()
    if service["image"].startswith("cashback/") and service["image"] != "cashback/tools"
}
VARIABLE = re.compile(r"\$\{([A-Z_]+)(:[-?])?([^}]*)\}")
SECRET = re.compile(r"(PASSWORD|KEYS?)$")


def _compose_name(one: Process) -> str:
    web = one.role == "web"
    return (one.service if web else f"{one.service}-{one.role}").replace("_", "-")


def test_names_are_those_of_the_folders() -> None:
    """INVARIANT: compose service = folder (with hyphens), and its role when it is not the web."""
    expected = {_compose_name(one): [f"services.{one.service}", one.role] for one in PROCESSES}
    assert {name: service["command"] for name, service in OURS.items()} == expected


@pytest.mark.parametrize("name", OURS)
def test_image_is_the_one_of_its_folder(name: str) -> None:
    """An image is built from one folder and named like it."""
    service = OURS[name]
    folder = service["command"][0].removeprefix("services.")
    assert service["image"] == f"cashback/{folder}"
    assert service.get("build", {}).get("args", {"SERVICE": folder}) == {"SERVICE": folder}


@pytest.mark.parametrize("name", OURS)
def test_process_is_locked_in(name: str) -> None:
    """A process can write to its volumes alone, gains no rights, restarts, and is watched."""
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][:2] == ["CMD", "healthcheck"]


def test_ports_are_published_on_this_machine_alone() -> None:
    """INVARIANT: nothing is reachable from outside by default."""
    ports = [port for one in COMPOSE["services"].values() for port in one.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_no_secret_has_a_default() -> None:
    """INVARIANT: no default password works anywhere, and a missing one is one clear sentence."""
    found = VARIABLE.findall(FILE.read_text())
    secrets = [(name, how, rest) for name, how, rest in found if SECRET.search(name)]
    assert secrets
    assert [one for one in secrets if one[1] == ":-"] == []
    first_use = {name: (how, rest) for name, how, rest in reversed(secrets)}
    told = {name for name, how, rest in secrets if how == ":?" and "make-env" in rest}
    assert told == set(first_use)


def test_make_env_writes_every_secret() -> None:
    """What compose asks for, the script writes."""
    script = (source.ROOT / "deploy" / "compose" / "make-env").read_text()
    wanted = {name for name, _, _ in VARIABLE.findall(FILE.read_text()) if SECRET.search(name)}
    lists = re.findall(r"for name in ([A-Z_ ]+);", script)
    passwords = {f"{name}_PASSWORD" for name in lists[0].split()}
    assert wanted == passwords | set(lists[1].split())
