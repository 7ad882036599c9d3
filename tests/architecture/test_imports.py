"""Who may import whom: services stand alone, the kit knows none of them."""

from pathlib import Path

import pytest

from tests.architecture import source

OWN = {"services", "shared", "deploy", "tests"}


def _own_imports(path: Path) -> set[str]:
    return {one for one in source.imports(path) if one.split(".")[0] in OWN}


@pytest.mark.parametrize("service", source.SERVICES)
def test_a_service_imports_itself_and_shared_alone(service: str) -> None:
    """INVARIANT: services meet in topics and HTTP. One import of a neighbour breaks its image."""
    allowed = (f"services.{service}.", "shared.")
    strangers = {
        f"{source.name(path)} imports {one}"
        for path in source.python_files(f"services/{service}")
        for one in _own_imports(path)
        if not f"{one}.".startswith(allowed)
    }
    assert not strangers


def test_shared_imports_nothing_of_ours() -> None:
    """The kit could be lifted into another product as it is."""
    strangers = {
        f"{source.name(path)} imports {one}"
        for path in source.python_files("shared")
        for one in _own_imports(path)
        if not one.startswith("shared.")
    }
    assert not strangers


def test_deploy_imports_no_service() -> None:
    """Tools reach services as people do: over HTTP and by starting their processes."""
    strangers = {
        f"{source.name(path)} imports {one}"
        for path in source.python_files("deploy")
        for one in _own_imports(path)
        if one.startswith(("services", "tests"))
    }
    assert not strangers


def test_only_one_module_knows_the_kafka_library() -> None:
    """shared/kafka.py alone imports kafka; the local server's starter may ask whether it is up."""
    importers = {
        source.name(path)
        for path in source.python_files(*source.CODE)
        for one in source.imports(path)
        if one.split(".")[0] == "kafka"
    }
    assert importers <= {"shared/kafka.py", "deploy/local/kafka.py"}


def test_only_config_modules_read_the_environment() -> None:
    """Settings come from one place a service; the kit's reader is shared/config.py."""
    readers = {
        f"{source.name(path)} imports {one}"
        for path in source.python_files("services", "shared")
        if path.name != "config.py"
        for one in source.imports(path)
        if one in {"os.environ", "os.getenv", "os.environb", "shared.config.environment"}
        or one.split(".")[0] == "environs"
    }
    readers |= {
        f"{source.name(path)} reads os.environ"
        for path in source.python_files("services", "shared")
        if path.name != "config.py"
        and any(word in path.read_text() for word in ("os.environ", "os.getenv"))
    }
    assert not readers


def test_domain_modules_do_no_input_or_output() -> None:
    """Rules are pure: no database, no web, no clock, nothing of the kit but money and months."""
    allowed_of_shared = ("shared.money.", "shared.months.", "shared.clock.Clock")
    forbidden = {"sqlalchemy", "psycopg", "flask", "requests", "kafka", "redis", "time", "os"}
    impure = {
        f"{source.name(path)} imports {one}"
        for path in source.python_files("services")
        if "domain" in (path.stem, path.parent.name)
        for one in source.imports(path)
        if one.split(".")[0] in forbidden
        or (one.startswith("shared.") and not one.startswith(allowed_of_shared))
    }
    assert not impure
