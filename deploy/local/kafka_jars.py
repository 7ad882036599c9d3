"""Apache Kafka's jars: fetched once from Maven Central into the user's cache, and kept there.

Clones and virtual environments come and go; 43 MB of jars need not. As a program it prints the
folder, after fetching it if need be; with `--cached` only if it is there.
"""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from deploy.local.process import CannotStart

POM = Path(__file__).with_name("pom.xml")
FETCH_SECONDS = 600


def folder() -> Path:
    """Answer where the jars of the pom's version of Kafka are kept."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "cashback" / f"kafka-{_pom_version()}"


def fetch() -> Path:
    """Answer the folder with the jars, after fetching them if this is the first time."""
    jars = folder()
    if not jars.exists():
        part = jars.with_name(f"{jars.name}.{os.getpid()}.part")
        _copy_dependencies(part)
        # Only a whole folder gets the name: an interrupted download starts again.
        part.rename(jars)
    return jars


def main() -> None:
    """Print the folder of the jars."""
    if "--cached" in sys.argv and not folder().exists():
        return
    sys.stdout.write(f"{fetch()}\n")


def _copy_dependencies(into: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        message = "no mvn: install Maven, which fetches Kafka (apt-get install maven)"
        raise CannotStart(message)
    goal = "dependency:copy-dependencies"
    command = [maven, "-q", "-B", "-f", str(POM), goal, f"-DoutputDirectory={into}"]
    subprocess.run(command, check=True, timeout=FETCH_SECONDS)  # noqa: S603 - the mvn of the PATH


def _pom_version() -> str:
    maven = "{http://maven.apache.org/POM/4.0.0}"
    # Our own file, not one from outside.
    found = ET.parse(POM).find(f"{maven}dependencies/{maven}dependency/{maven}version")  # noqa: S314
    if found is None or found.text is None:
        message = f"{POM.name} names no version of Kafka"
        raise CannotStart(message)
    return found.text


if __name__ == "__main__":
    main()
