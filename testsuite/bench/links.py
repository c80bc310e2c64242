"""The linker beside GNU ld, gold, lld and mold: links of modules, of a kernel, of kbx itself, and of a large archive.

The modules are xtables-addons', or as many that are written here. The kernel is a build of Linux in the folder
KBX_BENCH_LINUX; kbx and its libraries are those of the build folder that it lies in; the archive is KBX_BENCH_ARCHIVE, else
one of LLVM's."""

import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "link"))

import itself  # noqa: E402
import subjects  # noqa: E402
from floor import recorded_commands  # noqa: E402
from measure import CommandFailed, median, once  # noqa: E402
from outcome import Skipped  # noqa: E402
from tools import SYSTEM_PATH  # noqa: E402

OTHERS = {"GNU ld": ["ld.bfd"], "gold": ["ld.gold"], "lld": ["ld.lld"], "mold": ["ld.mold", "mold"]}
ARCHIVE_BYTES = 200_000_000
LONGEST = 900  # seconds; who needs more for a job is left out
MODULES = 24
MODULE = """#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
static int show(struct seq_file *file, void *data) { seq_printf(file, "NAME %d\\n", current->pid); return 0; }
static int __init start(void) { return proc_create_single("NAME", 0, NULL, show) ? 0 : -ENOMEM; }
static void __exit stop(void) { remove_proc_entry("NAME", NULL); }
module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
"""
PROBED = {"--no-warn-rwx-segments", "--force-group-allocation", "--orphan-handling=warn"}  # kbuild asks for them first


@dataclass
class Job:
    """Links to be made one after the other, in `folder`; each is a list of words, in which OUTPUT is the output."""
    what: str
    folder: Path
    links: list


@dataclass
class Row:
    """What a job came to: for each linker, and cp of its output, the median of its samples, or why there is none."""
    what: str
    bytes: int
    samples: dict
    ratios: dict  # medians of each round's ratio of seconds: name / kbx
    failed: dict
    differing: int  # outputs that are not GNU ld's, byte for byte
    links: int = field(default=1)


OUTPUT = object()


def _linkers(bench):
    """Each by the name ld in a folder of its own, as some ask for their own name."""
    found = {}
    for name, programs in OTHERS.items():
        paths = filter(None, (shutil.which(program, path=SYSTEM_PATH) for program in programs))
        found.update({name: path for path in list(paths)[:1]})
    folder = bench.work / "linkers"
    folder.mkdir(exist_ok=True)
    ours = folder / "ld"
    if not ours.exists():
        ours.symlink_to(bench.kbx)
    return found | {"kbx": ours}


def _unknown(program):
    """Those of the words that kbuild asks for which the linker does not know."""
    return {word for word in PROBED
            if subprocess.run([program, word, "-v"], capture_output=True, check=False).returncode != 0}


def _words_of(command):
    """Of a command in a .cmd file: the words behind the linker's name, with the output's name taken out."""
    words = shlex.split(command.split(";")[0])[1:]
    words[words.index("-o") + 1] = OUTPUT
    return words


def _written_modules(bench):
    """A driver of small modules, where no real one is at hand."""
    folder = bench.work / "written"
    folder.mkdir()
    names = [f"written{number}" for number in range(MODULES)]
    (folder / "Kbuild").write_text("".join(f"obj-m += {name}.o\n" for name in names))
    for name in names:
        (folder / f"{name}.c").write_text(MODULE.replace("NAME", name))
    return subjects.Subject(f"{MODULES} written modules", folder)


def modules(bench):
    """Links of modules"""
    subject = subjects.xtables_addons() or _written_modules(bench)
    copy = bench.copy(subject)
    bench.make(copy)
    links = [_words_of(command) for command in recorded_commands(copy.folder, "*.ko")]
    if not links:
        raise CommandFailed("a build without links of modules")
    return Job(f"{len(links)} modules of {subject.name} (`-r`)", Path(bench.tree), links)


def _linux():
    folder = Path(os.environ.get("KBX_BENCH_LINUX", "/nowhere")).resolve()
    if not (folder / "vmlinux.a").exists():
        raise Skipped("KBX_BENCH_LINUX names no built kernel with its vmlinux.a")
    return folder


def _recorded(folder, name):
    found = recorded_commands(folder, name, below=False)
    if not found:
        raise Skipped(f"{folder} has no .{name}.cmd")
    return found[0]


def kernel_object(_):
    """A kernel's vmlinux.o"""
    folder = _linux()
    return Job("vmlinux.o (`-r`)", folder, [_words_of(_recorded(folder, "vmlinux.o"))])


def kernel(_):
    """A kernel: the last link that scripts/link-vmlinux.sh makes"""
    folder = _linux()
    flags = re.findall(r'"([^"]*)"', _recorded(folder, "vmlinux"))
    scripts = list(folder.glob("arch/*/kernel/vmlinux.lds"))
    if len(flags) != 3 or len(scripts) != 1:
        raise Skipped(f"{folder} does not tell how vmlinux is linked")
    config = (folder / ".config").read_text()
    is_of_object = re.search(r"^CONFIG_(LTO_CLANG|X86_KERNEL_IBT)=y$", config, re.MULTILINE)
    of_object = [word for word in _words_of(_recorded(folder, "vmlinux.o")) if word is not OUTPUT]
    libraries = of_object[of_object.index("--start-group") + 1:of_object.index("--end-group")]

    def if_there(*names):
        return [name for name in names if (folder / name).exists()]

    words = [*shlex.split(flags[1]), *shlex.split(flags[2]), f"--script={scripts[0].relative_to(folder)}", "-o", OUTPUT,
             "--whole-archive", "vmlinux.o" if is_of_object else "vmlinux.a",
             *if_there(".vmlinux.export.o", "init/version-timestamp.o"), "--no-whole-archive",
             "--start-group", *([] if is_of_object else libraries), "--end-group",
             *if_there(".btf.vmlinux.bin.o", ".tmp_vmlinux.kallsyms2.o")]
    return Job("vmlinux", folder, [words])


def _build_folder(bench):
    folder = bench.kbx.parent
    if not (folder / "build.ninja").exists():
        raise Skipped(f"{folder} is no folder in which kbx was built")
    return folder


def rooms(bench):
    """-r of kbx's own libraries"""
    libraries = sorted(_build_folder(bench).glob("libkbx_*.a"))
    return Job("kbx's libraries with DWARF (`-r`)", bench.work, [["-r", "-o", OUTPUT, "--whole-archive", *libraries]])


def program(bench):
    """kbx itself, as the compiler has it linked"""
    folder = _build_folder(bench)
    command = itself.link_command(folder, "kbx")
    if not command:
        raise Skipped(f"Ninja does not tell how {folder}/kbx is linked")
    driver = re.sub(r"^: && | && :$", "", command)
    told = subprocess.run(f"{driver} '-###'", shell=True, cwd=folder, capture_output=True, text=True, check=True).stderr
    words = shlex.split(next(line for line in told.splitlines() if re.match(r' *"?\S*(collect2|/ld)\b', line)))[1:]
    words[words.index("-o") + 1] = OUTPUT
    while "-plugin" in words:
        del words[words.index("-plugin"):words.index("-plugin") + 2]
    return Job("kbx with DWARF", folder, [[word for word in words if not str(word).startswith("-plugin-opt")]])


def _archive(bench):
    """One archive of as many bytes as are asked for."""
    named = os.environ.get("KBX_BENCH_ARCHIVE")
    if named:
        return Path(named).resolve()
    parts, size = [], 0
    for path in sorted(Path("/usr/lib").glob("llvm-*/lib/libLLVM*.a"), key=lambda path: -path.stat().st_size):
        if size < ARCHIVE_BYTES:
            parts.append(path)
            size += path.stat().st_size
    if size < ARCHIVE_BYTES:
        raise Skipped("KBX_BENCH_ARCHIVE names no archive, and LLVM's are not installed")
    made = bench.work / "all.a"
    orders = [f"create {made}", *(f"addlib {path}" for path in parts), "save", "end"]
    subprocess.run(["ar", "-M"], input="\n".join(orders) + "\n", text=True, check=True, env=bench.environment)
    return made


def archive(bench):
    """-r of a large archive"""
    path = _archive(bench)
    return Job(f"an archive of {path.stat().st_size / 1e6:.0f} MB (`-r`)", bench.work,
               [["-r", "-o", OUTPUT, "--whole-archive", path]])


class _Links:
    """A job for all linkers."""

    def __init__(self, bench, job):
        self.bench = bench
        self.job = job
        self.folder = bench.work / "outputs"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def outputs(self, name):
        return [self.folder / name.replace(" ", "-") / str(number) for number in range(len(self.job.links))]

    def link(self, name, program):
        """Makes the links with one linker, from nothing: its sample."""
        outputs = self.outputs(name)
        self._clear(outputs[0].parent)
        script = outputs[0].parent.with_suffix(".sh")
        left_out = _unknown(program)
        lines = (shlex.join(str(output if word is OUTPUT else word) for word in [program, *words] if word not in left_out)
                 for words, output in zip(self.job.links, outputs))
        script.write_text("set -e\n" + "\n".join(lines) + "\n")
        return once(["timeout", LONGEST, "sh", script], self.job.folder, self.bench.environment)

    def copy(self):
        aside = self.folder / "copies"
        self._clear(aside)
        return once(["cp", *self.outputs("kbx"), aside], self.folder, self.bench.environment)

    @staticmethod
    def _clear(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    def differing(self):
        pairs = zip(self.outputs("GNU ld"), self.outputs("kbx"))
        return sum(not theirs.exists() or theirs.read_bytes() != ours.read_bytes() for theirs, ours in pairs)


def _measure(bench, job):
    """Rounds, in each of which every linker makes the links once, and another one begins."""
    links = _Links(bench, job)
    ways, failed = {}, {}
    for name, program in _linkers(bench).items():
        try:
            links.link(name, program)
            ways[name] = lambda name=name, program=program: links.link(name, program)
        except CommandFailed as failure:
            if name == "kbx":
                raise
            failed[name] = str(failure).splitlines()[-1]
    row = Row(job.what, sum(path.stat().st_size for path in links.outputs("kbx")), {}, {}, failed,
              links.differing() if "GNU ld" in ways else 0, len(job.links))
    ways["cp"] = links.copy
    samples = {name: [] for name in ways}
    order = list(ways)
    for turn in range(bench.runs):
        for name in order[turn % len(order):] + order[:turn % len(order)]:
            samples[name].append(ways[name]())
    for name, found in samples.items():
        row.samples[name] = median(found)
        row.ratios[name] = statistics.median(one.wall / ours.wall for one, ours in zip(found, samples["kbx"]))
    return row


def link(bench):
    """Links, beside other linkers"""
    rows = []
    for prepare in (modules, kernel_object, kernel, rooms, program, archive):
        try:
            rows.append(_measure(bench, prepare(bench)))
        except Skipped as reason:
            print(f"left out: {reason}", file=sys.stderr)
    if not rows:
        raise Skipped("nothing to link")
    return rows


def table(rows, seconds):
    names = [*OTHERS, "kbx", "cp"]
    lines = ["| link | output | " + " | ".join(names) + " | GNU ld/kbx | lld/kbx | kbx/cp | memory GNU ld, lld, kbx | "
             "as GNU ld's |", "|" + " --- |" * (len(names) + 7)]
    for row in rows:
        times = [f"{seconds(row.samples[name].wall)}, CPU {seconds(row.samples[name].cpu)}" if name in row.samples
                 else "cannot" if name in row.failed else "" for name in names]
        ratios = [f"{row.ratios[name]:.2f}" if name in row.ratios else "" for name in ("GNU ld", "lld")]
        memory = ", ".join(f"{row.samples[name].memory / 1024:.0f} MB" if name in row.samples else "-"
                           for name in ("GNU ld", "lld", "kbx"))
        same = f"{row.links - row.differing} of {row.links}" if "GNU ld" in row.samples else ""
        lines.append(f"| {row.what} | {row.bytes / 1e6:.1f} MB | {' | '.join(times)} | {' | '.join(ratios)} | "
                     f"{1 / row.ratios['cp']:.2f} | {memory} | {same} |")
    reasons = [f"- {row.what}: {name} cannot: {reason}" for row in rows for name, reason in row.failed.items()]
    return lines + ([""] + reasons if reasons else [])


MEASUREMENTS = {"link": link}
