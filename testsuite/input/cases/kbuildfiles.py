"""Faults in the driver's Kbuild files: the message names file and line."""

import resource

from behaviour import behaviour
from common import BUILD_FAILED, DRIVER, expect_mends, expect_no_accident, expect_refused  # noqa: F401
from outcome import expect

GOOD = "obj-m := one.o\nccflags-y += -DLEVEL=1\n"


def _refuses(workspace, text, *words, hint=False):
    """A build with the Kbuild file `text` fails and says each of `words`; then the good file builds."""
    workspace.write("Kbuild", text)
    expect_refused(workspace.run(workspace.command()), BUILD_FAILED, *words, hint=hint)
    workspace.write("Kbuild", GOOD)
    expect_mends(workspace)


def _place(workspace, line):
    return f"{workspace.driver}/Kbuild:{line}"


@behaviour
def endif_that_is_missing(workspace):
    _refuses(workspace, GOOD + "ifdef A\nb := 1\n", "endif", f"{workspace.driver}/Kbuild:")


@behaviour
def endif_without_a_condition(workspace):
    _refuses(workspace, GOOD + "endif\n", "endif", _place(workspace, 3))


@behaviour
def second_else(workspace):
    _refuses(workspace, GOOD + "ifdef A\nelse\nelse\nendif\n", "else", _place(workspace, 5))


@behaviour
def separator_that_is_missing(workspace):
    _refuses(workspace, GOOD + "this is no rule\n", "separator", _place(workspace, 3))


@behaviour
def recipe_before_any_target(workspace):
    _refuses(workspace, "\techo stray\n" + GOOD, _place(workspace, 1))


@behaviour
def endef_that_is_missing(workspace):
    _refuses(workspace, GOOD + "define text\nmore\n", "endef", _place(workspace, 3))


@behaviour
def call_that_is_not_closed(workspace):
    _refuses(workspace, GOOD + "ccflags-y += $(wildcard *.c\n", "wildcard", _place(workspace, 3))


@behaviour
def function_with_too_few_arguments(workspace):
    _refuses(workspace, GOOD + "x := $(patsubst a)\n", "patsubst", _place(workspace, 3))


@behaviour
def variable_that_refers_to_itself(workspace):
    _refuses(workspace, GOOD + "a = $(b)\nb = $(a)\nccflags-y += $(a)\n", "itself", f"{workspace.driver}/Kbuild:")


@behaviour
def call_that_never_ends(workspace):
    """GNU make runs until its stack is used up."""
    _refuses(workspace, GOOD + "again = $(call again,$(1)x)\nx := $(call again,)\n", f"{workspace.driver}/Kbuild:")


@behaviour
def eval_that_never_ends(workspace):
    _refuses(workspace, GOOD + "again = $(eval $(again))\n$(again)\n", f"{workspace.driver}/Kbuild:")


@behaviour
def value_that_doubles_for_ever(workspace):
    """Sixty doublings are more than any machine has: refused, not swapped to death."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    doubling = "v0 := xxxxxxxxxxxxxxxx\n" + "".join(f"v{n + 1} = $(v{n})$(v{n})\n" for n in range(60))
    workspace.write("Kbuild", GOOD + doubling + "x := $(v60)\n")
    run = workspace.run(["sh", "-c", 'ulimit -v 4000000; exec "$@"', "sh", *workspace.command()])
    expect_refused(run, BUILD_FAILED, hint=False)
    workspace.write("Kbuild", GOOD)
    expect_mends(workspace)


@behaviour
def include_of_itself(workspace):
    _refuses(workspace, GOOD + "include $(src)/Kbuild\n", f"{workspace.driver}/Kbuild:")


@behaviour
def include_of_a_missing_file(workspace):
    _refuses(workspace, GOOD + "include $(src)/missing.mk\n", "missing.mk", _place(workspace, 3))


@behaviour
def error_function(workspace):
    _refuses(workspace, GOOD + "$(error this driver wants a newer kernel)\n", "this driver wants a newer kernel",
             _place(workspace, 3))


@behaviour
def warning_function_is_shown(workspace):
    workspace.append("Kbuild", "$(warning mind the gap)\n")
    run = workspace.build()
    expect("mind the gap" in run.text(), f"the warning is not shown:\n{run.text()}")


@behaviour
def kbuild_file_that_is_a_folder(workspace):
    (workspace.driver / "Kbuild").unlink()
    (workspace.driver / "Kbuild").mkdir()
    run = workspace.run(workspace.command())
    expect_refused(run, BUILD_FAILED, "Kbuild", hint=False)
    (workspace.driver / "Kbuild").rmdir()
    workspace.write("Kbuild", GOOD)
    expect_mends(workspace)


@behaviour
def subfolder_without_a_makefile(workspace):
    _refuses(workspace, GOOD + "obj-m += absent/\n", "absent")


@behaviour
def binary_file_as_kbuild_file(workspace):
    content = bytes(range(256)) * 64
    (workspace.driver / "Kbuild").write_bytes(content)
    run = workspace.run(workspace.command())
    expect_refused(run, BUILD_FAILED, "Kbuild", hint=False)
    workspace.write("Kbuild", GOOD)
    expect_mends(workspace)


@behaviour
def line_of_a_megabyte(workspace):
    workspace.write("Kbuild", GOOD + "# " + "x" * 2**20 + "\nunused := " + "y " * 2**19 + "\n")
    expect_mends(workspace)


@behaviour
def conditions_ten_thousand_deep(workspace):
    depth = 10_000
    workspace.write("Kbuild", GOOD + "ifdef A\n" * depth + "endif\n" * depth)
    expect_mends(workspace)


@behaviour
def references_ten_thousand_deep(workspace):
    depth = 10_000
    workspace.write("Kbuild", GOOD + "unused := " + "$(a" * depth + ")" * depth + "\n")
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    expect(run.status in (0, BUILD_FAILED), f"exit status {run.status}\n{run.text()}")
    if run.status:
        expect(_place(workspace, 3) in run.err, f"does not name the place:\n{run.err}")


@behaviour
def lines_that_end_as_on_windows(workspace):
    """GNU make takes the carriage return as part of the line's last word: kbuild fails, and so may we, with a word
    that helps. Or it builds."""
    (workspace.driver / "Kbuild").write_bytes(GOOD.replace("\n", "\r\n").encode())
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    if run.status:
        expect_refused(run, BUILD_FAILED, "Kbuild")


@behaviour
def include_of_a_file_that_is_missing(workspace):
    _refuses(workspace, GOOD + "include $(src)/gone.mk\n", f"{workspace.driver}/gone.mk", _place(workspace, 3))


@behaviour
def outer_makefile_instead_of_a_kbuild_file(workspace):
    """Nothing is built, as with kbuild, and the folder that declares a module is named."""
    below = workspace.driver / "part"
    below.mkdir()
    (below / "Kbuild").write_text("obj-m := one.o\n")
    workspace.write("Kbuild", "all:\n\t$(MAKE) -C part\n")
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    expect(run.status == 0 and "obj-m is empty" in run.err and ": part" in run.err, run.text())
    workspace.write("Kbuild", GOOD)
    expect_mends(workspace)


@behaviour
def makefile_whose_rule_fails(workspace):
    text = GOOD + "$(obj)/list.mk:\n\t@echo no list >&2; exit 3\ninclude $(obj)/list.mk\n"
    _refuses(workspace, text, "list.mk", "status 3")


@behaviour
def makefile_that_is_made_anew_for_ever(workspace):
    text = GOOD + "$(obj)/list.mk: FORCE\n\t@date +'T := %N' > $@\ninclude $(obj)/list.mk\nFORCE:\n"
    _refuses(workspace, text, "made anew", hint=True)
