#!/usr/bin/env python3
"""Compares `kbx modpost` with the kernel's over objects made for it, in every dialect, for targets of
both word sizes and byte orders.

    modpost_objects.py --kbx build/kbx --work FOLDER [--trees 5.10 6.1 6.12 7.x]

Each object has a device table of every bus, filled with bytes of a fixed seed, and small faults
that modpost has to find. Header packages carry the kernel's modpost for all four kinds of target
(modpost.real-*), so no kernel of those targets is needed; clang makes the objects.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "drivers"))

from cachedir import SKIPPED, Unavailable, cache_root  # noqa: E402
from kernels import kernel_root  # noqa: E402

TARGETS = {
    "lsb-64": "x86_64-linux-gnu",
    "lsb-32": "i686-linux-gnu",
    "msb-64": "s390x-linux-gnu",
    "msb-32": "powerpc-linux-gnu",
}
ENTRIES = 24
PLAIN = {
    "hid": "hid_device_id", "ieee1394": "ieee1394_device_id",
    "ccw": "ccw_device_id", "ap": "ap_device_id", "css": "css_device_id",
    "serio": "serio_device_id", "acpi": "acpi_device_id", "pcmcia": "pcmcia_device_id",
    "vio": "vio_device_id", "eisa": "eisa_device_id", "parisc": "parisc_device_id",
    "sdio": "sdio_device_id", "ssb": "ssb_device_id", "bcma": "bcma_device_id",
    "virtio": "virtio_device_id", "vmbus": "hv_vmbus_device_id", "rpmsg": "rpmsg_device_id",
    "i2c": "i2c_device_id", "i3c": "i3c_device_id", "slim": "slim_device_id",
    "spi": "spi_device_id", "platform": "platform_device_id", "mdio": "mdio_device_id",
    "zorro": "zorro_device_id", "isapnp": "isapnp_device_id", "ipack": "ipack_device_id",
    "mipscdmm": "mips_cdmm_device_id", "x86cpu": "x86_cpu_id", "cpu": "cpu_feature",
    "mei": "mei_cl_device_id", "rapidio": "rio_device_id", "ulpi": "ulpi_device_id",
    "hdaudio": "hda_device_id", "sdw": "sdw_device_id", "fslmc": "fsl_mc_device_id",
    "tbsvc": "tb_service_id", "typec": "typec_device_id", "tee": "tee_client_device_id",
    "mhi": "mhi_device_id", "mhi_ep": "mhi_device_id", "auxiliary": "auxiliary_device_id",
    "ssam": "ssam_device_id", "dfl": "dfl_device_id", "ishtp": "ishtp_device_id",
    "cdx": "cdx_device_id", "vchiq": "vchiq_device_id", "coreboot": "coreboot_device_id",
    "mcb": "mcb_device_id", "of": "of_device_id", "usb": "usb_device_id", "pnp": "pnp_device_id",
    "pnp_card": "pnp_card_device_id",
}
# What an original is wrong about, seen in its output. Debian's modpost.real-*-32 lay out pointers as
# 64-bit targets do, and those of Linux 7 words too; before 6.2 the class of an ACPI identifier was read in the host's byte order.
HAVE_POINTERS = {"pcmcia", "i3c", "of", "amba", "hdaudio", "wmi", "dmi"}
PRELUDE = """
typedef unsigned char __u8; typedef unsigned short __u16; typedef unsigned int __u32;
typedef unsigned long long __u64; typedef int __s32; typedef unsigned long kernel_ulong_t;
typedef struct { __u8 b[16]; } guid_t; typedef guid_t uuid_t; typedef guid_t uuid_le;
#define UUID_STRING_LEN 36
#define BITS_PER_LONG (8 * sizeof(long))
#include "%s/include/linux/mod_devicetable.h"
#define TABLE(bus, type, bytes) static const struct { unsigned char entries[ENTRIES * sizeof(type)]; \\
  unsigned char last[sizeof(type)]; } __mod_##bus##__t_device_table \\
  __attribute__((aligned(8), used)) = { bytes }; \\
  extern __typeof__(__mod_##bus##__t_device_table) __mod_device_table__kmod_m__##bus##__t \\
  __attribute__((alias("__mod_" #bus "__t_device_table")));
#define ENTRIES %d
#define INFO(name, text) static const char info_##name[] __attribute__((section(".modinfo"), used)) = text;
INFO(license, "license=GPL")
INFO(description, "description=tables")
"""


def literal(data):
    return '"' + "".join(f"\\{byte:03o}" for byte in data) + '"'


def random_bytes(source, count, zeros):
    some = [0x01, 0xFF, 0xFF, 0x03, 0x10, 0x41, 0x7A, 0x20, 0x35, 0x7F, 0x80]
    return [0 if source.random() < zeros else source.choice(some) for _ in range(count)]


def amba_bytes(source, word, big):
    """Identifiers whose bits all lie in their mask."""
    data = []
    for _ in range(ENTRIES):
        mask = source.choice([0xFFFFFFFF, 0x000FFFFF, 0x00F3FF05, source.getrandbits(32)])
        number = source.getrandbits(32) & mask
        order = "big" if big else "little"
        data += [*number.to_bytes(4, order), *mask.to_bytes(4, order), *[1] * word]
    return data


def pci_bytes(source, word, big, has_override):
    """The class is matched by whole bytes, and of overrides only 1 is known."""
    data = []
    numbers = [0, 0x8086, 0xFFFFFFFF, 0x12345678]
    for _ in range(ENTRIES):
        mask = source.choice([0, 0xFFFFFF, 0xFFFF00, 0xFF0000, 0xFF, 0xF0F0F0])
        members = [source.choice(numbers) for _ in range(4)] + [source.getrandbits(24), mask]
        tail = [0] * word
        for number in members + ([source.choice([0, 0, 1])] if has_override else []):
            data += number.to_bytes(4, "big" if big else "little")
        if has_override:
            last = data[-4:]
            data = data[:-4] + tail + last + [0] * (word - 4)
        else:
            data += tail
    return data


def dmi_bytes(source, word, big):
    data = []
    for _ in range(ENTRIES):
        data += [1] * (2 * word)
        for _ in range(4):
            slot = source.randrange(0, 23)
            text = bytes(source.choice(b"aB: .-") for _ in range(source.randrange(0, 12)))
            data += [slot << 1 if big else slot, *text.ljust(79, b"\0")]
        data += [0] * word
    return data


def wmi_bytes(source, word):
    data = []
    for _ in range(ENTRIES):
        digits = "".join(source.choice("0123456789abcdefABCDEF") for _ in range(32))
        guid = "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])
        data += [*guid.encode().ljust(37 + (-37 % word), b"\0"), *[0] * word]
    return data


def table_source(tree, kind, seed):
    source = random.Random(seed)
    word, big = int(kind[4:]) // 8, kind.startswith("msb")
    headers = (tree / "include/linux/mod_devicetable.h").read_text()
    folder = tree / "include/linux/device-id"
    for more in sorted(folder.glob("*.h")) if folder.is_dir() else []:
        headers += more.read_text()
    lines = [PRELUDE % (tree, ENTRIES)]
    pci = re.search(r"struct pci_device_id \{[^}]*", headers)[0]
    special = {
        "amba": ("amba_id", amba_bytes(source, word, big)),
        "pci": ("pci_device_id", pci_bytes(source, word, big, "override_only" in pci)),
        "input": ("input_device_id", random_bytes(source, 400 * ENTRIES, 0.97)),
        "wmi": ("wmi_device_id", wmi_bytes(source, word)),
    }
    if not big:  # the original reads the bit-field as its own machine lays it out
        special["dmi"] = ("dmi_system_id", dmi_bytes(source, word, big))
    wrong = HAVE_POINTERS if word == 4 else set()
    wrong |= {"acpi"} if big else set()
    for bus, structure in PLAIN.items():
        if bus in wrong:
            continue
        if re.search(rf"struct {structure} {{", headers):
            zeros = 0.8 if bus in ("of", "vio", "cdx", "pnp", "pnp_card") else 0.4
            lines.append(f"TABLE({bus}, struct {structure}, "
                         f"{literal(random_bytes(source, 200 * ENTRIES, zeros))})")
    for bus, (structure, data) in special.items():
        if bus not in wrong:
            lines.append(f"TABLE({bus}, struct {structure}, {literal(data)})")
    return "\n".join(lines) + "\n"


def compile_object(path, text, kind):
    path.write_text(text)
    subprocess.run(["clang", f"--target={TARGETS[kind]}", "-c", "-w", "-O0", "-ffreestanding",
                    "-nostdinc", "-Wno-error", path.name, "-o", path.with_suffix(".o").name],
                   cwd=path.parent, check=True)


def loader():
    """A newer C library, for programs that need one: that of the root trixie.py makes."""
    found = sorted((cache_root() / "roots").glob("*/lib*/ld-linux-x86-64.so.2"))
    found += sorted((cache_root() / "roots").glob("*/usr/lib64/ld-linux-x86-64.so.2"))
    if not found:
        return []
    root = next(p for p in found[0].parents if p.parent.name == "roots")
    return [found[0], "--library-path", root / "usr/lib/x86_64-linux-gnu"]


def original(tree, kind):
    """The words that start the tree's own modpost for that kind of target."""
    program = tree / "scripts/mod" / f"modpost.real-{kind}"
    if not program.exists():
        raise Unavailable(f"{program} is not there")
    for words in ([program], [*loader(), program]):
        if subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True).returncode in (0, 1):
            if b"GLIBC" not in subprocess.run(words, capture_output=True).stderr:
                return words
    raise Unavailable(f"{program} does not run here")


def run(words, folder, arguments):
    done = subprocess.run([*words, *arguments], cwd=folder, capture_output=True, text=True,
                          errors="replace")
    made = {p.name: p.read_text("latin-1") for p in folder.iterdir() if p.name.endswith((".mod.c", ".out"))}
    for name in made:
        (folder / name).unlink()
    return done, made


def compare(name, folder, arguments, theirs, ours):
    left, expected = run(theirs, folder, arguments)
    right, got = run(ours, folder, arguments)
    same = left.returncode == right.returncode and expected == got and expected
    if not same:
        print(f"{name}: {left.returncode} {sorted(expected)} against {right.returncode} {sorted(got)}")
        print(f"--- kernel's\n{left.stderr}--- kbx\n{right.stderr}")
        for file in expected:
            (folder / f"{file}.kernel").write_text(expected[file], "latin-1")
            (folder / f"{file}.kbx").write_text(got.get(file, ""), "latin-1")
    return bool(same)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--trees", nargs="+", default=["5.10", "6.1", "6.12", "7.x"])
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    count = matched = 0
    for series in options.trees:
        try:
            root = kernel_root(series)
            kdir = root / "kdir"
            common = next((root / "usr/src").glob("linux-headers-*-common"))
            for kind in TARGETS:
                if series == "7.x" and kind.endswith("32"):
                    continue
                theirs = original(kdir, kind)
                ours = [options.kbx.resolve(), "modpost", "--tree", kdir]
                for seed in range(options.seeds):
                    folder = options.work.resolve() / series / f"{kind}-{seed}"
                    shutil.rmtree(folder, ignore_errors=True)
                    folder.mkdir(parents=True)
                    compile_object(folder / "tables.c", table_source(common, kind, seed), kind)
                    words = ["-e", "-o", "symvers.out", "tables.o"]
                    count += 1
                    matched += compare(f"{series} {kind} seed {seed}", folder, words, theirs, ours)
        except Unavailable as reason:
            print(f"{series}: skipped: {reason}")
    print(f"{matched} of {count} objects with device tables equal")
    if not count:
        return SKIPPED
    return 0 if matched == count else 1


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    sys.exit(main())
