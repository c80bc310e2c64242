#include "kbx/cli/options.h"

#include <algorithm>
#include <cctype>
#include <iostream>

#include "kbx/base/path.h"

namespace kbx::cli {

std::optional<int> parse(CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error, std::cout, std::cerr);
    return status == 0 ? 0 : 2;
  }
  return std::nullopt;
}

Words split_variables(const std::vector<std::string>& words) {
  Words result;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    const bool variable =
        equals != std::string::npos && equals > 0 &&
        std::all_of(word.begin(), word.begin() + static_cast<long>(equals), [](char c) {
          return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' ||
                 c == '+' || c == ':';
        });
    (variable ? result.variables : result.folders).push_back(word);
  }
  return result;
}

std::string own_path() {
  return real_path("/proc/self/exe");
}

}  // namespace kbx::cli
