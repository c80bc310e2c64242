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

/// The makefiles that an Evaluation read. Entry 0 is "no file". One that was found in a folder of
/// the search path has the name that leads to it, and in make's messages the name that was written.
class FileTable {
 public:
  std::uint32_t add(std::string_view name, std::string_view written);
  std::uint32_t add(std::string_view name) { return add(name, name); }
  const std::string& name(std::uint32_t file) const { return names_[file]; }
  Location location(SourceRef where) const { return find(where, names_); }
  /// The place as make's messages name it.
  Location written_location(SourceRef where) const { return find(where, written_); }

 private:
  static Location find(SourceRef where, const std::vector<std::string>& names);

  std::vector<std::string> names_{""};
  std::vector<std::string> written_{""};
  std::unordered_map<std::string, std::uint32_t> index_;
};

}  // namespace kbx::makelang
