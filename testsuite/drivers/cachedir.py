"""The folder that keeps what the driver tests download, and how it is filled safely.

Everything lives below $XDG_CACHE_HOME/kbx-testsuite. A folder in it is either absent or whole: it
is made under another name beside its place and renamed, while a lock keeps other runs from making
it a second time.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

SKIPPED = 77


class Unavailable(Exception):
    """Something the test needs cannot be had on this machine; the text says what and why."""


def skip_when_unavailable(main):
    """Runs main() and turns Unavailable into the exit status ctest takes for a skipped test."""
    try:
        sys.exit(main())
    except Unavailable as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        sys.exit(SKIPPED)


def all_good(names, judge, nothing):
    """Whether judge(name) is true of every name for which it can be told; says which cannot. Unavailable, with the text
    `nothing`, if that is so of all."""
    verdicts = []
    for name in names:
        try:
            verdicts.append(judge(name))
        except Unavailable as reason:
            print(f"{name}: not tried: {reason}", flush=True)
    if not verdicts:
        raise Unavailable(nothing)
    return all(verdicts)


def cache_root():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    root = Path(base) / "kbx-testsuite"
    root.mkdir(parents=True, exist_ok=True)
    return root


@contextlib.contextmanager
def locked(name):
    """Holds the lock `name` of the cache; waits for another run that holds it."""
    folder = cache_root() / "locks"
    folder.mkdir(exist_ok=True)
    # A digest, as names of files have a limit that paths do not.
    with open(folder / hashlib.sha256(name.encode()).hexdigest()[:24], "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def made_aside(target):
    """Gives an empty folder beside `target` and renames it to `target` if the block ends well."""
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield aside
        aside.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
