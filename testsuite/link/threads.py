#!/usr/bin/env python3
"""What kbx ld writes does not depend on the number of its threads: links of kbx itself and of its libraries, which have
debugging information, with 1, 2 and 7 threads.

    threads.py --kbx build/kbx --build build

Exit status: 0 all equal, 1 not so, 77 the folder is none of Ninja's or not all was built.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from itself import SKIPPED, TIME_LIMIT, link_command, place

COUNTS = (1, 2, 7)
PARTIAL = {
    "-r of all libraries": ["--build-id=sha1"],
    "-r without local symbols": ["-x"],
    "-r with packed debugging information": ["--compress-debug-sections=zlib"],
}
FINAL = {
    "kbx": "",
    "kbx with its relocations": "-Wl,--emit-relocs",
    "kbx without what is not used": "-Wl,--gc-sections",
}


def partial(kbx, build, options, threads, output):
    libraries = sorted(build.glob("libkbx_*.a"), key=lambda path: path.stat().st_size)
    if "--compress-debug-sections=zlib" in options:
        libraries = libraries[:4]
    return subprocess.run([kbx, "ld", "-r", f"--threads={threads}", *options, "-o", output, "--whole-archive", *libraries],
                          capture_output=True, text=True, timeout=TIME_LIMIT, check=False)


def final(command, build, linker, words, threads, output):
    words = f" -B{linker}/ -Wl,--threads={threads} {words} -o {output} "
    return subprocess.run(command.replace(" -o kbx ", words), shell=True, cwd=build, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=TIME_LIMIT, check=False)


def differs(what, work, link):
    """Whether one of the outputs that `link(threads, output)` makes is not as the first; tells which."""
    outputs = []
    for threads in COUNTS:
        output = work / f"{threads}"
        done = link(threads, output)
        if done.returncode:
            print(f"FAIL {what}, {threads} threads: exit status {done.returncode}\n{done.stdout}{done.stderr}")
            return True
        outputs.append(output.read_bytes())
    others = [threads for threads, content in zip(COUNTS, outputs) if content != outputs[0]]
    for threads in others:
        print(f"FAIL {what}: {threads} threads write something else than one")
    if not others:
        print(f"ok   {what}: {len(outputs[0])} bytes", flush=True)
    return bool(others)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True, help="the folder in which kbx was built, by Ninja")
    arguments = parser.parse_args()
    kbx, build = arguments.kbx.resolve(), arguments.build.resolve()
    command = link_command(build, "kbx")
    if not command:
        print(f"skipped: Ninja does not tell how {build}/kbx is linked")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        linker = place(work / "linker", kbx)
        failed = [differs(what, work, lambda *how, options=options: partial(kbx, build, options, *how))
                  for what, options in PARTIAL.items()]
        failed += [differs(what, work, lambda *how, words=words: final(command, build, linker, words, *how))
                   for what, words in FINAL.items()]
    return 1 if any(failed) else 0


if __name__ == "__main__":
    sys.exit(main())
