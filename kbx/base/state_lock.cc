#include "kbx/base/state_lock.h"

#include <cstdio>

#include "kbx/base/path.h"

namespace kbx {

FileLock lock_state(const std::string& state, const std::string& shown) {
  make_folders(state);
  return {join_path(state, lock_file), [&shown] {
            if (!shown.empty())
              std::fprintf(stderr, "kbx: waiting for another kbx in %s\n", shown.c_str());
          }};
}

}  // namespace kbx
