"""What the tests of launchers share: the driver, and what a build with a launcher has to leave as it is."""

import shutil
import subprocess
from pathlib import Path

from outcome import Skipped, expect, expect_equal

DRIVER = Path(__file__).resolve().parents[2] / "rebuild/driver"
SOURCES = ["alpha.c", "beta_main.c", "nested/gamma.c", "parts/helper.c"]
MODULES = ("alpha", "beta", "gamma")


def needed(program):
    """The path of a program, looked for where services lie too."""
    found = shutil.which(program, path="/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin")
    if not found:
        raise Skipped(f"{program} is not installed")
    return found


def build(workspace, out, *words, environment=None, status=0):
    return workspace.build("--out", workspace.folder / out, *words, environment=environment, status=status)


def module(workspace, out, name):
    return workspace.folder / out / f"{name}.ko"


def expect_same_modules(workspace, out, other):
    for name in MODULES:
        expect(module(workspace, out, name).read_bytes() == module(workspace, other, name).read_bytes(),
               f"{name}.ko is another with the launcher")


def expect_served(run, text):
    """The launcher's line, which stands before the last."""
    lines = run.out.splitlines()
    expect_equal(lines[-2].strip(), text, f"what the launcher did\n{run.text()}")


def without_debug_information(path):
    """A module without its debug information, and without the build ID, which is computed from that too."""
    bare = path.with_suffix(".bare")
    subprocess.run(["objcopy", "--strip-debug", "--remove-section=.note.gnu.build-id", path, bare], check=True)
    content = bare.read_bytes()
    bare.unlink()
    return content
