"""What the tests of make's words share: a driver that GNU make and kbx build at the same place, one after the other."""

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import kernel
from driver_copy import copy_sources
from outcome import Skipped, expect, expect_equal

DRIVER = Path(__file__).resolve().parent.parent / "driver"
GNU_MAKE = shutil.which("make", path="/usr/bin:/bin")

# How the lines of a sub-make begin depends on its depth, which kbx does not have.
_DEPTH = re.compile(r"^(make)\[\d+\]", re.M)


@dataclass
class Seen:
    """What one call left: exit status, lines of both streams, and what is in the driver's folder."""
    status: int
    out: set
    err: set
    text: str
    files: dict


def private_tree(workspace):
    """A copy of the kernel tree: kbuild may write into it."""
    place = workspace.folder / "tree"
    return place if place.exists() else kernel.copy(workspace.tree, place)


def contents(folder):
    """Name and hash of every file."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file() and ".git" not in path.parts}


def _lines(workspace, text):
    """The lines of a text, with one name for what $(MAKE) is."""
    for name in (f"{workspace.kbx} make", GNU_MAKE):
        text = re.sub(rf"^{re.escape(name)} ", "make ", text, flags=re.M)
    return set(_DEPTH.sub(r"\1", text).splitlines())


def call(workspace, program, words, environment=None, before=()):
    """Runs `program` with `words` on a fresh copy of the driver, after GNU make's runs with each words of `before`."""
    if not GNU_MAKE:
        raise Skipped("GNU make is not installed")
    shutil.rmtree(workspace.driver)
    copy_sources(DRIVER, workspace.driver)
    (workspace.driver / ".git").mkdir()
    for earlier in before:
        run = workspace.run([GNU_MAKE, *earlier])
        expect(run.status == 0, f"make {earlier}: {run.text()}")
    run = workspace.run([*program, *words], environment)
    lines = [_lines(workspace, text) for text in (run.out, run.err)]
    return Seen(run.status, *lines, run.text(), contents(workspace.driver))


def both(workspace, words, environment=None, before=()):
    """The same words to GNU make and to kbx make."""
    make = call(workspace, [GNU_MAKE], words, environment, before)
    return make, call(workspace, [workspace.kbx, "make"], words, environment, before)


def expect_same_files(make, kbx, what):
    """The .cmd files of compiled objects say the same in another order; modules.order needs none."""
    names = [{name for name in seen.files if not name.endswith(".modules.order.cmd")} for seen in (make, kbx)]
    expect_equal(sorted(names[1]), sorted(names[0]), f"{what}: files")
    changed = [name for name in names[0] if make.files[name] != kbx.files[name] and not name.endswith(".cmd")]
    expect_equal(changed, [], f"{what}: files with other content")


def expect_same(make, kbx, what, lines=True):
    expect_equal(kbx.status, make.status, f"{what}: exit status\n{kbx.text}")
    expect_same_files(make, kbx, what)
    if lines:
        expect_equal(sorted(kbx.out ^ make.out), [], f"{what}: lines on standard output that only one printed")


def kernel_words(workspace):
    return ["-C", private_tree(workspace), f"M={workspace.driver}"]
