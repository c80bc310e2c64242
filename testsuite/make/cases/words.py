"""Make's words: GNU make with kbuild beside kbx make. The same exit status, files, modules and lines."""

import os
import subprocess

from behaviour import behaviour
from common import DRIVER, both, expect_same, kernel_words  # noqa: F401
from outcome import expect, expect_equal


@behaviour
def module_builds(workspace):
    base = kernel_words(workspace)
    for words in ([], ["modules"], ["-j4"], ["-j", "4"], ["-s"], ["-w"], ["--no-print-directory"], ["V=0"], ["W=1"]):
        expect_same(*both(workspace, base + words), " ".join(words) or "no goal")


@behaviour
def words_of_a_failure(workspace):
    """On standard error, with the compiler's words and make's line for who greps for it."""
    base = kernel_words(workspace)
    make, kbx = both(workspace, [*base, "MODULES=broken.o"])
    compiler = {line for line in make.err if "broken.c" in line and "error:" in line}
    expect(compiler and compiler <= kbx.err, f"{compiler} is not on standard error: {kbx.err}")
    expect(not any("error:" in line for line in kbx.out), f"on standard output: {kbx.out}")
    expect(any(line.startswith("make: *** [") and line.endswith("broken.o] Error 1") for line in kbx.err), kbx.err)
    expect("make: *** [all] Error 2" in kbx.err or "make: *** [modules] Error 2" in kbx.err, kbx.err)


@behaviour
def commands_in_full(workspace):
    """V=1 shows what is run, each command on a line that begins with its program."""
    base = kernel_words(workspace)
    make, kbx = both(workspace, [*base, "V=1"])
    expect_same(make, kbx, "V=1", lines=False)

    def compiled(seen):
        return {line.split()[-1] for line in seen.out if " -c -o " in line and ".mod." not in line.split()[-1]}
    expect(len(compiled(make)) >= 3 and compiled(make) <= compiled(kbx), f"{compiled(make)}, but {compiled(kbx)}")


@behaviour
def subdirs_is_no_longer_read(workspace):
    tree = kernel_words(workspace)[:2]
    run = workspace.run([workspace.kbx, "make", "-n", *tree, f"SUBDIRS={workspace.driver}", "no-such-goal"])
    expect(run.status == 2 and "name the driver's folder with M=" in run.err, run.text())


def _serve(tokens, fifo, run):
    """Runs run(auth, descriptors) with a jobserver of so many tokens; gives its result and how many came back."""
    if fifo:
        os.mkfifo(fifo)
        both_ends = os.open(fifo, os.O_RDWR)
        ends, auth = (both_ends, both_ends), f"fifo:{fifo}"
    else:
        ends = os.pipe()
        auth = f"{ends[0]},{ends[1]}"
    os.write(ends[1], b"+" * tokens)
    result = run(auth, () if fifo else ends)
    os.set_blocking(ends[0], False)
    left = len(os.read(ends[0], 100))
    for end in set(ends):
        os.close(end)
    return result, left


@behaviour
def client_of_a_jobserver(workspace):
    """Tokens are given back, also after a failure; the pipe and the fifo."""
    base = kernel_words(workspace)
    for fifo in (None, workspace.folder / "jobs"):
        for words, status in (([], 0), (["MODULES=broken.o"], 2)):
            def run(auth, descriptors, words=words):
                environment = workspace.environment | {"MAKEFLAGS": f" -j3 --jobserver-auth={auth}", "MAKELEVEL": "1"}
                return subprocess.run([workspace.kbx, "make", *base, *words], env=environment, capture_output=True,
                                      text=True, pass_fds=descriptors)
            done, left = _serve(2, fifo, run)
            expect_equal((done.returncode, left), (status, 2), f"exit status and tokens given back\n{done.stderr}")
            expect("warning: jobserver" not in done.stderr, done.stderr)
            if fifo:
                fifo.unlink()


@behaviour
def jobserver_that_cannot_be_reached(workspace):
    run = workspace.run([workspace.kbx, "make", *kernel_words(workspace)],
                        {"MAKEFLAGS": " -j3 --jobserver-auth=98,99", "MAKELEVEL": "1"})
    expect(run.status == 0, run.text())
    expect("make[1]: warning: jobserver unavailable: using -j1." in run.err, run.err)


@behaviour
def jobs_in_a_sub_make(workspace):
    """-j of the sub-make's own leaves the jobserver, which make says too."""
    def run(auth, descriptors):
        environment = workspace.environment | {"MAKEFLAGS": f" -j3 --jobserver-auth={auth}", "MAKELEVEL": "1"}
        return subprocess.run([workspace.kbx, "make", "-j2", *kernel_words(workspace)], env=environment,
                              capture_output=True, text=True, pass_fds=descriptors)
    done, left = _serve(2, None, run)
    expect_equal((done.returncode, left), (0, 2), "exit status and tokens given back")
    expect("make[1]: warning: -j2 forced in submake: resetting jobserver mode." in done.stderr, done.stderr)
