"""Files that are no modules, and command lines that make no sense."""

import random
import re

from behaviour import behaviour
from common import DRIVER, check, require_versions  # noqa: F401
from outcome import expect

ACCIDENTS = re.compile(r"internal error|terminate called|std::|AddressSanitizer|runtime error|Assertion")
MUTANTS = 200


@behaviour
def words_that_make_no_sense(workspace):
    for words, said in (([], "required"), (["missing.ko"], "no such module"), ([workspace.folder], "not a file"),
                        (["a.ko", "--frobnicate"], "no option")):
        run = check(workspace, *words, status=2)
        expect(said in run.err and "hint:" in run.err, f"{words}: {run.text()}")
    (workspace.folder / "a.ko").write_bytes(b"")
    run = check(workspace, workspace.folder / "a.ko", tree="no-such-kernel", status=2)
    expect("no headers of kernel no-such-kernel" in run.err, run.text())
    (workspace.folder / "notes.txt").write_text("hello\n")
    run = check(workspace, workspace.folder / "a.ko", tree=workspace.folder / "notes.txt", status=2)
    expect("describes no kernel" in run.err, run.text())


@behaviour
def truncated_anywhere(workspace):
    require_versions(workspace)
    workspace.build()
    data = workspace.ko("plain").read_bytes()
    paths = []
    for size in [0, 1, 4, 16, 63, 64, *range(100, len(data), len(data) // 40)]:
        paths.append(workspace.folder / f"cut{size}.ko")
        paths[-1].write_bytes(data[:size])
    run = check(workspace, *paths, status=1)
    expect(run.out.count("would not load") == len(paths), run.out)
    expect(not ACCIDENTS.search(run.text()), run.text())


@behaviour
def changed_anywhere(workspace):
    """Whatever bytes change, there is a verdict."""
    require_versions(workspace)
    workspace.build()
    chance = random.Random(1)
    paths = []
    for name in ("plain", "provider"):
        data = workspace.ko(name).read_bytes()
        # Most of a module is debug information; what matters is near the start and the end.
        edges = [*range(0, 4096), *range(max(0, len(data) - 8192), len(data))]
        for number in range(MUTANTS // 2):
            mutant = bytearray(data)
            for _ in range(chance.randint(1, 4)):
                mutant[chance.choice(edges)] = chance.choice([0, 1, 0x7F, 0xFF, chance.randrange(256)])
            paths.append(workspace.folder / f"{name}{number}.ko")
            paths[-1].write_bytes(mutant)
    run = check(workspace, *paths)
    expect(run.status in (0, 1, 2), f"exit status {run.status}\n{run.err}")
    verdicts = len(re.findall(r"^\S+\.ko: (?:would|nothing proves)", run.out, re.M))
    expect(verdicts == len(paths), f"{verdicts} verdicts on {len(paths)} files\n{run.out[-2000:]}")
    expect(not ACCIDENTS.search(run.text()), run.text())
