"""Virtual machines of qemu that boot a distribution's kernel of each architecture, and its console."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    program: str
    options: tuple  # which machine and processor
    console: str
    kernel: str  # the file below /boot of the kernel's package


MACHINES = {
    "amd64": Machine("qemu-system-x86_64", ("-machine", "q35"), "ttyS0", "vmlinuz-*"),
    "i386": Machine("qemu-system-x86_64", ("-machine", "q35"), "ttyS0", "vmlinuz-*"),
    "arm64": Machine(
        "qemu-system-aarch64", ("-machine", "virt", "-cpu", "cortex-a53"), "ttyAMA0", "vmlinuz-*"
    ),
    "armhf": Machine(
        "qemu-system-arm", ("-machine", "virt,highmem=off", "-cpu", "cortex-a15"), "ttyAMA0", "vmlinuz-*"
    ),
    "ppc64el": Machine(
        "qemu-system-ppc64", ("-machine", "pseries,x-vof=on", "-cpu", "power9"), "hvc0", "vmlinux-*"
    ),
    "s390x": Machine("qemu-system-s390x", ("-machine", "s390-ccw-virtio"), "ttysclp0", "vmlinuz-*"),
    "mips64el": Machine(
        "qemu-system-mips64el", ("-machine", "loongson3-virt", "-cpu", "Loongson-3A1000"), "ttyS0", "vmlinu?-*"
    ),
    "loong64": Machine(
        "qemu-system-loongarch64",
        ("-machine", "virt", "-cpu", "la464", "-bios", "/usr/share/qemu-efi-loongarch64/QEMU_EFI.fd"),
        "ttyS0",
        "vmlinu?-*",
    ),
    "riscv64": Machine("qemu-system-riscv64", ("-machine", "virt"), "ttyS0", "vmlinu?-*"),
}
