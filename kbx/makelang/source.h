#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/base/error.h"

namespace kbx::makelang {

/// A line of a makefile, small enough to keep beside every value. `file` indexes a FileTable; 0 is
/// no place.
struct SourceRef {
  std::uint32_t file = 0;
  std::uint32_t line = 0;
  explicit operator bool() const { return file != 0; }
  bool operator==(const SourceRef&) const = default;
};

/// The names of the makefiles that an Evaluation read, as make prints them. Entry 0 is "no file".
class FileTable {
 public:
  std::uint32_t add(std::string_view name);
  const std::string& name(std::uint32_t file) const { return names_[file]; }
  Location location(SourceRef where) const;

 private:
  std::vector<std::string> names_{""};
  std::unordered_map<std::string, std::uint32_t> index_;
};

}  // namespace kbx::makelang
