#pragma once
#include <string>
#include <string_view>

namespace kbx::link {

/// True of a JSON object or array.
bool is_package_metadata(std::string_view text);

/// The content of .note.package for --package-metadata: the note of systemd's "Package Metadata for
/// Executable Files" (owner FDO, type 0xcafe1a7e) with that JSON text.
std::string package_note(std::string_view json, bool is_big_endian);

}  // namespace kbx::link
