"""Compilers that are not there, or not fit."""

import os

from behaviour import behaviour
from common import BUILD_FAILED, DRIVER, expect_mends, expect_no_accident, expect_refused  # noqa: F401
from outcome import expect
from tools import SYSTEM_PATH


def _path_without_compilers(workspace):
    """A folder of links to every program of the system but compilers."""
    folder = workspace.folder / "no-compiler"
    folder.mkdir()
    for place in reversed(SYSTEM_PATH.split(":")):
        for entry in os.scandir(place) if os.path.isdir(place) else ():
            name = entry.name
            if "gcc" in name or "clang" in name or name in ("cc", "c99", "c89") or name.endswith("-cpp"):
                continue
            link = folder / name
            link.unlink(missing_ok=True)
            link.symlink_to(entry.path)
    return str(folder)


def _spoil(workspace, before):
    """Puts shell text in front of every compiler; gives what undoes it."""
    names = [name for name in workspace.wrappers.names() if not name.endswith("ld")]
    for name in names:
        workspace.wrappers.put(name, workspace.wrappers.real(name), before)

    def undo():
        for name in names:
            workspace.wrappers.put(name, workspace.wrappers.real(name))

    return undo


@behaviour
def no_compiler_at_all(workspace):
    run = workspace.run(workspace.command(), environment={"PATH": _path_without_compilers(workspace)})
    expect_refused(run, BUILD_FAILED, "gcc")
    expect("is not here" not in run.err, f"the missing compiler is told twice\n{run.err}")
    expect_mends(workspace)


@behaviour
def compiler_on_the_command_line_that_is_not_there(workspace):
    run = workspace.run(workspace.command("CC=no-such-compiler"))
    expect_refused(run, BUILD_FAILED, "no-such-compiler")
    expect_mends(workspace)


@behaviour
def make_words_with_a_compiler_that_is_not_there(workspace):
    """Make takes over, as no plan is possible, and says what it would have said anyway: once."""
    workspace.append("Kbuild", "$(info read)\n")
    words = ["make", "-C", workspace.tree, f"M={workspace.driver}", "CC=no-such-compiler", "modules"]
    run = workspace.run([workspace.kbx, *words])
    oracle = workspace.run(words)
    expect_no_accident(run)
    expect(run.status == oracle.status == 2, f"exit status {run.status}, make's is {oracle.status}")
    for text in ("Entering directory", "Leaving directory", "read", "no-such-compiler: not found"):
        times, wanted = run.text().count(text), oracle.text().count(text)
        expect(times == wanted > 0, f'"{text}" {times} times, by make {wanted} times:\n{run.text()}')


@behaviour
def llvm_where_the_tree_sets_its_compiler(workspace):
    """Debian's trees set CC in .kernelvariables; kbuild takes that in silence."""
    run = workspace.run(workspace.command("LLVM=1"))
    sets_compiler = "CC =" in (workspace.tree / ".kernelvariables").read_text()
    expect(("LLVM=1 is given, but" in run.err) == sets_compiler, run.text())
    expect(run.status == 0 or "ld.lld: not found" in run.text(), run.text())


@behaviour
def compiler_that_goes_between_two_builds(workspace):
    workspace.build()
    run = workspace.run(workspace.command(), environment={"PATH": _path_without_compilers(workspace)})
    expect_refused(run, BUILD_FAILED, "gcc")
    expect_mends(workspace)


@behaviour
def compiler_that_rejects_a_flag_the_configuration_forces(workspace):
    flag = next(word for call in workspace.build().calls if call.source()
                for word in call.words if word.startswith("-fno-") or word.startswith("-mno-"))
    undo = _spoil(workspace, f'case " $* " in *" {flag} "*) echo "cc: error: unrecognized command-line option '
                             f"'{flag}'\" >&2; exit 1;; esac")
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")
    expect(flag in run.text(), f"does not name the flag {flag}:\n{run.text()}")
    undo()
    expect_mends(workspace)


@behaviour
def compiler_that_dies(workspace):
    undo = _spoil(workspace, 'case "$*" in *one.c*) kill -SEGV $$;; esac')
    run = workspace.run(workspace.command())
    expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")
    expect("one" in run.text(), f"does not tell what was compiled:\n{run.text()}")
    undo()
    expect_mends(workspace)


@behaviour
def compiler_that_writes_nothing(workspace):
    undo = _spoil(workspace, 'case "$*" in *one.c*) exit 0;; esac')
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")
    undo()
    expect_mends(workspace)


@behaviour
def compiler_that_is_killed_halfway_through_its_output(workspace):
    """It leaves half an object and says so by its status."""
    undo = _spoil(workspace, 'last=; for word in "$@"; do case $last in -o) out=$word;; esac; last=$word; done\n'
                             'case "$*" in *" -c "*one.c*) printf half >"$out"; exit 1;; esac')
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")
    undo()
    expect_mends(workspace)


@behaviour
def compiler_that_answers_every_probe_with_noise(workspace):
    undo = _spoil(workspace, "case \"$*\" in *one*.c*) ;; *) echo noise; echo more noise >&2;; esac")
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    expect(run.status in (0, BUILD_FAILED), f"exit status {run.status}")
    undo()
    expect_mends(workspace)
