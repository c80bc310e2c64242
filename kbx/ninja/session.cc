// A build from the user's words to the modules in the output folder.
//
// Layout of an output folder:
//
//     OUT/NAME.ko, Module.symvers, modules.order, compile_commands.json   what people want
//     OUT/IMAGE
//     OUT/config/                 of a driver with options: .config, and what builds read of it
//     OUT/.kbx/tree/…      the shadow, where everything is made
//     OUT/.kbx/rules/      the makefile for folders of images
//     OUT/.kbx/N/          state of the N-th driver folder: build.ninja, Ninja's logs, stamp
//
// `kbx make` has no output folder: outputs lie beside the sources, state in the cache folder.
#include "kbx/ninja/session.h"

#include <algorithm>
#include <cctype>
#include <iostream>

#include <fcntl.h>
#include <unistd.h>

#include "kbx/base/cache.h"
#include "kbx/base/embedded.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kbuild/images.h"
#include "kbx/kbuild/probes.h"
#include "kbx/kbuild/shadow.h"
#include "kbx/kernel/cross.h"
#include "kbx/kernel/declarations.h"
#include "kbx/kernel/doctor.h"
#include "kbx/kernel/probe_cache.h"
#include "kbx/kernel/toolchain.h"
#include "kbx/ninja/build.h"
#include "kbx/ninja/driver_kconfig.h"
#include "kbx/ninja/metadata_step.h"
#include "kbx/ninja/own_programs.h"
#include "kbx/ninja/preflight.h"
#include "kbx/ninja/record.h"
#include "kbx/ninja/results.h"
#include "kbx/ninja/runner.h"

namespace kbx::ninja {
namespace {

/// One driver folder of a job.
struct Part {
  std::string source;
  std::string folder;  // M=: the source, or its image in the shadow
  std::vector<std::string> variables;
  Layout layout;
  Environment environment;
  std::string hash;    // of everything that was asked for
  std::string shadow;  // the shadow's root, "" without one
  std::string anchor;  // what the shadow mirrors
  bool images = false;
  kernel::Tree tree;   // for images the folder of their rules
  ConfigPlace config;  // of the driver's own options; empty without a Kconfig
};

/// The folders of a job that share one shadow.
struct Shadow {
  std::string root;
  std::string anchor;
};

/// kbuild splits paths at white space and refuses colons; a shadow of such a folder lies elsewhere.
bool kbuild_can_name(const std::string& path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("/._-+@,~").find(c) != std::string_view::npos;
  });
}

std::string common_folder(std::vector<std::string> folders) {
  std::string common = folders.front();
  for (const std::string& folder : folders)
    while (!is_below(folder, common)) common = dir_name(common);
  return common;
}

/// The driver's folder inside the shadow.
std::string image_of(const Shadow& shadow, const std::string& source) {
  const std::string below = source.substr(std::min(source.size(), shadow.anchor.size()));
  return normal_path(shadow.root + "/" + below);
}

Shadow shadow_of(const Job& job) {
  Shadow shadow;
  std::vector<std::string> anchors;
  for (const std::string& folder : job.folders) anchors.push_back(kbuild::shadow_anchor(folder));
  shadow.anchor = common_folder(anchors);
  shadow.root = join_path(job.out, ".kbx/tree");
  if (!kbuild_can_name(shadow.root))
    shadow.root = join_path(cache_folder(job.environment), "shadows/" + content_hash(shadow.root));
  // A folder on the way down that kbuild cannot name: the shadow begins below it.
  if (job.folders.size() == 1 && !kbuild_can_name(image_of(shadow, job.folders.front())))
    shadow.anchor = job.folders.front();
  return shadow;
}

std::string request_hash(const Job& job, const Part& part) {
  std::string text = "1\n";
  for (const std::string& word :
       {part.tree.objtree, part.source, part.folder, job.rules_folder, job.kbx})
    text += word + "\n";
  if (const auto stamp = stamp_of(job.kbx))
    text += std::to_string(stamp->modified_ns) + " " + std::to_string(stamp->size) + "\n";
  if (!part.config.file.empty()) text += "options " + part.config.file + "\n";
  for (const std::string& variable : part.variables) text += variable + "\n";
  if (!part.layout.template_cache.empty()) text += "direct metadata\n";
  if (job.toolchain_linker) text += "toolchain's linker\n";
  text += (job.tree_programs ? "tree's programs\n" : "") + job.flags + "\n" + join(job.goals, " ");
  return content_hash(text);
}

/// The variables for one folder of a job. Symbol lists of folders that are built before it lie in
/// the shadow; those of itself and of later ones are not there yet.
std::vector<std::string> variables_of(const Job& job, size_t index, const Shadow& shadow) {
  constexpr std::string_view name = "KBUILD_EXTRA_SYMBOLS=";
  std::vector<std::string> variables;
  for (const std::string& variable : job.variables) {
    if (!variable.starts_with(name)) {
      variables.push_back(variable);
      continue;
    }
    std::vector<std::string> files;
    for (const std::string_view word :
         split_words(std::string_view(variable).substr(name.size()))) {
      const std::string file(word);
      const auto owner = std::ranges::find_if(
          job.folders, [&](const std::string& folder) { return is_below(file, folder); });
      if (owner == job.folders.end())
        files.push_back(file);
      else if (owner < job.folders.begin() + static_cast<std::ptrdiff_t>(index))
        files.push_back(image_of(shadow, file));
    }
    if (!files.empty()) variables.push_back(std::string(name) + join(files, " "));
  }
  return variables;
}

constexpr const char* image_rules = "images.mk";

kernel::Tree tree_of_images(const Job& job) {
  kernel::Tree tree;
  tree.objtree = tree.srctree = tree.headers = join_path(job.out, ".kbx/rules");
  return tree;
}

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

std::vector<Part> parts_of(const Job& job, const Shadow* shadow) {
  std::vector<Part> parts;
  for (size_t i = 0; i < job.folders.size(); ++i) {
    Part part;
    part.source = job.folders[i];
    part.variables = shadow ? variables_of(job, i, *shadow) : job.variables;
    part.environment = job.environment;
    part.images = shadow && is_image_folder(part.source);
    part.tree = part.images ? tree_of_images(job) : job.tree;
    if (!part.images && !kernel::names_toolchain(part.variables, part.environment))
      if (const auto prefix = kernel::cross_prefix(part.tree, part.environment))
        part.variables.push_back("CROSS_COMPILE=" + *prefix);
    part.layout.kbx = job.kbx;
    if (!part.images) part.layout.headers = kernel::header_folders(part.tree);
    part.layout.rules_folder = job.rules_folder;
    part.layout.tree_programs = job.tree_programs;
    if (shadow) {
      part.folder = image_of(*shadow, part.source);
      part.shadow = shadow->root;
      part.anchor = shadow->anchor;
      part.environment["PWD"] = part.folder;
      part.layout.state = join_path(job.out, ".kbx/" + std::to_string(i));
      part.layout.light_cmd_files = true;
      part.layout.srctree = part.tree.srctree;
      if (kconfig::has_kconfig(part.source)) {
        part.config = config_place(job.out, job.config, part.source, job.folders.size() > 1);
        part.layout.options = part.config.made;
      }
      if (job.direct_metadata) part.layout.template_cache = metadata_cache(job.environment);
      part.layout.compile_commands = join_path(job.out, "compile_commands.json");
    } else {
      part.folder = part.source;
      part.layout.removes_stale_outputs = false;
      part.layout.state = join_path(cache_folder(job.environment),
                                    "make/" + content_hash(part.tree.objtree + "\n" + part.source));
    }
    part.hash = request_hash(job, part);
    parts.push_back(std::move(part));
  }
  return parts;
}

/// A text for people: files of the shadow are called by the names that their author knows.
std::string with_real_names(std::string_view text, const Part& part) {
  if (part.shadow.empty()) return std::string(text);
  const std::string inside =
      replace_all(text, part.folder + "/", part.source == "/" ? "/" : part.source + "/");
  return replace_all(inside, part.shadow + "/", part.anchor == "/" ? "/" : part.anchor + "/");
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

  void pass_on() {
    for (const Text& said : texts)
      (said.stream == makelang::Stream::errors ? std::cerr : std::cout) << said.text << std::flush;
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
  if (part.shadow.empty()) return {};
  return kbuild::update_shadow(part.shadow, part.anchor, mirrored_sources(job, part), {job.out});
}

/// A folder of the shadow in which outputs will be made must not be a link to the sources.
void make_room(const Job& job, const Part& part, const std::string& folder,
               std::set<std::string>& mirrored) {
  const std::string real = kbuild::folder_behind_link(part.shadow, folder);
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
  if (!part.shadow.empty())
    request.make_room = [&](const std::string& folder) { make_room(job, part, folder, mirrored); };
  try {
    if (!part.config.made.empty())
      request.config = configure(
          {part.source, part.images ? nullptr : &part.tree, job.environment, part.variables},
          part.config);
    auto result = use(request, shell, mirrored);
    shell.save();
    if (job.starting) job.starting();
    printed.pass_on();
    return result;
  } catch (const Error& error) {
    if (!job.starting) printed.pass_on();
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
  if (!part.images) check_tree_programs(plan, part.tree);
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

/// A plan that makes nothing is no fault, as a kernel may lack what obj-$(CONFIG_X) asks for; but
/// most often the folder's makefile is only an outer one.
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

RunOptions run_options(const Job& job) {
  RunOptions options;
  options.jobs = job.jobs;
  options.keep_going = job.keep_going;
  options.verbose = job.verbose;
  options.quiet = job.quiet;
  options.starting = job.starting;
  options.terminal = !job.quiet && ::isatty(STDOUT_FILENO) == 1;
  return options;
}

void print_notes(const Job& job, const kbuild::Plan& plan) {
  if (job.quiet) return;
  for (const std::string& note : plan.notes) std::cerr << "note: " << note << "\n";
}

void make_output_folder(const Job& job) {
  if (job.out.empty()) return;
  try {
    make_folders(job.out);
    if (::access(job.out.c_str(), W_OK) != 0)
      throw system_error("cannot write in " + job.out, errno);
  } catch (const Error& error) {
    throw Error(error.location(), error.what(), "name another output folder: --out FOLDER");
  }
}

/// After a failure: what is wrong with the tree or this machine and may be the cause, one hint
/// each.
std::vector<std::string> hints_after_failure(const Job& job, const Part& part) {
  if (part.images) return {};
  kernel::DoctorOptions options;
  for (const std::string& variable : job.variables)
    if (variable.starts_with("CC=")) options.cc = variable.substr(3);
  // A tree that was named by its folder is known by no release.
  const auto known = kernel::known_trees(job.environment);
  const bool has_name = std::any_of(known.begin(), known.end(), [&](const kernel::KnownTree& tree) {
    return tree.release == job.tree.release && tree.folder == job.tree.headers;
  });
  const std::string name = has_name ? job.tree.release : shell_quote(job.tree.headers);
  std::vector<std::string> hints;
  for (const kernel::Finding& finding : kernel::examine(job.tree, job.environment, options)) {
    if (finding.severity != kernel::Finding::Severity::broken) continue;
    const std::string package = finding.remedy.empty() ? "" : " (package " + finding.remedy + ")";
    hints.push_back(finding.title + package + "; kbx doctor --kernel " + name + " tells more");
  }
  return hints;
}

Outcome build_part(const Job& job, const Part& part) {
  Outcome outcome;
  outcome.source = part.source;
  outcome.out = job.out.empty() ? part.source : job.out;
  const RunOptions options = run_options(job);
  int status = 0;
  const auto quick = build_if_fresh(part.layout, options, part.hash, part.environment);
  if (quick) {
    status = *quick;
  } else {
    make_folders(part.layout.state);
    kbuild::Plan plan = plan_part(job, part);
    if (!job.out.empty()) note_if_empty(plan, part);
    print_notes(job, plan);
    remember_results(part.layout, plan);
    Layout layout = part.layout;
    if (!job.toolchain_linker && is_gnu_linker(plan.linker)) layout.linker = plan.linker;
    status = build(plan, layout, options, part.hash);
  }
  recall_results(part.layout, outcome);
  outcome.built = status == 0;
  if (outcome.built && !job.out.empty()) {
    publish_results(part.layout, outcome);
    if (job.folders.size() == 1) publish_symbols(outcome, part.folder);
  }
  return outcome;
}

std::vector<Part> parts_of(const Job& job) {
  if (job.out.empty()) return parts_of(job, nullptr);
  const Shadow shadow = shadow_of(job);
  return parts_of(job, &shadow);
}

/// One kbx at a time changes an output folder: its shadow, its graph, its results.
std::optional<FileLock> lock_output_folder(const Job& job) {
  if (job.out.empty()) return std::nullopt;
  make_folders(join_path(job.out, ".kbx"));
  return std::optional<FileLock>(std::in_place, join_path(job.out, ".kbx/lock"), [&job] {
    if (!job.quiet) std::cerr << "kbx: waiting for another kbx in " << job.out << "\n";
  });
}

}  // namespace

bool is_image_folder(const std::string& folder) {
  return kbuild::declares_images(folder);
}

std::vector<Outcome> run_job(const Job& job) {
  const std::vector<Part> parts = parts_of(job);
  make_output_folder(job);
  const std::optional<FileLock> lock = lock_output_folder(job);
  std::vector<Outcome> outcomes;
  for (const Part& part : parts) {
    try {
      outcomes.push_back(build_part(job, part));
    } catch (const PlanError& error) {
      std::vector<std::string> hints = hints_after_failure(job, part);
      if (hints.empty()) throw;
      if (!error.hint().empty()) hints.insert(hints.begin(), error.hint());
      throw PlanError(error.location(), error.what(), join(hints, "\n  hint: "));
    }
    if (!outcomes.back().built)
      for (const std::string& hint : hints_after_failure(job, part))
        std::cerr << "  hint: " << hint << "\n";
    if (!outcomes.back().built && !job.keep_going) break;
  }
  return outcomes;
}

std::vector<kbuild::Plan> plan_job(const Job& job) {
  const std::vector<Part> parts = parts_of(job);
  const std::optional<FileLock> lock = lock_output_folder(job);
  std::vector<kbuild::Plan> plans;
  for (const Part& part : parts) {
    plans.push_back(plan_part(job, part));
  }
  return plans;
}

OutputStory explain_output(const Job& job, const std::string& output) {
  const std::vector<Part> parts = parts_of(job);
  const std::optional<FileLock> lock = lock_output_folder(job);
  const Part& part = parts.front();
  std::string path = absolute_path(output, part.source);
  if (is_below(path, part.source)) path = part.folder + path.substr(part.source.size());
  OutputStory story;
  story.told = with_request(job, part,
                            [&](const kbuild::Request& request, const kbuild::ProbingShell& shell,
                                const std::set<std::string>& mirrored) {
                              kbuild::Explanation told = kbuild::explain(request, path);
                              complete_plan(part, shell, mirrored, told.plan);
                              return told;
                            });
  story.read_files = recorded_dependencies(part.layout, path);
  return story;
}

}  // namespace kbx::ninja
