"""The parts of a build by themselves, kbx's beside the originals: genksyms, modpost, and metadata objects."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "symbols"), str(HERE.parent / "drivers")]

import kernel_source  # noqa: E402
import modpost_image  # noqa: E402
import subjects  # noqa: E402
from cachedir import Unavailable  # noqa: E402
from floor import compile_commands  # noqa: E402
from kernels import kernel_image, kernel_root  # noqa: E402
from measure import CommandFailed, in_pairs, once  # noqa: E402
from modpost_objects import original as original_modpost  # noqa: E402
from outcome import Skipped  # noqa: E402

SERIES = "6.1"
PREPROCESSED_FILES = 200


def _loop(words, files):
    """One process for each file, which is its input."""
    quoted = " ".join(str(word) for word in words)
    return ["sh", "-c", f'for file; do {quoted} <"$file" >/dev/null 2>&1; done', "sh", *files]


def _preprocessed(bench, source):
    """Preprocessed files of a kernel's own source, as genksyms gets them."""
    folder = bench.work / "preprocessed"
    folder.mkdir()
    files = []
    for file, command in kernel_source.preprocess_commands(source, ["lib", "fs", "kernel", "mm"]).items():
        if len(files) == PREPROCESSED_FILES:
            break
        text = kernel_source.preprocess(source, file, command)
        if text is not None:
            files.append(folder / f"{len(files)}.i")
            files[-1].write_bytes(text)
    return files


def genksyms(bench):
    """genksyms over a kernel's own files"""
    source = Path(os.environ.get("KBX_KERNEL_SOURCE", "/nowhere")).resolve()
    program = source / "scripts/genksyms/genksyms"
    if not program.exists():
        raise Skipped("KBX_KERNEL_SOURCE names no prepared kernel source")
    files = _preprocessed(bench, source)
    ours = [bench.kbx, "genksyms", "--kernel", source]
    pairs = in_pairs(lambda: once(_loop([program], files), bench.work, bench.environment),
                     lambda: once(_loop(ours, files), bench.work, bench.environment), bench.runs)
    return [(f"versions of {len(files)} preprocessed files of {SERIES} (genksyms)", pairs)]


def modpost(bench):
    """modpost over every module of a distribution's kernel"""
    try:
        tree = kernel_root(SERIES) / "kdir"
        image = kernel_image(SERIES)
        words = {"theirs": original_modpost(tree, "lsb-64"), "ours": [bench.kbx, "modpost", "--tree", tree]}
    except Unavailable as reason:
        raise Skipped(str(reason)) from reason
    modules = sorted(image.rglob("*.ko"))
    options = ["-m", "-e", "-i", tree / "Module.symvers", "-o", "symvers.out", "-T", "list"]

    def run(side):
        folder = bench.work / f"modpost-{side}"
        modpost_image.lay_out(folder, modules)
        return once([*words[side], *options], folder, bench.environment)

    pairs = in_pairs(lambda: run("theirs"), lambda: run("ours"), bench.runs)
    return [(f"{len(modules)} modules of {SERIES} (modpost)", pairs)]


def metadata(bench):
    """The metadata objects of xtables-addons"""
    subject = subjects.xtables_addons()
    if not subject:
        raise Skipped("xtables-addons' source is not in the test cache: testsuite/drivers/fetch.py drivers")
    theirs, ours = bench.copy(subject), bench.copy(subject)
    bench.make(theirs), bench.build(ours)
    compiles = [command for command in compile_commands(theirs.folder) if command.rstrip().endswith(".mod.c")]
    listed = bench.work / "metadata"
    listed.write_text("\0".join(compiles))
    # Where a NAME.mod.c is of another hand, its object is not made by modpost but by a command of its own.
    next(ours.folder.glob("kbx-out/*/.kbx/tree/**/*.mod.c")).touch()
    bench.build(ours)
    [graph] = ours.folder.glob("kbx-out/*/.kbx/0/build.ninja")
    said = subprocess.run(["ninja", "-t", "commands"], cwd=graph.parent, capture_output=True, text=True).stdout
    steps = [line for line in said.splitlines() if " step metadata " in line]
    if not compiles or not steps:
        raise CommandFailed("a build without metadata objects")

    def run(copy, words, folder):
        for made in copy.folder.rglob("*.mod.o"):
            made.unlink()
        sample = once(words, folder, bench.environment)
        if len(list(copy.folder.rglob("*.mod.o"))) != len(compiles):
            raise CommandFailed("not every metadata object was made")
        return sample

    loop = ["xargs", "-0", "-P1", "-n1", "-a", listed, "sh", "-c"]
    pairs = in_pairs(lambda: run(theirs, loop, bench.tree),
                     lambda: run(ours, ["sh", "-c", " && ".join(f"({step})" for step in steps)], graph.parent), bench.runs)
    return [(f"metadata objects of {len(compiles)} modules, one command at a time", pairs)]


def table(rows, seconds):
    lines = ["| part | original | kbx | original/kbx | original, CPU | kbx, CPU | original/kbx |",
             "| --- | --- | --- | --- | --- | --- | --- |"]
    for what, pairs in rows:
        lines.append(f"| {what} | {seconds(pairs.make.wall)} | {seconds(pairs.kbx.wall)} | {pairs.wall_ratio:.2f} | "
                     f"{seconds(pairs.make.cpu)} | {seconds(pairs.kbx.cpu)} | {pairs.cpu_ratio:.2f} |")
    return lines


MEASUREMENTS = {"genksyms": genksyms, "modpost": modpost, "metadata": metadata}
