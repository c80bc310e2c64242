#!/usr/bin/env python3
"""Compares `kbx modpost` with the kernel's over objects made for it, in every dialect, for targets of
both word sizes and byte orders.

    modpost_objects.py --kbx build/kbx --work FOLDER [--trees 5.10 6.1 6.12 7.x]

One object has a device table of every bus, filled with bytes of a fixed seed. Others export and
need symbols, with and without the faults that modpost has to find (CASES). Header packages carry the kernel's modpost for all four kinds of target
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


HEADER = Path(__file__).resolve().with_name("modpost_case.h")
LONG = "kbx_a_name_that_is_longer_than_the_sixty_four_bytes_of_the_table"
SYMVERS = "\n".join([
    "0x0000beef\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t",
    "0x12345678\tplain\tvmlinux\tEXPORT_SYMBOL\t",
    "0x00000000\tgpl\tvmlinux\tEXPORT_SYMBOL_GPL\t",
    "0x00000001\tspaced\tdrivers/other/provider\tEXPORT_SYMBOL_GPL\tKBX_SPACE",
    "0xffffffff\tfriend\tdrivers/other/friend\tEXPORT_SYMBOL_GPL\tmodule:nobody,one*",
    "0x00000abc\tsecond\tdrivers/other/provider\tEXPORT_SYMBOL\t",
    f"0x00000def\t{LONG}\tvmlinux\tEXPORT_SYMBOL\t", ""])
FORMS = {"5.10": 1, "6.1": 2, "6.12": 3, "7.x": 3}
GPL = 'INFO(license, "license=GPL")INFO(description, "description=d")\n'
CLOSED = GPL.replace("license=GPL", "license=Proprietary")
ONE = """
int one_function(void) { return 1; } int one_data = 2; int one_spaced(void) { return 3; }
EXPORT(one_function, "GPL", "_gpl", "") EXPORT(one_data, "", "", "")
EXPORT(one_spaced, "GPL", "_gpl", "KBX_SPACE")
int init_module(void) { return 0; } void cleanup_module(void) {}
NEED(plain) NEED(gpl) NEED(second)
"""
TWO = "int init_module(void) { return 0; }\nNEED(one_function) NEED(plain) NEED(second)\n"
IN = 'static int __attribute__((section("%s"), used%s)) %s'
FREED = IN % (".init.text", ", noinline", "freed") + "(void) { return 1; }\n"
LEFT = IN % (".exit.text", ", noinline", "left") + "(void) { return 1; }\n"
MISMATCHED = FREED + LEFT + """
int stays(void) { return freed() + left(); }
static int (*one_table)(void) __attribute__((section(".data"), used)) = freed;
"""
EXEMPT = FREED + LEFT + """
static int (*one_ops)(void) __attribute__((section(".data"), used)) = freed;
static int (*two_ops)(void) __attribute__((section(".data"), used)) = left;
static int __attribute__((section(".init.text"), used)) more(void) { return freed(); }
"""
# A name that is exempt and one that is not, for one place: the exempt one is first, and last, in the symbol table.
TWO_NAMES = FREED + """
static int (*%s)(void) __attribute__((section(".data"), used)) = freed;
extern int (*%s)(void) __attribute__((alias("%s")));
"""
ALL = ["-i", "Module.symvers", "-o", "symvers.out", "-d", "namespaces.out"]
# Name: the modules' sources, and the options besides -m -e and ALL.
CASES = {
    "sound": ({"one": GPL + ONE, "two": GPL + TWO}, ["-e", "-m"]),
    "without-versions": ({"one": GPL + ONE}, ["-e"]),
    "in-tree": ({"drivers/staging/one": GPL + ONE}, ["-m"]),
    "source-version": ({"one": GPL + ONE}, ["-e", "-m", "-a"]),
    "namespace-imported": (
        {"one": GPL + 'INFO(ns, "import_ns=KBX_SPACE")NEED(spaced)'}, ["-e", "-m"]),
    "namespace-missing": ({"one": GPL + "NEED(spaced)"}, ["-e", "-m"]),
    "namespace-missing-allowed": ({"one": GPL + "NEED(spaced)"}, ["-e", "-m", "-N"]),
    "undefined": ({"one": GPL + "NEED(nowhere)"}, ["-e", "-m"]),
    "undefined-allowed": ({"one": GPL + "NEED(nowhere)NEED(plain)"}, ["-e", "-m", "-w"]),
    "undefined-weak": ({"one": GPL + "WEAK(nowhere)WEAK(plain)"}, ["-e", "-m"]),
    "undefined-then-sound": (
        {"one": GPL + "NEED(nowhere)", "two": GPL + "NEED(plain)"}, ["-e", "-m"]),
    "gpl-only": ({"one": CLOSED + 'NEED(gpl)'}, ["-e", "-m"]),
    "proprietary": ({"one": CLOSED + 'NEED(plain)'}, ["-e", "-m"]),
    "no-license": ({"one": 'INFO(x, "y=z")NEED(plain)'}, ["-e", "-m"]),
    "exported-by-kernel": (
        {"one": GPL + 'int plain(void) { return 1; } EXPORT(plain, "", "", "")'}, ["-e", "-m"]),
    "exported-by-other": (
        {"one": GPL + 'int second(void) { return 1; } EXPORT(second, "", "", "")',
         "two": GPL + "NEED(second)"}, ["-e", "-m"]),
    "long-name": ({"one": GPL + f"NEED({LONG})NEED(plain)"}, ["-e", "-m"]),
    "long-module-name": ({"m" * 60: GPL + "NEED(plain)"}, ["-e", "-m"]),
    "friend-of-one": ({"one": GPL + "NEED(friend)"}, ["-e", "-m"]),
    "friend-of-none": ({"two": GPL + "NEED(friend)"}, ["-e", "-m"]),
    "friend-imported": (
        {"one": GPL + 'INFO(ns, "import_ns=module:nobody,one*")NEED(friend)'}, ["-e", "-m"]),
    "mismatch": ({"one": GPL + MISMATCHED}, ["-e", "-m"]),
    "mismatch-refused": ({"one": GPL + MISMATCHED}, ["-e", "-m", "-E"]),
    "mismatch-exempt": ({"one": GPL + EXEMPT}, ["-e", "-m", "-E"]),
    "mismatch-exempt-first": ({"one": GPL + TWO_NAMES % ("one_ops", "plainly", "one_ops")}, ["-e", "-m", "-E"]),
    "mismatch-exempt-last": ({"one": GPL + TWO_NAMES % ("plainly", "one_ops", "plainly")}, ["-e", "-m", "-E"]),
    "trimmed": ({"one": GPL + ONE, "two": GPL + TWO}, ["-e", "-m", "-t"]),
    "trimmed-but-kept": ({"one": GPL + ONE, "two": GPL + TWO}, ["-e", "-m", "-t", "-u", "kept"]),
    "missing-object": ({"one": GPL + "NEED(plain)"}, ["-e", "-m", "-n", "gone.o"]),
}


# Cases in which at least one dialect refuses; in all others every one has to write something.
REFUSED = {
    "namespace-missing", "undefined", "undefined-then-sound", "gpl-only", "no-license",
    "friend-of-one", "friend-of-none", "friend-imported", "exported-by-kernel", "long-name", "long-module-name",
}


def lay_out_case(folder, series, kind, sources):
    """Objects with the .mod and .cmd files that kbuild leaves, and a list of the kernel's symbols."""
    (folder / "Module.symvers").write_text(SYMVERS)
    (folder / "kept").write_text("one_data\nunknown\n")
    pointer = ".quad" if kind.endswith("64") else ".long"
    prelude = f'#define FORM {FORMS[series]}\n#define POINTER "{pointer}"\n#include "{HEADER}"\n'
    for name, text in sources.items():
        path = folder / f"{name}.c"
        path.parent.mkdir(parents=True, exist_ok=True)
        compile_object(path, prelude + text, kind)
        (folder / f"{name}.mod").write_text(f"{name}.o\n")
        crcs = re.findall(r"EXPORT\((\w+),", text)
        (path.parent / f".{path.stem}.o.cmd").write_text(
            f"cmd_{name}.o := clang\n\nsource_{name}.o := {name}.c\n\ndeps_{name}.o := \\\n\n"
            + "".join(f"#SYMVER {crc} 0x{len(crc):08x}\n" for crc in crcs))


def run_cases(series, kind, work, theirs, ours):
    """How many cases there were, and how many were equal."""
    count = matched = 0
    for case, (sources, options) in CASES.items():
        if "-t" in options and series in ("5.10", "6.1"):
            continue  # they do not know it
        count += 1
        folder = work / f"{kind}-{case}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        lay_out_case(folder, series, kind, sources)
        words = [*options, *ALL]
        if series in ("6.12", "7.x"):
            words.append("-M")
        if series == "7.x" and "-m" in options:
            words += ["-b", "-x"]
        words += [f"{name}.o" for name in sources]
        matched += compare(f"{series} {kind} {case}", folder, words, theirs, ours, case in REFUSED)
    return count, matched


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
    made = {str(p.relative_to(folder)): p.read_text("latin-1") for p in folder.rglob("*") if p.name.endswith((".mod.c", ".out"))}
    for name in made:
        (folder / name).unlink()
    return done, made


def mismatches(done):
    """How many references between sections were complained of."""
    return len(re.findall(r"section mismatch in reference", done.stderr, re.IGNORECASE))


def compare(name, folder, arguments, theirs, ours, may_be_empty=False):
    left, expected = run(theirs, folder, arguments)
    right, got = run(ours, folder, arguments)
    same = left.returncode == right.returncode and expected == got
    same = same and mismatches(left) == mismatches(right) and (expected or may_be_empty)
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
                cases, equal = run_cases(series, kind, options.work.resolve() / series, theirs, ours)
                count += cases
                matched += equal
        except Unavailable as reason:
            print(f"{series}: skipped: {reason}")
    print(f"{matched} of {count} runs of modpost equal")
    if not count:
        return SKIPPED
    return 0 if matched == count else 1


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    sys.exit(main())
