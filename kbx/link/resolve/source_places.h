#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "kbx/elf/line_table.h"
#include "kbx/elf/object.h"
#include "kbx/link/input/file.h"
#include "kbx/link/options.h"

namespace kbx::link {

/// Words for places in input sections as GNU ld's messages have them: source file and line that
/// DWARF tells, else source file, section and offset.
class SourcePlaces {
 public:
  explicit SourcePlaces(const Options& options) : options_(options) {}

  /// "FILE:PLACE".
  std::string plain(const InputSection& section, std::uint64_t offset);

  /// The same behind a line with the function that it is in, unless the one before was of the same
  /// function.
  std::string with_function(const InputSection& section, std::uint64_t offset);

  /// A symbol's name, as C++ has it if it is one of C++ (--demangle).
  std::string shown(std::string_view name) const;

 private:
  /// The debugging information of a file.
  struct Lines {
    explicit Lines(elf::Object read) : object(std::move(read)), table(object) {}
    elf::Object object;
    elf::LineTable table;
  };
  struct Place {
    std::string_view function;
    std::string source;
    std::string text;
  };

  Place find(const InputSection& section, std::uint64_t offset);
  std::optional<elf::SourceLine> line_of(const InputSection& section, std::uint64_t offset);

  const Options& options_;
  std::unordered_map<const InputFile*, std::unique_ptr<Lines>> lines_;
  std::string_view last_function_;
  const InputFile* last_file_ = nullptr;
  std::string last_source_;
};

}  // namespace kbx::link
