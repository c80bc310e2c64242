"""Links one script after the other with GNU ld and with kbx, for tests that make scripts by chance."""

import argparse
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, NamedTuple

from compare import IDENTICAL, compare
from run import ORACLE, SKIPPED, oracle_problem


class Trial(NamedTuple):
    """What is linked: objects by name, assembled from their text, and for each seed a script and options."""
    objects: dict
    script: Callable
    words: list  # in front of all options

    def outcome(self, linker, options, folder):
        """(whether it is refused, the output, what was said)"""
        out = folder / "out"
        out.unlink(missing_ok=True)
        words = [*linker, *self.words, "-T", "script.lds", *options, "-o", out.name, *(f"{name}.o" for name in self.objects)]
        done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                              timeout=60)
        return done.returncode != 0, out.read_bytes() if out.exists() else None, done.stderr

    def differences(self, seed, folder, kbx):
        """Lines that tell what differs, none if nothing does; and whether the script was refused."""
        folder.mkdir()
        for name in self.objects:
            os.link(folder.parent / f"{name}.o", folder / f"{name}.o")
        script, options = self.script(seed)
        (folder / "script.lds").write_text(script)
        wanted, got = self.outcome([ORACLE], options, folder), self.outcome([kbx, "ld"], options, folder)
        if wanted[0] != got[0]:
            who = "refused" if wanted[0] else "accepted"
            return [f"{who} by GNU ld, not by kbx: {wanted[2]}{got[2]}", " ".join(options)], False
        if wanted[0] or wanted[1] == got[1]:
            return [], wanted[0]
        if wanted[1] is None or got[1] is None:
            return ["one of them has no output"], False
        found = compare(wanted[1], got[1])
        return [found.verdict, *found.differences, " ".join(options)] if found.verdict != IDENTICAL else [], False


def main(trial, description):
    """The program: options, all trials, what differs; the exit status."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--kbx", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--keep", type=Path, metavar="DIR")
    options = parser.parse_args()
    problem = oracle_problem()
    if problem:
        print(f"skipped: no oracle: {problem}")
        return SKIPPED
    kbx = os.path.realpath(options.kbx)
    counts = {"equal": 0, "refused by both": 0, "different": 0}
    with tempfile.TemporaryDirectory(prefix="scripts-") as temporary, ThreadPoolExecutor(os.cpu_count()) as pool:
        root = Path(temporary)
        for name, text in trial.objects.items():
            subprocess.run(["as", "-o", root / f"{name}.o", "-"], input=text, text=True, check=True)
        seeds = range(options.seed, options.seed + options.count)
        for seed, (lines, refused) in zip(seeds, pool.map(lambda each: trial.differences(each, root / str(each), kbx), seeds)):
            counts["different" if lines else "refused by both" if refused else "equal"] += 1
            if not lines:
                continue
            print(f"seed {seed}:\n" + "".join(f"    {line}\n" for line in lines), end="")
            if options.keep:
                shutil.copytree(root / str(seed), options.keep / str(seed), dirs_exist_ok=True)
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["different"] or not counts["equal"] else 0

