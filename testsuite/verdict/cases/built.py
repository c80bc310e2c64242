"""The verdict as the last step of kbx build: told of what a build changed, and only of that."""

from behaviour import behaviour
from common import require_versions
from outcome import expect, expect_equal

PROVIDER = """#include <linux/module.h>
int pair_next(void) { return 1; }
EXPORT_SYMBOL_GPL(pair_next);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("exports");
"""
USER = """#include <linux/module.h>
int pair_next(void);
static int __init user_init(void) { return pair_next(); }
module_init(user_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("uses");
"""


def _driver(workspace, name, files):
    folder = workspace.folder / name
    folder.mkdir(exist_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text)
    return folder


def _build(workspace, *words):
    run = workspace.run([workspace.kbx, "build", *words, "--kernel", workspace.tree])
    expect(run.status == 0, f"kbx build ended with {run.status}\n{run.text()}")
    return run


@behaviour
def what_has_to_be_loaded_first_is_told(workspace):
    pair = _driver(workspace, "pair", {"Kbuild": "obj-m := provider.o user.o\n", "provider.c": PROVIDER, "user.c": USER})
    run = _build(workspace, pair)
    expect("user needs loaded first: provider" in run.out, run.text())
    expect("provider needs" not in run.text(), run.text())


@behaviour
def a_module_of_another_build_counts(workspace):
    require_versions(workspace)
    provider = _driver(workspace, "provider", {"Kbuild": "obj-m := provider.o\n", "provider.c": PROVIDER})
    user = _driver(workspace, "user", {"Kbuild": "obj-m := user.o\n", "user.c": USER})
    _build(workspace, provider)
    [symvers] = provider.glob("kbx-out/*/Module.symvers")
    run = _build(workspace, user, f"KBUILD_EXTRA_SYMBOLS={symvers}")
    expect("user needs loaded first: provider" in run.out, run.text())
    expect_equal(run.err, "", "complaints")


@behaviour
def a_module_that_would_not_load_is_told_with_the_reason(workspace):
    require_versions(workspace)
    user = _driver(workspace, "user", {"Kbuild": "obj-m := user.o\n", "user.c": USER})
    run = _build(workspace, user, "KBUILD_MODPOST_WARN=1", "--quiet")
    for word in ("user.ko: would not load into", "pair_next", "exports it"):
        expect(word in run.err, f"{word!r} is not in\n{run.text()}")


@behaviour
def what_was_not_built_anew_is_not_told_again(workspace):
    require_versions(workspace)
    user = _driver(workspace, "user", {"Kbuild": "obj-m := user.o\n", "user.c": USER})
    _build(workspace, user, "KBUILD_MODPOST_WARN=1")
    run = _build(workspace, user, "KBUILD_MODPOST_WARN=1")
    expect("would not load" not in run.text(), run.text())


@behaviour
def a_kernel_without_symbol_versions_is_no_evidence(workspace):
    tree = workspace.folder / "tree"
    workspace.run(["cp", "-rs", str(workspace.tree) + "/.", tree])
    symvers = tree / "Module.symvers"
    rows = symvers.read_text().splitlines()
    symvers.unlink()
    symvers.write_text("".join("0x00000000" + row[10:] + "\n" for row in rows))
    user = _driver(workspace, "plain", {"Kbuild": "obj-m := provider.o\n", "provider.c": PROVIDER})
    run = workspace.run([workspace.kbx, "build", user, "--kernel", tree])
    expect(run.status == 0, run.text())
    expect("nothing proves that it would load" in run.err and "no CRC evidence" in run.err, run.text())
