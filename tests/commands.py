"""Commands in processes of their own, each forked from one that has imported what they need.

What a command says and how it ends is that of a process with its own arguments, folder, streams and environment.
What it costs to start an interpreter and to import the mathematics is paid once: who looks at the start itself
starts an interpreter.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import json
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

PATIENCE = 120  # seconds
LONGEST = 1 << 20  # bytes of what is asked


def command(module: str, *arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `python -m module` does; variables that Python itself reads have an interpreter started for them."""
    surroundings = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    if sys.platform == "linux" and not any(name.startswith("PYTHON") for name in environment):
        return _starter().run(module, arguments, cwd, surroundings)
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        encoding="utf-8",
        env=surroundings,
    )


class Starter:
    """The process that is forked, and our end of the connection to it; it ends with this one."""

    def __init__(self) -> None:
        self._connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._connection.settimeout(PATIENCE)
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
        theirs.close()
        atexit.register(self.end)

    def end(self) -> None:
        self._connection.close()
        self._process.wait()

    def run(
        self, module: str, arguments: tuple[str, ...], cwd: Path, environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        asked = json.dumps([module, arguments, str(cwd), environment]).encode()
        with open(os.devnull) as nothing, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            streams = [stream.fileno() for stream in (nothing, output, errors)]
            socket.send_fds(self._connection, [asked], streams)
            ended = self._connection.recv(LONGEST)
            assert ended, "the process that starts commands has ended"
            written = []
            for stream in (output, errors):
                stream.seek(0)
                written.append(stream.read().decode().replace("\r\n", "\n").replace("\r", "\n"))
        return subprocess.CompletedProcess([module, *arguments], int(ended), *written)


_starter = functools.cache(Starter)


def serve(connection: socket.socket) -> None:
    """Fork for everything that is asked, and tell how it ended, until nobody asks any more."""
    _load()
    while True:
        asked, streams, _, _ = socket.recv_fds(connection, LONGEST, 3)
        if not asked:
            return
        child = os.fork()
        if not child:
            connection.close()
            _become(*json.loads(asked), streams)
        for stream in streams:
            os.close(stream)
        connection.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _load() -> None:
    """Import what is needed; the plugin of pytest is left to it, and what servers and notebooks need to them."""
    import derivcheck

    for found in pkgutil.walk_packages(derivcheck.__path__, "derivcheck."):
        if not found.name.endswith("__main__") and not found.name.startswith("derivcheck.cli."):
            with contextlib.suppress(ImportError):  # of a library that need not be there
                importlib.import_module(found.name)
    importlib.import_module("pytest")
    from derivcheck.cli.main import run

    run(["check", "x = 2 * x"])  # what is imported and made at the first use


def _become(module: str, arguments: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> None:
    """Run a module as `python -m` does, in this process, and end it."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = [module, *arguments]
    sys.path[0] = folder
    code: object = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    # The modules are not taken apart: the system takes all of it.
    os._exit(code if isinstance(code, int) else bool(code))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
