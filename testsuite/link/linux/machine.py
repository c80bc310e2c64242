"""Boots a kernel with a first program and modules in qemu, and gives what the guest told."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "boot"), str(HERE.parents[1] / "drivers")]

from cachedir import Unavailable  # noqa: E402
from fetch import package_root  # noqa: E402
from guest import said_by  # noqa: E402
from initramfs import Archive  # noqa: E402

MEMORY = 512  # MiB
TIME_LIMIT = 600
QUIET = "quiet loglevel=4 panic=-1"


class Machine:
    """An emulator; Unavailable where it is neither installed nor in a package that runs here."""

    def __init__(self, description):
        self.description = description
        program = description["program"]
        self.program = shutil.which(program)
        if not self.program:
            self.program = str(package_root(description["package"]) / "usr/bin" / program)
        said = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=False)
        if said.returncode:
            raise Unavailable(f"{program} is not installed: package {description['package']}; unpacked it says: {said.stderr.strip()}")
        self.firmware = []
        if "firmware" in description:
            firmware = description["firmware"]
            self.firmware = ["-bios", str(package_root(firmware["package"]) / firmware["path"])]

    def boot(self, image, first_program, modules, program=None):
        """What the guest told, line by line, and everything that it printed."""
        archive = Archive()
        for folder in ("dev", "proc", "modules"):
            archive.folder(folder)
        archive.character_device("dev/console", 5, 1)
        archive.file("init", Path(first_program).read_bytes(), 0o755)
        if program:
            archive.file("program", Path(program).read_bytes(), 0o755)
        for letter, module in zip("abcdefghijklmnopqrstuvwxyz", modules):
            archive.file(f"modules/{letter}.ko", Path(module).read_bytes())
        with tempfile.TemporaryDirectory() as folder:
            initramfs = Path(folder) / "initramfs"
            initramfs.write_bytes(archive.content())
            text = self._run(image, initramfs)
        return [line[7:].strip() for line in text.splitlines() if line.startswith("guest: ")], text

    def _run(self, image, initramfs):
        append = f"console={self.description['console']} {QUIET} {self.description.get('append', '')}".strip()
        command = [self.program, *self.description["words"], *self.firmware, "-accel", "tcg", "-smp", "1", "-m", str(MEMORY),
                   "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio", "-kernel", str(image), "-initrd",
                   str(initramfs), "-append", append]
        return said_by(command, TIME_LIMIT)
