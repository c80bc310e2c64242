"""What the tests of bad input share: what a good complaint looks like."""

import re
from pathlib import Path

from outcome import expect

DRIVER = Path(__file__).resolve().parent.parent / "driver"
BUILD_FAILED = 1
USAGE = 2

# What a person must never see of a program that met bad input.
ACCIDENTS = re.compile(r"internal error|terminate called|Traceback|Segmentation fault|core dumped|std::|"
                       r"basic_string|AddressSanitizer|runtime error|Assertion|double free")

MODULE = """#include <linux/module.h>
%s
static int __init one_start(void)
{
	%s
	return 0;
}
module_init(one_start);
MODULE_DESCRIPTION("meets a kernel that it does not fit");
MODULE_LICENSE("%s");
"""


def module_source(statement, before="", license="GPL"):
    """A module that runs a statement when it is loaded; the statement is in line 5 unless `before` has more than one line."""
    return MODULE % (before, statement, license)


def expect_no_accident(run):
    expect(run.status >= 0, f"ended by signal {-run.status}\n{run.text()}")
    found = ACCIDENTS.search(run.text())
    expect(not found, f"shows its insides ({found and found[0]!r}):\n{run.text()}")


def expect_refused(run, status, *words, hint=True):
    """The run ended with `status` and its standard error holds each of `words`; with a hint unless hint=False."""
    expect_no_accident(run)
    expect(run.status == status, f"exit status {run.status}, expected {status}\n{run.text()}")
    for word in words:
        expect(word in run.err, f"standard error does not say {word!r}:\n{run.err}\n(standard output: {run.out})")
    if hint:
        expect("hint:" in run.err, f"no hint:\n{run.err}")


def expect_built_or_refused(run, *words):
    """Either it works, or it says in `words` why it cannot."""
    expect_no_accident(run)
    if run.status:
        expect_refused(run, BUILD_FAILED, *words)
    return run.status == 0


def expect_mends(workspace, *words):
    """The same folder builds once the cause is gone."""
    workspace.build(*words)
    expect(workspace.ko("one").stat().st_size > 0, "one.ko is empty")
