"""Nothing changed: no compiler runs, and hardly a process."""

import shutil

import processes
from behaviour import behaviour
from common import DRIVER, MODULES  # noqa: F401
from outcome import expect, expect_equal
from workspace import identity

KBX_AND_NINJA = 2


@behaviour
def nothing_runs_when_nothing_changed(workspace):
    workspace.build()
    before = {name: identity(workspace.ko(name)) for name in MODULES}
    run = workspace.build()
    expect_equal([call.program for call in run.calls], [], "compilers and linkers run")
    expect_equal({name: identity(workspace.ko(name)) for name in MODULES}, before, "modules")


@behaviour
def no_shell_and_no_make_when_nothing_changed(workspace):
    workspace.build()
    for name in ("sh", "bash", "make", "cat", "grep", "sed", "readelf", "nm", "rm", "mkdir"):
        real = shutil.which(name)
        if real:
            workspace.wrappers.put(name, real)
    run = workspace.build()
    expect_equal([call.program for call in run.calls], [], "programs run")


@behaviour
def two_processes_do_when_nothing_changed(workspace):
    workspace.build()
    count = processes.count(workspace.command(), workspace.environment, workspace.folder)
    expect(count <= KBX_AND_NINJA, f"{count} processes and threads, expected kbx and ninja only")


@behaviour
def number_of_jobs_does_not_count(workspace):
    workspace.build("-j", 1)
    run = workspace.build("-j", 3)
    expect_equal([call.program for call in run.calls], [], "compilers and linkers run")


@behaviour
def a_new_cache_does_not_count(workspace):
    """The cache only saves time: with an empty one the plan comes out the same."""
    workspace.build()
    run = workspace.build(environment={"XDG_CACHE_HOME": str(workspace.folder / "empty-cache")})
    expect_equal(run.compiled + run.generated, [], "sources compiled")
