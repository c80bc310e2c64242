"""Builds that are killed, and state that was damaged: the next run finishes, and its result is that of a clean build."""

import os
import random
import shutil
import signal
import subprocess
import time

from behaviour import behaviour
from common import DRIVER  # noqa: F401
from outcome import expect, expect_equal
from workspace import STATE, expect_equals_clean_build, products

ROUNDS = int(os.environ.get("KBX_KILL_ROUNDS", "4"))
GARBAGE = bytes(range(256)) * 3


def _members(session):
    """Process ids of a session."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(name)) == session:
                found.append(int(name))
        except OSError:
            continue
    return found


def _name(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return ""


def _kill(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _start(workspace):
    return subprocess.Popen(workspace.command("-j", 2), env=workspace.environment, cwd=workspace.folder,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            start_new_session=True)


def _reference(workspace):
    """What a clean build hands over and how long it takes."""
    began = time.monotonic()
    workspace.build("-j", 2)
    seconds = time.monotonic() - began
    clean = products(workspace.out())
    shutil.rmtree(workspace.out())
    return clean, seconds


def _rounds(workspace, victims, number=signal.SIGKILL):
    """ROUNDS times: starts a build, signals `victims` of its session at a random moment, and builds on."""
    clean, seconds = _reference(workspace)
    seed = int(os.environ.get("KBX_KILL_SEED", str(random.randrange(10**6))))
    moments = random.Random(seed)
    for turn in range(ROUNDS):
        moment = moments.uniform(0.02, seconds)
        where = f"seed {seed}, round {turn}, after {moment:.2f} of {seconds:.2f} s"
        started = _start(workspace)
        time.sleep(moment)
        _kill(victims(started.pid), number)
        started.wait()
        out = workspace.out()
        for name, content in (products(out) if out.exists() else {}).items():
            if name.endswith(".ko"):
                expect(content == clean.get(name), f"{name} is there but not whole ({where})")
        workspace.build("-j", 2)
        expect_equal(products(out), clean, f"what the next run handed over ({where})")
        if turn % 2:
            shutil.rmtree(out)
        else:
            os.utime(workspace.driver / "shared.h")


@behaviour
def everything_killed_at_any_moment(workspace):
    _rounds(workspace, _members)


@behaviour
def only_kbx_killed(workspace):
    """Ninja and the compilers may still run when the next kbx starts."""
    _rounds(workspace, lambda session: [session])


@behaviour
def only_ninja_killed(workspace):
    _rounds(workspace, lambda session: [pid for pid in _members(session) if _name(pid) == "ninja"])


def _group(session):
    """Process ids of the group that a session began with. Ninja gives each of its commands another one."""
    found = []
    for pid in _members(session):
        try:
            if os.getpgid(pid) == session:
                found.append(pid)
        except OSError:
            continue
    return found


@behaviour
def kbx_and_ninja_killed_at_once(workspace):
    """What Ninja started goes on, beside the next kbx."""
    _rounds(workspace, _group)


@behaviour
def interrupted_by_the_terminal(workspace):
    _rounds(workspace, _members, signal.SIGINT)


@behaviour
def killed_while_building_after_an_edit(workspace):
    """Old outputs are there: none of them may pass for the new one."""
    workspace.build()
    moments = random.Random(7)
    for turn in range(ROUNDS):
        workspace.append("shared.h", f"#define TURN_{turn}\n")
        workspace.replace("shared.h", f"SHARED_STEP {3 + turn}", f"SHARED_STEP {4 + turn}")
        started = _start(workspace)
        time.sleep(moments.uniform(0.02, 1.5))
        _kill(_members(started.pid), signal.SIGKILL)
        started.wait()
        workspace.build()
    expect_equals_clean_build(workspace)


def _state_files(workspace):
    state = workspace.out() / STATE
    files = sorted(path for path in state.rglob("*")
                   if path.is_file() and path.relative_to(state).parts[0] != "tree")
    expect(any(path.name == "build.ninja" for path in files), f"no build.ninja among {files}")
    return files


def _with_damage(workspace, damage):
    """Damages each state file in turn, with an edit pending, and looks at the next build."""
    workspace.build()
    for turn, path in enumerate(_state_files(workspace)):
        if not path.exists():
            continue
        workspace.replace("alpha.c", "return ", f"return {turn} + ")
        damage(path)
        run = workspace.run(workspace.command())
        expect(run.status == 0, f"exit status {run.status} after damage to {path.name}\n{run.text()}")
        expect("internal error" not in run.text(), f"after damage to {path.name}:\n{run.text()}")
        found = products(workspace.out())
        workspace.build()
        expect_equal(products(workspace.out()), found, f"second build after damage to {path.name}")
    expect_equals_clean_build(workspace)


@behaviour
def emptied_state_files(workspace):
    _with_damage(workspace, lambda path: path.write_bytes(b""))


@behaviour
def state_files_cut_in_half(workspace):
    _with_damage(workspace, lambda path: path.write_bytes(path.read_bytes()[:path.stat().st_size // 2]))


@behaviour
def state_files_with_a_torn_end(workspace):
    _with_damage(workspace, lambda path: path.write_bytes(path.read_bytes()[:-3]))


@behaviour
def state_files_of_garbage(workspace):
    _with_damage(workspace, lambda path: path.write_bytes(GARBAGE))


@behaviour
def removed_state_files(workspace):
    _with_damage(workspace, lambda path: path.unlink())


@behaviour
def removed_state_folder(workspace):
    workspace.build()
    shutil.rmtree(workspace.out() / STATE)
    workspace.build()
    expect_equals_clean_build(workspace)


@behaviour
def damaged_cache(workspace):
    """Every file of the cache cut in half: it is not believed."""
    cache = workspace.folder / "cache"
    environment = {"XDG_CACHE_HOME": str(cache)}
    workspace.build(environment=environment)
    for path in sorted(cache.rglob("*")):
        if path.is_file() and not path.is_symlink():
            path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])
    shutil.rmtree(workspace.out())
    workspace.build(environment=environment)
    expect_equals_clean_build(workspace)


@behaviour
def empty_objects_left_by_a_crash(workspace):
    """What a file system may leave of files that were written just before the power went: names without content."""
    clean, _ = _reference(workspace)
    started = _start(workspace)
    time.sleep(1)
    _kill(_members(started.pid), signal.SIGKILL)
    started.wait()
    for path in workspace.out().rglob("*.o"):
        if not path.is_symlink():
            path.write_bytes(b"")
    for path in workspace.out().rglob(".ninja_*"):
        path.unlink()
    workspace.build()
    expect_equal(products(workspace.out()), clean, "files handed over")
