#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::kernel {

/// What a package may unpack to before it is refused as hostile.
struct UnpackLimits {
  std::uint64_t bytes = std::uint64_t{4} << 30;
  std::uint64_t entries = 1'000'000;
};

/// What the control file of a Debian package says (deb-control(5)).
struct PackageFacts {
  std::string name;
  std::string version;
  std::string architecture;
  /// Depends: each dependency is a list of alternatives, names without versions.
  std::vector<std::vector<std::string>> depends;
};

/// Reads one stanza of fields, as a control file and `apt-cache show` have it. `file` names it in
/// errors. Throws Error if it names no package.
PackageFacts parse_package_facts(std::string_view text, const std::string& file);

/// Reads the control file of a .deb. Throws Error that names the file if it is not a whole package.
PackageFacts read_package(const std::string& file);

/// Unpacks a .deb below the folder `root` as `dpkg -x` would, with these differences: links are
/// made relative, so that an absolute one leads to its place below `root`; owners, set-id bits and
/// times of folders are not kept. Throws Error, with `root` half filled, if the package is damaged,
/// exceeds a limit, or holds what may not be unpacked: a path that is absolute or climbs, a link
/// that climbs out of `root`, a file below a link, a device.
void unpack_package(const std::string& file, const std::string& root, const UnpackLimits& limits);

}  // namespace kbx::kernel
