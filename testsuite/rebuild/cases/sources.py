"""Edits of the driver's files: what is made again, and that nothing else is."""

import os

from behaviour import behaviour
from common import ALL, ALPHA, DRIVER, GAMMA, MODULES  # noqa: F401
from outcome import expect, expect_equal
from workspace import expect_equals_clean_build, identity, sources


def _identities(workspace):
    return {name: identity(workspace.ko(name)) for name in MODULES}


def _rebuilt(workspace, before):
    """Modules whose file is not the one of before."""
    return [name for name in before if identity(workspace.ko(name)) != before[name]]


@behaviour
def first_build_compiles_every_source_once(workspace):
    run = workspace.build()
    expect_equal(run.compiled, ALL, "sources compiled")
    for name in MODULES:
        expect(workspace.ko(name).stat().st_size > 0, f"{name}.ko is empty")


@behaviour
def sources_stay_untouched(workspace):
    before = sources(workspace.driver)
    workspace.build()
    workspace.append("alpha.c", "/* again */\n")
    before["alpha.c"] = sources(workspace.driver)["alpha.c"]
    workspace.build()
    after = sources(workspace.driver)
    expect_equal(sorted(after), sorted(before), "files in the driver's folder")
    expect_equal([name for name in after if after[name] != before[name]], [], "sources changed by a build")


@behaviour
def edited_source_makes_its_object_and_module_only(workspace):
    workspace.build()
    before = _identities(workspace)
    workspace.replace("alpha.c", "return question", "return 7 * question")
    run = workspace.build()
    expect_equal(run.compiled, ALPHA, "sources compiled")
    expect_equal(_rebuilt(workspace, before), ["alpha"], "modules written again")
    expect_equals_clean_build(workspace)


@behaviour
def edited_source_of_a_composite_makes_its_object_and_module_only(workspace):
    workspace.build()
    before = _identities(workspace)
    workspace.replace("parts/helper.c", "return value", "return 7 + value")
    run = workspace.build()
    expect_equal(run.compiled, ["parts/helper.c"], "sources compiled")
    expect_equal(_rebuilt(workspace, before), ["beta"], "modules written again")
    expect_equals_clean_build(workspace)


NEW_IMPORT = """void gamma_say(void);
void gamma_say(void)
{
\tpr_info("gamma\\n");
}

MODULE_LICENSE"""


def _metadata_objects(workspace):
    return {path.name: identity(path) for path in workspace.out().rglob("*.mod.o")}


@behaviour
def module_data_is_not_made_again_when_symbols_stay(workspace):
    """modpost writes the same NAME.mod.c: its object is not made again."""
    for old, words in (("return question", []), ("return 7 * question", ["--mod-object=compiler"])):
        workspace.build(*words)
        before = _metadata_objects(workspace)
        workspace.replace("alpha.c", old, "return 7 * question" + " + 7" * len(words))
        expect_equal(workspace.build(*words).generated, [], "generated sources compiled")
        expect_equal(_metadata_objects(workspace), before, "metadata objects")


@behaviour
def new_import_makes_module_data_again(workspace):
    workspace.build()
    before = _metadata_objects(workspace)
    workspace.replace("nested/gamma.c", "MODULE_LICENSE", NEW_IMPORT)
    run = workspace.build()
    expect_equal((run.compiled, run.generated), (GAMMA, []), "sources and generated sources compiled")
    after = _metadata_objects(workspace)
    expect_equal([name for name in after if after[name] != before[name]], ["gamma.mod.o"], "metadata objects")
    expect_equals_clean_build(workspace)


@behaviour
def new_import_makes_the_compiler_make_module_data_again(workspace):
    workspace.build("--mod-object=compiler")
    workspace.replace("nested/gamma.c", "MODULE_LICENSE", NEW_IMPORT)
    run = workspace.build("--mod-object=compiler")
    expect_equal(run.compiled, GAMMA, "sources compiled")
    expect_equal(run.generated, ["gamma.mod.c"], "generated sources compiled")
    expect_equals_clean_build(workspace, "--mod-object=compiler")


@behaviour
def changed_prototype_of_an_export_reaches_its_importer(workspace):
    """The CRC of the export is part of beta's __versions."""
    workspace.build()
    beta = workspace.ko("beta").read_bytes()
    workspace.replace("shared.h", "int alpha_answer(int question)", "int alpha_answer(long question)")
    workspace.replace("alpha.c", "int alpha_answer(int question)", "int alpha_answer(long question)")
    workspace.build()
    expect(workspace.ko("beta").read_bytes() != beta, "beta.ko is the same although what it imports changed")
    expect_equals_clean_build(workspace)


@behaviour
def edited_header_makes_its_includers_only(workspace):
    workspace.build()
    before = _identities(workspace)
    workspace.replace("shared.h", "SHARED_STEP 3", "SHARED_STEP 4")
    run = workspace.build()
    expect_equal(run.compiled, ["alpha.c", "beta_main.c"], "sources compiled")
    expect_equal(_rebuilt(workspace, before), ["alpha", "beta"], "modules written again")
    expect_equals_clean_build(workspace)


@behaviour
def header_no_longer_included_may_go(workspace):
    workspace.build()
    workspace.replace("parts/helper.c", '#include "helper.h"', "#define HELPER_FACTOR 5\nint helper_work(int value);")
    workspace.replace("beta_main.c", '#include "parts/helper.h"', "int helper_work(int value);")
    (workspace.driver / "parts/helper.h").unlink()
    expect_equal(workspace.build().compiled, ["beta_main.c", "parts/helper.c"], "sources compiled")
    expect_equals_clean_build(workspace)


@behaviour
def header_put_before_another_in_the_search_path_counts(workspace):
    """A new file that an #include would now find first. GNU make and Ninja both follow the files that were read,
    so neither sees it; a build from nothing does. The rebuild has to come no later than the next edit."""
    workspace.replace("Kbuild", "ccflags-y +=", "ccflags-y += -I$(src)/front -I$(src)/back")
    workspace.write("back/level.h", "#define LEVEL 1\n")
    workspace.replace("alpha.c", '#include "shared.h"', '#include <level.h>\n#include "shared.h"')
    workspace.replace("alpha.c", "return question", "return LEVEL + question")
    workspace.write("front/other.h", "")
    workspace.build()
    workspace.write("front/level.h", "#define LEVEL 2\n")
    workspace.append("alpha.c", "\n")
    workspace.build()
    expect_equals_clean_build(workspace)


@behaviour
def added_file_that_a_wildcard_matches_is_built_in(workspace):
    workspace.build()
    before = _identities(workspace)
    workspace.write("extra_one.c", "int extra_one(void);\nint extra_one(void)\n{\n\treturn 1;\n}\n")
    run = workspace.build()
    expect_equal(run.compiled, ["extra_one.c"], "sources compiled")
    expect_equal(_rebuilt(workspace, before), ["beta"], "modules written again")
    expect(b"extra_one" in workspace.ko("beta").read_bytes(), "beta.ko lacks the symbol of the added file")
    expect_equals_clean_build(workspace)


@behaviour
def removed_file_that_a_wildcard_matched_is_gone(workspace):
    workspace.write("extra_one.c", "int extra_one(void);\nint extra_one(void)\n{\n\treturn 1;\n}\n")
    workspace.build()
    expect(b"extra_one" in workspace.ko("beta").read_bytes(), "beta.ko lacks the symbol of the file that was matched")
    (workspace.driver / "extra_one.c").unlink()
    expect_equal(workspace.build().compiled, [], "sources compiled")
    expect(b"extra_one" not in workspace.ko("beta").read_bytes(), "beta.ko still has the symbol of the removed file")
    leftovers = [str(path) for path in workspace.out().rglob("extra_one*")]
    expect_equal(leftovers, [], "what the removed file left behind")
    expect_equals_clean_build(workspace)


@behaviour
def unrelated_new_file_makes_nothing(workspace):
    workspace.build()
    before = _identities(workspace)
    workspace.write("notes.txt", "nothing to build\n")
    run = workspace.build()
    expect_equal(run.compiled + run.generated, [], "sources compiled")
    expect_equal(_rebuilt(workspace, before), [], "modules written again")


@behaviour
def touched_source_gives_the_same_module(workspace):
    workspace.build()
    before = workspace.ko("alpha").read_bytes()
    os.utime(workspace.driver / "alpha.c")
    run = workspace.build()
    expect(set(run.compiled) <= set(ALPHA), f"sources compiled: {run.compiled}")
    expect_equal(run.generated, [], "generated sources compiled")
    expect(workspace.ko("alpha").read_bytes() == before, "alpha.ko differs although nothing but a time changed")


@behaviour
def removed_or_changed_list_is_written_again(workspace):
    """What planning writes: the lists of modules and of a module's objects."""
    workspace.build()
    lists = [path for name in ("modules.order", "*.mod") for path in workspace.out().glob(f".kbx/tree/{name}")]
    expect_equal(sorted(path.name for path in lists), ["alpha.mod", "beta.mod", "modules.order"], "lists")
    before = {path: path.read_text() for path in lists}
    for path in lists:
        path.unlink()
        expect_equal(workspace.build().compiled, [], "sources compiled")
        path.write_text("elsewhere.o\n")
        expect_equal(workspace.build().compiled, [], "sources compiled")
        expect_equal(path.read_text(), before[path], path.name)
    expect_equals_clean_build(workspace)


@behaviour
def removed_result_is_made_again(workspace):
    workspace.build()
    before = _identities(workspace)
    for name in ("alpha.mod.o", "alpha.mod.c", "Module.symvers"):
        path = workspace.out() / ".kbx/tree" / name
        content = path.read_bytes()
        path.unlink()
        expect_equal(workspace.build().compiled, [], "sources compiled")
        expect_equal(path.read_bytes(), content, name)
    expect_equal([name for name in _rebuilt(workspace, before) if name != "alpha"], [], "modules written again")
    expect_equals_clean_build(workspace)


@behaviour
def removed_module_takes_its_outputs_along(workspace):
    workspace.build()
    before = {name: identity(workspace.ko(name)) for name in ("alpha", "beta")}
    workspace.replace("Kbuild", " nested/", "")
    run = workspace.build()
    expect_equal(run.compiled, [], "sources compiled")
    left = [path.name for path in workspace.out().rglob("*gamma*") if not path.is_symlink()]
    expect_equal(left, [], "outputs of the removed module")
    expect_equal(_rebuilt(workspace, before), [], "modules written again")
    expect_equals_clean_build(workspace)


@behaviour
def added_module_is_built_alone(workspace):
    workspace.replace("Kbuild", " nested/", "")
    workspace.build()
    before = {name: identity(workspace.ko(name)) for name in ("alpha", "beta")}
    workspace.replace("Kbuild", "beta.o\n", "beta.o nested/\n")
    expect_equal(workspace.build().compiled, GAMMA, "sources compiled")
    expect_equal(_rebuilt(workspace, before), [], "modules written again")
    expect_equals_clean_build(workspace)


@behaviour
def renamed_source_is_followed(workspace):
    workspace.build()
    (workspace.driver / "parts/helper.c").rename(workspace.driver / "parts/assistant.c")
    workspace.replace("Kbuild", "parts/helper.o", "parts/assistant.o")
    expect_equal(workspace.build().compiled, ["parts/assistant.c"], "sources compiled")
    expect_equals_clean_build(workspace)
