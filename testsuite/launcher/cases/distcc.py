"""kbx build --launcher distcc, with two daemons on this machine in the place of two machines."""

import os
import re
import socket
import subprocess
import time
from contextlib import contextmanager

from behaviour import behaviour
from common import DRIVER, MODULES, build, expect_served, without_debug_information, module, needed  # noqa: F401
from outcome import expect, expect_equal
from tools import SYSTEM_PATH

ADDRESS = "127.0.0.1"


def _free_port():
    with socket.socket() as free:
        free.bind((ADDRESS, 0))
        return free.getsockname()[1]


def _answers(port):
    try:
        socket.create_connection((ADDRESS, port), timeout=1).close()
        return True
    except OSError:
        return False


@contextmanager
def _daemons(count):
    """So many daemons; gives their ports."""
    program = needed("distccd")
    needed("distcc")
    ports = [_free_port() for _ in range(count)]
    daemons = [subprocess.Popen([program, "--daemon", "--no-detach", "--port", str(port), "--listen", ADDRESS, "--allow",
                                 ADDRESS, "--jobs", "2", "--log-stderr", "--enable-tcp-insecure"],
                                env={"PATH": SYSTEM_PATH}, stderr=subprocess.DEVNULL, start_new_session=True)
               for port in ports]
    try:
        for port in ports:
            for _ in range(100):
                if _answers(port):
                    break
                time.sleep(0.1)
            else:
                expect(False, f"distccd does not answer at port {port}")
        yield ports
    finally:
        for daemon in daemons:
            os.killpg(daemon.pid, 15)
            daemon.wait()


def _environment(workspace, ports):
    state = workspace.folder / "distcc"
    state.mkdir(exist_ok=True)
    return {"DISTCC_HOSTS": " ".join(f"{ADDRESS}:{port}/1" for port in ports), "DISTCC_DIR": str(state),
            "DISTCC_FALLBACK": "0"}


@behaviour
def two_daemons(workspace):
    """Both work, and what a kernel loads of the modules is what a build without distcc makes."""
    build(workspace, "plain")
    with _daemons(2) as ports:
        run = build(workspace, "out", "--launcher", "distcc", "-j4", environment=_environment(workspace, ports))
    expect_served(run, "distcc sent 4 of 4 compiles to other machines")
    record = (workspace.folder / "out/.kbx/launches").read_text()
    seen = {int(port) for port in re.findall(rf"compile .* on {ADDRESS}:(\d+)", record)}
    expect_equal(seen, set(ports), "daemons that compiled")
    for name in MODULES:
        bare = [without_debug_information(module(workspace, out, name)) for out in ("plain", "out")]
        expect(bare[0] == bare[1], f"{name}.ko is another with distcc")


@behaviour
def no_daemon(workspace):
    """Where distcc must not compile here, the build fails, and says why."""
    needed("distcc")
    environment = _environment(workspace, [_free_port()])
    run = build(workspace, "out", "--launcher", "distcc", environment=environment, status=1)
    expect("hint: distcc says: " in run.err, run.text())


@behaviour
def a_failure(workspace):
    """The compiler's words are told as without distcc."""
    workspace.replace("alpha.c", "return question", "return no_such_name")
    with _daemons(1) as ports:
        run = build(workspace, "out", "--launcher", "distcc", environment=_environment(workspace, ports), status=1)
    expect(f"{workspace.driver}/alpha.c" in run.out and "no_such_name" in run.out, run.text())
