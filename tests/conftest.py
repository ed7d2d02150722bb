"""What tests of the plugin need, and the same surroundings for every test."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import pytest

pytest_plugins = ["pytester"]

sys.dont_write_bytecode = False  # what is imported by every process of the tests is compiled once

SURROUNDINGS = (
    "CI",
    "BUILD_NUMBER",
    "NO_COLOR",
    "FORCE_COLOR",
    "COLUMNS",
    "LINES",
    "PYTEST_ADDOPTS",
    "PYTHONIOENCODING",
    "PYTHONDONTWRITEBYTECODE",
)
OURS = ("DERIVCHECK_DOCUMENTS", "DERIVCHECK_MUTANTS")


def pytest_collection_finish() -> None:
    """What is collected lives as long as the tests do: garbage is looked for elsewhere, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True, scope="session")
def bare_surroundings() -> Iterator[None]:
    """Nothing of what the machine sets may reach what a test runs.

    With CI set, pytest prints the whole message once more in its summary; with GITHUB_STEP_SUMMARY set, derivcheck
    would write into the page of the very run that tests it. Once for the session, so that wider fixtures see it too.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            foreign = name in SURROUNDINGS or name.startswith(("GITHUB_", "DERIVCHECK_"))
            if foreign and name not in OURS:
                patch.delenv(name)
        patch.setenv("DERIVCHECK_NO_CACHE", "1")  # what is tested is what is judged
        patch.setenv("DERIVCHECK_TRACEBACK", "1")  # a bug that would be noted by the way is seen
        yield
