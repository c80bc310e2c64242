// Layout of an output folder:
//
//     OUT/NAME.ko                              the modules
//     OUT/make.log                             what the commands said
//     OUT/.kbx/dkms/PACKAGE/VERSION/build      the copy in which everything is made
//     OUT/.kbx/dkms/PACKAGE/VERSION/source     a link to the driver's folder
//
// The two folders at the end are where a dkms.conf expects them below $dkms_tree.
#include "kbx/dkms/build.h"

#include <algorithm>
#include <cstring>
#include <iostream>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/parallel.h"
#include "kbx/base/path.h"
#include "kbx/base/state_lock.h"
#include "kbx/base/symlink.h"
#include "kbx/base/text.h"
#include "kbx/dkms/conf.h"
#include "kbx/kernel/config.h"

namespace kbx::dkms {
namespace {

/// Where one build takes place.
struct Place {
  std::string top;     // of the package and version, below $dkms_tree
  std::string folder;  // the copy
  std::string log;
};

/// What failed, in words; nothing did if it is empty.
using Fault = std::string;

Surroundings surroundings_of(const Request& request, const std::string& folder) {
  Surroundings around;
  around.conf = join_path(folder, "dkms.conf");
  around.kernelver = request.tree.release;
  around.arch = machine_name(request.tree);
  around.kernel_source_dir = request.tree.objtree;
  around.dkms_tree = join_path(request.out, ".kbx/dkms");
  around.source_tree = dir_name(request.source);
  return around;
}

/// Copies the driver's folder but for what kbx and version control keep in it.
void copy_sources(const std::string& source, const std::string& to) {
  constexpr std::string_view left_out[] = {"kbx-out", ".git"};
  remove_tree(to);
  make_folders(to);
  Command copy;
  copy.arguments = {"cp", "-a", "--"};
  for (const std::string& name : list_folder(source))
    if (std::ranges::find(left_out, name) == std::end(left_out))
      copy.arguments.push_back(join_path(source, name));
  copy.arguments.push_back(to);
  copy.capture_errors = true;
  const CommandResult result = run(copy);
  if (result.status != 0)
    throw Error("cannot copy " + source + ": " + std::string(trim(result.errors)));
}

Place prepare(const Request& request, const Conf& conf) {
  Place place;
  place.top = join_path(request.out, ".kbx/dkms/" + conf.name + "/" + conf.version);
  place.folder = join_path(place.top, "build");
  place.log = join_path(request.out, "make.log");
  copy_sources(request.source, place.folder);
  place_link(request.source, join_path(place.top, "source"));
  write_file_atomically(place.log, "");
  return place;
}

/// Runs shell text with the variables of the dkms.conf; its exit status.
int run_text(const Request& request, const Place& place, const std::string& text) {
  const std::string into_log = "exec >>" + shell_quote(place.log) + " 2>&1\n";
  Command command;
  command.arguments = command_in_conf(surroundings_of(request, place.folder),
                                      (request.verbose ? "" : into_log) + text);
  command.folder = place.folder;
  command.environment = &request.environment;
  command.capture_output = false;
  return run(command).status;
}

/// As dkms does it: a first word of exactly this beginning gets what dkms adds.
std::string with_make_words(const Request& request, const std::string& command) {
  if (!command.starts_with("make")) return command;
  const int jobs = request.jobs > 0 ? request.jobs : static_cast<int>(processors());
  std::string words = "make -j" + std::to_string(jobs) + " KERNELRELEASE=" + request.tree.release;
  for (const std::string& variable : request.variables) words += " " + shell_quote(variable);
  return words + command.substr(std::strlen("make"));
}

Fault apply_patches(const Request& request, const Conf& conf, const Place& place) {
  for (const std::string& patch : conf.patches) {
    const std::string file = join_path(place.folder, "patches/" + patch);
    if (!exists(file)) return "there is no patches/" + patch + ", which PATCH names";
    if (run_text(request, place, "patch -p1 <" + shell_quote(file)) != 0)
      return "the patch " + patch + " does not apply";
  }
  return "";
}

/// PRE_BUILD or POST_BUILD: a program of the driver's, with words.
Fault run_script(const Request& request, const Place& place, const std::string& name,
                 const std::string& script, Result& result) {
  if (script.empty()) return "";
  const std::string program = script.substr(0, script.find(' '));
  if (!is_executable(join_path(place.folder, program))) {
    result.notes.push_back(name + ": " + program + " is no executable file; left out, as by dkms");
    return "";
  }
  // Words are split and nothing else is done to them.
  const int status = run_text(
      request, place,
      "exec " + shell_quote(join_path(place.folder, program)) + script.substr(program.size()));
  return status == 0 ? "" : name + " ended with exit status " + std::to_string(status);
}

std::string built_path(const Place& place, const BuiltModule& module) {
  return join_path(join_path(place.folder, module.location), module.name + ".ko");
}

Fault make_modules(const Request& request, const Conf& conf, const Place& place) {
  // It is for a folder in which something was built; what it says is of no interest, as for dkms.
  if (!conf.clean.empty()) run_text(request, place, "{ " + conf.clean + "; } >/dev/null 2>&1");
  const int status = run_text(request, place, with_make_words(request, conf.make));
  if (status != 0) return "MAKE ended with exit status " + std::to_string(status);
  for (const BuiltModule& module : conf.modules)
    if (!exists(built_path(place, module)))
      return "MAKE made no " + join_path(module.location, module.name + ".ko") +
             ", which BUILT_MODULE_NAME names";
  return "";
}

Fault publish(const Request& request, const Conf& conf, const Place& place, Result& result) {
  for (const BuiltModule& module : conf.modules) {
    const std::string built = built_path(place, module);
    if (module.strip && run_text(request, place, "strip -g " + shell_quote(built)) != 0)
      return "strip -g cannot read " + module.name + ".ko";
    const std::string made = join_path(request.out, module.dest_name + ".ko");
    write_file_atomically(made, read_file(built));
    result.modules.push_back(made);
  }
  return "";
}

Fault run_steps(const Request& request, const Conf& conf, const Place& place, Result& result) {
  Fault fault = apply_patches(request, conf, place);
  if (fault.empty()) fault = run_script(request, place, "PRE_BUILD", conf.pre_build, result);
  if (fault.empty()) fault = make_modules(request, conf, place);
  if (fault.empty()) fault = publish(request, conf, place, result);
  if (fault.empty()) fault = run_script(request, place, "POST_BUILD", conf.post_build, result);
  return fault;
}

}  // namespace

std::string machine_name(const kernel::Tree& tree) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"arm64", "aarch64"}, {"arm", "armv7l"},      {"loongarch", "loongarch64"},
      {"mips", "mips64"},   {"powerpc", "ppc64le"}, {"riscv", "riscv64"},
      {"s390", "s390x"},
  };
  if (tree.arch == "x86") return kernel::config_of(tree).is_y("CONFIG_X86_64") ? "x86_64" : "i686";
  for (const auto& [arch, machine] : names)
    if (tree.arch == arch) return std::string(machine);
  return tree.arch;
}

Result build(const Request& request) {
  Result result;
  const Conf conf = read_conf(surroundings_of(request, request.source), request.environment);
  if (!conf.excluded.empty()) {
    result.outcome = Result::Outcome::skipped;
    result.reason = conf.excluded;
    return result;
  }
  if (!conf.obsolete_by.empty())
    result.notes.push_back("the kernel has this driver itself since " + conf.obsolete_by +
                           " (OBSOLETE_BY): dkms would not install these modules");
  const FileLock lock = lock_state(join_path(request.out, ".kbx"), request.out);
  const Place place = prepare(request, conf);
  result.log = place.log;
  // What an earlier build left would look like this one's.
  for (const BuiltModule& module : conf.modules)
    remove_file(join_path(request.out, module.dest_name + ".ko"));
  result.reason = run_steps(request, conf, place, result);
  if (result.reason.empty()) result.outcome = Result::Outcome::built;
  return result;
}

}  // namespace kbx::dkms
