#!/usr/bin/env python3
"""The table of docs/conformance.md from the results.json of runs of run.py.

    summary.py RESULTS.json...
"""

import json
import sys
from collections import defaultdict
from pathlib import Path


def main():
    rows = defaultdict(lambda: defaultdict(int))
    for name in sys.argv[1:]:
        results = json.loads(Path(name).read_text())
        for cell in results["cells"]:
            kind = cell["cell"].split("/")[0]
            group = "trees" if kind in ("synthetic", "examples") else "drivers"
            row = rows[group, cell["cell"].rsplit("/", 1)[1], results["mode"]]
            row[cell["result"]] += 1
            if cell["result"] == "passed":
                row["modules"] += cell["modules"]
                row["objects"] += cell["objects"]
    print("| what | kernel | mode | cells passed | failed | skipped | modules | object commands |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for (group, kernel, mode), row in sorted(rows.items()):
        total = row["passed"] + row["failed"] + row["skipped"]
        # kbx build writes no whole .cmd files, so there only the modules are compared.
        objects = row["objects"] if mode == "make" else "–"
        print(
            f"| {group} | {kernel} | {mode} | {row['passed']} of {total} | {row['failed']} | {row['skipped']} "
            f"| {row['modules']} | {objects} |"
        )


if __name__ == "__main__":
    main()
