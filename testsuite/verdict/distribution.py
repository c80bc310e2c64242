#!/usr/bin/env python3
"""Judges every module of Debian's kernels for the kernel that it came with: each has to be found loadable.

    distribution.py --kbx build/kbx [ARCHITECTURE...]

Headers and image are those of one flavour of bookworm's 6.1 for each architecture (riscv64: 6.12 of trixie). Nothing of
them runs, so that this machine may be of any kind. What is downloaded is kept in the cache.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "drivers"))

from cachedir import Unavailable, skip_when_unavailable  # noqa: E402
from distribution_images import FLAVOURS, unpacked_image  # noqa: E402


def _judge(kbx, architecture, cache):
    """How many modules there are, and the names of those that are not judged loadable."""
    root = unpacked_image(architecture)
    modules = sorted(root.rglob("*.ko*"))
    said = subprocess.run([kbx, "check", "--json", "--kernel", root, *modules], capture_output=True, text=True,
                          env=os.environ | {"XDG_CACHE_HOME": cache})
    if not said.stdout.startswith("["):
        sys.exit(f"kbx check gave no verdicts for {architecture}\n{said.stderr}")
    verdicts = json.loads(said.stdout)
    return len(modules), [f"{verdict['module']}: {verdict['verdict']} {verdict['reasons'][:2]}"
                          for verdict in verdicts if verdict["verdict"] != "would-load"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("architectures", nargs="*", default=list(FLAVOURS), metavar="ARCHITECTURE")
    options = parser.parse_args()
    good, tried, missing = True, 0, []
    with tempfile.TemporaryDirectory() as cache:
        for architecture in options.architectures:
            try:
                count, wrong = _judge(options.kbx.resolve(), architecture, cache)
            except Unavailable as reason:
                print(f"{architecture}: not tried: {reason}", flush=True)
                missing.append(architecture)
                continue
            tried += 1
            print(f"{architecture}: {count - len(wrong)} of {count} modules are judged loadable", flush=True)
            print("".join(f"    {line}\n" for line in wrong[:20]), end="")
            good = good and count > 0 and not wrong
    if not tried:
        raise Unavailable(f"nothing could be downloaded for {', '.join(missing)}")
    return 0 if good else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
