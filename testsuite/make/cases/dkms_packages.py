"""Packages of Debian's archive, built, installed and removed by Debian's dkms: with make, with kbx in make's place
(kbx shim), and built by kbx dkms, which does without dkms. All at the same paths, so that modules have to be the same.

A name space of its own keeps dkms from the machine's configuration and from making keys.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from behaviour import behaviour
from common import DRIVER  # noqa: F401
from outcome import Skipped, expect, expect_equal
from packages import fresh_copy, kernel, kernel_folder, sources

DKMS = shutil.which("dkms", path="/usr/sbin:/usr/bin:/sbin:/bin")
ALONE = ["unshare", "--map-root-user", "--mount", "sh", "-c",
         "mount -t tmpfs none /etc/dkms && echo sign_file=/nowhere >/etc/dkms/framework.conf && exec \"$@\"", "sh"]
FIVE = ("evdi", "nat-rtsp", "tp-smapi", "v4l2loopback", "xtables-addons")


@dataclass
class Case:
    """A package, the kernel, and the folders that dkms is given."""
    name: str
    version: str
    source: Path
    root: Path
    top: Path

    @property
    def release(self):
        return self.root.name

    @property
    def kdir(self):
        return kernel_folder(self.root)

    @property
    def tree(self):
        """In the place of /var/lib/dkms; kbx dkms makes things at the same place."""
        return self.top / "out" / self.release / ".kbx/dkms"

    @property
    def installed(self):
        return self.top / "modules"

    def words(self, action):
        words = ["-m", self.name, "-v", self.version, "--dkmstree", self.tree, "--sourcetree", self.source.parent,
                 "--installtree", self.installed]
        kernel = ["-k", self.release, "-a", "x86_64", "--kernelsourcedir", self.kdir, "--no-depmod"]
        return [DKMS, action, *words, *{"add": [], "remove": ["--all", "--no-depmod"]}.get(action, kernel)]


def _case(workspace, package):
    if not DKMS:
        raise Skipped("dkms is not installed")
    if workspace.run([*ALONE, "true"]).status != 0:
        raise Skipped("no name spaces of mounts can be had, in which dkms would leave the machine alone")
    root = kernel()
    top = workspace.folder / "dkms"
    source = top / "src" / sources(package).name
    fresh_copy(package, source)
    conf = (source / "dkms.conf").read_text()
    name, version = (re.search(rf'^{key}="?([^"\n]+)', conf, re.M)[1] for key in ("PACKAGE_NAME", "PACKAGE_VERSION"))
    return Case(name, version, source, root, top)


def _modules(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.ko"))}


def _places(case):
    return sorted(str(path.relative_to(case.installed)) for path in case.installed.rglob("*.ko"))


def _log(case):
    """What the commands of a dkms.conf said."""
    return "\n".join(path.read_text(errors="replace") for path in case.tree.rglob("make.log"))


def _with_dkms(workspace, case, before=()):
    """What add, build, install and remove come to: the modules, their places, and the log of the build."""
    shutil.rmtree(case.top / "out", ignore_errors=True)
    shutil.rmtree(case.installed, ignore_errors=True)
    case.tree.mkdir(parents=True)
    (case.installed / case.release).mkdir(parents=True)
    for action in ("add", "build", "install"):
        run = workspace.run([*ALONE, *before, *case.words(action)])
        expect(run.status == 0, f"{case.name}: dkms {action}: {run.text()}\n{_log(case)[-3000:]}")
    modules, places, log = _modules(case.installed), _places(case), _log(case)
    run = workspace.run([*ALONE, *before, *case.words("remove")])
    expect(run.status == 0 and not _places(case), f"{case.name}: dkms remove: {run.text()} {_places(case)}")
    expect(not (case.tree / case.name / case.version).exists(), f"{case.name}: dkms remove left its folder")
    return modules, places, log


def _expect_same_modules(seen, wanted, what):
    expect_equal(sorted(seen), sorted(wanted), f"{what}: modules")
    expect_equal([name for name in wanted if seen[name] != wanted[name]], [], f"{what}: modules with other content")


def _three_ways(workspace, package):
    case = _case(workspace, package)
    wanted, places, _ = _with_dkms(workspace, case)
    expect(wanted, f"{package}: dkms with make installed nothing")
    seen, seen_places, log = _with_dkms(workspace, case, [workspace.kbx, "shim", "-v", "--"])
    _expect_same_modules(seen, wanted, f"{package} under the shim")
    expect_equal(seen_places, places, f"{package}: places")
    expect("kbx shim: took:" in log, f"{package}: the shim took nothing: {log[-3000:]}")

    shutil.rmtree(case.top / "out")
    run = workspace.run([workspace.kbx, "dkms", case.source, "-K", case.kdir, "-o", case.top / "out"])
    expect(run.status == 0, f"{package}: kbx dkms: {run.text()}")
    made = {path.name: path.read_bytes() for path in (case.top / "out" / case.release).glob("*.ko")}
    _expect_same_modules(made, wanted, f"kbx dkms {package}")
    shutil.rmtree(case.top)
    return len(wanted)


@behaviour
def a_package(workspace):
    print(f"        {_three_ways(workspace, 'tp-smapi')} modules of a package, the same in three ways")


@behaviour
def five_packages(workspace):
    modules = sum(_three_ways(workspace, package) for package in FIVE)
    print(f"        {modules} modules of {len(FIVE)} packages, the same in three ways")
