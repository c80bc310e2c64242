"""Every altered module gets the verdict that is expected of it."""

from behaviour import behaviour
from common import DRIVER, check, require_versions, verdict_of  # noqa: F401
from outcome import Failed, expect

import kernel
from alterations import CASES, altered
from elfedit import CannotEdit


def _fault_of(workspace, case):
    """What is wrong with the verdict on one case, or ""."""
    folder = workspace.folder / case.name.replace(" ", "-")
    folder.mkdir()
    paths = []
    for name, data in altered(case, lambda module: workspace.ko(module).read_bytes()):
        paths.insert(0, folder / name)
        paths[0].write_bytes(data)
    verdict, status = verdict_of(workspace, *paths)
    kinds = {reason["kind"] for reason in verdict["reasons"]}
    said = f"{verdict['verdict']} {sorted(kinds)} taints {verdict['taints']}"
    if case.refused:
        good = verdict["verdict"] == "would-not-load" and kinds == {case.refused} and status == 1
        wanted = f"would-not-load ['{case.refused}']"
    else:
        good = verdict["verdict"] == "would-load" and sorted(verdict["taints"]) == sorted(case.taint.replace("E?", ""))
        wanted = f"would-load taints {case.taint}"
    return "" if good else f"{case.name}: {said}, expected {wanted}"


@behaviour
def altered_modules(workspace):
    require_versions(workspace)
    workspace.build()
    tried, faults = 0, []
    for case in CASES:
        if not all(kernel.is_set(workspace.tree, option) for option in case.needs):
            continue
        try:
            faults.append(_fault_of(workspace, case))
        except CannotEdit:
            continue
        tried += 1
    expect(tried >= len(CASES) - 3, f"only {tried} of {len(CASES)} cases could be tried")
    faults = [fault for fault in faults if fault]
    if faults:
        raise Failed("\n".join(faults))


@behaviour
def every_case_differs_from_the_others(workspace):
    """A case whose change changes nothing would prove nothing."""
    require_versions(workspace)
    workspace.build()
    seen = {}
    for case in CASES:
        try:
            files = tuple(altered(case, lambda module: workspace.ko(module).read_bytes()))
        except CannotEdit:
            continue
        expect(files not in seen, f"{case.name} is the same as {seen.get(files)}")
        seen[files] = case.name
