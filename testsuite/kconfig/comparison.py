"""Calls of two programs, and whether they print and leave the same."""

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def call(program, arguments, folder, environment, text):
    done = subprocess.run(["conf", *program[1:], *arguments], executable=program[0], cwd=folder, env=environment,
                          input=text.encode(), capture_output=True, timeout=300, check=False)
    return {"status": str(done.returncode).encode(), "stdout": done.stdout, "stderr": done.stderr}


def outcome(program, folder, files, runs, environment):
    """All that the calls print and leave, by name. Files that are named after the process are not compared."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("latin-1"))
    result = {}
    for number, (variables, options, text) in enumerate(runs):
        given = call(program, [*options, "Kconfig"], folder, {**environment, **variables}, text)
        result |= {f"{number}: {what}": value for what, value in given.items()}
    return result | content(folder)


def compare(title, results):
    expected, found = results
    differing = [name for name in sorted(expected.keys() | found.keys()) if expected.get(name) != found.get(name)]
    if not differing:
        return True
    print(f"FAILED {title}: {', '.join(differing[:6])}")
    for name in differing[:3]:
        print(f"  {name}\n    conf: {expected.get(name, b'(missing)')[-600:]!r}"
              f"\n    kbx:  {found.get(name, b'(missing)')[-600:]!r}")
    return False


def check(title, programs, files, runs, environment, place=None):
    """Whether the programs do the same. Both work in one folder, as its name may be printed: a fresh one below `place`,
    or where that is not given, below a folder of this call. What a program remembers may hang on the folder it is called
    in, so a caller with many calls gives them the same place."""
    results = []
    for program in programs:
        with contextlib.ExitStack() as cleanup:
            top = Path(place or cleanup.enter_context(tempfile.TemporaryDirectory()))
            folder = top / "work"
            folder.mkdir()
            cleanup.callback(shutil.rmtree, folder)
            text = outcome(program, folder, files, runs, environment)
            results.append({name: value.replace(str(top).encode(), b"TOP") for name, value in text.items()})
    return compare(title, results)
