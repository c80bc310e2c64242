"""Disks that are full or cannot be written."""

import os
import shutil
import subprocess

from behaviour import behaviour
from common import BUILD_FAILED, DRIVER, expect_mends, expect_no_accident, expect_refused  # noqa: F401
from outcome import Skipped, expect, expect_equal
from workspace import Run, products

SIZES_IN_KIB = (64, 256, 512, 1024, 1536, 2048, 3072)
PLENTY = "200m"


def _as_root_in_own_mounts():
    """Words that give the rest of a command line mounts of its own."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        raise Skipped("mounting needs root")
    return ["unshare", "--mount", "--propagation", "private"]


def _as_run(text):
    """The run that the script below logged as `STATUS <newline> output`."""
    status, _, output = text.partition("\n")
    return Run(int(status), "", output, [], [], [])


@behaviour
def full_disk(workspace):
    """kbx fails, says why, and after there is room again trusts nothing that was half written."""
    own_mounts = _as_root_in_own_mounts()
    out = workspace.folder / "out"
    workspace.build("--out", out)
    clean = products(out)
    for size in SIZES_IN_KIB:
        shutil.rmtree(out)
        out.mkdir()
        kept = workspace.folder / f"kept-{size}"
        script = f"""
            mount -t tmpfs -o size={size}k tmpfs "$1" || exit 9
            shift
            "$@" >../log 2>&1; echo $? >../first; cat ../log >>../first
            mount -o remount,size={PLENTY} tmpfs "$0" || exit 9
            "$@" >../log 2>&1; echo $? >../second; cat ../log >>../second
            cp -a "$0" "{kept}"
        """
        work = workspace.folder / "work"
        work.mkdir(exist_ok=True)
        workspace.run([*own_mounts, "sh", "-c", script, out, out, *workspace.command("--out", out)], folder=work)
        first = _as_run((workspace.folder / "first").read_text())
        second = _as_run((workspace.folder / "second").read_text())
        if first.status:
            expect_no_accident(first)
            expect(first.status == BUILD_FAILED, f"{size} KiB: exit status {first.status}\n{first.err}")
            expect("No space left" in first.err, f"{size} KiB: does not say that the disk is full:\n{first.err}")
        expect(second.status == 0, f"{size} KiB: with room again: exit status {second.status}\n{second.err}")
        expect_equal(products(kept), clean, f"{size} KiB: what the run with room handed over")


@behaviour
def smallest_disk_is_too_small(workspace):
    """The test above sees a full disk at all."""
    own_mounts = _as_root_in_own_mounts()
    out = workspace.folder / "out"
    out.mkdir()
    script = f'mount -t tmpfs -o size={SIZES_IN_KIB[0]}k tmpfs "$0" || exit 9; exec "$@"'
    run = workspace.run([*own_mounts, "sh", "-c", script, out, *workspace.command("--out", out)])
    expect_no_accident(run)
    expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")


@behaviour
def sources_that_cannot_be_written(workspace):
    out = workspace.folder / "out"
    own_mounts = _as_root_in_own_mounts()
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" || exit 9; exec "$@"'
    command = workspace.command("--out", out)
    run = workspace.run([*own_mounts, "sh", "-c", script, workspace.driver, *command])
    expect(run.status == 0, f"exit status {run.status}\n{run.text()}")
    expect(list(out.rglob("one.ko")), "no one.ko below --out")


@behaviour
def sources_that_cannot_be_written_and_no_other_place_named(workspace):
    own_mounts = _as_root_in_own_mounts()
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" || exit 9; exec "$@"'
    run = workspace.run([*own_mounts, "sh", "-c", script, workspace.driver, *workspace.command()])
    expect_refused(run, BUILD_FAILED, "kbx-out", "--out")
    expect_mends(workspace)


@behaviour
def sources_of_another_user(workspace):
    """As somebody who may read but not write the sources."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Skipped("only root can become somebody else")
    nobody = 65534
    as_nobody = ["setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups"]
    for path in (workspace.kbx, workspace.tree / "Makefile", workspace.driver / "one.c"):
        if subprocess.run([*as_nobody, "test", "-r", str(path)]).returncode:
            raise Skipped(f"nobody may not read {path}")
    private = workspace.folder / "private"
    private.mkdir()
    os.chown(private, nobody, nobody)
    for path in workspace.folder.glob("bin*"):
        os.chown(path, nobody, nobody)
    environment = {"HOME": str(private), "TMPDIR": str(private), "XDG_CACHE_HOME": str(private / "cache")}
    run = workspace.run([*as_nobody, *workspace.command()], environment)
    expect_refused(run, BUILD_FAILED, "kbx-out", "--out")
    run = workspace.run([*as_nobody, *workspace.command("--out", private / "out")], environment)
    expect(run.status == 0, f"with --out: exit status {run.status}\n{run.text()}")


@behaviour
def file_in_place_of_the_output_folder(workspace):
    out = workspace.folder / "out"
    out.write_text("a file, no folder\n")
    expect_refused(workspace.run(workspace.command("--out", out)), BUILD_FAILED, str(out))
    expect(out.read_text() == "a file, no folder\n", "the file was changed")
    (workspace.driver / "kbx-out").write_text("a file, no folder\n")
    expect_refused(workspace.run(workspace.command()), BUILD_FAILED, "kbx-out")
    (workspace.driver / "kbx-out").unlink()
    expect_mends(workspace)


@behaviour
def folder_in_place_of_a_module(workspace):
    workspace.build()
    ko = workspace.ko("one")
    ko.unlink()
    (ko / "inside").mkdir(parents=True)
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    if run.status:
        expect_refused(run, BUILD_FAILED, "one.ko")
        shutil.rmtree(ko)
    expect_mends(workspace)
