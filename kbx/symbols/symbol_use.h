#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/elf/line_table.h"
#include "kbx/elf/object.h"
#include "kbx/elf/relocations.h"
#include "kbx/symbols/dialect.h"

namespace kbx::symbols {

/// The place in the source of a relocation of the section of index `section`: "at one.c:12
/// (one_init, in one.o)"; nothing if `lines` does not know it or nothing of it is machine code.
std::optional<std::string> source_place(const elf::Object& object, elf::LineTable& lines,
                                        std::uint32_t section, const elf::Relocation& entry,
                                        std::string_view object_name);

/// Where the objects of a module use the symbols that it needs from elsewhere: for messages. Reads
/// nothing before the first question. That files are gone or broken is no error: less is told.
class SymbolUses {
 public:
  /// `module` is its path without suffix; `dialect` has to outlive this.
  SymbolUses(std::string module, const Dialect& dialect)
      : module_(std::move(module)), dialect_(dialect) {}

  /// The first use of `name` that has a line, or the first at all, and the other objects of a
  /// composite that use it: "used at one.c:12 (one_init, in one.o); also in two.o", where no line
  /// is known "used in one_init+0x12 of one.o". "" if nothing is known.
  std::string describe(const std::string& name);

 private:
  void read_objects();
  void read_needs(const std::string& path);

  std::string module_;
  const Dialect& dialect_;
  bool is_read_ = false;
  std::unordered_map<std::string, std::vector<std::string>> users_;  // symbol: paths of objects
};

}  // namespace kbx::symbols
