"""examples/sdk: a build script in make's words, run by make and by kbx in its place."""

import shutil
from pathlib import Path

from behaviour import behaviour
from common import DRIVER, GNU_MAKE, contents, private_tree  # noqa: F401
from driver_copy import copy_sources
from outcome import Skipped, expect, expect_equal

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def _installed(workspace, before=(), **environment):
    """What the script installs, with `before` in front of it."""
    examples, root = workspace.folder / "examples", workspace.folder / "root"
    for folder in (examples, root):
        shutil.rmtree(folder, ignore_errors=True)
    copy_sources(EXAMPLES, examples)
    run = workspace.run([*before, examples / "sdk/build-modules.sh"],
                        {"KDIR": str(private_tree(workspace)), "ROOT": str(root), **environment})
    expect(run.status == 0, f"{before} {environment}: {run.text()}")
    return contents(root)


@behaviour
def the_script_of_an_sdk(workspace):
    if not GNU_MAKE:
        raise Skipped("GNU make is not installed")
    made = _installed(workspace)
    expect_equal(sorted(Path(name).name for name in made if name.endswith(".ko")),
                 ["counter_provider.ko", "counter_user.ko", "hello.ko"], "modules")
    expect_equal(_installed(workspace, MAKE=f"{workspace.kbx} make"), made, "installed by kbx make")
    expect_equal(_installed(workspace, (workspace.kbx, "shim", "--")), made, "installed under kbx shim")
