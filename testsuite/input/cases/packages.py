"""Kernel header packages that are damaged, incomplete or hostile."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import archives
from behaviour import behaviour
from common import BUILD_FAILED, DRIVER, expect_mends, expect_no_accident, expect_refused  # noqa: F401
from outcome import Skipped, expect

sys.path.append(str(Path(__file__).resolve().parents[2] / "drivers"))

import kernels  # noqa: E402
from cachedir import Unavailable  # noqa: E402

RELEASE = "9.9.0-1-test"


def _package(data, control=None):
    """A .deb file's bytes with the given files in it."""
    control = control or f"Package: linux-headers-{RELEASE}\nVersion: 9.9.0-1\nArchitecture: amd64\nDescription: a test\n"
    return archives.deb(data, control)


def _headers():
    base = f"./usr/src/linux-headers-{RELEASE}"
    return {f"{base}/Makefile": b"VERSION = 9\nPATCHLEVEL = 9\n", f"{base}/include/config/auto.conf": b"CONFIG_X=y\n",
            f"{base}/include/generated/autoconf.h": b"#define CONFIG_X 1\n",
            f"{base}/include/config/kernel.release": RELEASE.encode() + b"\n",
            f"{base}/noise": random.Random(1).randbytes(20_000)}


def _with_package(workspace, content, name="headers.deb"):
    path = workspace.folder / name
    path.write_bytes(content)
    return workspace.run(workspace.command(tree=path),
                         environment={"XDG_CACHE_HOME": str(workspace.folder / "cache")})


def _refuses(workspace, content, *words):
    expect_refused(_with_package(workspace, content), BUILD_FAILED, "headers.deb", *words)


def _real_packages():
    files = os.environ.get("KBX_TEST_KERNEL", "").split(",")
    if all(name.endswith(".deb") for name in files):
        return files
    try:
        return [str(path) for path in kernels.header_packages("6.1")]
    except Unavailable as reason:
        raise Skipped(str(reason)) from reason


@behaviour
def package_that_is_cut_short(workspace):
    """As an interrupted download leaves it, wherever it was cut."""
    whole = _package(_headers())
    for part in (1, 7, 8, 30, 60, 68, 71, 72, 100, 132, 200, 400, len(whole) // 2, len(whole) - 600, len(whole) - 1):
        _refuses(workspace, whole[:part])
    expect_mends(workspace)


@behaviour
def real_package_that_is_cut_short(workspace):
    files = _real_packages()
    largest = max(files, key=os.path.getsize)
    content = open(largest, "rb").read()
    _refuses(workspace, content[:len(content) * 2 // 3])
    cache = workspace.folder / "cache"
    run = workspace.run(workspace.command(tree=",".join(files)), environment={"XDG_CACHE_HOME": str(cache)})
    expect(run.status == 0, f"the whole packages afterwards: {run.status}\n{run.text()}")


@behaviour
def package_with_flipped_bits(workspace):
    whole = bytearray(_package(_headers()))
    places = random.Random(2)
    for _ in range(25):
        damaged = bytearray(whole)
        damaged[places.randrange(len(damaged))] ^= 1 << places.randrange(8)
        run = _with_package(workspace, bytes(damaged))
        expect_no_accident(run)
        expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")  # no kernel in it can build


@behaviour
def text_file_as_package(workspace):
    _refuses(workspace, b"<html>404 Not Found</html>\n")


@behaviour
def empty_file_as_package(workspace):
    _refuses(workspace, b"")


@behaviour
def package_that_is_not_there(workspace):
    expect_refused(workspace.run(workspace.command(tree=workspace.folder / "absent.deb")), BUILD_FAILED, "absent.deb")


@behaviour
def package_without_a_kernel(workspace):
    _refuses(workspace, _package({"./usr/share/doc/x": b"nothing\n"}, "Package: x\nVersion: 1\nArchitecture: all\n"))


@behaviour
def package_that_lacks_what_it_depends_on(workspace):
    control = (f"Package: linux-headers-{RELEASE}\nVersion: 9.9.0-1\nArchitecture: amd64\n"
               f"Depends: linux-headers-9.9.0-1-common (= 9.9.0-1), linux-kbuild-9.9\nDescription: a test\n")
    run = _with_package(workspace, _package(_headers(), control))
    expect_refused(run, BUILD_FAILED, "linux-headers-9.9.0-1-common")


@behaviour
def package_that_climbs_out(workspace):
    for name in ("../../../../escaped", "/escaped", "./usr/../../../escaped"):
        run = _with_package(workspace, _package(_headers() | {name: b"out\n"}))
        expect_no_accident(run)
        expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")
        found = [path for path in workspace.folder.rglob("escaped") if "root" not in path.parts]
        expect(not found and not os.path.exists("/escaped"), f"{name} was written outside: {found}")


@behaviour
def package_that_climbs_out_through_a_link(workspace):
    outside = workspace.folder / "outside"
    outside.mkdir()
    run = _with_package(workspace, _package({"./usr/src/way": str(outside), "./usr/src/way/escaped": b"out\n"}
                                            | _headers()))
    expect_no_accident(run)
    expect(not list(outside.iterdir()), "a file was written through a link that leads outside")


@behaviour
def adding_that_is_killed(workspace):
    files = _real_packages()
    cache = workspace.folder / "cache"
    environment = workspace.environment | {"XDG_CACHE_HOME": str(cache)}
    moments = random.Random(3)
    for _ in range(4):
        adding = subprocess.Popen([str(workspace.kbx), "kernels", "add", *files], env=environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.05, 2.0))
        adding.send_signal(signal.SIGKILL)
        adding.wait()
    run = workspace.run(workspace.command(tree=",".join(files)), environment={"XDG_CACHE_HOME": str(cache)})
    expect(run.status == 0, f"exit status {run.status}\n{run.text()}")
    expect(workspace.ko("one").stat().st_size > 0, "one.ko is empty")


@behaviour
def fetch_that_is_killed(workspace):
    """As an interrupted download: nothing of it is ever taken for a kernel, and the next fetch does it all."""
    cache = workspace.folder / "cache"
    environment = workspace.environment | {"XDG_CACHE_HOME": str(cache)}
    fetch = [str(workspace.kbx), "kernels", "fetch"]
    moments = random.Random(4)
    for _ in range(3):
        fetching = subprocess.Popen(fetch, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    start_new_session=True)
        time.sleep(moments.uniform(0.2, 5.0))
        os.killpg(fetching.pid, signal.SIGKILL)
        fetching.wait()
        known = workspace.run([workspace.kbx, "kernels"], environment={"XDG_CACHE_HOME": str(cache)})
        expect_no_accident(known)
    run = workspace.run(fetch, environment={"XDG_CACHE_HOME": str(cache)})
    if run.status and ("Could not resolve" in run.err or "Temporary failure" in run.err or "has no " in run.err):
        raise Skipped(run.err.strip())
    expect(run.status == 0, f"exit status {run.status}\n{run.text()}")
    release = run.out.split()[0]
    run = workspace.run([workspace.kbx, "doctor", "--kernel", release], environment={"XDG_CACHE_HOME": str(cache)})
    expect("the headers and their configuration are complete" in run.text(), run.text())
