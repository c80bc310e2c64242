"""Lists of exported symbols (Module.symvers) that are damaged, edited, or very large: kbx modpost and kbx check."""

import os
import subprocess

from behaviour import behaviour
from common import DRIVER, USAGE, expect_no_accident, expect_refused  # noqa: F401
from outcome import expect, expect_equal

SOURCE = """
static const char license[] __attribute__((section(".modinfo"), used)) = "license=GPL";
static const char description[] __attribute__((section(".modinfo"), used)) = "description=d";
static const char vermagic[] __attribute__((section(".modinfo"), used)) = "vermagic=x";
static char this_module[256] __attribute__((section(".gnu.linkonce.this_module"), used)) = { 1 };
static const struct { unsigned long crc; char name[64 - sizeof(long)]; } versions[] __attribute__((section("__versions"), used)) =
  { { 0x12345678, "plain" }, { 0xabc, "other" }, { 0xbeef, "module_layout" } };
extern void plain(void), other(void);
void (*uses[])(void) = { plain, other };
"""
GOOD = ("0x12345678\tplain\tvmlinux\tEXPORT_SYMBOL\t\n"
        "0x0000beef\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n"
        "0x00000abc\tother\tdrivers/other/provider\tEXPORT_SYMBOL_GPL\t\n")
LINE = GOOD.count("\n") + 1
MODPOST_FAILED = 1
MIB = 1 << 20
LARGE = 100 * MIB
MOST_SECONDS = 10
MOST_MEMORY_KIB = 1 << 20
ROWS_SHOWN = 10

# What follows GOOD, and what has to be said of it.
DAMAGED = {
    "one column": ("0x4\n", "a row of exported symbols has 1 column; 5 were expected"),
    "two columns": ("0x4\tname\n", "a row of exported symbols has 2 columns; 5 were expected"),
    "three columns": ("0x4\tname\tvmlinux\n", "a row of exported symbols has 3 columns; 5 were expected"),
    "spaces for tabs": ("0x4 name vmlinux EXPORT_SYMBOL\n", "a row of exported symbols has 1 column; 5 were expected"),
    "empty line": ("\n", "a row of exported symbols has 1 column; 5 were expected"),
    "cut off": ("0x4\tna", "a row of exported symbols has 2 columns; 5 were expected"),
    "no CRC": ("\tname\tvmlinux\tEXPORT_SYMBOL\t\n", '"" is not a CRC, 0x and eight digits'),
    "text for CRC": ("zz\tname\tvmlinux\tEXPORT_SYMBOL\t\n", '"zz" is not a CRC, 0x and eight digits'),
    "long CRC": ("0x123456789\tn\tvmlinux\tEXPORT_SYMBOL\t\n", '"0x123456789" is not a CRC, 0x and eight digits'),
    "endless CRC": ("z" * MIB + "\tn\tvmlinux\tEXPORT_SYMBOL\t\n", f'"{"z" * 40}…" is not a CRC, 0x and eight digits'),
    "control characters": ("\x1b[31m\tn\tvmlinux\tEXPORT_SYMBOL\t\n", '"\\x1b[31m" is not a CRC, 0x and eight digits'),
    "no name": ("0x4\t\tvmlinux\tEXPORT_SYMBOL\t\n", "lacks the name of the symbol or of the module"),
    "no module": ("0x4\tname\t\tEXPORT_SYMBOL\t\n", "lacks the name of the symbol or of the module"),
    "NUL in a name": ("0x4\tna\0me\tvmlinux\tEXPORT_SYMBOL\t\n", "a NUL byte in a row of exported symbols; text was expected"),
    "zeros": ("\0" * 4096, "a NUL byte in a row of exported symbols; text was expected"),
    "endless line": ("x" * MIB, "a row of exported symbols has 1 column; 5 were expected"),
}
# What is no fault: the answer has to be that to GOOD.
HARMLESS = {
    "CRLF": GOOD.replace("\n", "\r\n"),
    "four columns": GOOD.replace("\t\n", "\n"),
    "no newline at the end": GOOD[:-1],
    "CRCs without zeros": GOOD.replace("0x0000", "0x"),
    "an endless name": GOOD + "0x4\t" + "n" * MIB + "\tvmlinux\tEXPORT_SYMBOL\t\n",
}


class Bench:
    """An object for modpost and a module for check, in a folder of their own."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.folder = workspace.folder / "modpost"
        self.folder.mkdir()
        (self.folder / "one.c").write_text(SOURCE)
        subprocess.run(["gcc", "-c", "-fno-pic", "one.c"], cwd=self.folder, check=True)
        (self.folder / "one.mod").write_text("one.o\n")
        (self.folder / ".one.o.cmd").write_text("cmd\n\nsource_one.o := one.c\n\ndeps_one.o := \\\n\n")
        self.list = self.folder / "given.symvers"
        self.made = self.folder / "one.mod.c"

    def modpost_words(self):
        return [self.workspace.kbx, "modpost", "--tree", self.workspace.tree, "-e", "-m", "-b", "-i", self.list.name, "one.o"]

    def check_words(self):
        return [self.workspace.kbx, "check", self.folder / "one.o", "--kernel", self.list.name]

    def write(self, text):
        self.list.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.made.unlink(missing_ok=True)

    def modpost(self, text):
        self.write(text)
        return self.workspace.run(self.modpost_words(), folder=self.folder)

    def check(self, text):
        self.write(text)
        return self.workspace.run(self.check_words(), folder=self.folder)


@behaviour
def rows_that_are_damaged(workspace):
    bench = Bench(workspace)
    for name, (row, said) in DAMAGED.items():
        place = f"given.symvers:{LINE}: "
        run = bench.modpost(GOOD + row)
        expect_refused(run, MODPOST_FAILED, "ERROR: modpost: " + place, said, "the file may be cut off or edited")
        expect(not bench.made.exists(), f"{name}: modpost wrote all the same")
        expect_refused(bench.check(GOOD + row), USAGE, place, said, "the file may be cut off or edited")


@behaviour
def files_that_are_no_text(workspace):
    bench = Bench(workspace)
    for text in (GOOD.encode("utf-16"), b"\0" * 100, bytes(range(256)) * 64):
        expect_refused(bench.modpost(text), MODPOST_FAILED, "given.symvers:1: ")
        expect_refused(bench.check(text), USAGE, "given.symvers:1: ")


@behaviour
def rows_that_are_unusual_but_right(workspace):
    bench = Bench(workspace)
    run = bench.modpost(GOOD)
    expect_equal(run.status, 0, "status of modpost\n" + run.text())
    made = bench.made.read_text()
    expect("0x12345678" in made and "depends" in made and "provider" in made, made)
    verdict = bench.check(GOOD)
    expect_no_accident(verdict)
    for name, text in HARMLESS.items():
        run = bench.modpost(text)
        expect_equal((run.status, run.err), (0, ""), f"modpost: {name}")
        expect_equal(bench.made.read_text(), made, f"one.mod.c: {name}")
        run = bench.check(text)
        expect_equal((run.status, run.out), (verdict.status, verdict.out), f"check: {name}")


@behaviour
def rows_twice(workspace):
    bench = Bench(workspace)
    sound = bench.check(GOOD)
    same = GOOD.splitlines(keepends=True)[0]
    said = f"given.symvers:{LINE}: vmlinux: 'plain' exported twice. Previous export was in vmlinux"
    run = bench.modpost(GOOD + same)
    expect_no_accident(run)
    expect(f"modpost: {said}" in run.err, run.text())
    expect(run.status == (1 if "ERROR" in run.err else 0), run.text())
    # What says the same twice is harmless where nothing is built.
    run = bench.check(GOOD + same)
    expect_equal((run.status, run.out), (sound.status, sound.out), "check of a row that is there twice")
    for other in (same.replace("5678", "5679"), same.replace("vmlinux", "lib/x"), same.replace("SYMBOL", "SYMBOL_GPL")):
        run = bench.check(GOOD + other)
        expect_refused(run, USAGE, f"given.symvers:{LINE}: plain is exported twice, and not alike",
                       "CRC 0x12345678 in vmlinux above", "take out the row")


@behaviour
def unknown_licence(workspace):
    bench = Bench(workspace)
    run = bench.modpost(GOOD + "0x4\tname\tvmlinux\tEXPORT_NOTHING\t\n")
    expect_no_accident(run)
    if run.status:  # older trees' modposts take it
        expect(f'ERROR: modpost: given.symvers:{LINE}: name has the unknown licence "EXPORT_NOTHING"' in run.err, run.text())
        expect("EXPORT_SYMBOL or EXPORT_SYMBOL_GPL was expected" in run.err, run.text())
    expect_no_accident(bench.check(GOOD + "0x4\tname\tvmlinux\tEXPORT_NOTHING\t\n"))


def _measured(words, folder):
    """(exit status, seconds of CPU time, KiB of memory, what was said) of a program."""
    with open(folder / "said", "w+b") as said:
        process = subprocess.Popen([str(word) for word in words], cwd=folder, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss, said.read()


def _write_large(path, row):
    """GOOD, then what `row` gives for 0, 1, … to a length of 100 MB; little of it at a time, since a child's memory is
    measured from before it becomes kbx."""
    with open(path, "w") as file:
        file.write(GOOD)
        size, number = 0, 0
        while size < LARGE:
            part = "".join(row(i) for i in range(number, number + 1000))
            size += file.write(part)
            number += 1000


LARGE_ROWS = {
    "rows of usual length": lambda i: f"0x12345678\tkbx_an_exported_symbol_{i}\tdrivers/some/module\tEXPORT_SYMBOL_GPL\t\n",
    "short rows": lambda i: f"0x1\ts{i}\tb\tEXPORT_SYMBOL\t\n",
    "a module for each row": lambda i: f"0x1\ts{i}\tfolder/module{i}\tEXPORT_SYMBOL\t\n",
    "one row again and again": lambda i: "0x1\ts\tvmlinux\tEXPORT_SYMBOL\t\n",
    "unknown licences": lambda i: f"0x1\ts{i}\tb\tWHAT\t\n",
    "rows without a column": lambda i: f"0x1\ts{i}\tb\n",
    "tabs": lambda i: "\t" * 64,
    "one line": lambda i: "x" * 64,
    "empty lines": lambda i: "\n" * 64,
}


@behaviour
def hundred_megabytes(workspace):
    bench = Bench(workspace)
    for name, row in LARGE_ROWS.items():
        _write_large(bench.list, row)
        for words in (bench.modpost_words(), bench.check_words()):
            status, seconds, memory, said = _measured(words, bench.folder)
            what = f"{words[1]}, {name}: status {status}, {seconds:.1f} s, {memory >> 10} MiB, {len(said)} bytes said"
            print("        " + what)
            expect(status in (0, 1, 2), f"{what}\n{said[:2000]}")
            expect(seconds < MOST_SECONDS and memory < MOST_MEMORY_KIB, what)
            expect(said.count(b"\n") < 4 * ROWS_SHOWN, f"{what}\n{said[:2000]}")
