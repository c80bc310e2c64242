"""The kernel store: what is listed, removed, pruned and found damaged; killed and concurrent changes."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import archives
from behaviour import behaviour
from common import BUILD_FAILED, expect_no_accident, expect_refused
from driver_copy import copy_sources
from kernel import fetch
from outcome import expect, expect_equal

DAY = 86400
HELLO = Path(__file__).resolve().parents[3] / "examples/hello"


def _files(release, extra=()):
    base = f"./usr/src/linux-headers-{release}"
    return {f"{base}/Makefile": b"VERSION = 9\nPATCHLEVEL = 9\n", f"{base}/.config": b"CONFIG_X86=y\n",
            f"{base}/arch/x86/Makefile": b"", f"{base}/include/generated/utsrelease.h":
            f'#define UTS_RELEASE "{release}"\n'.encode(), **dict(extra)}


def _deb(workspace, release, version="9.9.0-1", architecture="amd64", extra=()):
    path = workspace.folder / f"headers-{release}-{version}.deb"
    control = (f"Package: linux-headers-{release}\nVersion: {version}\nArchitecture: {architecture}\n"
               f"Description: a test\n")
    path.write_bytes(archives.deb(_files(release, extra), control))
    return path


def _cache(workspace):
    return workspace.folder / "cache"


def _kernels(workspace, *words, status=0):
    run = workspace.run([workspace.kbx, "kernels", *words], environment={"XDG_CACHE_HOME": str(_cache(workspace))})
    expect_no_accident(run)
    expect(run.status == status, f"kbx kernels {words} ended with {run.status}, expected {status}\n{run.text()}")
    return run


def _listed(workspace):
    """What is in the store, whatever this machine has besides."""
    return [kernel for kernel in json.loads(_kernels(workspace, "list", "--json").out)
            if kernel["where"] != "installed"]


def _store(workspace):
    """The names in the store's folder; hidden ones only if they are leftovers."""
    folder = _cache(workspace) / "kbx/kernels"
    return sorted(name for name in os.listdir(folder) if name not in (".lock", "folders"))


def _everything(workspace):
    return sorted(str(path) for path in _cache(workspace).rglob("*") if path.name != ".lock")


@behaviour
def listing_tells_all(workspace):
    _kernels(workspace, "add", _deb(workspace, "9.9.0-1-test"))
    kernel, = _listed(workspace)
    expect_equal([kernel[key] for key in ("release", "arch", "architecture", "where", "bytes")],
                 ["9.9.0-1-test", "x86", "amd64", "store", sum(map(len, _files("9.9.0-1-test").values()))], "kernel")
    expect_equal(kernel["packages"], [{"name": "linux-headers-9.9.0-1-test", "version": "9.9.0-1",
                                       "architecture": "amd64"}], "packages")
    shown = _kernels(workspace).out
    for word in ("9.9.0-1-test", "amd64", "1 KiB", "linux-headers-9.9.0-1-test (9.9.0-1)"):
        expect(word in shown, f"{word!r} is not in\n{shown}")


@behaviour
def removed_kernel_is_gone_and_the_others_stay(workspace):
    for release in ("9.8.0-1-test", "9.9.0-1-test"):
        _kernels(workspace, "add", _deb(workspace, release))
    run = _kernels(workspace, "remove", "9.8.0-1-test")
    expect_equal(run.out, "removed 9.8.0-1-test\n", "output")
    expect_equal([kernel["release"] for kernel in _listed(workspace)], ["9.9.0-1-test"], "kernels left")
    expect_equal(len(_store(workspace)), 1, "entries left")
    run = _kernels(workspace, "remove", "9.8.0-1-test", status=BUILD_FAILED)
    expect_refused(run, BUILD_FAILED, "no kernel 9.8.0-1-test is in the store", "9.9.0-1-test")


@behaviour
def removal_of_several_is_all_or_nothing(workspace):
    _kernels(workspace, "add", _deb(workspace, "9.9.0-1-test"))
    expect_refused(_kernels(workspace, "remove", "9.9.0-1-test", "absent", status=BUILD_FAILED), BUILD_FAILED, "absent")
    expect_equal(len(_listed(workspace)), 1, "kernels left")


@behaviour
def removal_of_an_ambiguous_release_names_the_folders(workspace):
    for version in ("9.9.0-1", "9.9.0-2"):
        _kernels(workspace, "add", _deb(workspace, "9.9.0-1-test", version))
    folders = [kernel["folder"] for kernel in _listed(workspace)]
    expect_refused(_kernels(workspace, "remove", "9.9.0-1-test", status=BUILD_FAILED), BUILD_FAILED, *folders)
    _kernels(workspace, "remove", folders[0])
    expect_equal([kernel["folder"] for kernel in _listed(workspace)], folders[1:], "folders left")


@behaviour
def kernels_that_share_files_go_together(workspace):
    both = workspace.folder / "both.deb"
    both.write_bytes(archives.deb(_files("9.9.0-1-a") | _files("9.9.0-1-b"), "Package: both\nVersion: 1\n"))
    _kernels(workspace, "add", both)
    run = _kernels(workspace, "remove", "9.9.0-1-a", status=BUILD_FAILED)
    expect_refused(run, BUILD_FAILED, "9.9.0-1-b", "name both")
    _kernels(workspace, "remove", "9.9.0-1-a", "9.9.0-1-b")
    expect_equal(_store(workspace), [], "what is left in the store")


@behaviour
def folder_is_forgotten_and_not_deleted(workspace):
    tree = workspace.folder / "tree"
    for name, content in _files("9.9.0-1-test").items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _kernels(workspace, "add", tree)
    run = _kernels(workspace, "remove", "9.9.0-1-test")
    expect(run.out.startswith("forgot "), run.out)
    expect_equal(_listed(workspace), [], "kernels left")
    expect((tree / "usr/src/linux-headers-9.9.0-1-test/Makefile").exists(), "the folder itself was deleted")


@behaviour
def damage_is_told_by_file(workspace):
    _kernels(workspace, "add", _deb(workspace, "9.9.0-1-test", extra={"./usr/lib/a/b": b"1", "./usr/lib/l": "a"}.items()))
    expect("whole" in _kernels(workspace, "verify").out, "a fresh kernel is not whole")
    root = next((_cache(workspace) / "kbx/kernels").glob("*/root"))
    (root / "usr/src/linux-headers-9.9.0-1-test/Makefile").write_text("other")
    shutil.rmtree(root / "usr/lib/a")
    (root / "usr/lib/l").unlink()
    (root / "usr/lib/l").symlink_to("b")
    (root / "usr/lib/new").write_text("")
    said = _kernels(workspace, "verify", "9.9.0-1-test", status=1).out
    for line in ("changed  usr/src/linux-headers-9.9.0-1-test/Makefile", "missing  usr/lib/a\n", "changed  usr/lib/l\n",
                 "new      usr/lib/new\n"):
        expect(line in said, f"{line!r} is not in\n{said}")
    expect("usr/lib/a/b" not in said, "what lay in a folder that is missing is told")


@behaviour
def damaged_record_is_told_as_such(workspace):
    _kernels(workspace, "add", _deb(workspace, "9.9.0-1-test"))
    record = next((_cache(workspace) / "kbx/kernels").glob("*/contents"))
    whole = record.read_bytes()
    for content in (b"", whole[:-1], whole[:len(whole) // 2], whole.replace(b"Makefile", b"makefile"), b"\n" + whole):
        record.write_bytes(content)
        said = _kernels(workspace, "verify", status=1).out
        expect("record of checksums is damaged" in said, said)
    record.unlink()
    expect("has no checksums" in _kernels(workspace, "verify", status=1).out, "a missing record is not told")


@behaviour
def pruning_removes_what_nothing_needs(workspace):
    _kernels(workspace, "add", _deb(workspace, "9.9.0-1-test"))
    tree = workspace.folder / "tree"
    shutil.copytree(_listed(workspace)[0]["folder"], tree)
    _kernels(workspace, "add", tree)
    shutil.rmtree(tree)
    store = _cache(workspace) / "kbx/kernels"
    (store / ".aside-killed/root").mkdir(parents=True)
    (_cache(workspace) / "kbx/overlays/0123/9.9").mkdir(parents=True)
    (_cache(workspace) / "kbx/overlays/0123/9.9/Makefile").symlink_to("/nowhere/Makefile")
    before = _everything(workspace)
    told = _kernels(workspace, "prune", "--dry-run").out
    expect_equal(_everything(workspace), before, "files after a dry run")
    for word in (".aside-killed", "no headers any more in " + str(tree), "overlays/0123"):
        expect(word in told, f"{word!r} is not in\n{told}")
    expect_equal(_kernels(workspace, "prune").out, told.replace("would remove", "removed"), "what was done")
    expect_equal(_kernels(workspace, "prune").out, "nothing to remove\n", "a second time")
    expect_equal([kernel["release"] for kernel in _listed(workspace)], ["9.9.0-1-test"], "kernels left")


@behaviour
def pruning_by_age_spares_what_was_used(workspace):
    for release in ("9.8.0-1-test", "9.9.0-1-test"):
        _kernels(workspace, "add", _deb(workspace, release))
    for record in (_cache(workspace) / "kbx/kernels").glob("*/packages.json"):
        os.utime(record, (time.time() - 100 * DAY,) * 2)
    _kernels(workspace, "--path", "9.9.0-1-test")
    expect("9.8.0-1-test, not used for 100 days" in _kernels(workspace, "prune", "--days", "90", "--dry-run").out, "")
    _kernels(workspace, "prune", "--days", "90")
    expect_equal([kernel["release"] for kernel in _listed(workspace)], ["9.9.0-1-test"], "kernels left")


@behaviour
def changes_that_are_killed_leave_all_or_nothing(workspace):
    noise = {f"./usr/lib/noise/{number // 100}/{number}": b"x" * 50 for number in range(4000)}
    package = _deb(workspace, "9.9.0-1-test", extra=noise.items())
    environment = workspace.environment | {"XDG_CACHE_HOME": str(_cache(workspace))}
    moments = random.Random(5)
    for turn in range(16):
        words = ["remove", "9.9.0-1-test"] if _listed(workspace) else ["add", str(package)]
        changing = subprocess.Popen([str(workspace.kbx), "kernels", *words], env=environment,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0, 0.3 if turn % 4 else 3))
        changing.send_signal(signal.SIGKILL)
        changing.wait()
        kernels = _listed(workspace)
        expect(len(kernels) <= 1, f"{kernels}")
        if kernels:
            _kernels(workspace, "verify")
    _kernels(workspace, "prune")
    expect_equal(len(_store(workspace)), len(_listed(workspace)), "entries left")


@behaviour
def two_at_once_both_end_well(workspace):
    package = _deb(workspace, "9.9.0-1-test")
    environment = workspace.environment | {"XDG_CACHE_HOME": str(_cache(workspace))}
    for _ in range(8):
        _kernels(workspace, "add", package)
        running = [subprocess.Popen([str(workspace.kbx), "kernels", *words], env=environment, stderr=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True)
                   for words in (["remove", "9.9.0-1-test"], ["remove", "9.9.0-1-test"], ["prune"], ["list"], ["verify"])]
        ended = [(process.communicate(), process.returncode) for process in running]
        statuses = [status for _, status in ended]
        expect_equal(sorted(statuses[:2]), [0, 1], f"one removal wins, the other finds nothing: {ended}")
        expect_equal(statuses[2:4], [0, 0], f"pruning and listing: {ended}")
        expect_equal(_store(workspace), [], "what is left in the store")


def _fetch(workspace, *words):
    run = fetch(workspace, *words, environment={"XDG_CACHE_HOME": str(_cache(workspace))})
    expect_no_accident(run)
    return run


def _build_hello(workspace, spec, machine):
    """Builds for a kernel of another architecture with the cross compiler that PATH has, if it has one."""
    if not shutil.which("aarch64-linux-gnu-gcc", path=workspace.environment["PATH"]):
        return
    copy_sources(HELLO, workspace.folder / "hello")
    run = workspace.run([workspace.kbx, "build", workspace.folder / "hello", "--kernel", spec],
                        environment={"XDG_CACHE_HOME": str(_cache(workspace))})
    expect(run.status == 0, f"{spec}: exit status {run.status}\n{run.text()}")
    module, = (workspace.folder / "hello/kbx-out").glob("*/hello.ko")
    expect_equal(module.read_bytes()[18:20], machine, "machine of hello.ko")


@behaviour
def kernel_that_is_not_fetched_is_not_downloaded(workspace):
    run = _kernels(workspace, "--path", "debian:6.1:arm64", status=BUILD_FAILED)
    expect_refused(run, BUILD_FAILED, "no kernel debian:6.1:arm64 is in the store", "kbx kernels fetch debian:6.1:arm64")
    for spec in ("debian:", "debian:6.1:arm64:x", "debian:../x"):
        expect_refused(_kernels(workspace, "--path", spec, status=BUILD_FAILED), BUILD_FAILED, "names no kernel")


@behaviour
def kernel_of_another_architecture_is_fetched(workspace):
    run = _fetch(workspace, "debian:6.1-cloud:arm64", "--suite", "bookworm")
    expect(run.status == 0, run.text())
    kernel, = _listed(workspace)
    expect_equal([kernel["architecture"], kernel["arch"]], ["arm64", "arm64"], "architecture")
    for spec in ("debian:6.1-cloud:arm64", "debian:" + kernel["release"] + ":arm64"):
        path = _kernels(workspace, "--path", spec).out
        expect(kernel["release"] in path, path)
    _kernels(workspace, "--path", "debian:6.1:arm64", status=BUILD_FAILED)
    _kernels(workspace, "verify", "debian:6.1-cloud:arm64")
    _build_hello(workspace, "debian:6.1-cloud:arm64", b"\xb7\0")
    missing = _fetch(workspace, "debian:2.4:arm64", "--suite", "bookworm")
    expect_refused(missing, BUILD_FAILED, "has no kernel debian:2.4:arm64", "debian:6.1-cloud:arm64")


@behaviour
def archive_without_a_known_signature_is_refused(workspace):
    archive = workspace.folder / "archive/dists/x"
    archive.mkdir(parents=True)
    (archive / "Release").write_text("Suite: x\n")
    line = f"deb file://{workspace.folder}/archive x main"
    expect_refused(_fetch(workspace, "debian:6.1", "--source", line), BUILD_FAILED, "is not signed")
