#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/symbols/genksyms.h"

// A program of another machine does not run here, but its strings can be read: the keywords that it
// knows, the options of its usage, the format of its output. Where it is not there, or is kbx
// standing in for it, scripts/Makefile.build tells what the tree expects.

namespace kbx::symbols {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

GenksymsDialect of_program(std::string_view program) {
  GenksymsDialect dialect;
  dialect.symver_lines = has(program, "#SYMVER");
  dialect.static_assert_keyword = has(program, "_Static_assert");
  dialect.knows_declarators = has(program, "typeof_unqual");
  dialect.relative_option = has(program, "relative-crc");
  dialect.prefix_option = has(program, "symbol-prefix");
  return dialect;
}

GenksymsDialect of_makefile(std::string_view makefile) {
  GenksymsDialect dialect;
  // Linker scripts came as .tmp_NAME.ver; lines go into the .cmd file.
  dialect.symver_lines = !has(makefile, "=.ver)");
  dialect.static_assert_keyword = dialect.symver_lines;
  // The grammar was renewed together with the arrival of the other program that computes versions.
  dialect.knows_declarators = has(makefile, "gendwarfksyms");
  dialect.relative_option = !dialect.symver_lines;
  dialect.prefix_option = !dialect.symver_lines;
  return dialect;
}

}  // namespace

GenksymsDialect probe_genksyms(const std::string& tree) {
  // In a tree that kbx repaired, the tree's own has the second name.
  for (const char* name : {"scripts/genksyms/genksyms", "scripts/genksyms/genksyms.original"}) {
    const auto program = read_file_if_present(join_path(tree, name));
    if (program && has(*program, "genksyms version") && !has(*program, "kbx genksyms"))
      return of_program(*program);
  }
  const std::string makefile = join_path(tree, "scripts/Makefile.build");
  if (const auto text = read_file_if_present(makefile)) return of_makefile(*text);
  throw Error({makefile, 0},
              "expected a kernel tree: neither this file nor scripts/genksyms/genksyms is there",
              "give the folder of headers that modules are built against");
}

}  // namespace kbx::symbols
