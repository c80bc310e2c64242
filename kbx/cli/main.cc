#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/cli/commands.h"

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
  try {
    if (count > 0 && kbx::base_name(words[0]) == "make") return kbx::cli::make_command(arguments);
    if (!arguments.empty() && arguments[0] == "make")
      return kbx::cli::make_command({arguments.begin() + 1, arguments.end()});
  } catch (const kbx::Error& error) {
    std::fprintf(stderr, "kbx: %s\n", error.to_string().c_str());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kbx: %s\n", error.what());
    return 2;
  }
  std::puts("kbx");
  return 0;
}
