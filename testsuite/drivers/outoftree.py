"""The comparison of run.py --mode build: `kbx build` into a folder of its own, the sources read
only.

kbx gets the folders and variables of the make command.
"""

import re
import shlex
from pathlib import Path

import compare
import modulecontent
import side
from elfsections import sections


def listing(folder):
    """What tells that nothing below `folder` was touched: mode, size and time of each path."""
    return {
        str(path.relative_to(folder)): (status.st_mode, status.st_size, status.st_mtime_ns)
        for path in sorted(Path(folder).rglob("*"))
        for status in [path.lstat()]
    }


def _words_of(recipe):
    return [word for command in recipe.commands for word in shlex.split(command)]


def named_roots(recipe, top):
    """The folders to build, as far as the recipe names them: its own, or those of M= words."""
    if recipe.build_folders:
        return [str(top / recipe.folder / name) for name in recipe.build_folders]
    named = [word[2:].rstrip(";)") for word in _words_of(recipe) if word.startswith("M=")]
    return list(dict.fromkeys(named))


def roots(recipe, top, kept, kbuild):
    """The folders to build: those that the recipe names, else those where kbuild wrote Module.symvers."""
    named = named_roots(recipe, top)
    if recipe.build_folders:
        # An outer makefile does not go on to the next folder when one has failed, not even with -k.
        failed = [f for f in named if any(name.startswith(f + "/") for name in kbuild.errors)]
        return named[: named.index(failed[0]) + 1] if failed else named
    if named:
        return named
    symvers = sorted(kept.rglob("Module.symvers"), key=lambda path: path.stat().st_mtime_ns)
    return [str(top / path.parent.relative_to(kept)) for path in symvers] or [
        str(top / recipe.folder)
    ]


def variables(recipe):
    """VAR=VALUE words of the make command that `kbx build` has to be given too."""
    known = re.compile(r"(?!(M|KERNELRELEASE|KDIR|KSRC|KERNEL_DIR|KERNEL_TREE|V)=)[A-Za-z_]\w*=")
    words = [word for word in _words_of(recipe) if known.match(word)]
    return recipe.build_words or list(dict.fromkeys(words))


def _differing_parts(one, two, by_content):
    """Where two modules differ: nowhere if they are the same bytes or, with `by_content`, alike."""
    if one.read_bytes() == two.read_bytes():
        return []
    if by_content:
        return modulecontent.differences(one.read_bytes(), two.read_bytes())
    return compare.differing_sections(one, two)


def compare_modules(left, right, by_content):
    """How the modules below two folders differ: texts, none when they are the same bytes or, with `by_content`, alike."""
    mine = {path.name: path for path in left.rglob("*.ko")}
    other = {path.name: path for path in right.rglob("*.ko")}
    told = [f"{name}: kbx build did not make it" for name in sorted(mine.keys() - other.keys())]
    told += [f"{name}: only kbx build made it" for name in sorted(other.keys() - mine.keys())]
    for name in sorted(mine.keys() & other.keys()):
        parts = _differing_parts(mine[name], other[name], by_content)
        if parts:
            told.append(f"{name}: differs in " + ", ".join(parts))
    return told


def _made_by_compiler(out):
    """Metadata objects that the compiler made after all: those have debugging information."""
    return [
        f"{path.name}: made by the compiler"
        for path in sorted((out / ".kbx").rglob("*.mod.o"))
        if any(name == ".debug_info" for name, _ in sections(path.read_bytes()))
    ]


def different_errors(kbuild, kbx):
    """What cannot be planned kbx says in words of its own, with the same place and reason."""
    error = kbuild.first_error
    stop = re.fullmatch(r"(\S+:\d+): \*\*\* (.*?)\.  Stop\.", error)
    rule = re.fullmatch(r"No rule to make target '(.*)'", error)
    own = [f"kbx: {stop[1]}: {stop[2]}"] if stop else []
    if rule:
        stem = rule[1].removesuffix(".o")
        own += [f"there is no rule to make {rule[1]},", f"includes {rule[1]}, which cannot be read",
                f"there is neither {stem}.c nor {stem}.S"]
    return [] if any(text in kbx.log for text in own) else compare.different_errors(kbuild, kbx)


def run_cell(recipe, options, work, top, kbuild):
    """Builds a cell that kbuild has already built, or failed to build, at `top`: (what is wrong, the outcome)."""
    out = work / "out"
    side.lay_out(recipe, top)
    home = work / "kbx.home"
    home.mkdir()
    env = side.environment(side.private_path(top.with_name("bin"), recipe.kdir, options.kbx), home)
    side.run(recipe.prepare + recipe.outer, top / recipe.folder, env, [])
    before = listing(top)
    words = [*roots(recipe, top, work / "kbuild", kbuild), "--kernel", str(recipe.kdir), "--out", str(out)]
    words += ["-k"] if recipe.keep_going else []
    words += [f"--mod-object={options.mod_object}"]
    command = shlex.join([str(options.kbx), "build", *words, f"-j{options.jobs}", *variables(recipe)])
    outcome = side.run([command], top / recipe.folder, env, [])
    (work / "kbx.log").write_text(outcome.log)
    after = listing(top)
    touched = sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )
    told = [f"the source folder was changed: {name}" for name in touched[:5]]
    if not kbuild.built:
        if outcome.built:
            told.append(f"kbx built what kbuild refuses with: {kbuild.first_error}")
        else:
            told += different_errors(kbuild, outcome)
    elif not outcome.built:
        told += [f"kbx failed: {outcome.why}", outcome.first_error]
    else:
        by_content = options.mod_object == "direct"
        told += compare_modules(work / "kbuild", out, by_content)
        if by_content and options.planned:
            told += _made_by_compiler(out)
    return told, outcome
