"""Words that kbx cannot make sense of, and folders that are none."""

from behaviour import behaviour
from common import (BUILD_FAILED, DRIVER, USAGE, expect_built_or_refused, expect_mends,  # noqa: F401
                    expect_no_accident, expect_refused)
from outcome import expect

COMMANDS = ("build", "plan", "why", "kernels", "doctor", "new")
WORDS_NEEDED = {"why": ["one.o"], "new": ["one"]}


def _kbx(workspace, *words, **more):
    return workspace.run([workspace.kbx, *words], **more)


@behaviour
def no_command(workspace):
    run = _kbx(workspace)
    expect(run.status == USAGE, f"exit status {run.status}")
    expect("usage" in run.text(), run.text())


@behaviour
def unknown_command(workspace):
    expect_refused(_kbx(workspace, "biuld"), USAGE, "biuld")
    for word, meant in (("biuld", "did you mean kbx build?"), ("menucofnig", "did you mean kbx menuconfig?"),
                        ("frobnicate", "kbx --help")):
        expect(meant in _kbx(workspace, word).err, _kbx(workspace, word).err)


@behaviour
def unknown_option(workspace):
    for command in COMMANDS:
        run = _kbx(workspace, command, *WORDS_NEEDED.get(command, []), "--no-such-option")
        expect_refused(run, USAGE, "no-such-option", hint=False)
    expect_mends(workspace)


@behaviour
def help_of_every_command(workspace):
    for command in COMMANDS:
        run = _kbx(workspace, command, "--help")
        expect(run.status == 0 and f"kbx {command}" in run.out, f"kbx {command} --help: {run.status}\n{run.text()}")


@behaviour
def option_that_is_misspelt(workspace):
    for word, meant in (("--kernal", "--kernel"), ("--kernal=x", "--kernel"), ("--job", "--jobs")):
        run = _kbx(workspace, "build", word)
        expect(run.status == USAGE and f"did you mean {meant}?" in run.err, run.text())


@behaviour
def words_of_make_are_told_as_such(workspace):
    for words in (["-C", workspace.tree, f"M={workspace.driver}", "modules"],
                  ["--kernel", workspace.tree, f"M={workspace.driver}"],
                  ["--kernel", workspace.tree, "clean"], ["--kernel", workspace.tree, "one.ko"]):
        run = workspace.run([workspace.kbx, "build", *words], folder=workspace.driver)
        expect(run.status != 0 and "kbx make -C KERNEL-TREE M=FOLDER" in run.err, run.text())
    expect_mends(workspace)


@behaviour
def option_without_its_value(workspace):
    expect_refused(_kbx(workspace, "build", "--kernel"), USAGE, "kernel", hint=False)


@behaviour
def number_of_jobs_that_is_no_number(workspace):
    for jobs in ("many", "0", "-3", "99999999999999999999"):
        run = workspace.run(workspace.command("-j", jobs))
        expect_refused(run, USAGE, "-j", hint=False)
    expect_mends(workspace)


@behaviour
def folder_that_does_not_exist(workspace):
    expect_refused(_kbx(workspace, "build", workspace.folder / "absent", "--kernel", workspace.tree),
                   BUILD_FAILED, "absent")


@behaviour
def file_in_place_of_a_folder(workspace):
    expect_refused(_kbx(workspace, "build", workspace.driver / "one.c", "--kernel", workspace.tree),
                   BUILD_FAILED, "one.c")


@behaviour
def folder_without_a_makefile(workspace):
    empty = workspace.folder / "empty"
    empty.mkdir()
    expect_refused(_kbx(workspace, "build", empty, "--kernel", workspace.tree), BUILD_FAILED, str(empty))
    expect(not list(empty.iterdir()), f"left something in the folder: {list(empty.iterdir())}")


@behaviour
def kernel_tree_in_place_of_a_driver(workspace):
    """Read as a driver it would include itself without an end."""
    for words in ([workspace.tree], [workspace.driver, workspace.tree]):
        run = _kbx(workspace, "build", *words, "--kernel", workspace.tree)
        expect_refused(run, BUILD_FAILED, str(workspace.tree))
        expect("--kernel" in run.err, run.err)
    expect_mends(workspace)


@behaviour
def why_of_a_file_that_nothing_makes(workspace):
    expect_refused(_kbx(workspace, "why", "nothing.o", "--kernel", workspace.tree, folder=workspace.driver),
                   BUILD_FAILED, "nothing.o")


@behaviour
def make_without_a_makefile(workspace):
    """In make's words, with make's exit status."""
    empty = workspace.folder / "empty"
    empty.mkdir()
    run = _kbx(workspace, "make", folder=empty)
    expect_no_accident(run)
    expect(run.status == 2, f"exit status {run.status}")
    expect("No targets specified and no makefile found" in run.err, run.err)


@behaviour
def make_in_a_kernel_that_is_not_there(workspace):
    run = _kbx(workspace, "make", "-C", "/nowhere/at/all", f"M={workspace.driver}", "modules")
    expect_no_accident(run)
    expect(run.status == 2, f"exit status {run.status}")
    expect("/nowhere/at/all" in run.err and "No such file or directory" in run.err, run.err)


@behaviour
def home_that_is_not_set(workspace):
    words = ["env", "-u", "HOME", "-u", "XDG_CACHE_HOME", *workspace.command()]
    if expect_built_or_refused(workspace.run(words), "HOME"):
        expect(workspace.ko("one").stat().st_size > 0, "one.ko is empty")


@behaviour
def cache_folder_that_cannot_be_made(workspace):
    blocked = workspace.folder / "blocked"
    blocked.write_text("a file, no folder\n")
    run = workspace.run(workspace.command(), environment={"XDG_CACHE_HOME": str(blocked)})
    expect_built_or_refused(run, "blocked")
    expect_mends(workspace)
