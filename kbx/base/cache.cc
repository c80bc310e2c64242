#include "kbx/base/cache.h"

#include "kbx/base/error.h"
#include "kbx/base/path.h"

namespace kbx {

std::string cache_folder(const Environment& environment) {
  const auto chosen = environment.find("XDG_CACHE_HOME");
  if (chosen != environment.end() && is_absolute(chosen->second))
    return join_path(chosen->second, "kbx");
  const auto home = environment.find("HOME");
  if (home != environment.end() && is_absolute(home->second))
    return join_path(home->second, ".cache/kbx");
  throw Error("no folder for caches: neither XDG_CACHE_HOME nor HOME is an absolute path",
              "set HOME, or XDG_CACHE_HOME to a folder that may be written");
}

}  // namespace kbx
