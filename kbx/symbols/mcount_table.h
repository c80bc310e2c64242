#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::symbols {

/// What recording the calls of one object came to.
struct McountRecord {
  std::optional<std::string> object;  // the new content, if it is another
  bool has_table_already = false;     // then nothing was done
  std::vector<std::string> ignored;   // sections with calls that the kernel does not trace
};

/// Does to an object file what the kernel's scripts/recordmcount does: adds __mcount_loc, a table
/// of the addresses of the calls that -pg made in the sections that the kernel traces, and its
/// relocations; turns those calls in other code into nops where that is known for the machine.
/// `path` is for messages. With `tell_ignored` it gives the names of sections with such calls.
/// Throws Error if the object is broken, not relocatable, or for a machine that is not known.
McountRecord record_mcount(std::string_view content, const std::string& path, bool tell_ignored);

}  // namespace kbx::symbols
