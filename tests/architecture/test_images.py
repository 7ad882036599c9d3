"""The one image recipe: any builder, no privileges, the locked versions."""

import re
import subprocess
import sys
from pathlib import Path

from tests.architecture import source

DEPLOY = source.ROOT / "deploy"
PINNED = re.compile(r"(?m)^([a-z0-9][\w.-]*==\S+)")


def test_recipe_suits_every_builder() -> None:
    """The classic builder knows no `RUN --mount` and no `COPY --chmod`."""
    recipe = (DEPLOY / "Dockerfile").read_text()
    instructions = "\n".join(line for line in recipe.splitlines() if not line.startswith("#"))
    assert "--mount" not in instructions
    assert "--chmod" not in instructions


def test_no_image_runs_as_root() -> None:
    """Each final stage names its user before its entry point."""
    recipe = (DEPLOY / "Dockerfile").read_text()
    stages = recipe.split("\nFROM ")[2:]
    assert len(stages) == 2
    assert all(stage.index("USER cashback") < stage.index("ENTRYPOINT") for stage in stages)


def test_service_image_copies_one_service() -> None:
    """INVARIANT: a service's image holds the kit, the contracts and that service, nothing else."""
    recipe = (DEPLOY / "Dockerfile").read_text()
    base, _, service = recipe.split("\nFROM ")[1:]
    copied = re.findall(r"(?m)^COPY (\S+)", base + "\n" + service)
    assert copied == [
        "deploy/runtime.lock",
        "deploy/compose/healthcheck",
        "contracts",
        "shared",
        "services/__init__.py",
        "services/${SERVICE}",
    ]


def test_images_install_the_locked_versions() -> None:
    """deploy/runtime.lock is a part of requirements.lock: what was tested is what runs."""
    whole = set(PINNED.findall((source.ROOT / "requirements.lock").read_text()))
    runtime = (DEPLOY / "runtime.lock").read_text()
    part = set(PINNED.findall(runtime))
    assert part - whole == set()
    assert runtime.count("--hash=sha256:") >= len(part)
    assert "://" not in runtime
    assert "\n--" not in runtime


def test_what_runs_in_an_image_needs_no_package_that_it_has_not() -> None:
    """What would break it: a tool of the local stack's, imported by what containers run."""
    tools = ["deploy.compose.setup", "deploy.compose.seed", "deploy.demo.__main__", "deploy.cli"]
    folders = sorted((source.ROOT / "services").glob("*/__main__.py"))
    services = [f"services.{one.parent.name}.__main__" for one in folders]
    command = [sys.executable, str(Path(__file__).parent / "images_own_packages.py")]
    for modules in (tools, services):
        done = subprocess.run([*command, *modules], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2_000:]
