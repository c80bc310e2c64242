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


def in_turn(runs, *cases):
    """Calls each of the cases, which give a Sample, once in each of `runs` rounds, each round beginning with another of
    them: what disturbs the machine disturbs all. Gives a list of samples for each case, one a round."""
    samples = [[] for _ in cases]
    for round_ in range(runs):
        for place in range(len(cases)):
            which = (round_ + place) % len(cases)
            samples[which].append(cases[which]())
    return samples


def pairs_of(make, kbx):
    """Of samples from the same rounds."""
    return Pairs(make=median(make), kbx=median(kbx),
                 wall_ratio=wall_ratio(make, kbx),
                 cpu_ratio=cpu_ratio(make, kbx), runs=len(make))


def in_pairs(make, kbx, runs):
    return pairs_of(*in_turn(runs, make, kbx))


def wall_ratio(theirs, ours):
    """How many times as long the first took: the median of the rounds' ratios."""
    return statistics.median(long.wall / short.wall for long, short in zip(theirs, ours))


def cpu_ratio(ours, floor):
    """How many times the floor's processor time was used: the median of the rounds' ratios."""
    return statistics.median(mine.cpu / least.cpu for mine, least in zip(ours, floor))


def median(samples):
    return Sample(statistics.median(sample.wall for sample in samples),
                  statistics.median(sample.cpu for sample in samples),
                  int(statistics.median(sample.memory for sample in samples)))
