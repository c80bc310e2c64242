#include "kbx/base/common_folder.h"

#include "kbx/base/path.h"

namespace kbx {

std::string common_folder(const std::vector<std::string>& folders) {
  std::string common = folders.front();
  for (const std::string& folder : folders)
    while (!is_below(folder, common)) common = dir_name(common);
  return common;
}

}  // namespace kbx
