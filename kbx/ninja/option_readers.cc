#include "kbx/ninja/option_readers.h"

#include <set>
#include <string_view>

#include "kbx/base/file.h"
#include "kbx/base/text.h"
#include "kbx/kconfig/driver_files.h"
#include "kbx/ninja/config_names.h"

namespace kbx::ninja {

void name_options_read(const std::string& folder, std::vector<std::string>& inputs) {
  const kconfig::DriverFiles files{folder};
  if (std::erase(inputs, files.header()) == 0) return;
  const std::string names = read_file(files.names());
  std::set<std::string_view> unseen;
  for (const std::string_view name : split_lines(names)) unseen.insert(name);
  std::vector<std::string> read = {files.names()};
  for (const std::string& input : inputs) {
    if (unseen.empty()) break;
    // A generated header may be gone by now; Ninja will see to it.
    const auto text = read_file_if_present(input);
    if (!text) continue;
    for_each_config(*text, [&](std::string_view name) {
      if (unseen.erase(name) > 0) read.push_back(files.option(name));
      // CONFIG_X_MODULE may be the macro of X, or of an option X_MODULE.
      if (unseen.erase(std::string(name) + "_MODULE") > 0)
        read.push_back(files.option(std::string(name) + "_MODULE"));
    });
  }
  inputs.insert(inputs.end(), read.begin(), read.end());
}

}  // namespace kbx::ninja
