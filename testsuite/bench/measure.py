"""Wall and processor time of a command, and of pairs of commands run in turn."""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Sample:
    wall: float  # seconds
    cpu: float   # user and system seconds of the command and of all it waited for
    memory: int = 0  # KiB that the largest of them had at a time; at least this program's own, whose copy each is at first


class CommandFailed(Exception):
    """A command that was to be measured failed; the text shows its output."""


def once(words, folder, environment):
    with open(os.path.join(environment["TMPDIR"], "output"), "w+", errors="replace") as output:
        began = time.monotonic()
        child = subprocess.Popen([str(word) for word in words], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            output.seek(0)
            raise CommandFailed(f"{' '.join(map(str, words))}: {child.returncode}\n{output.read()[-3000:]}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


@dataclass
class Pairs:
    """What several pairs came to: medians of seconds, and medians of the ratios make/kbx of each pair."""
    make: Sample
    kbx: Sample
    wall_ratio: float
    cpu_ratio: float
    runs: int


def in_pairs(make, kbx, runs):
    """Calls make() and kbx(), which give a Sample each, `runs` times, and in turn first the one and first the other:
    what disturbs the machine disturbs both."""
    pairs = []
    for turn in range(runs):
        if turn % 2:
            ours = kbx()
            pairs.append((make(), ours))
        else:
            theirs = make()
            pairs.append((theirs, kbx()))
    return Pairs(make=median([pair[0] for pair in pairs]), kbx=median([pair[1] for pair in pairs]),
                 wall_ratio=statistics.median(pair[0].wall / pair[1].wall for pair in pairs),
                 cpu_ratio=statistics.median(pair[0].cpu / pair[1].cpu for pair in pairs), runs=runs)


def median(samples):
    return Sample(statistics.median(sample.wall for sample in samples),
                  statistics.median(sample.cpu for sample in samples),
                  int(statistics.median(sample.memory for sample in samples)))


def median_of(run, runs):
    return median([run() for _ in range(runs)])
