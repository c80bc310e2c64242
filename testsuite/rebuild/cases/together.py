"""Several runs of kbx at the same time."""

import subprocess

import kernel
from behaviour import behaviour
from common import DRIVER  # noqa: F401
from outcome import expect
from workspace import TIME_LIMIT, expect_equals_clean_build


def _all_at_once(workspace, commands):
    running = [subprocess.Popen(command, env=workspace.environment, cwd=workspace.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for command in commands]
    for process in running:
        output, _ = process.communicate(timeout=TIME_LIMIT)
        expect(process.returncode == 0, f"exit status {process.returncode}\n{output}")


@behaviour
def two_runs_in_one_output_folder(workspace):
    _all_at_once(workspace, [workspace.command(), workspace.command()])
    expect_equals_clean_build(workspace)


@behaviour
def two_runs_in_one_output_folder_with_other_flags(workspace):
    """Either may be last; what is there is the whole result of one of them."""
    _all_at_once(workspace, [workspace.command("VARIANT=2"), workspace.command("VARIANT=3")])
    workspace.build("VARIANT=3")
    expect_equals_clean_build(workspace, "VARIANT=3")


@behaviour
def four_runs_after_an_edit(workspace):
    workspace.build()
    workspace.replace("shared.h", "SHARED_STEP 3", "SHARED_STEP 4")
    _all_at_once(workspace, [workspace.command()] * 4)
    expect_equals_clean_build(workspace)


@behaviour
def two_kernels_from_one_source_folder(workspace):
    other = kernel.copy(workspace.tree, workspace.folder / "other",
                        release=kernel.release_of(workspace.tree) + "-other")
    _all_at_once(workspace, [workspace.command(), workspace.command(tree=other)])
    expect_equals_clean_build(workspace)
    expect_equals_clean_build(workspace, tree=other)


@behaviour
def two_runs_with_an_empty_cache(workspace):
    """Both evaluate and probe the kernel for the first time."""
    workspace.environment["XDG_CACHE_HOME"] = str(workspace.folder / "cache")
    other = kernel.copy(workspace.tree, workspace.folder / "other",
                        release=kernel.release_of(workspace.tree) + "-other")
    _all_at_once(workspace, [workspace.command(), workspace.command(tree=other)])
    expect_equals_clean_build(workspace)
