"""Debian's headers in the layouts of others: packed by their own tools, added to the store, and built with."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from behaviour import behaviour
from common import BUILD_FAILED, expect_no_accident, expect_refused
from driver_copy import copy_sources
from outcome import Skipped, expect, expect_equal

sys.path.append(str(Path(__file__).resolve().parents[2] / "drivers"))

import kernels  # noqa: E402
from cachedir import Unavailable  # noqa: E402

HELLO = Path(__file__).resolve().parents[3] / "examples/hello"
FEDORA = """
Name: kernel-devel
Version: 6.1.0
Release: 1.fc99
Summary: Headers
License: GPL-2.0-only
Requires: bash
AutoReqProv: no
%define debug_package %{nil}
%define __os_install_post %{nil}
%define _build_id_links none
%define _binary_payload w1.gzdio
%description
Headers.
%install
mkdir -p %{buildroot}/usr/src/kernels %{buildroot}/lib/modules/RELEASE
cp -a TREE %{buildroot}/usr/src/kernels/RELEASE
ln -s /usr/src/kernels/RELEASE %{buildroot}/lib/modules/RELEASE/build
%files
/usr/src/kernels/RELEASE
/lib/modules/RELEASE
"""


def _debian():
    """Debian's headers of 6.1: where they are unpacked, and their release."""
    try:
        root = kernels.kernel_root("6.1")
    except Unavailable as reason:
        raise Skipped(str(reason)) from reason
    return root, root.name


def _sources(root, target):
    """What belongs to the kernel's source in Debian's headers, at one place; of one architecture."""
    (target / "arch").mkdir(parents=True)
    common, = (root / "usr/src").glob("linux-headers-*-common")
    programs, = (root / "usr/lib").glob("linux-kbuild-*")
    for path in (common / "Makefile", common / "Kbuild", common / "include", common / "arch/x86", programs / "scripts",
                 programs / "tools"):
        if path.exists():
            subprocess.run(["cp", "-a", path, target / "arch" if path.name == "x86" else target], check=True)


def _outputs(root, release, target):
    """What a build of the kernel made: configuration, generated headers, and a Makefile that leads elsewhere."""
    target.mkdir(parents=True, exist_ok=True)
    objtree = root / f"usr/src/linux-headers-{release}"
    for name in (".config", "Module.symvers", "arch", "include"):
        subprocess.run(["cp", "-a", objtree / name, target], check=True)


def _complete_tree(root, release, target):
    """One folder with all of it, as most distributions have it."""
    _sources(root, target)
    _outputs(root, release, target)


def _build(workspace, name, *words):
    out = workspace.folder / f"out-{name}"
    if not (workspace.folder / "hello").exists():
        copy_sources(HELLO, workspace.folder / "hello")
    run = workspace.run([workspace.kbx, "build", workspace.folder / "hello", "--out", out, "--kernel", *words],
                        environment={"XDG_CACHE_HOME": str(workspace.folder / "cache")})
    expect_no_accident(run)
    expect(run.status == 0, f"{name}: exit status {run.status}\n{run.text()}")
    return out / "hello.ko"


def _expect_same_module(workspace, ours, root, release):
    """As from Debian's own tree."""
    theirs = _build(workspace, "debian", root / f"usr/src/linux-headers-{release}")
    for section in (".init.text", ".exit.text", ".modinfo", "__versions"):
        ours_shown, theirs_shown = (subprocess.run(["readelf", "-x", section, module], check=True, capture_output=True).stdout
                                    for module in (ours, theirs))
        expect(b"0x00000000" in ours_shown and ours_shown == theirs_shown, f"{section} of the module differs")


@behaviour
def package_of_rpmbuild(workspace):
    """Fedora's kernel-devel: one complete tree, and the link that every distribution has."""
    if not shutil.which("rpmbuild"):
        raise Skipped("rpmbuild is not here (package rpm)")
    root, release = _debian()
    tree, top = workspace.folder / "tree", workspace.folder / "rpm"
    _complete_tree(root, release, tree)
    spec = workspace.folder / "kernel-devel.spec"
    spec.write_text(FEDORA.replace("TREE", str(tree)).replace("RELEASE", release))
    done = subprocess.run(["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {top}", spec], capture_output=True, text=True)
    expect(done.returncode == 0, f"rpmbuild: {done.stdout}{done.stderr}")
    package, = top.rglob("*.rpm")
    environment = {"XDG_CACHE_HOME": str(workspace.folder / "cache")}
    run = workspace.run([workspace.kbx, "kernels", "add", package], environment=environment)
    expect(run.status == 0, run.text())
    known = json.loads(workspace.run([workspace.kbx, "kernels", "list", "--json"], environment=environment).out)
    kernel, = [kernel for kernel in known if kernel["where"] == "store"]
    expect_equal([kernel["release"], kernel["packages"][0]["name"], kernel["packages"][0]["version"]],
                 [release, "kernel-devel", "6.1.0-1.fc99"], "what is listed")
    expect(kernel["folder"].endswith(f"/root/usr/src/kernels/{release}"), kernel["folder"])
    whole = workspace.run([workspace.kbx, "kernels", "verify"], environment=environment)
    expect(whole.status == 0 and "whole" in whole.out, whole.text())
    _expect_same_module(workspace, _build(workspace, "rpm", kernel["folder"]), root, release)


@behaviour
def android_output_beside_its_source(workspace):
    """What modules_prepare left, whose Makefile leads to where it was built, and the kernel's source, as two folders."""
    root, release = _debian()
    out, common = workspace.folder / "android/out", workspace.folder / "android/common"
    _outputs(root, release, out)
    (out / "Makefile").write_text("# Automatically generated by /buildbot/sandbox/common/Makefile: don't edit\n"
                                  "include /buildbot/sandbox/common/Makefile\n")
    (out / "source").symlink_to("/buildbot/sandbox/common")
    environment = {"XDG_CACHE_HOME": str(workspace.folder / "cache")}
    alone = workspace.run([workspace.kbx, "build", HELLO, "--out", workspace.folder / "x", "--kernel", out],
                          environment=environment)
    expect_refused(alone, BUILD_FAILED, "leads to /buildbot/sandbox/common/Makefile", "beside the folder, as common")
    _sources(root, common)
    for name in ("scripts", "tools"):
        (common / name).rename(out / name)  # its programs are made there; the text files are in both
        subprocess.run(["cp", "-a", out / name, common], check=True)
    _expect_same_module(workspace, _build(workspace, "folder", out), root, release)
    archive = workspace.folder / "android.tar"
    subprocess.run(["tar", "-C", workspace.folder, "-cf", archive, "android"], check=True)
    run = workspace.run([workspace.kbx, "kernels", "add", archive], environment=environment)
    expect(run.status == 0 and run.out.rstrip().endswith("android/out"), run.text())
    _expect_same_module(workspace, _build(workspace, "archive", archive), root, release)
