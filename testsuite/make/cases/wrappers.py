"""The makefiles that drivers come with, which call kbuild by themselves: with make, with make under kbx shim, and with
kbx make alone. The same exit status and files, modules byte for byte.
"""

from behaviour import behaviour
from common import DRIVER, GNU_MAKE, Seen, contents, expect_same_files  # noqa: F401
from outcome import Failed, expect
from packages import fresh_copy, kernel, kernel_folder

# How each is told where the kernel is ({kdir}), and what else it needs to know.
WORDS = {
    "acpi-call": ["KDIR={kdir}"],
    "bbswitch": ["KDIR={kdir}"],
    "dahdi": ["KSRC={kdir}", "KVERS={release}", "modules"],
    "ddcci": ["KDIR={kdir}", "KVER={release}"],
    "evdi": ["KDIR={kdir}", "KVER={release}", "module"],
    "lime-forensics": ["KDIR={kdir}", "KVER={release}", "symbols"],
    "nat-rtsp": ["KERNELDIR={kdir}"],
    "tp-smapi": ["KBUILD={kdir}", "HDAPS=1"],
    "v4l2loopback": ["KERNEL_DIR={kdir}", "KERNELRELEASE={release}", "v4l2loopback"],
}


def _made(workspace, package, program, words):
    place = workspace.folder / "sources"
    fresh_copy(package, place)
    run = workspace.run([*program, "-C", place, "-j2", *words])
    return Seen(run.status, set(), set(), run.text(), contents(place))


def _differences(workspace, package, root):
    words = [word.format(kdir=kernel_folder(root), release=root.name) for word in WORDS[package]]
    wanted = _made(workspace, package, [GNU_MAKE], words)
    modules = [name for name in wanted.files if name.endswith(".ko")]
    expect(wanted.status == 0 and modules, f"{package}: make itself fails: {wanted.text[-3000:]}")
    found = []
    for what, program in (("kbx shim", [workspace.kbx, "shim", "--", "make"]), ("kbx make", [workspace.kbx, "make"])):
        seen = _made(workspace, package, program, words)
        try:
            expect(seen.status == 0, f"exit status {seen.status}: {seen.text[-3000:]}")
            expect_same_files(wanted, seen, what)
        except Failed as failure:
            found.append(f"{package} with {what}: {failure}")
    return len(modules), found


def _check(workspace, packages):
    root = kernel()
    results = [_differences(workspace, package, root) for package in packages]
    found = [line for _, lines in results for line in lines]
    modules = sum(count for count, _ in results)
    print(f"        {2 * len(packages) - len(found)} of {2 * len(packages)} builds of {len(packages)} makefiles "
          f"({modules} modules) are the same")
    expect(not found, "\n".join(found))


@behaviour
def a_makefile(workspace):
    _check(workspace, ["nat-rtsp"])


@behaviour
def all_makefiles(workspace):
    _check(workspace, WORDS)
