#include "kbx/ninja/object_step.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/elf/object.h"
#include "kbx/ninja/launcher.h"
#include "kbx/ninja/option_readers.h"

namespace kbx::ninja {
namespace {

constexpr std::string_view export_prefix = "__ksymtab_";

/// True if nm(1) would show a symbol of that kind with a small letter.
bool nm_calls_it_local(const elf::Symbol& symbol) {
  return symbol.binding == STB_LOCAL || symbol.binding == STB_GNU_UNIQUE ||
         symbol.type == STT_GNU_IFUNC;
}

/// True if nm(1) lists the symbol with a value by default.
bool nm_shows_value(const elf::Symbol& symbol) {
  return !symbol.is_undefined() && !symbol.name.empty() && symbol.type != STT_FILE &&
         symbol.type != STT_SECTION;
}

void write_ninja_depfile(const ObjectStep& step, std::string_view depfile) {
  const std::string folder = current_folder();
  std::vector<std::string> inputs = depfile_inputs(depfile);
  for (std::string& input : inputs) input = path_for_ninja(input, folder);
  if (!step.options.empty()) name_options_read(step.options, inputs);
  write_file_atomically(step.ninja_depfile, depfile_text(step.object, inputs));
}

void write_cmd_file(const ObjectStep& step, std::string_view depfile) {
  std::string command = read_file(step.command_file);
  if (command.ends_with('\n')) command.pop_back();
  const std::string escaped = escape_command(command);
  if (step.depfile.empty()) {
    write_file_atomically(
        step.cmd_file, step.dialect.saved_command_prefix + step.target + " := " + escaped + "\n");
    return;
  }
  const auto text = fixdep_text(depfile, step.target, escaped, step.dialect, !step.light);
  if (!text)
    throw Error(Location{step.depfile, 0}, "no rule in the dependency file of the compiler",
                "expected \"" + step.target + ": SOURCE HEADERS…\"");
  write_file_atomically(step.cmd_file, *text);
}

}  // namespace

std::string path_for_ninja(const std::string& path, const std::string& folder) {
  const std::string joined = join_path(folder, path);
  std::string normal = normal_path(joined);
  if (joined.find("/../") == std::string::npos) return normal;
  const auto there = stamp_of(joined);
  if (!there || there == stamp_of(normal)) return normal;
  const std::string real = real_path(joined);
  return real.empty() ? normal : real;
}

std::string local_export_errors(std::string_view content, const std::string& path) {
  if (!elf::is_elf(content)) return {};
  const elf::Object object = elf::read_object(content, path);
  std::vector<std::string_view> exported;
  for (const elf::Symbol& symbol : object.symbols)
    if (nm_shows_value(symbol) && symbol.name.starts_with(export_prefix))
      exported.push_back(symbol.name.substr(export_prefix.size()));
  if (exported.empty()) return {};

  std::set<std::string_view> local;
  std::set<std::string_view> global;
  for (const elf::Symbol& symbol : object.symbols)
    if (nm_shows_value(symbol)) (nm_calls_it_local(symbol) ? local : global).insert(symbol.name);
  // In the order of nm(1).
  std::ranges::sort(exported);
  std::string errors;
  for (const std::string_view name : exported)
    if (local.contains(name) && !global.contains(name))
      errors += path + ": error: local symbol " + std::string(name) + " was exported\n";
  return errors;
}

int run_object_step(const ObjectStep& step) {
  std::string depfile;
  if (!step.depfile.empty()) depfile = read_file(step.depfile);
  if (!step.shadow.empty()) depfile = with_shadow_named(depfile, step.shadow);
  if (!step.cmd_file.empty()) write_cmd_file(step, depfile);
  if (!step.ninja_depfile.empty()) write_ninja_depfile(step, depfile);
  if (!step.depfile.empty()) remove_file(step.depfile);

  if (!step.tell_exports && !step.check_local_export) return step_done;
  const MappedFile object(step.object);
  if (step.check_local_export) {
    const std::string errors = local_export_errors(object.content(), step.target);
    if (!errors.empty()) {
      std::fputs(errors.c_str(), stderr);
      return step_failed;
    }
  }
  if (step.tell_exports && !exports_symbols(object.content(), step.target, *step.tell_exports))
    return step_exports_nothing;
  return step_done;
}

}  // namespace kbx::ninja
