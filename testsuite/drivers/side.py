"""Builds a cell once, with GNU make or with kbx, and measures it."""

import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import compare
from cachedir import Unavailable

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TIME_LIMIT = 1800

ERROR_LINE = re.compile(r"^(\S+):\d+:\d+: (?:fatal )?error: .*$", re.MULTILINE)
OTHER_ERRORS = re.compile(
    r"ERROR: modpost: .*|^\S+:\d+: \*\*\* .*|No rule to make target '[^']*'", re.MULTILINE
)


@dataclass
class Outcome:
    """What one build came to."""

    built: bool
    why: str  # first missing module or exit status, empty when built
    errors: dict  # the first one of each source file, or of the build as a whole
    log: str
    cpu: float  # user and system seconds of all processes
    wall: float
    files: list = field(default_factory=list)  # names of all that the folder has afterwards

    @property
    def first_error(self):
        return next(iter(self.errors.values()), "")


def private_path(folder, kdir, kbx):
    """A PATH whose first folder has the kernel's compiler by name, and kbx as `make` if given."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    provide_compiler(folder, kdir)
    if kbx:
        script = folder / "make"
        script.write_text(f'#!/bin/sh\nexec "{kbx}" make "$@"\n')
        script.chmod(0o755)
    return f"{folder}:{SYSTEM_PATH}"


def provide_compiler(folder, kdir, stand_in=True):
    """Debian's trees name their compiler; a newer one stands in where it is not installed, with `stand_in` also the
    machine's own. The links for several kernels may be in one folder. KBX_TEST_LD, if it is set, is GNU ld."""
    if os.environ.get("KBX_TEST_LD"):
        for name in ("ld", "x86_64-linux-gnu-ld"):
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(os.environ["KBX_TEST_LD"])
    variables = kdir / ".kernelvariables"
    named = variables.exists() and re.search(r"gcc-(\d+)", variables.read_text())
    if not named or shutil.which(named[0], path=SYSTEM_PATH):
        return
    candidates = [f"gcc-{version}" for version in range(14, int(named[1]), -1)] + ["gcc"] * stand_in
    found = next(
        (path for path in (shutil.which(name, path=SYSTEM_PATH) for name in candidates) if path),
        None,
    )
    if not found:
        raise Unavailable(f"neither {named[0]} nor a newer gcc is installed")
    for prefix in ("", "x86_64-linux-gnu-"):
        link = folder / (prefix + named[0])
        if not link.is_symlink():
            link.symlink_to(found)


def lay_out(recipe, top):
    """Makes a clean copy of the cell's folders at `top`."""
    for source, to in recipe.copies:
        shutil.copytree(source, top / to, symlinks=True, dirs_exist_ok=True)
    for patch in recipe.patches:
        subprocess.run(
            ["patch", "-s", "-p1", "-i", f"patches/{patch}"], cwd=top / recipe.folder, check=True
        )


def environment(path, home):
    """The environment of both sides: nothing of the caller's that could reach the build."""
    return {
        "PATH": path,
        "HOME": str(home),
        "LC_ALL": "C",
        "LANG": "C",
        "TMPDIR": str(home),
        "KBUILD_BUILD_TIMESTAMP": "2020-01-01",
        "XDG_CACHE_HOME": str(home / "cache"),
    }


def build(recipe, top, kept, env, prepare):
    """Lays the cell out at `top`, builds it there and moves everything to `kept`."""
    lay_out(recipe, top)
    outcome = run(prepare + recipe.commands, top / recipe.folder, env, recipe.modules)
    shutil.move(top, kept)
    outcome.files = sorted(compare.files_below(kept))
    return outcome


def run(commands, folder, env, modules, limit=TIME_LIMIT):
    """Runs the commands one after the other, each for `limit` seconds at most, and tells whether they made the
    modules."""
    log, cpu, status, began = [], 0.0, 0, time.monotonic()
    for command in commands:
        status, text, seconds = _run_one(["bash", "-c", command], folder, env, limit)
        log.append(f"$ {command}\n{text}")
        cpu += seconds
        if status:
            break
    missing = [name for name in modules if not (folder / name).exists()]
    why = f"exit status {status}" if status else f"{missing[0]} was not made" if missing else ""
    text = "\n".join(log)
    return Outcome(not why, why, errors_in(text), text, cpu, time.monotonic() - began)


def _run_one(words, folder, env, limit):
    # The log lies outside the sources, whose folders have to keep their times.
    with open(Path(env["HOME"]) / "log", "w+", errors="replace") as log:
        child = subprocess.Popen(
            words,
            cwd=folder,
            env=env | {"PWD": str(folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + limit
        pause = 0.002
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                os.killpg(child.pid, signal.SIGKILL)
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
        child.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        text = log.read()
    return child.returncode, text, usage.ru_utime + usage.ru_stime


def errors_in(log):
    """The first error of each source file, or of the build as a whole, by the file's name (or "")."""
    errors = {}
    for found in ERROR_LINE.finditer(log):
        errors.setdefault(found[1], found[0].strip())
    other = None if errors else OTHER_ERRORS.search(log)
    return {"": other[0].strip()} if other else errors
