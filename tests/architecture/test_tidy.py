"""Small promises about text: nothing of one machine, no loose ends, waiting by condition."""

import re
from pathlib import Path

from tests.architecture import source

MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|root|home/\w|Users/\w)[/\w]*")
REGISTRY_HOSTS = re.compile(
    r"\b(docker\.io|ghcr\.io|quay\.io|gcr\.io|pypi\.org|pythonhosted\.org|npmjs\.org"
    r"|repo1?\.maven\.org|repo\.maven\.apache\.org|proxy\.golang\.org)\b"
)
LOOSE_ENDS = re.compile(r"\b(TODO|FIXME|HACK)\b")
BUSINESS = re.compile(r"(?i)(?<![a-z])(click|partner|offer|bonus|payout|member)(s|es)?(?![a-z])")
THIS_FILE = Path(__file__)


def _hits(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{source.name(path)}:{number}: {line.strip()[:90]}"
        for path in files
        if path != THIS_FILE
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_path_of_one_machine() -> None:
    """A clean clone works wherever it lies."""
    assert _hits(MACHINE_PATHS, source.text_files()) == []


def test_no_registry_is_named() -> None:
    """Where packages and images come from is the machine's setting, not the repository's."""
    assert _hits(REGISTRY_HOSTS, source.text_files()) == []


def test_no_loose_ends() -> None:
    """What is left to do is an issue, not a comment."""
    assert _hits(LOOSE_ENDS, source.text_files()) == []


def test_shared_knows_nothing_of_the_programme() -> None:
    """The kit has no word for a click, partner, bonus, payout or member."""
    assert _hits(BUSINESS, source.python_files("shared")) == []


def test_tests_wait_for_conditions() -> None:
    """INVARIANT: a test polls with a deadline, as tests/support does; it never sleeps."""
    sleeping = [
        f"{source.name(path)}:{line}"
        for path in source.python_files("tests")
        if "support" not in path.parts
        for called, line in source.calls(path)
        if called.split(".")[-1] == "sleep"
    ]
    assert sleeping == []


def test_our_own_code_is_never_mocked() -> None:
    """Tests run the real thing; what cannot be had is played by a process over HTTP."""
    mocking = {
        source.name(path)
        for path in source.python_files("tests")
        for one in source.imports(path)
        if one.startswith(("unittest.mock", "mock.", "pytest_mock"))
    }
    assert not mocking


def test_the_lock_names_no_address() -> None:
    """Every package is pinned and hashed; where it comes from is left to the machine."""
    lock = (source.ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert not re.findall(r"(?m)^--.*", lock)
    pinned = re.findall(r"(?m)^[a-z0-9].*$", lock)
    assert all("==" in line for line in pinned)
    assert lock.count("--hash=sha256:") >= len(pinned)
