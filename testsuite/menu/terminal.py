"""kbx config and kbx menuconfig on a terminal: what is typed, and what is on the screen then."""

import contextlib
import shutil
import subprocess
import time
from pathlib import Path

from behaviour import behaviour
from outcome import Failed, Skipped, expect, expect_equal

DRIVER = Path(__file__).resolve().parents[2] / "examples" / "configured-driver"
PATIENCE = 30


class Terminal:
    """One command in a window of tmux, of a size that is known."""

    def __init__(self, workspace, *words):
        if not shutil.which("tmux"):
            raise Skipped("tmux is not installed")
        self.socket = str(workspace.folder / "tmux")
        self.status = workspace.folder / "status"
        self.status.unlink(missing_ok=True)
        command = " ".join([f"'{workspace.kbx}'", *words, "--kernel", f"'{workspace.tree}'"])
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "-c", str(workspace.driver),
                   f"{command}; echo $? > '{self.status}'; sleep 60",
                   environment=workspace.environment | {"TERM": "xterm", "LC_ALL": "C.UTF-8"})

    def _tmux(self, *words, environment=None):
        done = subprocess.run(["tmux", "-S", self.socket, *words], env=environment, capture_output=True, text=True)
        expect(done.returncode == 0, f"tmux {words[0]}: {done.stderr}")
        return done.stdout

    def type(self, *keys):
        self._tmux("send-keys", *keys)

    def resize(self, columns, rows):
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self):
        return self._tmux("capture-pane", "-p")

    def wait_for(self, *parts):
        """The screen, once it shows all of this."""
        end = time.monotonic() + PATIENCE
        while True:
            screen = self.screen()
            missing = [part for part in parts if part not in screen]
            if not missing:
                return screen
            if time.monotonic() > end:
                raise Failed(f"{missing} did not come up:\n{screen}")
            time.sleep(0.05)

    def wait_until(self, holds, complaint):
        """Until the rows of the screen are as they should be."""
        end = time.monotonic() + PATIENCE
        while not holds(self.screen().removesuffix("\n").split("\n")):
            if time.monotonic() > end:
                raise Failed(f"{complaint}:\n{self.screen()}")
            time.sleep(0.05)

    def wait_for_end(self):
        end = time.monotonic() + PATIENCE
        while not self.status.exists() or not self.status.read_text():
            if time.monotonic() > end:
                raise Failed(f"the command does not end:\n{self.screen()}")
            time.sleep(0.05)
        return int(self.status.read_text())

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, check=False)


@contextlib.contextmanager
def terminal(workspace, *words):
    window = Terminal(workspace, *words)
    try:
        yield window
    finally:
        window.close()


def _config(workspace):
    file = workspace.out() / "config" / ".config"
    return file.read_text() if file.exists() else ""


@behaviour
def menu_toggles_edits_and_saves(workspace):
    with terminal(workspace, "menuconfig") as window:
        window.wait_for("Options of", "> <M> Meter, a driver with options  --->", "CONFIG_METER: by default")
        window.type("Enter")
        window.wait_for("> [ ] Trace every reading", "(16) Readings to keep", "[*] Meters on the PCI bus",
                        "< > A module that tests the meter")
        window.type("Space")
        window.wait_for("> [*] Trace every reading", "(changed)")
        window.type("Down", "Enter")
        window.wait_for("Readings to keep: 16")
        window.type("BSpace", "BSpace", "9", "9", "Enter")
        window.wait_for("METER_SLOTS cannot be 99: its range is [4 64]", "(16) Readings to keep")
        window.type("Enter")
        window.wait_for("Readings to keep: 16")
        window.type("BSpace", "BSpace", "3", "2", "Enter")
        window.wait_for("(32) Readings to keep")
        window.type("s")
        window.wait_for("saved")
        expect("(changed)" not in window.screen(), window.screen())
        window.type("q")
        window.wait_for("> <M> Meter, a driver with options")
        window.type("q")
        expect_equal(window.wait_for_end(), 0, "exit status")
    text = _config(workspace)
    expect("CONFIG_METER_TRACE=y\nCONFIG_METER_SLOTS=32\n" in text, text)


@behaviour
def menu_searches_and_tells_why_an_option_is_out_of_reach(workspace):
    workspace.append("Kconfig", "config METER_FAR\n\tbool \"Distant meters\"\n\tdepends on NO_SUCH_BUS\n"
                                "\thelp\n\t  Meters that are not here.\n")
    with terminal(workspace, "menuconfig") as window:
        window.wait_for("Options of", "Distant meters")
        window.type("/")
        window.wait_for("Search:")
        window.type("d", "i", "s", "t", "Enter")
        window.wait_for("> Distant meters  CONFIG_METER_FAR: out of reach: depends on NO_SUCH_BUS [=n]")
        window.type("Enter")
        window.wait_for("Distant meters", "CONFIG_METER_FAR: out of reach")
        window.type("Space")
        window.wait_for("out of reach: depends on NO_SUCH_BUS [=n]; NO_SUCH_BUS is n: the kernel")
        window.type("?")
        window.wait_for("Meters that are not here.", "CONFIG_METER_FAR=n", "NO_SUCH_BUS is n: the kernel", "Kconfig:")
        window.type("q")
        window.wait_for("Options of")
        window.type("/")
        window.wait_for("Search:")
        window.type("x", "y", "z", "Enter")
        window.wait_for('no option has "xyz" in its name or prompt')
        window.type("q")
        expect_equal(window.wait_for_end(), 0, "exit status")
    expect_equal(_config(workspace), "", "a configuration that nobody saved")


@behaviour
def menu_follows_the_size_of_the_screen(workspace):
    footer = "arrows move"
    with terminal(workspace, "menuconfig") as window:
        window.wait_for("> <M> Meter", footer)
        for rows in (40, 12, 30):
            window.resize(110, rows)
            window.wait_until(lambda lines: len(lines) == rows and lines[-1].startswith(footer),
                              f"the last of {rows} rows is not the keys'")
        window.type("n", "q")
        window.wait_for("Save what was changed?")
        window.resize(70, 20)
        window.wait_until(lambda lines: len(lines) == 20, "the screen has not 20 rows")
        window.wait_for("Save what was changed?")
        window.type("n")
        expect_equal(window.wait_for_end(), 0, "exit status")


@behaviour
def menu_asks_before_changes_are_lost(workspace):
    with terminal(workspace, "menuconfig") as window:
        window.wait_for("> <M> Meter")
        window.type("n")
        window.wait_for("> < > Meter", "(changed)")
        window.type("q")
        window.wait_for("Save what was changed?")
        window.type("q")
        window.wait_for("> < > Meter")
        window.type("q")
        window.wait_for("Save what was changed?")
        window.type("y")
        expect_equal(window.wait_for_end(), 0, "exit status")
    expect("# CONFIG_METER is not set" in _config(workspace), _config(workspace))


@behaviour
def questions_are_asked_on_a_terminal(workspace):
    with terminal(workspace, "config") as window:
        window.wait_for("Meter, a driver with options (METER) [M/n/y/?]")
        window.type("Enter")
        window.wait_for("Trace every reading (METER_TRACE) [N/y/?]")
        window.type("y", "Enter")
        window.wait_for("Readings to keep (METER_SLOTS) [16]")
        window.type("2", "0", "Enter")
        window.wait_for("Meters on the PCI bus (METER_PCI) [Y/n/?]")
        window.type("Enter")
        window.wait_for("A module that tests the meter (METER_TEST) [N/m/?]")
        window.type("m", "Enter")
        window.wait_for("written: ")
        expect_equal(window.wait_for_end(), 0, "exit status")
    text = _config(workspace)
    for line in ("CONFIG_METER=m", "CONFIG_METER_TRACE=y", "CONFIG_METER_SLOTS=20", "CONFIG_METER_TEST=m"):
        expect(line in text, text)


@behaviour
def without_a_terminal_nothing_is_asked(workspace):
    for words, told in ((["menuconfig"], "needs a terminal"), (["config"], "this is no terminal")):
        run = workspace.run([workspace.kbx, *words, "--kernel", workspace.tree], folder=workspace.driver)
        expect(run.status == 2 and told in run.err and "--set" in run.err, run.text())
