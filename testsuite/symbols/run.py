#!/usr/bin/env python3
"""Differential test of `kbx genksyms`: every cases/*.c through the kernel's own program and through kbx.

    run.py --kbx build/kbx [--mutants N [--seed S]] [PATTERN...]

Both read the case, which is preprocessed C, on standard input. What they print, the exit status and the dump of types must
be equal. The original is scripts/genksyms/genksyms of the test kernel's headers. With --mutants, N random changes of the
cases are tried instead; inputs at which the original crashes, or never ends, are left out.

A case may start with lines that genksyms skips:
  #args: WORD...     the command line; without it -w. A dump of types is always asked for, unless -T is in it.
  #reference: LINE   a line of the file `reference`, which -r may name
`dump` is the file of types; `link` leads to it, and has to stay a link.

Exit status: 0 all equal, 1 some differ, 77 there is no original that runs here.
"""

import argparse
import fnmatch
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "harness"))
import kernel  # noqa: E402
from outcome import SKIPPED_STATUS, Failed, Skipped  # noqa: E402

CASES = Path(__file__).resolve().parent / "cases"
PLACE = "scripts/genksyms/genksyms"
MEMORY = 1 << 30
SECONDS = 10
FRAGMENTS = """int char word struct union enum s f A B { } ( ) [ ] ; , * = : ... typedef extern static inline const
__attribute__((x)) asm("x") typeof typeof( (word) restrict _Static_assert(1,"x") __extension__ 1 5UL "s" 'c' @ __seg_gs
__GENKSYMS_EXPORT_SYMBOL(f); __typeof_unqual__ int8x16_t # " ' \\ 0x1f 1.5e3 .5 -> && != __int128 L"x" 1...3""".split()


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def limit_all():
    limit()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


class Case:
    def __init__(self, text):
        self.text = text
        self.args = ["-w"]
        self.reference = []
        for line in text.splitlines():
            key, _, value = line.partition(": ")
            if key == "#args":
                self.args = value.split()
            elif key == "#reference":
                self.reference.append(value + "\n")
            else:
                break

    def run(self, program, folder, confine):
        """(status, stdout, stderr, dump of types) of a program, with its own name taken out."""
        (folder / "reference").write_text("".join(self.reference))
        dump = folder / "dump"
        dump.unlink(missing_ok=True)
        link = folder / "link"
        link.unlink(missing_ok=True)
        link.symlink_to("dump")
        args = self.args if "-T" in self.args else [*self.args, "-T", "dump"]
        done = subprocess.run([*program, *args], input=self.text.encode(), capture_output=True, cwd=folder,
                              preexec_fn=confine)
        if not link.is_symlink():
            raise Failed(f"{program[0]} {args}: the link is no more")
        said = re.sub(rb"^\S*genksyms:", b"genksyms:", done.stderr, flags=re.M)
        return done.returncode, done.stdout, said, dump.read_bytes() if dump.exists() else None


def differences(name, expected, seen):
    lines = []
    for what, left, right in zip(("status", "stdout", "stderr", "dump of types"), expected, seen):
        if left != right:
            lines.append(f"{name}: {what}\n  original: {left!r}\n  kbx:      {right!r}")
    return "\n".join(lines)


def mutate(text, chance):
    tokens = re.findall(r"\n#[^\n]*\n|\w+|\s+|.", text)
    for _ in range(chance.choice([1, 1, 2, 3, 6])):
        at = chance.randrange(len(tokens) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            del tokens[at:at + chance.randrange(1, 6)]
        elif kind == 1:
            tokens[at:at] = tokens[at:at + chance.randrange(1, 10)]
        else:
            tokens[at:at + kind - 2] = [f" {chance.choice(FRAGMENTS)} "]
    return "".join(tokens)


def mutants(count, seed):
    chance = random.Random(seed)
    texts = [text for text in (path.read_text() for path in sorted(CASES.glob("*.c"))) if not text.startswith("#args")]
    for number in range(count):
        first, second = chance.choice(texts), chance.choice(texts)
        case = Case(mutate(first + second if chance.random() < 0.3 else first, chance))
        case.args = ["-w", "-d", "-D"]
        yield f"mutant {number} of seed {seed}", case


def find_original(kbx):
    tree = kernel.find(kbx, os.environ)
    original = tree / PLACE
    if not original.exists():
        raise Skipped(f"{tree} has no {PLACE}")
    try:
        subprocess.run([original], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skipped(f"{original} does not run here: {error}") from error
    return tree, original


def compare(cases, original, kbx, folder, leave_out_crashes):
    equal = different = left_out = 0
    for name, case in cases:
        expected = case.run([original], folder, limit_all)
        if leave_out_crashes and (expected[0] < 0 or b"out of memory" in expected[2]):
            left_out += 1
            continue
        if not leave_out_crashes and not any(expected[1:3]):
            sys.exit(f"{name}: the original says nothing; the case shows no behaviour")
        seen = case.run(kbx, folder, limit)
        if seen == expected:
            equal += 1
        else:
            different += 1
            print(differences(name, expected, seen))
            if leave_out_crashes:
                print(case.text)
    return equal, different, left_out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", required=True)
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("patterns", nargs="*", default=["*"])
    options = parser.parse_args()
    kbx = os.path.abspath(options.kbx)
    try:
        tree, original = find_original(kbx)
    except Skipped as reason:
        print(f"skipped: {reason}")
        return SKIPPED_STATUS
    if options.mutants:
        cases = mutants(options.mutants, options.seed)
    else:
        cases = [(path.stem, Case(path.read_text())) for path in sorted(CASES.glob("*.c"))
                 if any(fnmatch.fnmatch(path.stem, pattern) for pattern in options.patterns)]
    with tempfile.TemporaryDirectory(prefix="kbx-symbols-") as folder:
        equal, different, left_out = compare(cases, original, [kbx, "genksyms", "--kernel", str(tree)], Path(folder),
                                             options.mutants > 0)
    print(f"{original}: {equal} equal, {different} different" + (f", {left_out} left out" if left_out else ""))
    return 1 if different or not equal else 0


sys.exit(main())
