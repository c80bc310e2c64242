"""Header trees out of RPM packages and tar archives of every layout, and archives that nobody should unpack."""

import json
import os
import random
import shutil
import tarfile

import archives
from behaviour import behaviour
from common import BUILD_FAILED, expect_no_accident, expect_refused
from outcome import expect, expect_equal

RELEASE = "9.9.0-1.fc99.x86_64"


def _tree(base, release=RELEASE):
    return {f"{base}Makefile": b"VERSION = 9\nPATCHLEVEL = 9\n", f"{base}.config": b"CONFIG_X=y\n",
            f"{base}arch/x86/Makefile": b"", f"{base}include/generated/utsrelease.h":
            f'#define UTS_RELEASE "{release}"\n'.encode()}


def _kernels(workspace, *words):
    run = workspace.run([workspace.kbx, "kernels", *words],
                        environment={"XDG_CACHE_HOME": str(workspace.folder / "cache")})
    expect_no_accident(run)
    return run


def _added(workspace, name, content):
    path = workspace.folder / name
    path.write_bytes(content)
    run = _kernels(workspace, "add", path)
    expect(run.status == 0, f"{name}: exit status {run.status}\n{run.text()}")
    kernels = json.loads(_kernels(workspace, "list", "--json").out)
    kernel, = [kernel for kernel in kernels if kernel["where"] == "store"]
    shutil.rmtree(workspace.folder / "cache")
    return kernel


def _refuses(workspace, name, content, *words):
    path = workspace.folder / name
    path.write_bytes(content)
    expect_refused(_kernels(workspace, "add", path), BUILD_FAILED, name, *words)
    store = workspace.folder / "cache/kbx/kernels"
    left = [entry for entry in os.listdir(store) if entry != ".lock"] if store.is_dir() else []
    expect_equal(left, [], f"what {name} left in the store")
    expect(not list(workspace.folder.rglob("escaped")) and not os.path.exists("/escaped"), f"{name} wrote outside")


@behaviour
def tar_archive_of_every_compression(workspace):
    for ending, mode in (("tar", "w"), ("tar.gz", "w:gz"), ("tgz", "w:gz"), ("tar.xz", "w:xz"), ("tar.bz2", "w:bz2")):
        kernel = _added(workspace, f"sdk-headers.{ending}", archives.tar(_tree("linux/"), mode))
        expect_equal([kernel["release"], kernel["packages"][0]["name"]], [RELEASE, "sdk-headers"], ending)


@behaviour
def tree_is_found_in_every_layout(workspace):
    layouts = {"plain O= folder": "./", "one folder": "linux-9.9/", "Debian": f"usr/src/linux-headers-{RELEASE}/",
               "Alpine": f"./usr/src/linux-headers-{RELEASE}-0-lts/", "Fedora": f"usr/src/kernels/{RELEASE}/",
               "openSUSE": "usr/src/linux-9.9-obj/x86_64/default/", "Arch": f"usr/lib/modules/{RELEASE}/build/",
               "Gentoo": "usr/src/linux-9.9-gentoo/", "Yocto's kernel-devsrc": "usr/src/kernel/",
               "Yocto, newer": f"lib/modules/{RELEASE}/build/", "Buildroot": "output/build/linux-9.9/",
               "a sysroot": f"./lib/modules/{RELEASE}/build/"}
    for layout, base in layouts.items():
        kernel = _added(workspace, "headers.tar.gz", archives.tar(_tree(base)))
        expect_equal(kernel["release"], RELEASE, layout)
        expect(kernel["folder"].endswith(f"/root/{base.removeprefix('./')}".rstrip("/")), f"{layout}: {kernel['folder']}")


@behaviour
def rpm_package_tells_its_facts(workspace):
    data = _tree(f"./usr/src/kernels/{RELEASE}/") | {f"./lib/modules/{RELEASE}/build": f"/usr/src/kernels/{RELEASE}"}
    kernel = _added(workspace, "kernel-devel.rpm", archives.rpm(data, "kernel-devel", requires=["/bin/sh", "perl"]))
    expect_equal(kernel["packages"], [{"name": "kernel-devel", "version": "9.9.0-1.fc99", "architecture": "x86_64"}],
                 "packages")
    expect_equal(kernel["release"], RELEASE, "release")


@behaviour
def rpm_packages_that_belong_together(workspace):
    """openSUSE's: the sources' part is a package of its own, and the flavour's needs it."""
    flavour = archives.rpm(_tree("./usr/src/linux-9.9-obj/x86_64/default/"), "kernel-default-devel",
                           requires=["kernel-devel"])
    paths = [workspace.folder / "flavour.rpm", workspace.folder / "devel.rpm"]
    paths[0].write_bytes(flavour)
    paths[1].write_bytes(archives.rpm({"./usr/src/linux-9.9/Kbuild": b""}, "kernel-devel", architecture="noarch"))
    expect_refused(_kernels(workspace, "add", paths[0]), BUILD_FAILED, "needs kernel-devel")
    run = _kernels(workspace, "add", *paths)
    expect(run.status == 0 and RELEASE in run.out, run.text())


@behaviour
def hostile_tar_archive_is_refused(workspace):
    good = _tree("linux/")
    link = tarfile.SYMTYPE
    hostile = {"climbs": {"../escaped": b""}, "climbs inside": {"linux/../../escaped": b""}, "absolute": {"/escaped": b""},
               "link out": {"linux/l": "../../../etc"},
               "file below a link": {"linux/l": str(workspace.folder), "linux/l/escaped": b""},
               "hard link out": {"h": archives.special("linux/h", tarfile.LNKTYPE, "../../escaped")},
               "device": {"d": archives.special("linux/null", tarfile.CHRTYPE)},
               "block device": {"d": archives.special("linux/sda", tarfile.BLKTYPE)},
               "pipe": {"p": archives.special("linux/pipe", tarfile.FIFOTYPE)},
               "hard link to nothing": {"h": archives.special("linux/h", tarfile.LNKTYPE, "linux/absent")},
               "long name": {"linux/" + "n" * 300: b""},
               "link in place of a folder": {"x": archives.special("linux", link, "/"), "linux/escaped": b""}}
    for what, entries in hostile.items():
        for order in (good | entries, entries | good):
            _refuses(workspace, "hostile.tar.gz", archives.tar(order))
    _refuses(workspace, "empty.tar.gz", archives.tar({}), "holds no kernel headers")
    _refuses(workspace, "text.tar", b"<html>404 Not Found</html>\n")
    _refuses(workspace, "nothing.tar.xz", b"")


@behaviour
def hostile_rpm_package_is_refused(workspace):
    good = _tree(f"./usr/src/kernels/{RELEASE}/")
    for entries in ({"../escaped": b""}, {"/escaped": b""}, {"./usr/l": "../../../etc"},
                    {"./usr/l": str(workspace.folder), "./usr/l/escaped": b""}):
        _refuses(workspace, "hostile.rpm", archives.rpm(good | entries, "kernel-devel"))
    whole = archives.rpm(good, "kernel-devel")
    for cut in (1, 4, 95, 96, 100, 112, 130, 140, 200, len(whole) // 2, len(whole) - 30):
        _refuses(workspace, "cut.rpm", whole[:cut])
    _refuses(workspace, "source.rpm", whole[:7] + b"\1" + whole[8:], "package of sources")
    _refuses(workspace, "payload.rpm", archives.rpm({}, "kernel-devel", payload=b"no cpio"))
    _refuses(workspace, "nameless.rpm", archives.rpm(good, ""))


@behaviour
def damaged_archive_is_no_accident(workspace):
    places = random.Random(7)
    for name, whole in (("x.tar.gz", archives.tar(_tree("linux/"))), ("x.tar", archives.tar(_tree("linux/"), "w")),
                        ("x.rpm", archives.rpm(_tree(f"./usr/src/kernels/{RELEASE}/"), "kernel-devel"))):
        for _ in range(25):
            damaged = bytearray(whole)
            damaged[places.randrange(min(len(damaged), 2000))] ^= 1 << places.randrange(8)
            (workspace.folder / name).write_bytes(damaged)
            run = _kernels(workspace, "add", workspace.folder / name)
            expect(run.status in (0, BUILD_FAILED), f"exit status {run.status}\n{run.text()}")
