"""A guest that loads modules in the given order, unloads them in reverse, and reports on its
serial line."""

import shlex
import subprocess
import tempfile
from pathlib import Path

from initramfs import Archive

COMMAND_LINE = (
    "console=ttyS0 quiet loglevel=0 nokaslr mitigations=off tsc=reliable no_timer_check "
    "i8042.noaux i8042.nokbd cryptomgr.notests panic=-1"
)
TIME_LIMIT = 240

INIT = """#!/bin/busybox sh
busybox mkdir -p /proc /sys
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
say() {{ echo "guest: $*"; }}
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


def module_name(path):
    """The name the kernel gives the module in the file `path`."""
    return Path(path).stem.replace("-", "_")


def _initramfs(busybox, modules):
    names = [module_name(path) for path in modules]
    archive = Archive()
    for folder in ("bin", "dev", "modules"):
        archive.folder(folder)
    archive.character_device("dev/console", 5, 1)
    archive.file("bin/busybox", Path(busybox).read_bytes(), 0o755)
    script = INIT.format(names=shlex.join(names), reversed_names=shlex.join(reversed(names)))
    archive.file("init", script.encode(), 0o755)
    for name, path in zip(names, modules):
        archive.file(f"modules/{name}.ko", Path(path).read_bytes())
    return archive.content()


def boot(vmlinux, busybox, modules):
    """Boots, and returns (lines the guest reported without their prefix, everything it printed)."""
    with tempfile.TemporaryDirectory() as folder:
        initramfs = Path(folder) / "initramfs"
        initramfs.write_bytes(_initramfs(busybox, modules))
        # tcg: a /dev/kvm that can be opened may still be of no use.
        command = [
            "qemu-system-x86_64",
            "-machine",
            "q35",
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
            COMMAND_LINE,
        ]
        try:
            said = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=TIME_LIMIT,
            ).stdout
        except subprocess.TimeoutExpired as late:
            said = (late.stdout or b"") + b"\nthe guest did not end in time\n"
    text = said.decode(errors="replace").replace("\r", "")
    return [line[7:].strip() for line in text.splitlines() if line.startswith("guest: ")], text
