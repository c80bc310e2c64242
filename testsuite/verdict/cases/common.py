"""What the tests of the verdict share."""

import json
import sys
from pathlib import Path

import kernel
from outcome import Skipped, expect

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))
DRIVER = HERE / "driver"


def require_versions(workspace):
    """The tests flip CRCs of a module for x86-64."""
    if not kernel.is_set(workspace.tree, "MODVERSIONS"):
        raise Skipped("the test kernel has no CONFIG_MODVERSIONS")
    if not kernel.is_set(workspace.tree, "X86_64"):
        raise Skipped("the test kernel is not for x86-64")


def check(workspace, *words, status=None, tree=None):
    """kbx check; fails the test if it ends with another exit status."""
    run = workspace.run([workspace.kbx, "check", *words, "--kernel", tree or workspace.tree])
    if status is not None:
        expect(run.status == status, f"kbx check ended with {run.status}, expected {status}\n{run.text()}")
    return run


def verdict_of(workspace, path, *others, tree=None):
    """The verdict on one module as kbx check --json tells it, and the exit status."""
    run = check(workspace, path, *others, "--json", tree=tree)
    expect(run.out.startswith("["), f"kbx check --json printed no verdict\n{run.text()}")
    return json.loads(run.out)[0], run.status
