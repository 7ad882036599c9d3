"""Programs that the benches need and pip does not bring: found, or installed where we may."""

import os
import shutil
import subprocess
from pathlib import Path

# program → the Debian package that has it
PACKAGES = {"wrk": "wrk", "nginx": "nginx-light"}
_INSTALL_SECONDS = 300


class MissingTool(RuntimeError):
    """A program is missing and cannot be installed from here."""

    def __init__(self, program: str) -> None:
        """Say it in one sentence."""
        package = PACKAGES[program]
        super().__init__(f"The bench needs {program}: install it (apt-get install {package}).")


def program(name: str) -> str:
    """Answer the path of a program, installing its Debian package if we may; raises MissingTool."""
    found = _find(name)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(PACKAGES[name])
        found = _find(name)
    if found is None:
        raise MissingTool(name)
    return found


def _find(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")


def _install(package: str) -> None:
    # A policy file keeps Debian from starting what is only wanted as a program.
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        for command in (
            ["update", "-q"],
            ["install", "-y", "-q", "--no-install-recommends", package],
        ):
            subprocess.run(
                ["apt-get", *command],
                check=False,
                capture_output=True,
                timeout=_INSTALL_SECONDS,
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            )
    finally:
        if ours:
            policy.unlink()
