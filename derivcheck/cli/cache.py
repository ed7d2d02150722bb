"""Verdicts of earlier runs, kept in `.derivcheck_cache` as long as nothing that they rest upon has changed.

They rest upon every file that was read or looked for, on the options, on the versions of derivcheck and of what it
stands on, and on the folder it runs in. What a run did not finish in its time, and derivcheck's own bugs, are not kept.
Each entry is signed with a secret of the user: one that comes with somebody's repository is none.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import pickle
import platform
import secrets
import sys
from dataclasses import fields, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from derivcheck.pipeline.request import Request
from derivcheck.pipeline.results import FileResult
from derivcheck.spec.reads import UNSTEADY, state_of

FOLDER = ".derivcheck_cache"
IRRELEVANT = frozenset({"subjects", "exit_zero", "jobs", "memory", "progress"})  # parts of a request that no file feels
DISTRIBUTIONS = (
    "derivcheck-nn",
    "sympy",
    "mpmath",
    "numpy",
    "ruamel.yaml",
    "markdown-it-py",
    "mdit-py-plugins",
    "pylatexenc",
)
FLEETING = frozenset({"DC643", "DC644", "DC645"})  # what another run may find otherwise
SIGNED = hashlib.sha256().digest_size


class Cache:
    """The entries of one folder under one request."""

    def __init__(self, folder: Path, request: Request, secret: bytes) -> None:
        self._folder, self._secret = folder, secret
        asked = [(one.name, repr(getattr(request, one.name))) for one in fields(request) if one.name not in IRRELEVANT]
        documents = os.environ.get("DERIVCHECK_DOCUMENTS", "")
        self._asked = repr((surroundings(), os.getcwd(), documents, asked))

    @classmethod
    def of(cls, root: Path, request: Request) -> Cache | None:
        """None where nothing can be kept: without a home for the secret, or in a folder that takes no file."""
        try:
            secret = _secret(_home())
            folder = root / FOLDER
            if not folder.is_dir():
                folder.mkdir()
                (folder / ".gitignore").write_text("*\n", encoding="utf-8")
            return cls(folder, request, secret)
        except OSError:
            return None

    def found(self, path: Path) -> FileResult | None:
        """The verdicts on a file that still stand."""
        try:
            data = self._place(path).read_bytes()
        except OSError:
            return None
        signature, body = data[:SIGNED], data[SIGNED:]
        if not hmac.compare_digest(signature, self._signature(path, body)):
            return None
        reads, result = pickle.loads(body)  # which this user has written
        assert isinstance(result, FileResult)
        return result if all(state_of(name) == state for name, state in reads.items()) else None

    def keep(self, path: Path, result: FileResult) -> None:
        """Keep the verdicts on a file, where another run would find the same."""
        reads = dict(result.reads)
        fleeting = result.error is not None and result.error.code in FLEETING
        if not reads or UNSTEADY in reads.values() or fleeting or result.exit_code == 3:
            return
        body = pickle.dumps((reads, replace(result, durations=(), reads=())), pickle.HIGHEST_PROTOCOL)
        place = self._place(path)
        beside = place.with_suffix(f".{os.getpid()}.part")
        try:
            beside.write_bytes(self._signature(path, body) + body)
            os.replace(beside, place)
        except OSError:  # what cannot be kept is found again
            beside.unlink(missing_ok=True)

    def _place(self, path: Path) -> Path:
        asked = repr((self._asked, str(path))).encode("utf-8", "surrogatepass")
        return self._folder / hashlib.sha256(asked).hexdigest()

    def _signature(self, path: Path, body: bytes) -> bytes:
        return hmac.digest(self._secret, self._place(path).name.encode() + body, "sha256")


@lru_cache(maxsize=1)
def surroundings() -> tuple[str, ...]:
    """What verdicts depend upon besides files and options; of this package each module, for who works on it."""
    package = Path(__file__).parents[1]
    modules = []
    for parent, folders, names in os.walk(package):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            found = os.stat(os.path.join(parent, name))
            modules.append(f"{parent}/{name} {found.st_size} {found.st_mtime_ns}")
    code = hashlib.sha256("\n".join(modules).encode("utf-8", "surrogatepass")).hexdigest()
    versions = [f"{name} {_version(name)}" for name in DISTRIBUTIONS]
    return sys.version, platform.platform(), platform.machine(), code, *versions


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _home() -> Path:
    """Where programs keep what is a user's own. Raises OSError where there is no such place."""
    try:
        beside = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
        return Path(beside) if beside else Path.home() / ".cache"
    except RuntimeError as problem:
        raise OSError(str(problem)) from None


def _secret(home: Path) -> bytes:
    """The secret of the user, made when it is first asked for. Raises OSError."""
    place = home / "derivcheck" / "secret"
    try:
        found = place.read_bytes()
        if len(found) == SIGNED:
            return found
    except FileNotFoundError:
        pass
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f"secret.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SIGNED))
    os.replace(beside, place)
    return place.read_bytes()
