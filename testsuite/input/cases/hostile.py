"""Kernels from archives that nobody should unpack: each is refused with a message, and the store is byte for byte what it
was, also when two come at once and when adding is killed."""

import os
import random
import signal
import subprocess
import time

import archives
from behaviour import behaviour
from common import BUILD_FAILED, expect_no_accident, expect_refused
from hostile_archives import RELEASE, corpus, tree
from outcome import Failed, expect, expect_equal

OTHER = "9.8.0-1-test"
MOST_SECONDS = 60


def _cache(workspace):
    return {"XDG_CACHE_HOME": str(workspace.folder / "cache")}


def _kernels(workspace, *words):
    run = workspace.run([workspace.kbx, "kernels", *words], environment=_cache(workspace))
    expect_no_accident(run)
    return run


def _package(workspace, release):
    path = workspace.folder / f"good-{release}.deb"
    data = {name: content.replace(RELEASE.encode(), release.encode())
            for name, content in tree(f"./usr/src/linux-headers-{release}/").items()}
    path.write_bytes(archives.deb(data, f"Package: linux-headers-{release}\nVersion: 1\nArchitecture: amd64\n"))
    return path


def _state(workspace):
    """Everything in the store but its lock: kind, rights, size, time, content."""
    store = workspace.folder / "cache/kbx/kernels"
    state = {}
    for path in sorted(store.rglob("*")):
        info = path.lstat()
        content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else ""
        if path.name != ".lock":
            state[str(path.relative_to(store))] = (info.st_mode, info.st_mtime_ns, content)
    return state


def _with_a_kernel(workspace):
    run = _kernels(workspace, "add", _package(workspace, OTHER))
    expect(run.status == 0, run.text())
    return _state(workspace)


def _expect_unchanged(workspace, state, what="afterwards"):
    seen = _state(workspace)
    expect_equal(sorted(seen), sorted(state), f"{what}: files in the store")
    changed = [name for name in state if seen[name] != state[name]]
    expect(not changed, f"{what}: changed in the store: {changed}")
    outside = [path for path in workspace.folder.rglob("*escaped*")] + [
        name for name in ("/escaped", "/tmp/escaped") if os.path.lexists(name)]
    expect(not outside, f"{what}: written outside: {outside}")


def _refuse(workspace, name, content):
    path = workspace.folder / name
    path.write_bytes(content)
    began = time.monotonic()
    run = _kernels(workspace, "add", path)
    seconds = time.monotonic() - began
    expect_refused(run, BUILD_FAILED, name)
    expect(all(c in "\n\t" or c.isprintable() for c in run.err), f"a control character is told: {run.err!r}")
    expect(len(run.err) < 2000, f"a message of {len(run.err)} bytes")
    expect(seconds < MOST_SECONDS, f"it took {seconds:.0f} s")


@behaviour
def every_one_is_refused_and_the_store_stays_as_it_was(workspace):
    state = _with_a_kernel(workspace)
    failures = []
    for name, wrong, content in corpus():
        try:
            _refuse(workspace, name, content)
            _expect_unchanged(workspace, state)
        except Failed as failure:
            failures.append(f"{name}, {wrong}: {failure}"[:500])
            _kernels(workspace, "remove", RELEASE)
    expect(not failures, "\n".join(failures))


@behaviour
def a_good_one_beside_a_bad_one_is_not_added(workspace):
    """All that is named on one command line, or nothing."""
    state = _with_a_kernel(workspace)
    good = _package(workspace, RELEASE)
    for name, wrong, content in list(corpus())[::7]:
        path = workspace.folder / f"z-{name}"  # tar archives go by their names: behind the good one
        path.write_bytes(content)
        for files in ((good, path), (path, good)):
            expect_refused(_kernels(workspace, "add", *files), BUILD_FAILED, name)
            _expect_unchanged(workspace, state, f"{name}, {wrong}")


@behaviour
def two_at_once(workspace):
    """The good one gets in, the bad one does not, whoever is first."""
    _with_a_kernel(workspace)
    good = _package(workspace, RELEASE)
    _kernels(workspace, "add", good)
    both = _state(workspace)
    environment = workspace.environment | _cache(workspace)
    for turn, (name, wrong, content) in enumerate(list(corpus())[::5]):
        what = f"{name}, {wrong}"
        path = workspace.folder / name
        path.write_bytes(content)
        run = _kernels(workspace, "remove", RELEASE)
        expect(run.status == 0, run.text())
        files = [good, path] if turn % 2 else [path, good]
        running = [subprocess.Popen([str(workspace.kbx), "kernels", "add", str(file)], env=environment,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for file in files]
        ended = {file: (process.communicate()[0], process.returncode) for file, process in zip(files, running)}
        expect_equal((ended[good][1], ended[path][1]), (0, BUILD_FAILED), f"{what}: {ended}")
        seen = _state(workspace)
        expect_equal(sorted(seen), sorted(both), f"{what}: files in the store")
        changed = [entry for entry in both if seen[entry][2] != both[entry][2]]
        expect(not changed, f"{what}: changed in the store: {changed}")


@behaviour
def killed_in_the_middle(workspace):
    """What a killed one leaves is no kernel, and goes with the next change."""
    state = _with_a_kernel(workspace)
    environment = workspace.environment | _cache(workspace)
    moments = random.Random(8)
    for name, wrong, content in list(corpus())[::4]:
        path = workspace.folder / name
        path.write_bytes(content)
        adding = subprocess.Popen([str(workspace.kbx), "kernels", "add", str(path)], env=environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0, 0.03))
        adding.send_signal(signal.SIGKILL)
        adding.wait()
        seen = {entry: told for entry, told in _state(workspace).items() if not entry.startswith(".")}
        expect_equal(sorted(seen), sorted(state), f"{name}, {wrong}: entries that are taken for kernels")
        _kernels(workspace, "prune")
        _expect_unchanged(workspace, state, f"{name}, {wrong}, pruned")
