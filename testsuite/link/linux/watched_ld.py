"""The linker that make is given: kbx links, then GNU ld links the same inputs, and what they wrote is compared.

    watched_ld.py FOLDER WORDS...

FOLDER/watch.json says how the two are started. A link with an output below FOLDER leaves one file in FOLDER/records; where
the outputs differ, both are kept in FOLDER/different. Other calls are kbx's alone: the kernel asks by them what a linker
can do. The exit status is kbx's, so that a build goes on past a difference and fails where kbx does.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from compare import IDENTICAL, compare  # noqa: E402

PROGRAM_NAME = re.compile(r"^\S*\bld(\.bfd)?: ", re.MULTILINE)


def output_of(words):
    """What the words of a command line name as output, None if nothing."""
    for before, word in zip(words, words[1:]):
        if before in ("-o", "--output"):
            return word
    joined = (re.fullmatch(r"--output=(.+)|-o(.+)", word) for word in words)
    return next((found[1] or found[2] for found in joined if found), None)


def redirected(words, output, map_file):
    """The words with other files for the output and the map."""
    changed = []
    for before, word in zip(["", *words], words):
        if before in ("-o", "--output"):
            word = output
        elif before in ("-Map", "--Map"):
            word = map_file
        elif re.match(r"--?Map=", word):
            word = word.partition("=")[0] + "=" + map_file
        elif re.match(r"--output=|-o.", word):
            word = "-o" + output
        changed.append(word)
    return changed


def run(words, environment=None):
    """(status, what it wrote to standard error, seconds)"""
    began = time.monotonic()
    done = subprocess.run(words, env=os.environ | (environment or {}), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, errors="replace", check=False)
    return done.returncode, done.stderr, time.monotonic() - began


def told(messages, output, own_output):
    """Messages without the names of programs and outputs, which differ."""
    return PROGRAM_NAME.sub("ld: ", messages.replace(output, own_output))


def judged(folder, setting, words, output):
    """Links with both; gives kbx's status and messages, and the record."""
    mark = f"{time.time_ns()}-{os.getpid()}"
    aside = folder / "aside" / mark
    aside.mkdir(parents=True)
    other = str(aside / "output")
    status, messages, seconds = run([setting["kbx"], *words])
    gnu_status, gnu_messages, gnu_seconds = run([*setting["gnu"], *redirected(words, other, str(aside / "map"))],
                                                setting["environment"])
    differences = []
    if status != gnu_status:
        differences.append(f"exit status {gnu_status} / {status}")
    if told(gnu_messages, other, output) != told(messages, output, output):
        differences.append(f"messages: {gnu_messages.strip()[:400]!r} / {messages.strip()[:400]!r}")
    if status == 0 == gnu_status:
        one, two = Path(other).read_bytes(), Path(output).read_bytes()
        found = compare(one, two)
        if found.verdict != IDENTICAL:
            differences += [found.verdict, *found.differences[:10]]
            kept = folder / "different" / mark
            kept.mkdir(parents=True)
            shutil.move(other, kept / "gnu")
            shutil.copy(output, kept / "kbx")
    shutil.rmtree(aside)
    record = {"folder": os.getcwd(), "words": words, "output": os.path.abspath(output), "differences": differences,
              "seconds": seconds, "gnu_seconds": gnu_seconds}
    (folder / "records" / mark).write_text(json.dumps(record))
    return status, messages


def main():
    folder, words = Path(sys.argv[1]).resolve(), sys.argv[2:]
    setting = json.loads((folder / "watch.json").read_text())
    output = output_of(words)
    if output is None or not Path(output).resolve().is_relative_to(folder):
        os.execv(setting["kbx"], [setting["kbx"], *words])
    status, messages = judged(folder, setting, words, output)
    sys.stderr.write(messages)
    return status


if __name__ == "__main__":
    sys.exit(main())
