"""The table of processes: complete, and without two that want one port."""

from pathlib import Path

from deploy.local.processes import PROCESSES, SANDBOX, SERVICES, wanted_ports

SERVICES_FOLDER = Path(__file__).parents[3] / "services"


def test_every_service_of_the_repository_is_started() -> None:
    folders = {path.parent.name for path in SERVICES_FOLDER.glob("*/__main__.py")}
    assert folders == {one.service for one in PROCESSES}


def test_every_process_wants_a_port_of_its_own() -> None:
    wanted = wanted_ports(8100)
    assert len(set(wanted.values())) == len(wanted)
    assert all(one.port_name in wanted for one in PROCESSES)


def test_the_addresses_in_the_readme_are_the_usual_ones() -> None:
    wanted = wanted_ports()
    assert [wanted[name] for name in (*SERVICES, *SANDBOX)] == [
        *range(8100, 8109),
        *range(8110, 8114),
    ]
