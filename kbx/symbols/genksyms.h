#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/error.h"

namespace kbx::symbols {

/// What differs between the genksyms of one kernel tree and another. The default is the newest that
/// is known.
struct GenksymsDialect {
  /// Output lines are "#SYMVER NAME 0x…"; otherwise a linker script, "__crc_NAME = 0x…;".
  bool symver_lines = true;
  /// _Static_assert is a keyword; otherwise such a declaration is a syntax error.
  bool static_assert_keyword = true;
  /// The parser tells the lexer where a name can be no type; attributes may stand wherever GCC
  /// takes them, and
  /// __seg_gs, typeof_unqual and the vector types of Arm are known.
  bool knows_declarators = true;
  /// The command line takes -R, which makes the linker script of output relative to its section.
  bool relative_option = false;
  /// The command line takes -s PREFIX, which has no effect.
  bool prefix_option = false;
};

/// The dialect of a kernel tree (its folder of headers or its build folder), read from the text of
/// its scripts/Makefile.build and, where it is there, the strings in its scripts/genksyms/genksyms,
/// which is not run. Throws Error if the tree has neither.
GenksymsDialect probe_genksyms(const std::string& tree);

struct GenksymsOptions {
  GenksymsDialect dialect;
  std::string_view reference;  ///< text of a reference file (-r), as a former run's dump of types
  bool preserve = false;       ///< keep the versions of symbols that the reference overrides (-p)
  bool warnings =
      false;  ///< tell syntax errors, redefinitions and undefined types, and count them (-w)
  bool tell_definitions = false;  ///< a message for each symbol that is defined (-d)
  bool tell_expansions = false;   ///< a message with the expansion of each export (-D)
  bool dump_types = false;        ///< fill GenksymsResult::type_dump (-T)
};

struct ExportedCrc {
  std::string name;
  std::uint32_t crc = 0;
};

/// What genksyms says beside its result. `location` is a place in the original source, as line
/// markers give it; it is empty for parts of what -d and -D tell.
struct GenksymsMessage {
  Location location;
  std::string text;
};

struct GenksymsResult {
  std::vector<ExportedCrc> crcs;  ///< in order of EXPORT_SYMBOL
  std::string type_dump;          ///< the .symtypes file: every symbol that an export expands to
  std::vector<GenksymsMessage> messages;  ///< in order
  int errors = 0;                         ///< not 0: the original's exit status is 1
  int symbol_count = 0;                   ///< entries of the symbol table at the end
};

/// The symbol versions of one preprocessed C file, as the kernel's scripts/genksyms computes them.
/// C that does not parse is skipped as there, up to the next ';' or '}'. Throws Error if the
/// reference is not one.
GenksymsResult genksyms(std::string_view preprocessed, const GenksymsOptions& options = {});

/// The lines that genksyms prints for `crcs`. `relative`: those of -R.
std::string genksyms_output(const std::vector<ExportedCrc>& crcs, const GenksymsDialect& dialect,
                            bool relative = false);

}  // namespace kbx::symbols
