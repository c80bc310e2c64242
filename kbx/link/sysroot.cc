#include "kbx/link/sysroot.h"

namespace kbx::link {

std::string below_sysroot(std::string_view path, const std::string& sysroot) {
  for (const std::string_view mark : {"=", "$SYSROOT"})
    if (path.starts_with(mark)) return sysroot + std::string(path.substr(mark.size()));
  return std::string(path);
}

}  // namespace kbx::link
