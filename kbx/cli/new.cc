#include <cctype>
#include <iostream>

#include "kbx/base/embedded.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/options.h"

namespace kbx::cli {
namespace {

/// A module's name becomes part of C identifiers and of file names.
bool is_module_name(const std::string& name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) return false;
  for (const char c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') return false;
  return name[0] != '-';
}

std::string fill_in(std::string_view text, const std::string& name) {
  const std::string identifier = replace_all(name, "-", "_");
  return replace_all(replace_all(text, "@NAME@", name), "@IDENTIFIER@", identifier);
}

}  // namespace

int new_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Writes a folder with a module that builds as it comes out: source, Kbuild, Makefile.",
      "kbx new");
  set_help(app, {"NAME", "kbx new blinker\nkbx new drivers/blinker        the module is blinker"});
  std::string folder;
  app.add_option("NAME", folder, "name of the module and of the folder that is made")->required();
  if (const auto status = parse(app, arguments)) return *status;

  const std::string name = base_name(normal_path(folder));
  if (!is_module_name(name))
    throw UsageError("\"" + name + "\" is no name for a module",
                     "use letters, digits, _ and -, and begin with a letter");
  if (exists(folder) && !list_folder(folder).empty())
    throw Error(folder + " is there already and not empty", "choose another name, or remove it");
  constexpr std::string_view template_folder = "module/";
  for (const embedded::File& file : embedded::templates()) {
    if (!file.path.starts_with(template_folder)) continue;
    const std::string path =
        join_path(folder, fill_in(file.path.substr(template_folder.size()), name));
    write_file_atomically(path, fill_in(file.content, name));
    std::cout << "  " << path << "\n";
  }
  std::cout << "\nBuild it:  cd " << shell_quote(folder) << " && kbx build\n";
  return 0;
}

}  // namespace kbx::cli
