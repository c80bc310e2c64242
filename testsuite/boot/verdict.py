#!/usr/bin/env python3
"""Shows that `kbx check` and a booted kernel agree, module by module.

    verdict.py --kbx build/kbx [--series 6.1] [--foreign SERIES]

The modules of testsuite/verdict are built for a kernel of Debian's, altered in all the ways of
alterations.py, judged by kbx, and tried with insmod in the booted kernel. Where kbx says that a
module would load, it has to load and be tainted as kbx says; where kbx says that it would not, it
has to be refused, and for the reason that kbx gives, as far as the kernel's log names one.

With --foreign, modules built for a kernel of another series are tried as well. The modules that
came with the kernel all have to be judged loadable. What kbx reads off the image and the installed modules has to be what the headers say.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "verdict"))

import run as loading  # noqa: E402
from alterations import CASES, altered  # noqa: E402
from cachedir import Unavailable, skip_when_unavailable  # noqa: E402
from elfedit import CannotEdit  # noqa: E402
from guest import boot_cases, module_name  # noqa: E402
from kernels import kernel_image, kernel_root  # noqa: E402
from side import environment, private_path  # noqa: E402

DRIVER = HERE.parent / "verdict" / "driver"
LEAST_OF_EACH = 10


class Bench:
    """Modules of testsuite/verdict, built for one kernel, and kbx to judge them."""

    def __init__(self, folder, kbx, series):
        self._folder = folder
        self._kbx = kbx.resolve()
        self.kdir = kernel_root(series) / "kdir"
        self.config = (self.kdir / ".config").read_text()
        home = folder / "home"
        home.mkdir()
        self._env = environment(private_path(folder / "bin", self.kdir, None), home)
        shutil.copytree(DRIVER, folder / "driver")
        self._out = folder / "out"
        said = self.run("build", folder / "driver", "--kernel", self.kdir, "--out", self._out)
        if said.returncode:
            sys.exit(f"building the modules failed\n{said.stdout}{said.stderr}")

    def run(self, *words):
        return subprocess.run(
            [self._kbx, *words], env=self._env, cwd=self._folder, capture_output=True, text=True
        )

    def read(self, module):
        return (self._out / f"{module}.ko").read_bytes()

    def verdict(self, number, files):
        """What kbx says of the last of `files`, [(name, bytes)], the others being there too."""
        folder = self._folder / f"case{number}"
        folder.mkdir()
        for name, content in files:
            (folder / name).write_bytes(content)
        paths = [folder / name for name, _ in reversed(files)]
        said = self.run("check", "--json", "--kernel", self.kdir, *paths)
        if not said.stdout.startswith("["):
            sys.exit(f"kbx check gave no verdict\n{said.stdout}{said.stderr}")
        return json.loads(said.stdout)[0]


def _same_without_headers(bench, series):
    """Whether /boot and /lib/modules, without headers, tell the same exports and CRCs."""
    root = kernel_image(series)
    release = kernel_root(series).name
    installed = f"{root}/boot/vmlinuz-{release},{root}/lib/modules/{release}"
    for words in ((installed, bench.kdir), (bench.kdir, installed)):
        said = bench.run("diff", *words)
        if said.returncode:
            print(f"headers and image differ\n{said.stdout}{said.stderr}")
            return False
    return True


def _own_modules_pass(bench, series):
    """Whether kbx finds all modules that came with the kernel loadable."""
    paths = sorted((kernel_image(series) / "lib/modules").rglob("*.ko*"))
    said = bench.run("check", "--json", "--kernel", bench.kdir, *paths)
    verdicts = json.loads(said.stdout or "[]")
    wrong = [verdict["module"] for verdict in verdicts if verdict["verdict"] != "would-load"]
    print(f"{len(verdicts) - len(wrong)} of {len(paths)} modules that came with it are judged loadable")
    print("".join(f"not judged loadable: {name}\n" for name in wrong), end="")
    return bool(paths) and len(verdicts) == len(paths) and not wrong


def _applies(case, config):
    return all(f"\nCONFIG_{option}=y\n" in config for option in case.needs)


def _modules_of_the_kernel(series):
    """Two of the kernel's own modules, the second of which needs the first: [(name, bytes)]."""
    folder = kernel_image(series) / "lib/modules"
    found = {path.name.split(".")[0]: path for path in folder.rglob("*.ko*")}
    return [(found[name].name, found[name].read_bytes()) for name in ("crc-itu-t", "firewire-core")]


def _cases(bench, series, foreign):
    """(name, what the kernel's log has to say, files) of each that can be tried."""
    for case in CASES:
        if not _applies(case, bench.config):
            continue
        try:
            yield case.name, case.said, altered(case, bench.read)
        except CannotEdit as reason:
            print(f"not tried: {case.name}: {reason}")
    for module in ("plain", "provider") if foreign else ():
        said = "disagrees about version of symbol module_layout|version magic|struct module size"
        yield f"{module} built for another kernel", said, [(f"{module}.ko", foreign.read(module))]
    pair = _modules_of_the_kernel(series)
    yield "a module of the kernel", "", pair[:1]
    yield "a module of the kernel after the one it needs", "", pair
    yield "a module of the kernel without the one it needs", "Unknown symbol crc_itu_t", pair[1:]


def compare(verdict, files, told, said):
    """What does not fit between a verdict and what the guest told of a case, or ""."""
    name = module_name(files[-1][0].split(".")[0])
    there = {module_name(file.split(".")[0]) for file, _ in files}
    loaded = next((line for line in told if line.startswith(f"loaded {name} ")), None)
    log = "\n".join(line[4:] for line in told if line.startswith("log "))
    would_load = verdict["verdict"] == "would-load"
    if verdict["verdict"] == "no-evidence" or not (loaded or f"refused {name}" in told):
        return "no answer"
    # It would, once those are loaded; here they are not.
    lacking = set(verdict["load_first"]) - there
    if (would_load and not lacking) != bool(loaded):
        kinds = [reason["kind"] for reason in verdict["reasons"]]
        return f"kbx: {verdict['verdict']} {kinds}; the kernel: {loaded or 'refused'}\n{log}"
    if loaded and not _same_taint(loaded.split(" taint", 1)[1], verdict):
        return f"kbx: taints {verdict['taints']}; the kernel: {loaded}"
    if said and not re.search(said, log):
        return f"the kernel's log does not say {said!r}\n{log}"
    return ""


def _same_taint(seen, verdict):
    signed = any(note["kind"] == "signature" and note["module"] == "signed" for note in verdict["notes"])
    # Whether the kernel trusts the key is not for kbx to say.
    ignored = "E" if signed else ""
    return set(seen.strip()) - set(ignored) == set(verdict["taints"]) - set(ignored)


def _judge(kbx, series, foreign_series, keep_log):
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as other:
        bench = Bench(Path(name), kbx, series)
        foreign = Bench(Path(other), kbx, foreign_series) if foreign_series else None
        cases = list(_cases(bench, series, foreign))
        verdicts = [bench.verdict(number, files) for number, (_, _, files) in enumerate(cases)]
        same = _same_without_headers(bench, series) and _own_modules_pass(bench, series)
        told, text = boot_cases(
            loading.elf_kernel(series), loading.busybox(), [files for _, _, files in cases]
        )
    if keep_log:
        keep_log.write_text(text)
    if "end" not in told:
        sys.exit(f"the guest did not end\n{text}")
    faults = []
    for number, ((case_name, said, files), verdict) in enumerate(zip(cases, verdicts)):
        start = f"case {number} "
        lines = [line.removeprefix(start) for line in told if line.startswith(start)]
        fault = compare(verdict, files, lines, said)
        if fault:
            faults.append(f"{case_name}: {fault}")
    positive = sum(verdict["verdict"] == "would-load" for verdict in verdicts)
    negative = sum(verdict["verdict"] == "would-not-load" for verdict in verdicts)
    print(
        f"{kernel_root(series).name}: {len(cases)} modules, kbx says of {positive} that they would "
        f"load and of {negative} that they would not; the kernel agrees with {len(cases) - len(faults)}"
    )
    print("".join(f"{fault}\n" for fault in faults), end="")
    if min(positive, negative) < LEAST_OF_EACH:
        print(f"at least {LEAST_OF_EACH} of each were wanted")
        return 1
    return 1 if faults or not same else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--series", default="6.1")
    parser.add_argument("--foreign", help="also try modules built for a kernel of this series")
    parser.add_argument("--log", type=Path, help="write what the guest printed to this file")
    options = parser.parse_args()
    if not shutil.which("qemu-system-x86_64"):
        raise Unavailable("qemu-system-x86_64 is not installed")
    return _judge(options.kbx, options.series, options.foreign, options.log)


if __name__ == "__main__":
    skip_when_unavailable(main)
