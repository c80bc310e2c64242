"""Debian packages of any suite, downloaded by apt with a state folder of its own.

Nothing is installed and the machine's own apt state is only read: it tells which mirror to ask.
The options that move apt's state are those of apt.conf(5), "Directories".
"""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from cachedir import Unavailable, cache_root

INDEX_LIFETIME = 7 * 24 * 3600
PAUSES = (0, 5, 20)


def configured_mirrors():
    """(main, security) URLs of the Debian mirrors this machine's apt is set up for."""
    chosen = os.environ.get("KBX_TEST_DEBIAN_MIRROR")
    if chosen:
        uris = chosen.split()
    else:
        if not shutil.which("apt-get"):
            raise Unavailable("apt-get is not here, so Debian packages cannot be downloaded")
        listed = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI)"], capture_output=True, text=True
        )
        uris = sorted(set(listed.stdout.split()))
    main = [uri for uri in uris if re.search(r"/debian/?$", uri)]
    security = [uri for uri in uris if re.search(r"debian-security/?$", uri)]
    if not main:
        raise Unavailable(
            "apt has no Debian mirror configured (KBX_TEST_DEBIAN_MIRROR can name one)"
        )
    beside = re.sub(r"/debian(/?)$", r"/debian-security\1", main[0])
    return main[0], (security or [beside])[0]


class Suite:
    """One Debian suite, e.g. Suite("bookworm"), for one architecture; with its security updates where it has them."""

    # Why an index could not be had: the next cell of the same run need not try it all again.
    _failed = {}

    def __init__(self, name, architecture="amd64", updates=True):
        self.name = name
        self.architecture = architecture
        self.updates = updates and name != "sid" and not name.endswith("-backports")
        state = name if architecture == "amd64" else f"{name}-{architecture}"
        self.state = cache_root() / "apt" / (state if updates else f"{state}-release")

    def _apt(self, program, *words, **keywords):
        state = self.state
        options = {
            "Dir::State": state,
            "Dir::State::Lists": state / "lists",
            "Dir::State::status": state / "status",
            "Dir::Cache": state / "cache",
            "Dir::Etc::SourceList": state / "sources.list",
            "Dir::Etc::SourceParts": "/dev/null",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Acquire::Check-Valid-Until": "false",
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
            "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        }
        command = [program, "-q"] + [f"-o{key}={value}" for key, value in options.items()]
        return subprocess.run(command + list(words), capture_output=True, text=True, **keywords)

    def _write_sources(self):
        main, security = configured_mirrors()
        for part in ("lists/partial", "cache/archives/partial"):
            (self.state / part).mkdir(parents=True, exist_ok=True)
        (self.state / "status").touch()
        keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
        trust = f"[signed-by={keyring}] " if keyring.exists() else ""
        lines = [f"deb {trust}{main} {self.name} main"]
        if self.updates:
            lines.append(f"deb {trust}{security} {self.name}-security main")
        (self.state / "sources.list").write_text("\n".join(lines) + "\n")

    def update(self, forced=False):
        """Brings the package index up to date unless it is younger than INDEX_LIFETIME."""
        stamp = self.state / "updated"
        if not forced and stamp.exists() and time.time() - stamp.stat().st_mtime < INDEX_LIFETIME:
            return
        if self.state in self._failed:
            raise Unavailable(self._failed[self.state])
        self._write_sources()
        for pause in PAUSES:
            time.sleep(pause)
            said = self._apt("apt-get", "-oAPT::Update::Error-Mode=any", "update")
            if said.returncode == 0:
                stamp.touch()
                return
        self._failed[
            self.state
        ] = f"the package index of {self.name} cannot be downloaded: {_reason(said.stderr)}"
        raise Unavailable(self._failed[self.state])

    def names(self, pattern):
        """Names of the packages whose whole name matches the regular expression."""
        self.update()
        listed = self._apt("apt-cache", "pkgnames").stdout.split()
        return [name for name in listed if re.fullmatch(pattern, name)]

    def depends(self, package):
        """The packages `package` depends on directly, without virtual ones."""
        self.update()
        lines = self._apt("apt-cache", "depends", "--important", package).stdout.splitlines()
        return [
            line.split()[1]
            for line in lines
            if line.strip().startswith("Depends:") and "<" not in line
        ]

    def download(self, packages, folder):
        """Downloads the packages into `folder`, which has to be there, and gives their paths."""
        self.update()
        for pause in PAUSES:
            time.sleep(pause)
            said = self._apt("apt-get", "download", *packages, cwd=folder)
            if said.returncode == 0:
                return sorted(Path(folder).glob("*.deb"))
            self.update(forced=True)
        raise Unavailable(
            f"cannot download {' '.join(packages)} from {self.name}: {_reason(said.stderr)}"
        )

    def unpack(self, packages, folder):
        """Downloads the packages and unpacks them, one over the other, into `folder`."""
        downloads = Path(folder) / ".packages"
        downloads.mkdir(parents=True)
        for deb in self.download(packages, downloads):
            subprocess.run(["dpkg-deb", "-x", str(deb), str(folder)], check=True)
        shutil.rmtree(downloads)


def _reason(text):
    lines = [line for line in text.splitlines() if line.startswith(("W: Failed", "E:"))]
    return lines[0][3:] if lines else text.strip() or "no message"
