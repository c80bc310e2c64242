#!/usr/bin/env python3
"""Alters the scripts here by chance, and compares whether GNU ld's parser and ours accept what comes out.

    altered_scripts.py --layout PROGRAM [--seed N] [--count SCRIPTS] [--keep FOLDER]

Exits with 77 where as or ld are missing.
"""

import argparse
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import run

# Words that GNU ld 2.40 does not know yet, and what makes it open or write files.
LEFT_OUT = re.compile(r'ASCIZ "[^"]*"|LINKER_VERSION|REVERSE\([^)]*\)|\b(OUTPUT|OUTPUT_FORMAT|OUTPUT_ARCH|TARGET|MAP|STARTUP)\([^)]*\)|(INPUT|GROUP)\(.*')
TOKEN = re.compile(r'\s+|"[^"]*"|/\*.*?\*/|[A-Za-z_.$][\w.$]*|0x[0-9a-fA-F]+|\d+[KMh]?|<<=|>>=|[-+*/&|]=|&&|\|\||==|!=|<=|>=|<<|>>|.', re.S)
WORDS = """; , : = ( ) { } [ ] + - * / % ! ~ ? < > & | == += && || << >> 1 0x10 4K "q" .text foo . AT ALIGN SORT KEEP
    EXCLUDE_FILE SORT_NONE BYTE FILL SECTIONS MEMORY PHDRS ENTRY ASSERT PROVIDE OVERLAY NOLOAD ADDR SIZEOF SUBALIGN
    ONLY_IF_RO EXTERN VERSION global local DEFINED MAX INSERT AFTER # *(.x) /DISCARD/ BLOCK BIND
    INPUT_SECTION_FLAGS READONLY TYPE LENGTH ORIGIN len org SPECIAL NOCROSSREFS SEGMENT_START""".split()
SYNTAX = re.compile(r"syntax error|EOF in comment|unknown phdr type|PHDRS syntax error|in flags|unknown language|can not PROVIDE|align with input and explicit align|both a load address and a load region")
# ld stops at these before it has read the rest.
SEMANTIC = re.compile(r"by zero|nonconstant|redeclaration|redefinition|does not exist")


def altered(choose, text):
    """`text` with up to three tokens taken away, doubled, swapped, replaced or put in."""
    tokens = TOKEN.findall(text)
    for _ in range(choose.choice((1, 1, 1, 2, 3))):
        if not tokens:
            break
        at = choose.randrange(len(tokens))
        kind = choose.random()
        if kind < 0.3:
            del tokens[at]
        elif kind < 0.45:
            tokens.insert(at, tokens[at])
        elif kind < 0.75:
            tokens.insert(at, f" {choose.choice(WORDS)} ")
        elif kind < 0.9:
            tokens[at] = choose.choice(WORDS)
        else:
            other = choose.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
    return "".join(tokens)


def write_all(options, folder):
    """The altered scripts as files."""
    everything = run.HERE.parent.parent / "fuzz/corpus/linker_script/everything.lds"
    scripts = sorted(run.HERE.glob("*.lds")) + [everything] * 40
    texts = [LEFT_OUT.sub(" ", path.read_text()) for path in scripts]
    choose = random.Random(options.seed)
    files = []
    for index in range(options.count):
        path = folder / f"{index:05}.lds"
        path.write_text(altered(choose, choose.choice(texts)))
        files.append(path)
    return files


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--layout", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    if not all(map(shutil.which, ("as", "ld"))):
        print("skipped: as and ld are needed")
        return 77
    differ = refused = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = folder / "input.o"
        if run.run("as", "--64", run.HERE / "input.s", "-o", source).returncode:
            print("skipped: as does not make x86-64 objects")
            return 77
        files = write_all(options, folder)
        done = run.run(options.layout, "--parse", *files)
        if done.returncode:
            print(f"what was printed reads differently\n{done.stdout[-200:]}")
            return 1
        ours = [line.split("\t")[0] == "refused" for line in done.stdout.splitlines()]
        for path, our_answer in zip(files, ours, strict=True):
            said = subprocess.run(["ld", "-T", path, source, "-o", folder / "out"], capture_output=True, check=False)
            text = said.stderr.decode(errors="replace")
            if said.returncode < 0 or SEMANTIC.search(text):
                continue  # ld crashed, or did not read all
            refused += our_answer
            if bool(SYNTAX.search(text)) == our_answer:
                continue
            differ += 1
            print(f"--- {path.name}: refused by {'us' if our_answer else 'GNU ld'} only")
            print(next((line for line in text.splitlines() if SYNTAX.search(line)), ""))
            if options.keep:
                shutil.copy(path, options.keep)
    print(f"{options.count} scripts, {refused} refused, {differ} with different answers")
    return 1 if differ or not refused else 0


if __name__ == "__main__":
    sys.exit(main())
