#!/usr/bin/env python3
"""The speed of `kbx genksyms` against the kernel's own, paired, over preprocessed files.

    genksyms.py --kbx build/kbx --original scripts/genksyms/genksyms --kernel TREE [--rounds N] FILE.i...

In each round every file is given to both, one after the other, in turns. The ratio is that of their CPU times (user and
system, start of the process included), of the median round.
"""

import argparse
import os
import statistics
import subprocess
import sys


def cpu_seconds(command, file):
    before = os.times()
    with open(file, "rb") as text:
        subprocess.run(command, stdin=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", required=True)
    parser.add_argument("--original", required=True)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    commands = [[options.original], [options.kbx, "genksyms", "--kernel", options.kernel]]
    rounds = []
    for _ in range(options.rounds):
        seconds = [0.0, 0.0]
        for number, file in enumerate(options.files):
            for which in (0, 1) if number % 2 else (1, 0):
                seconds[which] += cpu_seconds(commands[which], file)
        rounds.append(seconds)
        print(f"original {seconds[0]:.2f} s, kbx {seconds[1]:.2f} s, ratio {seconds[0] / seconds[1]:.2f}", flush=True)
    ratio = statistics.median(first / second for first, second in rounds)
    print(f"{len(options.files)} files, {options.rounds} rounds: the original takes {ratio:.2f} times the CPU time of kbx")
    return 0


sys.exit(main())
