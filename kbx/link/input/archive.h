#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::link {

/// A file in an archive.
struct ArchiveMember {
  std::string name;          // as the archive has it; of a thin one a path seen from the archive
  std::string_view content;  // empty in a thin archive: the file `name` has it
  std::uint64_t offset = 0;  // of its header
};

/// One entry of the archive's symbol index.
struct ArchiveSymbol {
  std::string_view name;
  std::uint64_t offset = 0;  // of the header of the member that defines it
};

/// An ar(5) archive in the form of the GNU tools, thin or not.
struct Archive {
  std::string path;
  bool is_thin = false;
  bool has_index = false;
  std::vector<ArchiveMember> members;  // sorted by offset
  std::vector<ArchiveSymbol> symbols;

  const ArchiveMember* member_at(std::uint64_t offset) const;
};

bool is_archive(std::string_view content);

/// Reads headers, names and the symbol index. Throws Error if something reaches beyond the end.
Archive read_archive(std::string_view content, std::string path);

}  // namespace kbx::link
