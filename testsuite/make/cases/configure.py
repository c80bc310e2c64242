"""The configure script of iptables-netflow and the probes that its makefile runs, each the build of a small module: with
make and under kbx shim. The same answers, sooner.
"""

import re
import statistics
import time

from behaviour import behaviour
from common import DRIVER  # noqa: F401
from outcome import expect, expect_equal
from packages import fresh_copy, kernel, kernel_folder, other_package

PAIRS = 3


def _answers(place):
    """What was found out, without the logs of compilers that stand beside."""
    said = (place / "compat_def.h").read_text()
    return re.findall(r"^#(?:define|undef) .*", said, re.M), (place / "Makefile").read_text()


def _probe(workspace, before):
    place = workspace.folder / "netflow"
    fresh_copy("iptables-netflow", place)
    words = [f"--kdir={kernel_folder(kernel())}", "--ipt-ver=1.8.9",
             f"--ipt-inc={other_package('libxtables-dev')}/usr/include", "--ipt-bin=/bin/true", "--ipt-lib=/usr/lib"]
    began = time.monotonic()
    run = workspace.run([*before, "sh", "-c", './configure "$@" && make version.h compat_def.h', "sh", *words],
                        folder=place)
    seconds = time.monotonic() - began
    expect(run.status == 0, run.text())
    return _answers(place), seconds


@behaviour
def probes_of_iptables_netflow(workspace):
    pairs = []
    for _ in range(PAIRS):
        (wanted, slow), (seen, fast) = (_probe(workspace, before) for before in ([], [workspace.kbx, "shim", "--"]))
        expect(len(wanted[0]) > 5, f"make found out next to nothing: {wanted[0]}")
        expect_equal(seen, wanted, "answers")
        pairs.append((slow, fast))
    slow, fast = (statistics.median(times) for times in zip(*pairs))
    share = statistics.median(fast / slow for slow, fast in pairs)
    print(f"        {len(wanted[0])} answers: {slow:.1f} s with make, {fast:.1f} s under the shim; "
          f"{share:.2f} of the time (medians of {PAIRS} pairs)")
    expect(share < 1, "the shim saves no time")
