"""Faults in what is compiled and linked."""

from behaviour import behaviour
from common import BUILD_FAILED, DRIVER, expect_mends, expect_no_accident, expect_refused  # noqa: F401
from outcome import expect


def _attempt(workspace, *words):
    return workspace.run(workspace.command(*words))


def _expect_told(run, *words):
    """A message of the compiler or of modpost, which may come on either stream."""
    expect_no_accident(run)
    expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")
    for word in words:
        expect(word in run.text(), f"not told: {word!r}\n{run.text()}")


@behaviour
def header_that_is_missing(workspace):
    workspace.replace("one.c", "#include <linux/module.h>\n", '#include <linux/module.h>\n#include "missing.h"\n')
    run = _attempt(workspace)
    _expect_told(run, "one.c:2:", "missing.h")
    expect(f"{workspace.driver}/one.c:2" in run.text(), f"does not name the person's own file:\n{run.text()}")
    workspace.replace("one.c", '#include "missing.h"\n', "")
    expect_mends(workspace)


@behaviour
def header_that_appears_later(workspace):
    workspace.replace("one.c", "#include <linux/module.h>\n", '#include <linux/module.h>\n#include "missing.h"\n')
    _expect_told(_attempt(workspace), "missing.h")
    workspace.write("missing.h", "#define FOUND 1\n")
    expect_mends(workspace)


@behaviour
def error_in_a_source(workspace):
    workspace.replace("one.c", "return 0;", "return nothing_of_the_kind;")
    _expect_told(_attempt(workspace), "one.c:6:", "nothing_of_the_kind")
    _expect_told(_attempt(workspace), "one.c:6:", "nothing_of_the_kind")
    workspace.replace("one.c", "return nothing_of_the_kind;", "return 0;")
    expect_mends(workspace)


@behaviour
def symbol_that_nobody_exports(workspace):
    workspace.replace("one.c", "return 0;", "return made_up_symbol();")
    workspace.replace("one.c", "static int __init", "int made_up_symbol(void);\nstatic int __init")
    run = _attempt(workspace)
    _expect_told(run, "made_up_symbol", "one")
    expect(not [p for p in workspace.out().rglob("one.ko") if ".kbx" not in p.parts], "one.ko was handed over")
    workspace.replace("one.c", "return made_up_symbol();", "return 0;")
    expect_mends(workspace)


@behaviour
def keep_going_builds_the_rest(workspace):
    workspace.replace("Kbuild", "one.o", "one.o bad.o")
    workspace.write("bad.c", "#error not this one\n")
    run = _attempt(workspace, "-k")
    _expect_told(run, "bad.c:1:")
    expect(any(path.name == "one.o" for path in workspace.out().rglob("one.o")), "one.o was not made with -k")


@behaviour
def object_without_a_source(workspace):
    workspace.append("Kbuild", "obj-m += ghost.o\n")
    expect_refused(_attempt(workspace), BUILD_FAILED, "ghost", str(workspace.driver))
    workspace.replace("Kbuild", "obj-m += ghost.o\n", "")
    expect_mends(workspace)


@behaviour
def part_of_a_composite_without_a_source(workspace):
    workspace.append("Kbuild", "obj-m += many.o\nmany-y := parts/here.o parts/ghost.o\n")
    workspace.write("parts/here.c", "int here;\n")
    expect_refused(_attempt(workspace), BUILD_FAILED, "parts/ghost")
    workspace.replace("Kbuild", "obj-m += many.o\nmany-y := parts/here.o parts/ghost.o\n", "")
    expect_mends(workspace)


@behaviour
def source_that_cannot_be_found_through_its_link(workspace):
    (workspace.driver / "dangling.c").symlink_to("nowhere.c")
    workspace.append("Kbuild", "obj-m += dangling.o\n")
    expect_refused(_attempt(workspace), BUILD_FAILED, "dangling")
    workspace.replace("Kbuild", "obj-m += dangling.o\n", "")
    expect_mends(workspace)


@behaviour
def nothing_to_build(workspace):
    """As with obj-$(CONFIG_X) where the kernel lacks X: no fault, but said."""
    workspace.write("Kbuild", "obj-$(CONFIG_NOT_IN_THIS_KERNEL) := one.o\n")
    run = _attempt(workspace)
    expect_no_accident(run)
    expect(run.status == 0, f"exit status {run.status}\n{run.text()}")
    expect(run.text().count("no module is declared here") == 1, f"to be said once:\n{run.text()}")
    workspace.write("Kbuild", "obj-m := one.o\nccflags-y += -DLEVEL=1\n")
    expect_mends(workspace)


@behaviour
def one_name_for_two_modules(workspace):
    """kbuild's scripts/modules-check.sh refuses it, because the kernel knows modules by name only."""
    workspace.replace("Kbuild", "one.o", "one.o other/")
    workspace.write("other/Kbuild", "obj-m := one.o\nccflags-y += -DLEVEL=2\n")
    workspace.write("other/one.c", (workspace.driver / "one.c").read_text())
    run = _attempt(workspace)
    _expect_told(run, "one.ko", "other/one.ko")
    workspace.replace("Kbuild", "one.o other/", "one.o")
    expect_mends(workspace)


@behaviour
def links_that_go_round(workspace):
    (workspace.driver / "loop").symlink_to(".")
    (workspace.driver / "up").symlink_to("..")
    (workspace.driver / "self").symlink_to("self")
    (workspace.driver / "deep").mkdir()
    (workspace.driver / "deep/back").symlink_to("../deep")
    expect_mends(workspace)


@behaviour
def output_folder_inside_a_folder_that_is_mirrored(workspace):
    """--out DRIVER/results: the shadow must not mirror itself."""
    out = workspace.driver / "results"
    for _ in range(3):
        workspace.build("--out", out)
    expect(len(list(out.rglob("one.c"))) == 1, f"one.c is mirrored more than once: {list(out.rglob('one.c'))}")


@behaviour
def names_with_unusual_letters_beside_the_sources(workspace):
    for name in ("with space.txt", "quote'.txt", "dollar$.txt", "hash#.txt", "line\nbreak.txt", "back\\slash", "-n",
                 "*", "tilde~", "colon:", "\udcff"):
        (workspace.driver / name).write_text("not a source\n")
    expect_mends(workspace)
