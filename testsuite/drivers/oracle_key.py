"""A digest of all that kbuild's result for a cell hangs on.

That is what the recipe says with the paths in it, the environment, the content of every folder that the build reads,
the programs that it may call with their libraries, and the code here that makes the result. The time of a file counts
where a package has set it; in a checkout it says nothing.
"""

import functools
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

from cachedir import cache_root

HERE = Path(__file__).parent
# Read when it is loaded: what runs is what was there then.
CODE = [
    hashlib.sha256((HERE / name).read_bytes()).hexdigest()
    for name in ("side.py", "compare.py", "linktree.py", "kept_builds.py", "oracle_key.py")
]
COMPILERS = ("gcc", "cc", "clang")
# What kbuild and the drivers' own makefiles call.
PROGRAMS = (
    *COMPILERS,
    *"sh bash dash make cpp as ld ld.bfd ld.lld ar nm objcopy objdump ranlib readelf size strip pahole".split(),
    *"llvm-ar llvm-nm llvm-objcopy llvm-objdump llvm-readelf llvm-strip".split(),
    *"perl python3 awk gawk mawk sed grep bc flex bison m4 autoconf automake pkg-config patch diff cmp".split(),
    *"find xargs file env cat cp mv ln rm mkdir ls sort uniq head tail cut tr wc tee test expr date".split(),
    *"uname basename dirname readlink realpath touch install mktemp which xz gzip kmod git lsb_release".split(),
)


def digest(value):
    """A digest of anything JSON can say; paths are said as text."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _paths_below(folder):
    """(path relative to `folder`, status) of all there is, links not followed, in order."""
    found = []
    for where, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(where, name)
            found.append((os.path.relpath(path, folder), os.lstat(path)))
    return sorted(found)


def content_of(folder, times=False):
    """A digest of the content of a folder: names, whether executable, bytes, links, with `times` those of the files."""
    told = []
    for name, status in _paths_below(folder):
        path = Path(folder) / name
        about = [name, bool(status.st_mode & stat.S_IXUSR), stat.S_IFMT(status.st_mode)]
        if path.is_symlink():
            about.append(os.readlink(path))
        if path.is_file():
            about.append(hashlib.sha256(path.read_bytes()).hexdigest())
            about.append(status.st_mtime_ns if times else 0)
        told.append(about)
    return digest(told)


def _remembered(name, signature, compute):
    """compute(), or what it gave last time if `signature` was the same then. A torn memory is none."""
    place = cache_root() / "kept-builds" / ".known" / digest(name)
    try:
        known = json.loads(place.read_text())
        if known["signature"] == signature and known["check"] == digest(known["value"]):
            return known["value"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    value = compute()
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_name(f"{place.name}.{os.getpid()}")
    aside.write_text(json.dumps({"signature": signature, "value": value, "check": digest(value)}))
    aside.replace(place)
    return value


def _state(status):
    """What changes with every change of a file, also with one that sets its time back."""
    return [status.st_mode, status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns]


@functools.cache
def kernel_content(root):
    """content_of(root), read only when something below has changed: a kernel's source is a gigabyte."""
    signature = digest([[name, _state(status)] for name, status in _paths_below(root)])
    return _remembered(f"kernel {root}", signature, lambda: content_of(root))


def _file(path):
    """A file of the machine's: its packages set its time."""
    status = os.stat(path)
    return [os.path.realpath(path), status.st_size, status.st_mtime_ns]


def _says(*command):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.stdout if done.returncode == 0 else ""


def _program(path):
    libraries = re.findall(r"(/\S+) \(0x", _says("ldd", path))
    return [_file(path), [_file(library) for library in libraries]]


def _compiler(path):
    """Its words about itself, the files of its own folders (cc1, headers), and the programs it calls."""
    said = _says(path, "-print-libgcc-file-name").strip(), _says(path, "-print-file-name=include").strip()
    folders = sorted({str(Path(one).parent) for one in said if os.path.isabs(one)})
    below = [Path(folder) / name for folder in folders for name, _ in _paths_below(folder)]
    files = [_file(file) for file in below if file.is_file()]
    called = [_says(path, f"-print-prog-name={name}").strip() for name in ("cc1", "as", "ld")]
    return [_says(path, "--version"), files, [_program(name) for name in called if os.path.isfile(name)]]


def _tell_programs(found, named):
    told = {where: [_program(where), _compiler(where)] for where in named}
    told |= {name: _program(path) for name, path in found.items()}
    for name in COMPILERS:
        if name in found:
            told[f"{name}, the compiler"] = _compiler(found[name])
    for name in ("make", "as", "ld"):
        if name in found:
            told[f"{name}'s version"] = _says(found[name], "--version")
    return told


def programs(path):
    """All programs that a build with this PATH may call, and what they are made of."""
    found = {name: where for name in PROGRAMS if (where := shutil.which(name, path=path))}
    # The first folder has the compiler by the name that the kernel has for it.
    first = Path(path.split(":")[0])
    by_name = {file.name: os.path.realpath(file) for file in first.iterdir()} if first.is_dir() else {}
    named = set(by_name.values())
    proper = [_says(where, "-print-prog-name=cc1").strip() for where in (found.get("gcc", "true"), *sorted(named))]
    # The last two are written anew whenever a library or a package is installed.
    files = [*found.values(), *named, *proper, "/etc/ld.so.cache", "/var/lib/dpkg/status"]
    signature = [[path, _state(os.stat(path))] for path in sorted(set(files)) if os.path.isfile(path)]
    known = _remembered(f"programs {sorted(by_name)}", signature, lambda: digest(_tell_programs(found, named)))
    return [known, by_name]


def key_of(cell, recipe, root, top, env):
    """The key of what kbuild makes of the recipe at `top` against the kernel in `root`."""
    read = [source for source, _ in recipe.copies] + recipe.reads
    # Where the sources were copied from says nothing: another checkout has the same.
    said = vars(recipe) | {"copies": [to for _, to in recipe.copies]}
    return digest(
        {
            "recipe": said,
            "at": top,
            "environment": env,
            "sources": [content_of(folder, times=bool(cell.suite)) for folder in read],
            "kernel": [root.name, kernel_content(root)],
            "programs": programs(env["PATH"]),
            "machine": [os.uname().machine, os.uname().release],
            "code": CODE,
        }
    )
