"""A configuration of Linux from nothing: kbx conf beside the kernel's conf, with and without remembered shell results."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "kconfig"))

import oracle  # noqa: E402
from cachedir import Unavailable  # noqa: E402
from measure import Sample, cpu_ratio, in_turn, median, once, wall_ratio  # noqa: E402
from outcome import Skipped  # noqa: E402

SERIES = "6.1"
ARCHITECTURE = "x86_64"
MODE = "--alldefconfig"


@dataclass
class Row:
    what: str
    sample: Sample
    faster: float = None  # conf's seconds, of this one's: the median of the rounds' ratios
    cheaper: float = None  # the same of processor time


def kconfig(bench):
    """Kconfig of Linux, parsed and solved"""
    try:
        original = oracle.oracle(SERIES)
        remembering = oracle.remembering(original)
    except Unavailable as reason:
        raise Skipped(str(reason)) from reason
    caches = {name: bench.work / f"answers-{name}" for name in ("kbx", "conf")}
    for folder in caches.values():
        folder.mkdir()
    variables = bench.environment | oracle.environment(original.tree, ARCHITECTURE, CONF_ANSWERS=str(caches["conf"]))

    def run(*words, cache):
        folder = tempfile.mkdtemp(dir=bench.work)
        # The folder is part of what is remembered, and conf writes into it.
        more = {"KCONFIG_CONFIG": f"{folder}/.config", "XDG_CACHE_HOME": str(cache)}
        return once([*words, MODE, "Kconfig"], bench.work, variables | more)

    ours = [bench.kbx, "conf", "--kernel", original.tree]
    cases = {
        "conf": lambda: run(original.conf, cache=caches["kbx"]),
        "kbx, nothing remembered": lambda: run(*ours, cache=tempfile.mkdtemp(dir=bench.work)),
        "kbx, remembered": lambda: run(*ours, cache=caches["kbx"]),
        "conf without a shell: a library gives it remembered results": lambda: run(remembering, cache=caches["kbx"]),
    }
    for warm_up in cases.values():
        warm_up()
    conf, *others = in_turn(bench.runs, *cases.values())
    rows = [Row("conf", median(conf))]
    for what, samples in zip(list(cases)[1:], others):
        rows.append(Row(what, median(samples), wall_ratio(conf, samples), cpu_ratio(conf, samples)))
    return rows


def table(rows, seconds):
    lines = [f"| `{MODE}` of {SERIES} for {ARCHITECTURE} | time | CPU | conf/this | conf/this, CPU | memory |",
             "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        ratios = [f"{ratio:.2f}" if ratio else "" for ratio in (row.faster, row.cheaper)]
        lines.append(f"| {row.what} | {seconds(row.sample.wall)} | {seconds(row.sample.cpu)} | {ratios[0]} | "
                     f"{ratios[1]} | {row.sample.memory / 1024:.0f} MB |")
    return lines


MEASUREMENTS = {"kconfig": kconfig}
