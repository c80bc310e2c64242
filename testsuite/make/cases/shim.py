"""kbx shim -- COMMAND: what it takes, what it passes on, how it ends, what it leaves."""

import os
import signal
import subprocess
import time

from behaviour import behaviour
from common import DRIVER, GNU_MAKE, call, expect_same, kernel_words, private_tree  # noqa: F401
from outcome import Skipped, expect, expect_equal


def _shim(workspace, *words, environment=None, folder=None):
    return workspace.run([workspace.kbx, "shim", *words], environment, folder)


def _took(run):
    return [line for line in run.err.splitlines() if line.startswith("kbx shim: took:")]


@behaviour
def wrapper_makefile(workspace):
    words = ["-C", workspace.driver, f"KDIR={private_tree(workspace)}"]
    make = call(workspace, [GNU_MAKE], words)
    for jobs in ([], ["-j3"]):
        seen = call(workspace, [workspace.kbx, "shim", "--", "make"], words + jobs)
        expect_same(make, seen, "make under the shim")
        expect("warning: jobserver" not in seen.text, seen.text)
    run = _shim(workspace, "--verbose", "--", "make", *words)
    expect(len(_took(run)) == 1, run.err)
    expect("kbx shim: passed on to /" in run.err, run.err)


@behaviour
def a_call_of_kbuild_itself(workspace):
    words = kernel_words(workspace)
    make = call(workspace, [GNU_MAKE], words)
    for program in ("make", "gmake"):
        expect_same(make, call(workspace, [workspace.kbx, "shim", program], words), program)


@behaviour
def other_calls_are_passed_on(workspace):
    workspace.write("other.mk", "all: ; @echo $(MAKE) $(origin M); false\n")
    run = _shim(workspace, "-v", "--", "make", "-f", "other.mk", "M=1", folder=workspace.driver)
    expect_equal(run.status, 2, "exit status")
    expect("make command line" in run.out and not _took(run), run.text())
    version = _shim(workspace, "--", "make", "--version")
    expect_equal(version.out, workspace.run([GNU_MAKE, "--version"]).out, "make --version")


@behaviour
def a_make_in_a_variable(workspace):
    words = " ".join(map(str, kernel_words(workspace)))
    run = _shim(workspace, "-v", "--", "sh", "-c", f"MAKE=make; $MAKE {words}")
    expect(run.status == 0 and len(_took(run)) == 1, run.text())


@behaviour
def shims_within_shims(workspace):
    words = kernel_words(workspace)
    run = _shim(workspace, "--", workspace.kbx, "shim", "-v", "--", "make", *words)
    expect(run.status == 0 and len(_took(run)) == 1, run.text())


@behaviour
def end_of_the_command(workspace):
    for script, status in (("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", -signal.SIGTERM)):
        expect_equal(_shim(workspace, "--", "sh", "-c", script).status, status, script)
    run = _shim(workspace, "--", "no-such-command")
    expect(run.status == 127 and "no-such-command: command not found" in run.err, run.text())
    run = _shim(workspace, "--", "/etc/passwd")
    expect(run.status == 126 and "Permission denied" in run.err, run.text())
    run = _shim(workspace)
    expect(run.status == 2 and "hint:" in run.err, run.text())


@behaviour
def signals_reach_the_command(workspace):
    begun = workspace.folder / "begun"
    script = f"trap 'exit 5' TERM; : >'{begun}'; while :; do sleep 0.05; done"
    running = subprocess.Popen([workspace.kbx, "shim", "--", "sh", "-c", script], env=workspace.environment)
    while not begun.exists():
        time.sleep(0.02)
    running.terminate()
    expect_equal(running.wait(timeout=30), 5, "exit status")


@behaviour
def nothing_is_left_behind(workspace):
    def listing():
        return sorted(str(path) for path in (cache / "shim").rglob("*"))
    workspace.environment["XDG_CACHE_HOME"] = str(workspace.folder / "own-cache")
    cache = workspace.folder / "own-cache/kbx"
    _shim(workspace, "--", "true")
    before = listing()
    expect(len(before) == 4, f"expected a folder with two links and a mark: {before}")
    running = subprocess.Popen([workspace.kbx, "shim", "--", "sleep", "60"], env=workspace.environment)
    time.sleep(0.3)
    running.kill()
    running.wait()
    expect_equal(listing(), before, "the shim's folder")
    expect_equal(list((workspace.folder / "home").glob("*")), [], "files in TMPDIR")


@behaviour
def where_there_is_no_make(workspace):
    alone = workspace.folder / "alone"
    alone.mkdir()
    for folder in workspace.environment["PATH"].split(":"):
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if name not in ("make", "gmake") and not os.path.lexists(alone / name):
                (alone / name).symlink_to(os.path.join(folder, name))
    words = ["-C", workspace.driver, f"KDIR={private_tree(workspace)}"]
    run = _shim(workspace, "-v", "--", "make", *words, environment={"PATH": str(alone)})
    expect(run.status == 0 and "as there is no other make" in run.err, run.text())
    expect((workspace.driver / "beta.ko").exists(), "beta.ko is missing")


@behaviour
def probes_of_a_configure_script(workspace):
    """The same answers, sooner."""
    if not GNU_MAKE:
        raise Skipped("GNU make is not installed")
    tree = private_tree(workspace)
    seconds, answers = [], []
    for words in ([], [workspace.kbx, "shim", "--"]):
        began = time.monotonic()
        run = workspace.run([*words, "./conftest.sh", tree], folder=workspace.driver)
        seconds.append(time.monotonic() - began)
        answers.append(run.out)
    expect_equal(answers[1], answers[0], "answers")
    expect("#define HAVE_PRINTK" in answers[0] and "/* no NOTHING */" in answers[0]
           and "/* no MODULE_NONSENSE */" in answers[0], answers[0])
    print(f"        probes: {seconds[0]:.1f} s with make, {seconds[1]:.1f} s under the shim")
