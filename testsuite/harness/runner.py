"""Runs the functions that a file of tests marks with @behaviour, each in a folder of its own.

    runner.py --kbx KBX --work FOLDER FILE.py [NAME...]

Exit status: 0 when all hold, 1 when one does not, 77 when none could run.
"""

import argparse
import importlib.util
import os
import shutil
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import kernel  # noqa: E402
from outcome import SKIPPED_STATUS, Failed, Skipped  # noqa: E402
from workspace import Workspace, clean_environment  # noqa: E402


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--keep", action="store_true", help="leave the folders of tests that hold")
    parser.add_argument("file", type=Path)
    parser.add_argument("names", nargs="*")
    return parser.parse_args()


def _load(path):
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _behaviours(module, names):
    found = {name: value for name, value in vars(module).items() if getattr(value, "is_behaviour", False)}
    unknown = set(names) - set(found)
    if unknown:
        raise SystemExit(f"no such test: {', '.join(sorted(unknown))}")
    return {name: found[name] for name in names} if names else found


def _try_one(function, workspace):
    """("ok" | "FAILED" | "skipped", why)"""
    try:
        function(workspace)
        return "ok", ""
    except Failed as failure:
        return "FAILED", str(failure)
    except Skipped as reason:
        return "skipped", str(reason)
    except Exception:
        return "FAILED", traceback.format_exc()


def main():
    arguments = _arguments()
    work = arguments.work.resolve()
    kbx = arguments.kbx.resolve()
    module = _load(arguments.file)
    functions = _behaviours(module, arguments.names)
    # One cache for all test files of a run: the kernel is unpacked and probed once.
    cache = work.parent / "cache"
    environment = clean_environment(cache, work / "home")
    if not os.environ.get("KBX_TEST_KERNEL"):
        environment |= {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in os.environ}
        environment |= {} if "XDG_CACHE_HOME" in os.environ else {"XDG_CACHE_HOME": str(Path.home() / ".cache")}
    try:
        tree = kernel.find(kbx, environment)
    except Skipped as reason:
        print(f"skipped: {reason}")
        return SKIPPED_STATUS
    verdicts, done_with = [], []
    for name, function in functions.items():
        began = time.monotonic()
        workspace = Workspace(work / name, kbx, tree, cache, getattr(module, "DRIVER", None))
        verdict, why = _try_one(function, workspace)
        verdicts.append(verdict)
        print(f"{verdict:8}{name.replace('_', ' ')} ({time.monotonic() - began:.1f} s)", flush=True)
        if why:
            print("        " + why.replace("\n", "\n        "), flush=True)
        if verdict != "FAILED" and not arguments.keep:
            done_with.append(workspace.folder)
    # Not at once: ext4 does not give the numbers of files that were removed just now to new ones, and looks at each of
    # them in vain for each of the thousands of links of the next case.
    for folder in done_with:
        shutil.rmtree(folder, ignore_errors=True)
    if "FAILED" in verdicts:
        return 1
    return SKIPPED_STATUS if set(verdicts) == {"skipped"} else 0


if __name__ == "__main__":
    sys.exit(main())
