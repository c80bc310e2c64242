"""A guest that loads modules and reports on its serial line: in the given order, to unload them in
reverse, or case by case."""

import shlex
import subprocess
import tempfile
from pathlib import Path

from initramfs import Archive
from machines import MACHINES

COMMAND_LINE = (
    "console={} quiet loglevel=0 nokaslr mitigations=off tsc=reliable no_timer_check "
    "i8042.noaux i8042.nokbd cryptomgr.notests panic=-1"
)
TIME_LIMIT = 240
OUT_OF_TREE, UNSIGNED = 1 << 12, 1 << 13

INIT = """#!/bin/busybox sh
busybox mkdir -p /proc /sys
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
say() {{ echo "guest: $*"; }}
echo  # behind what the firmware or the kernel left unfinished
say release $(busybox uname -r)
say taint-before $(busybox cat /proc/sys/kernel/tainted)
for name in {names}; do
  if busybox insmod /modules/$name.ko; then say loaded $name; else say refused $name; fi
done
for name in {names}; do
  cd /sys/module/$name
  say state $name $(busybox cat initstate) taint $(busybox cat taint) \\
    version $(busybox cat version 2>/dev/null)
done
say taint-loaded $(busybox cat /proc/sys/kernel/tainted)
for name in {reversed_names}; do
  if busybox rmmod $name; then say unloaded $name; else say stuck $name; fi
done
say taint-after $(busybox cat /proc/sys/kernel/tainted)
busybox dmesg | busybox sed 's/^/dmesg: /'
say end
busybox poweroff -f
"""

# Each case has a folder of its own, whose file "order" names its modules, the judged one last. What
# the kernel's log says while they are tried is told with the case's number in front.
CASES_INIT = """#!/bin/busybox sh
busybox mkdir -p /proc /sys
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
say() { echo "guest: $*"; }
say release $(busybox uname -r)
for case in $(busybox ls /cases | busybox sort -n); do
  cd /cases/$case
  busybox dmesg -c >/dev/null
  loaded=
  for file in $(busybox cat order); do
    name=$(echo ${file%%.*} | busybox tr - _)
    if busybox insmod ./$file; then
      loaded="$name $loaded"
      say case $case loaded $name taint $(busybox cat /sys/module/$name/taint)
    else
      say case $case refused $name
    fi
  done
  busybox dmesg -c | busybox sed "s/^/guest: case $case log /"
  for name in $loaded; do busybox rmmod $name || say case $case stuck $name; done
done
say end
busybox poweroff -f
"""


def module_name(path):
    """The name the kernel gives the module in the file `path`."""
    return Path(path).stem.replace("-", "_")


def expected(modules, release, refused=None):
    """What a guest reports of modules that all load, except for `refused`."""
    names = [module_name(path) for path in modules]
    loaded = [name for name in names if name != refused]
    lines = [f"release {release}", "taint-before 0"]
    lines += [f"refused {name}" if name == refused else f"loaded {name}" for name in names]
    lines += [f"state {name} live taint OE" for name in loaded]
    taint = OUT_OF_TREE | UNSIGNED
    lines += (
        [f"taint-loaded {taint}"]
        + [f"unloaded {name}" for name in loaded]
        + [f"taint-after {taint}", "end"]
    )
    return lines


def _archive(busybox, script, files):
    """A root with busybox, an init script, and `files`: path to bytes."""
    archive = Archive()
    folders = {str(parent) for path in files for parent in Path(path).parents if str(parent) != "."}
    for folder in sorted({"bin", "dev", *folders}):
        archive.folder(folder)
    archive.character_device("dev/console", 5, 1)
    archive.file("bin/busybox", Path(busybox).read_bytes(), 0o755)
    archive.file("init", script.encode(), 0o755)
    for path, content in files.items():
        archive.file(path, content)
    return archive.content()


def boot(vmlinux, busybox, modules, machine=MACHINES["amd64"]):
    """Boots, and returns (lines the guest reported without their prefix, everything it printed)."""
    names = [module_name(path) for path in modules]
    script = INIT.format(names=shlex.join(names), reversed_names=shlex.join(reversed(names)))
    files = {f"modules/{name}.ko": Path(path).read_bytes() for name, path in zip(names, modules)}
    return _run(vmlinux, _archive(busybox, script, files), machine)


def boot_cases(vmlinux, busybox, cases):
    """The same for cases, each a list of (name of a module's file, bytes) in the order of loading.
    The lines that it reports of a case start with "case NUMBER"."""
    files = {}
    for number, case in enumerate(cases):
        files[f"cases/{number}/order"] = " ".join(name for name, _ in case).encode()
        files |= {f"cases/{number}/{name}": content for name, content in case}
    return _run(vmlinux, _archive(busybox, CASES_INIT, files), MACHINES["amd64"])


def said_by(command, limit):
    """What a virtual machine prints until it switches itself off, at most for `limit` seconds."""
    try:
        said = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"") + b"\nthe guest did not end in time\n"
    return said.decode(errors="replace").replace("\r", "")


def _run(vmlinux, content, machine):
    with tempfile.TemporaryDirectory() as folder:
        initramfs = Path(folder) / "initramfs"
        initramfs.write_bytes(content)
        # tcg: a /dev/kvm that can be opened may still be of no use.
        command = [
            machine.program,
            *machine.options,
            "-accel",
            "tcg",
            "-smp",
            "1",
            "-m",
            "512",
            "-nodefaults",
            "-no-reboot",
            "-display",
            "none",
            "-serial",
            "stdio",
            "-kernel",
            str(vmlinux),
            "-initrd",
            str(initramfs),
            "-append",
            COMMAND_LINE.format(machine.console),
        ]
        text = said_by(command, TIME_LIMIT)
    return [line[7:].strip() for line in text.splitlines() if line.startswith("guest: ")], text
