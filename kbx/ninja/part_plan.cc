#include "kbx/ninja/part_plan.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "kbx/base/cache.h"
#include "kbx/base/embedded.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kbuild/probes.h"
#include "kbx/kbuild/shadow.h"
#include "kbx/kernel/probe_cache.h"
#include "kbx/kernel/toolchain.h"
#include "kbx/ninja/btf_step.h"
#include "kbx/ninja/driver_kconfig.h"
#include "kbx/ninja/preflight.h"
#include "kbx/ninja/record.h"

namespace kbx::ninja {
namespace {

/// Puts the rules for images where makefiles can be read.
void write_image_rules(const Job& job, const Part& part) {
  const auto known = embedded::rules();
  const auto own = std::ranges::find(known, std::string_view(image_rules), &embedded::File::path);
  std::string text(own->content);
  if (!job.rules_folder.empty())
    if (auto other = read_file_if_present(join_path(job.rules_folder, image_rules)))
      text = std::move(*other);
  make_folders(part.tree.objtree);
  write_file_if_changed(join_path(part.tree.objtree, image_rules), text);
}

kbuild::Request request_of(const Job& job, const Part& part) {
  kbuild::Request request;
  request.objtree = part.tree.objtree;
  request.srctree = part.tree.srctree;
  request.source = part.source;
  request.folder = part.folder;
  request.map_paths = part.folder != part.source;
  request.variables = part.variables;
  request.goals = job.goals;
  if (part.images) {
    request.goals = {"images"};
    request.image_rules = join_path(part.tree.objtree, image_rules);
    request.own_linker = !job.toolchain_linker;
  }
  request.flags = job.flags;
  request.level = job.level;
  request.environment = part.environment;
  request.make_command = shell_quote(job.kbx) + " make";
  return request;
}

/// What makefiles print while a plan is made. It goes out when there is a plan: where make itself
/// takes over, it prints all of it again.
struct Printed {
  struct Text {
    makelang::Stream stream;
    std::string text;
  };
  std::vector<Text> texts;

  void pass_on(const Job& job) {
    for (const Text& said : texts)
      if (job.print)
        job.print(said.stream, said.text);
      else
        (said.stream == makelang::Stream::errors ? std::cerr : std::cout)
            << said.text << std::flush;
    texts.clear();
  }
};

/// The kernel knows modules by name only; kbuild refuses this in scripts/modules-check.sh.
void check_names(kbuild::Plan& plan, const Part& part) {
  std::map<std::string, std::string> seen;
  for (const kbuild::Module& module : plan.modules) {
    const auto [entry, added] = seen.emplace(module.name, module.ko);
    if (!added)
      throw Error("two modules have the name " + module.name + ": " +
                      with_real_names(entry->second, part) + " and " +
                      with_real_names(module.ko, part),
                  "rename one of them: the kernel knows modules by their names only");
  }
}

/// What compilers read besides their command lines (gcc manual, "Environment Variables Affecting
/// GCC").
constexpr const char* compiler_variables[] = {"CPATH", "C_INCLUDE_PATH", "COMPILER_PATH",
                                              "GCC_EXEC_PREFIX", "SOURCE_DATE_EPOCH"};

/// The programs that probes and commands run are inputs; another compiler, or another place for it
/// to look, makes every object again.
void add_toolchain(kbuild::Plan& plan, const kbuild::ProbingShell& shell,
                   const Environment& environment) {
  const kernel::CompilerPath compiler = kernel::locate_compiler(plan.compiler, environment);
  if (!plan.compiler.empty() && compiler.identity.empty())
    throw Error("the compiler " + compiler.arguments.front() + " was not found in PATH",
                "install it (its package has the same name on Debian and Ubuntu), or name another: "
                "CC=gcc");
  plan.compiler_identity = compiler.identity;
  const auto add_variable = [&](const char* name) {
    const auto found = environment.find(name);
    const bool set = found != environment.end();
    plan.inputs.environment.emplace_back(name, set ? std::optional(found->second) : std::nullopt);
    return set ? found->second : std::string();
  };
  add_variable("PATH");
  for (const char* name : compiler_variables)
    plan.compiler_environment += std::string(" ") + name + "=" + add_variable(name);
  std::set<std::string> programs = shell.program_files();
  programs.insert(compiler.path);
  for (const std::string& program : programs)
    if (!program.empty()) plan.inputs.files.emplace_back(program, stamp_of(program));
}

void add_stand_in_note(kbuild::Plan& plan, const Part& part) {
  kernel::ProbeCache cache("");
  plan.notes.push_back(kernel::stand_in_note(*part.stand_in, part.tree, cache, part.environment));
}

/// Another kbx may evaluate otherwise, so each has answers of its own.
std::string tree_cache_folder(const Job& job) {
  const auto stamp = stamp_of(job.kbx);
  const std::string own =
      stamp ? std::to_string(stamp->modified_ns) + " " + std::to_string(stamp->size) : "";
  return join_path(cache_folder(job.environment), "trees/" + content_hash(job.kbx + own));
}

/// kbuild's own check of a tree for external modules (top Makefile, include/config/auto.conf).
void check_configuration(const std::string& objtree) {
  for (const char* name : {"include/config/auto.conf", "include/generated/autoconf.h"})
    if (!exists(join_path(objtree, name)))
      throw PlanError(Location{join_path(objtree, name), 0}, "the kernel tree lacks this file",
                      "the header package is incomplete; install it anew");
}

/// Folders beside the drivers' that get an image of their own since outputs are made in them. The
/// list grows as plans need it.
std::string mirrored_list(const Job& job) {
  return join_path(job.out, ".kbx/mirrored");
}

std::vector<std::string> mirrored_sources(const Job& job, const Part& part) {
  std::vector<std::string> sources = job.folders;
  const std::string listed = read_file_if_present(mirrored_list(job)).value_or("");
  for (const std::string_view line : split_lines(listed))
    if (is_below(line, part.anchor) && is_folder(std::string(line))) sources.emplace_back(line);
  return sources;
}

/// Brings the shadow up to date and gives the real folders it was made from.
std::set<std::string> refresh_shadow(const Job& job, const Part& part) {
  if (part.layout.shadow.empty()) return {};
  return kbuild::update_shadow(part.layout.shadow, part.anchor, mirrored_sources(job, part),
                               {job.out});
}

/// A folder of the shadow in which outputs will be made must not be a link to the sources.
void make_room(const Job& job, const Part& part, const std::string& folder,
               std::set<std::string>& mirrored) {
  const std::string real = kbuild::folder_behind_link(part.layout.shadow, folder);
  if (real.empty() || !is_below(real, part.anchor)) return;
  const std::string listed = read_file_if_present(mirrored_list(job)).value_or("");
  write_file_atomically(mirrored_list(job), listed + real + "\n");
  mirrored = refresh_shadow(job, part);
}

/// Gives `use` the request for a part, and the real folders that its shadow mirrors. The answers to
/// the tree's probes are kept; errors name the driver's own files.
template <typename Use>
auto with_request(const Job& job, const Part& part, const Use& use) {
  if (part.images)
    write_image_rules(job, part);
  else
    check_configuration(part.tree.objtree);
  std::set<std::string> mirrored = refresh_shadow(job, part);
  kbuild::ProbingShell shell(kernel::probe_cache_file(job.environment, part.tree, ""), part.folder,
                             part.environment);
  kbuild::Request request = request_of(job, part);
  Printed printed;
  request.print = [&](makelang::Stream stream, std::string_view text) {
    printed.texts.push_back({stream, with_real_names(text, part)});
  };
  request.shell = [&shell](const makelang::ShellCall& call) { return shell(call); };
  request.programs = [&shell] { return shell.program_files(); };
  request.tree_cache = tree_cache_folder(job);
  const std::optional<Record> earlier = read_record(part.layout);
  request.is_output = [&earlier](const std::string& path) {
    return earlier && earlier->find(path) != nullptr;
  };
  if (!part.layout.shadow.empty())
    request.make_room = [&](const std::string& folder) { make_room(job, part, folder, mirrored); };
  try {
    if (!part.config.made.empty())
      request.config = configure(
          {part.source, part.images ? nullptr : &part.tree, job.environment, part.variables},
          part.config);
    auto result = use(request, shell, mirrored);
    shell.save();
    if (job.starting) job.starting();
    printed.pass_on(job);
    return result;
  } catch (const Error& error) {
    if (!job.starting) printed.pass_on(job);
    Location where = error.location();
    where.file = with_real_names(where.file, part);
    throw PlanError(where, with_real_names(error.what(), part),
                    with_real_names(error.hint(), part));
  }
}

void complete_plan(const Part& part, const kbuild::ProbingShell& shell,
                   const std::set<std::string>& mirrored, kbuild::Plan& plan) {
  check_names(plan, part);
  add_toolchain(plan, shell, part.environment);
  plan.release = part.tree.release;
  plan.arch = part.tree.arch;
  if (part.stand_in) add_stand_in_note(plan, part);
  if (!part.images) check_tree_programs(plan, part.tree);
  if (!part.images && !part.layout.tree_programs) leave_out_btf(plan, part.tree, part.environment);
  if (part.images && !part.layout.rules_folder.empty()) {
    const std::string rules = join_path(part.layout.rules_folder, image_rules);
    plan.inputs.files.emplace_back(rules, stamp_of(rules));
  }
  for (std::string& note : plan.notes) note = with_real_names(note, part);
  for (const std::string& folder : mirrored)
    plan.inputs.files.emplace_back(folder, stamp_of(folder));
}

bool makes_something(const kbuild::Plan& plan) {
  return !plan.modules.empty() ||
         std::ranges::any_of(plan.actions, [](const kbuild::Action& action) {
           return action.kind != kbuild::ActionKind::modpost;
         });
}

/// Folders right below `source` that look as if they declared modules, as words of a command line.
std::string folders_with_modules(const std::string& source) {
  std::string words;
  for (const std::string& name : list_folder(source))
    for (const char* file : {"Kbuild", "Makefile"}) {
      const auto text = read_file_if_present(join_path(source, name + "/" + file));
      if (!text) continue;
      if (text->find("obj-") != std::string::npos) words += " " + shell_quote(name);
      break;
    }
  return words;
}

}  // namespace

kbuild::Plan plan_part(const Job& job, const Part& part) {
  return with_request(job, part,
                      [&](const kbuild::Request& request, const kbuild::ProbingShell& shell,
                          const std::set<std::string>& mirrored) {
                        kbuild::Plan plan = kbuild::make_plan(request);
                        if (request.config.fault && !makes_something(plan))
                          throw Error(*request.config.fault);
                        complete_plan(part, shell, mirrored, plan);
                        return plan;
                      });
}

void note_if_empty(kbuild::Plan& plan, const Part& part) {
  if (makes_something(plan)) return;
  if (part.images) {
    plan.notes.push_back(part.source + ": no image is declared here (image-y is empty)");
    return;
  }
  const std::string folders = folders_with_modules(part.source);
  plan.notes.push_back(part.source + ": no module is declared here (obj-m is empty)" +
                       (folders.empty() ? "" : "; folders that declare some:" + folders));
}

kbuild::Explanation explain_part(const Job& job, const Part& part, const std::string& output) {
  return with_request(job, part,
                      [&](const kbuild::Request& request, const kbuild::ProbingShell& shell,
                          const std::set<std::string>& mirrored) {
                        kbuild::Explanation told = kbuild::explain(request, output);
                        complete_plan(part, shell, mirrored, told.plan);
                        return told;
                      });
}

}  // namespace kbx::ninja
