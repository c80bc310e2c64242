"""A matrix that is stopped or killed: nothing runs on, no report is half written, and the next run ends as one that was
never stopped."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree

from behaviour import behaviour
from common import BAD, GOOD, driver, matrix, results
from outcome import expect, expect_equal
from workspace import products

ROUNDS = int(os.environ.get("KBX_KILL_ROUNDS", "3"))
REPORTS = ("results.json", "junit.xml", "index.html")
PATIENCE = 5  # seconds
OUT = "kbx-out/matrix"
# Every process of a run has it in its environment, whatever session or group it is in.
MARK = "KBX_TEST_RUN"


def _drivers(workspace):
    """Two drivers of several sources, one that warns, one that fails."""
    for name in ("one", "two"):
        folder = driver(workspace, name, GOOD)
        parts = [f"part{number}" for number in range(3)]
        objects = " ".join(f"{part}.o" for part in [f"{name}_main", *parts])
        (folder / "Kbuild").write_text(f"obj-m := {name}.o\n{name}-y := {objects}\n")
        (folder / f"{name}.c").rename(folder / f"{name}_main.c")
        for part in parts:
            (folder / f"{part}.c").write_text(f"#include <linux/netdevice.h>\nint {name}_{part}(void);\n"
                                              f"int {name}_{part}(void) {{ int unused; return 1; }}\n")
    driver(workspace, "bad", BAD)
    return ["one", "two", "bad", "--kernel", workspace.tree, "W=1", "-j2"]


def _told(workspace):
    """results.json without what is another on every run."""
    cells = results(workspace)
    for cell in cells.values():
        cell.pop("seconds", None)
    return cells


def _expect_told(workspace, told, where, is_deaf=False):
    """The results are those of `told`. After a run that was `is_deaf`, killed between Ninja and what it had to say,
    warnings may be missing, but no other may be there."""
    seen = _told(workspace)
    expect_equal(list(seen), list(told), f"cells ({where})")
    for name, cell in told.items():
        if is_deaf and set(seen[name].get("warnings", [])) <= set(cell.get("warnings", [])):
            cell, seen[name] = (one | {"warnings": []} for one in (cell, seen[name]))
        for key in sorted(cell.keys() | seen[name].keys()):
            expect_equal(seen[name].get(key), cell.get(key), f"{key} of {name} ({where})")


def _handed_over(workspace):
    return {name: content for name, content in products(workspace.folder / OUT).items() if name not in REPORTS}


def _alive(mark):
    """What runs of a run, as (process id, name)."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                is_ours = f"{MARK}={mark}".encode() in file.read().split(b"\0")
            if is_ours:
                with open(f"/proc/{name}/comm") as file:
                    found.append((int(name), file.read().strip()))
        except OSError:
            continue
    return found


def _left_behind(mark):
    """What runs on when a run has ended: Ninja and what it started may not for a moment; a compiler that was only asked
    for its version, or compiles an empty file to tell what it knows, answers to nobody and ends by itself."""
    deadline = time.monotonic() + PATIENCE
    while True:
        alive = _alive(mark)
        if not alive or any(name == "ninja" for _, name in alive) or time.monotonic() > deadline:
            return alive
        time.sleep(0.05)


def _expect_whole_reports(workspace, where):
    """Each report is absent or whole."""
    folder = workspace.folder / OUT
    for name in REPORTS:
        path = folder / name
        if not path.exists():
            continue
        text = path.read_text()
        try:
            if name.endswith(".json"):
                json.loads(text)
            elif name.endswith(".xml"):
                ElementTree.fromstring(text)
            else:
                expect(text.rstrip().endswith("</html>"), f"{name} is cut short ({where})")
        except (ValueError, ElementTree.ParseError) as reason:
            expect(False, f"{name} is not whole ({where}): {reason}")


def _stop(workspace, words, number, moment, mark, to_group):
    """Starts a matrix and signals it after `moment` seconds; gives its status and what still runs when it has ended."""
    environment = workspace.environment | {MARK: mark}
    started = subprocess.Popen([str(word) for word in [workspace.kbx, "matrix", *words]], env=environment,
                               cwd=workspace.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(moment)
    try:
        (os.killpg if to_group else os.kill)(started.pid, number)
    except ProcessLookupError:
        pass
    status = started.wait(60)
    return status, [] if number == signal.SIGKILL else _left_behind(mark)


def _rounds(workspace, number, to_group=False):
    words = _drivers(workspace)
    matrix(workspace, *words, status=1)  # what the compiler answers is known from here on
    shutil.rmtree(workspace.folder / OUT)
    began = time.monotonic()
    matrix(workspace, *words, status=1)
    seconds = time.monotonic() - began
    clean, told = _handed_over(workspace), _told(workspace)
    expect(any(name.endswith(".ko") for name in clean), f"no module was made: {sorted(clean)}")
    seed = int(os.environ.get("KBX_KILL_SEED", str(random.randrange(10**6))))
    moments = random.Random(seed)
    for turn in range(ROUNDS):
        if turn % 2:
            shutil.rmtree(workspace.folder / OUT)
        else:
            os.utime(workspace.folder / "one/part1.c")
            os.utime(workspace.folder / "two/two_main.c")
        moment = moments.uniform(0.01, seconds)
        where = f"seed {seed}, round {turn}, after {moment:.2f} of {seconds:.2f} s"
        status, alive = _stop(workspace, words, number, moment, f"{os.getpid()}-{turn}", to_group)
        expect(status in (-number, 1) or (status == 130 and number != signal.SIGKILL), f"status {status} ({where})")
        expect(not alive, f"still runs: {alive} ({where})")
        _expect_whole_reports(workspace, where)
        matrix(workspace, *words, status=1)
        _expect_told(workspace, told, where, is_deaf=number == signal.SIGKILL)
        expect_equal(_handed_over(workspace), clean, f"what the next run handed over ({where})")


@behaviour
def killed(workspace):
    _rounds(workspace, signal.SIGKILL)


@behaviour
def interrupted(workspace):
    """As a CI engine does it: kbx alone gets the signal."""
    _rounds(workspace, signal.SIGINT)


@behaviour
def interrupted_by_the_terminal(workspace):
    """The whole group gets the signal."""
    _rounds(workspace, signal.SIGINT, to_group=True)


@behaviour
def terminated(workspace):
    _rounds(workspace, signal.SIGTERM)


@behaviour
def killed_while_it_asks_the_compiler(workspace):
    """With nothing in the cache: half an answer is none."""
    words = _drivers(workspace)
    matrix(workspace, *words, status=1)
    clean, told = _handed_over(workspace), _told(workspace)
    moments = random.Random(6)
    for turn in range(ROUNDS):
        cache = workspace.folder / f"cache{turn}"
        workspace.environment["XDG_CACHE_HOME"] = str(cache)
        shutil.rmtree(workspace.folder / OUT)
        number = (signal.SIGTERM, signal.SIGKILL)[turn % 2]
        status, alive = _stop(workspace, words, number, moments.uniform(0.02, 0.6), f"{os.getpid()}-asks-{turn}", False)
        expect(not alive, f"status {status}, still runs: {alive}")
        matrix(workspace, *words, status=1)
        _expect_told(workspace, told, f"round {turn}", is_deaf=number == signal.SIGKILL)
        expect_equal(_handed_over(workspace), clean, f"what was handed over after round {turn}")
