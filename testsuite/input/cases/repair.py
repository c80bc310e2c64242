"""A header tree whose programs are for another machine: plain make works with it once kbx stands in for them."""

import subprocess

import kernel
from behaviour import behaviour
from common import BUILD_FAILED, DRIVER, expect_refused  # noqa: F401
from outcome import expect, expect_equal

REPLACEABLE = ("scripts/basic/fixdep", "scripts/mod/modpost", "scripts/genksyms/genksyms", "scripts/recordmcount",
               "scripts/sign-file")


def _export(workspace):
    with open(workspace.driver / "one.c", "a") as source:
        source.write("int one_export(unsigned long);\n"
                     "int one_export(unsigned long x) { return (int)x; }\nEXPORT_SYMBOL_GPL(one_export);\n")


def _make(workspace, tree):
    """What plain make leaves: the module, its metadata, the symbols."""
    driver = workspace.driver
    words = ["make", "-C", str(tree), f"M={driver}"]
    subprocess.run([*words, "clean"], env=workspace.environment, capture_output=True)
    run = workspace.run([*words, "modules"])
    expect(run.status == 0, f"make ended with {run.status}\n{run.text()}")
    return {name: (driver / name).read_bytes() for name in ("one.ko", "one.mod.c", "Module.symvers")}


def _foreign_tree(workspace):
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    for name in REPLACEABLE:
        kernel.make_foreign(tree, name)
    return tree


@behaviour
def plain_make_works_with_a_repaired_tree(workspace):
    _export(workspace)
    wanted = _make(workspace, workspace.tree)
    tree = _foreign_tree(workspace)
    repaired = workspace.run([workspace.kbx, "kernels", "repair", tree])
    expect(repaired.status == 0, f"exit status {repaired.status}\n{repaired.text()}")
    for name in REPLACEABLE:
        if (tree / name).exists():
            expect(f"replaced  {name}: built for" in repaired.err, f"not told: {name}\n{repaired.err}")
    folder = repaired.out.strip()
    seen = _make(workspace, folder)
    expect_equal(seen["Module.symvers"].decode(), wanted["Module.symvers"].decode(), "Module.symvers")
    expect_equal(seen["one.mod.c"].decode(), wanted["one.mod.c"].decode(), "one.mod.c")
    again = workspace.run([workspace.kbx, "kernels", "repair", tree])
    expect_equal(again.out.strip(), folder, "the folder of a second repair")


@behaviour
def a_tree_in_order_is_left_alone(workspace):
    run = workspace.run([workspace.kbx, "kernels", "repair", workspace.tree])
    expect(run.status == 0, f"exit status {run.status}\n{run.text()}")
    expect_equal(run.out.strip(), str(workspace.tree), "the folder to use")
    expect("runs here" in run.err, run.err)


@behaviour
def on_request_all_programs_are_replaced(workspace):
    _export(workspace)
    wanted = _make(workspace, workspace.tree)
    run = workspace.run([workspace.kbx, "kernels", "repair", "--all", workspace.tree])
    expect(run.status == 0, f"exit status {run.status}\n{run.text()}")
    seen = _make(workspace, run.out.strip())
    expect_equal(seen["one.mod.c"].decode(), wanted["one.mod.c"].decode(), "one.mod.c")
    expect_equal(seen["Module.symvers"].decode(), wanted["Module.symvers"].decode(), "Module.symvers")


@behaviour
def what_nothing_replaces_is_told(workspace):
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    if not kernel.make_foreign(tree, "tools/objtool/objtool"):
        return
    run = workspace.run([workspace.kbx, "kernels", "repair", tree])
    expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")
    expect("no substitute:  tools/objtool/objtool" in run.err, run.err)


@behaviour
def a_folder_that_is_no_kernel(workspace):
    expect_refused(workspace.run([workspace.kbx, "kernels", "repair", workspace.driver]), BUILD_FAILED,
                   str(workspace.driver))
