// From the kernel tree's own Makefiles to a plan.
//
// kbuild is a chain of make processes: the top Makefile calls itself once more in the output
// folder, then scripts/Makefile.build for the driver's folder and each of its subfolders,
// scripts/Makefile.modpost, and scripts/Makefile.modfinal. The planner walks that chain without
// running it. Each process is one Evaluation, started with the environment that the recipe above
// would give it. From the goal it follows prerequisites as make does; a recipe line that calls make
// on a Makefile of the tree is entered, every other recipe becomes an Action, its commands expanded
// in the context of their target (steps.h). So it is the tree that says which flags an object gets,
// in which folder the compiler runs, and which steps a link has; nothing of that is known here.
//
// Two things are known here, since make only knows them while it runs. modules.order is written
// while planning, because Makefile.modpost and Makefile.modfinal read it when they are read
// themselves; its content follows from the prerequisites of its rule. And modpost's outputs and
// inputs are those of every module in that list, which make leaves to the order of its processes.
//
// A folder of images is one such process, with the rules of kbx in the place of a tree's
// (images.h).
#include "kbx/kbuild/planner.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kbuild/images.h"
#include "kbx/kbuild/modules_order.h"
#include "kbx/kbuild/observer.h"
#include "kbx/kbuild/old_flags.h"
#include "kbx/kbuild/plain_commands.h"
#include "kbx/kbuild/refusals.h"
#include "kbx/kbuild/remake.h"
#include "kbx/kbuild/steps.h"
#include "kbx/kbuild/submake.h"
#include "kbx/kbuild/tree_cache.h"
#include "kbx/kbuild/unread_variables.h"
#include "kbx/makelang/reader.h"
#include "kbx/makelang/resolve.h"

namespace kbx::kbuild {
namespace {

using makelang::Evaluation;
using makelang::Resolved;
using makelang::Resolver;
using makelang::Scope;

/// One make process of the chain, its makefiles read.
struct Process {
  const Evaluation& evaluation;
  Resolver resolver;
  std::set<std::string> visited;
  int environment = -1;            // index of what its recipes get, once it is known
  std::vector<ProcessCall> calls;  // the processes that it started
  bool only_calls = true;          // it led to nothing but those

  Process(const Evaluation& read, makelang::FileExists file_exists)
      : evaluation(read), resolver(read, std::move(file_exists)) {}

  std::string absolute(std::string_view path) const {
    return absolute_path(path, evaluation.setup().folder);
  }
};

std::string without_extension(const std::string& path) {
  return path.substr(0, path.size() - extension(path).size());
}

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

class Planner {
 public:
  explicit Planner(const Request& request)
      : request_(request), trees_(request.tree_cache, request.environment, request.folder) {}

  Plan run();
  /// While running, records the origins of the words of the command that makes this output.
  void explain(const std::string& output) { explained_output_ = output; }
  std::vector<WordOrigin> word_origins() { return std::move(word_origins_); }

 private:
  makelang::Hooks hooks(const ProcessCall& call);
  makelang::ShellResult shell(const makelang::ShellCall& call);
  bool file_exists(const std::string& path) const;
  DriverFolders driver() const { return {request_.folder, request_.source}; }
  bool below_driver(const std::string& path) const { return driver().contain(path); }

  void enter(const ProcessCall& call);
  bool evaluate(const ProcessCall& call);
  void remember_tree(const ProcessCall& call, const Process& process, size_t printed_before);
  void map_paths(Evaluation& evaluation);
  void note_compiler(const Evaluation& evaluation);
  void note_linker(const Evaluation& evaluation);
  void visit(Process& process, const std::string& target, const Scope* parent,
             const std::string& needed_by);
  void read_recipe(Process& process, const Resolved& rule, const Scope* scope);
  bool enter_submakes(Process& process, const Scope* scope,
                      std::vector<makelang::CommandLine>& lines);
  void add_action(Process& process, const Resolved& rule, const Scope& automatic,
                  std::vector<Step> steps);
  void add_paths(Process& process, const Resolved& rule, Action& action);
  void add_output(const std::string& path);
  bool of_the_driver(const Process& process, const Resolved& rule) const;
  void classify(Process& process, const Resolved& rule, const Scope& automatic, Action& action);
  void add_image(const Process& process, const Action& action);
  void write_modules_order(Process& process, const std::string& path, std::string_view command);
  void complete_modpost(Action& action);
  int environment_index(Environment environment);
  void collect_modules();

  const Request& request_;
  Plan plan_;
  Observer observer_;
  std::set<std::string> outputs_;
  std::set<std::string> output_folders_;
  std::map<std::string, std::vector<std::string>> module_lists_;  // modules.order: its lines
  std::map<std::string, std::vector<std::string>> parts_;         // composite object: its objects
  std::map<Environment, int> environments_;
  ProcessChain chain_;
  TreeCache trees_;
  makelang::PlainFiles plain_files_;
  Inputs known_inputs_;  // of what was remembered
  size_t printed_ = 0;   // texts that makefiles printed
  std::string explained_output_;
  std::vector<WordOrigin> word_origins_;
  std::vector<SeenVariable>* seen_ = nullptr;  // where variables are recorded, if anywhere
};

bool Planner::file_exists(const std::string& path) const {
  // The system resolves "..", which may lead through a link; outputs have normal names.
  const bool plain = path.find("/.") == std::string::npos;
  return outputs_.contains(plain ? path : normal_path(path)) || exists(path);
}

makelang::ShellResult Planner::shell(const makelang::ShellCall& call) {
  const std::string file = call.files ? call.files->name(call.where.file) : std::string();
  if (below_driver(absolute_path(file, call.folder)))
    observer_.add_shell_command(trim(call.command), call.folder);
  if (auto result = run_without_process(call)) return *std::move(result);
  return request_.shell ? request_.shell(call) : makelang::run_shell(call);
}

makelang::Hooks Planner::hooks(const ProcessCall& process) {
  makelang::Hooks hooks;
  hooks.shell = [this](const makelang::ShellCall& call) { return shell(call); };
  hooks.print = [this](makelang::Stream stream, std::string_view text) {
    ++printed_;
    if (request_.print) request_.print(stream, text);
  };
  hooks.plain_definitions = [this](std::string&& text) {
    return plain_files_.get(std::move(text));
  };
  if (!explained_output_.empty())
    hooks.trace = [this](std::string_view name, const makelang::Variable& variable) {
      const bool passing = variable.origin == makelang::Origin::automatic;  // $@, arguments
      if (seen_ && !passing) seen_->push_back({std::string(name), variable});
    };
  // The top Makefile leads to processes that do not depend on a driver.
  if (request_.config.is_there() && base_name(process.makefile) != "Makefile")
    hooks.followed_by = [this](std::string_view path) {
      const bool kernels_own = path == join_path(request_.objtree, "include/config/auto.conf");
      return kernels_own ? request_.config.definitions : std::string();
    };
  hooks.hidden = [this](std::string_view path) {
    const std::string name = base_name(path);
    const bool trace = name.starts_with('.') && name.ends_with(".cmd");
    return trace || (request_.is_output && request_.is_output(normal_path(path)));
  };
  return hooks;
}

/// Modules made in a shadow shall name the real sources: in DWARF, in __FILE__, in assertions.
void Planner::map_paths(Evaluation& evaluation) {
  const makelang::Variable* flags = evaluation.find("c_flags");
  if (!flags) return;
  const std::string option = "-ffile-prefix-map=" + request_.folder + "=" + request_.source;
  makelang::ShellCall probe;
  probe.command =
      evaluation.value("CC") + " -ffile-prefix-map=/a=/b -E -x c /dev/null >/dev/null 2>&1";
  probe.folder = evaluation.setup().folder;
  probe.environment = &evaluation.setup().environment;
  probe.where = flags->where;
  probe.files = &evaluation.files();
  if (shell(probe).status != 0) return;
  const std::string word = replace_all(replace_all(shell_quote(option), "$", "$$"), "#", "\\#");
  for (const char* name : {"c_flags", "a_flags"})
    if (const makelang::Variable* variable = evaluation.find(name))
      evaluation.define(name, variable->value + " " + word, variable->flavor,
                        makelang::Origin::override_, variable->where);
}

/// LLVM= asks for clang (kernel, Documentation/kbuild/llvm.rst). Distributions' trees may set CC
/// themselves, and then kbuild takes that without a word.
void Planner::note_compiler(const Evaluation& evaluation) {
  plan_.compiler = evaluation.value("CC");
  const std::string llvm(trim(evaluation.value("LLVM")));
  if (llvm.empty() || llvm == "0" || plan_.compiler.find("clang") != std::string::npos) return;
  plan_.notes.push_back("LLVM=" + llvm + " is given, but this tree sets CC to " +
                        std::string(trim(plan_.compiler)) + "; for clang give CC=clang as well");
}

/// A linker that the caller names is wanted; the tree's Makefile only says which there should be.
void Planner::note_linker(const Evaluation& evaluation) {
  const bool is_chosen = std::ranges::any_of(request_.variables, [](const std::string& text) {
    const auto assignment = makelang::parse_assignment(text);
    return assignment && assignment->name == "LD";
  });
  if (!is_chosen) plan_.linker = trim(evaluation.value("LD"));
}

void Planner::enter(const ProcessCall& call) {
  const bool may_be_known = explained_output_.empty() && !below_driver(call.setup.folder);
  if (may_be_known)
    if (const auto calls = trees_.find(call, known_inputs_)) {
      for (const ProcessCall& next : *calls) enter(next);
      return;
    }
  constexpr int sane_number_of_readings = 20;
  ProcessCall again = call;
  while (!evaluate(again))
    if (++again.setup.restarts > sane_number_of_readings)
      throw Error("the makefiles of " + request_.source + " are made anew each time they are read",
                  "a rule for an included makefile must leave the file alone if nothing changes");
}

/// Reads the makefiles of one process and follows its goals. False if makefiles were remade: then
/// all of that is to be done again.
bool Planner::evaluate(const ProcessCall& call) {
  const size_t printed_before = printed_;
  std::vector<std::string> goals = call.setup.goals;
  Evaluation evaluation(call.setup, hooks(call));
  if (!request_.image_rules.empty() && request_.config.is_there())
    evaluation.read_makefile(request_.config.definitions, true, false);
  if (!evaluation.read_makefile(call.makefile, true))
    throw Error("there is no " + absolute_path(call.makefile, evaluation.setup().folder),
                "this is no complete kernel tree; kbx doctor tells what it lacks");
  refuse_missing_includes(evaluation, driver());
  makelang::convert_suffix_rules(evaluation.rules());
  describe_commands(evaluation);
  Process process(evaluation, [this](const std::string& path) { return file_exists(path); });
  RemadeMakefiles remade = remake_makefiles(
      evaluation, process.resolver, [this](const std::string& path) { return below_driver(path); },
      observer_);
  if (remade.read_again) return false;
  process.visited = std::move(remade.names);
  if (plan_.compiler.empty() && evaluation.find("c_flags")) {
    note_compiler(evaluation);
    note_linker(evaluation);
  }
  if (!request_.image_rules.empty()) {
    check_images(evaluation, driver(), request_.own_linker && !plan_.linker.empty());
    append(plan_.notes, unread_variables(evaluation, driver()));
  }
  append(plan_.notes, keep_old_flags(evaluation, driver()));
  if (request_.map_paths) map_paths(evaluation);
  if (request_.config.is_there() && reads_driver(evaluation, driver())) {
    if (request_.image_rules.empty()) refuse_built_in(evaluation, driver(), request_.config);
    include_header(evaluation, request_.config);
  }
  chain_.push_back(&evaluation);
  if (goals.empty()) {
    const std::string goal(trim(evaluation.value(".DEFAULT_GOAL")));
    goals.push_back(goal.empty() ? evaluation.rules().default_goal : goal);
  }
  for (const std::string& goal : goals) visit(process, goal, nullptr, "");
  observer_.add(evaluation, request_.environment);
  chain_.pop_back();
  remember_tree(call, process, printed_before);
  return true;
}

/// Keeps the way from the tree's top Makefile to the processes that read the driver's files: what
/// comes of the tree alone, and says nothing on the way.
void Planner::remember_tree(const ProcessCall& call, const Process& process,
                            size_t printed_before) {
  if (!process.only_calls || process.calls.empty() || printed_ != printed_before) return;
  if (request_.tree_cache.empty() || !request_.programs) return;
  Observer own;
  own.add(process.evaluation, request_.environment);
  for (const std::string& program : request_.programs()) own.add_file(program);
  own.add_variable("PATH");
  Inputs inputs = own.inputs({}, request_.environment);
  for (const auto& [pattern, matches] : inputs.wildcards) {
    const std::string folder = dir_name(pattern.substr(0, pattern.find_first_of("*?[")) + "x");
    inputs.files.emplace_back(folder, stamp_of(folder));
  }
  // The tree asks whether its own results are there, to read what it saved about them; it is not
  // told (see hooks).
  const auto of_kbuild = [](const std::string& path) {
    const std::string name = base_name(path);
    return name == "modules.order" || name == "Module.symvers" || name == "compile_commands.json";
  };
  std::erase_if(inputs.files, [&](const auto& file) {
    return below_driver(file.first) && of_kbuild(file.first);
  });
  for (const auto& [path, stamp] : inputs.files)
    if (below_driver(path)) return;
  trees_.remember(call, process.calls, inputs);
}

void Planner::visit(Process& process, const std::string& target, const Scope* parent,
                    const std::string& needed_by) {
  if (!process.visited.insert(target).second) return;
  const std::vector<Resolved> rules = process.resolver.resolve(target, parent);
  if (rules.empty()) {
    if (!file_exists(process.absolute(target)))
      refuse_without_rule(process.evaluation, driver(), target, needed_by);
    return;
  }
  const Scope* scope = process.resolver.scope_of(target, parent);
  for (const Resolved& rule : rules) {
    for (const makelang::Prerequisite& prerequisite : rule.prerequisites)
      visit(process, prerequisite.name, scope, target);
    if (rule.recipe) read_recipe(process, rule, scope);
  }
}

bool Planner::enter_submakes(Process& process, const Scope* scope,
                             std::vector<makelang::CommandLine>& lines) {
  bool entered = false;
  std::vector<makelang::CommandLine> others;
  for (makelang::CommandLine& line : lines) {
    const auto call = parse_submake(line.text, process.evaluation.setup().make_command);
    const std::string makefile =
        call ? absolute_path(call->makefile,
                             absolute_path(call->folder, process.evaluation.setup().folder))
             : "";
    if (!call || below_driver(makefile)) {
      others.push_back(std::move(line));
      continue;
    }
    entered = true;
    process.calls.push_back({submake_setup(process.evaluation, scope, *call), call->makefile});
    enter(ProcessCall(process.calls.back()));
  }
  lines = std::move(others);
  return entered;
}

void Planner::read_recipe(Process& process, const Resolved& rule, const Scope* scope) {
  std::vector<std::string> newer;
  for (const makelang::Prerequisite& prerequisite : rule.prerequisites)
    if (!prerequisite.order_only) newer.push_back(prerequisite.name);
  const Scope automatic = makelang::automatic_scope(rule, newer, scope);
  std::vector<SeenVariable> seen;
  const bool explained =
      !explained_output_.empty() && process.absolute(rule.name) == explained_output_;
  if (explained) seen_ = &seen;
  auto lines = makelang::expand_recipe(process.evaluation, rule, automatic);
  seen_ = nullptr;
  const bool entered = enter_submakes(process, scope, lines);
  std::vector<Step> steps = steps_of(lines);
  if (explained && !steps.empty())
    word_origins_ = kbuild::word_origins(steps.front().text, chain_, &automatic, seen);
  // What the tree itself says and checks in passing (compiler names, duplicate modules) is kbx's
  // own to say.
  const bool drivers_own = of_the_driver(process, rule);
  if (steps.empty() || (rule.phony && (entered || !drivers_own))) return;
  process.only_calls = false;
  const std::string path = process.absolute(rule.name);
  if (base_name(path) == "modules.order" && !drivers_own)
    return write_modules_order(process, path, steps.front().text);
  if (outputs_.contains(path)) return;
  // Nothing of the tree is ever made; a rule of it for such a file says what to do where it is
  // missing.
  if (is_below(path, request_.objtree) || is_below(path, request_.srctree)) {
    if (!exists(path)) plan_.notes.push_back("the kernel tree lacks " + path);
    return;
  }
  // Of what is there already and hangs on nothing, make makes nothing either. The tree has such
  // rules to warn of lists of symbols that are missing (5.10's scripts/Makefile.modpost).
  if (!drivers_own && !rule.phony && rule.prerequisites.empty() && exists(path)) return;
  add_action(process, rule, automatic, std::move(steps));
}

void Planner::add_output(const std::string& path) {
  outputs_.insert(path);
  const std::string folder = dir_name(path);
  if (output_folders_.insert(folder).second && request_.make_room) request_.make_room(folder);
}

void Planner::add_paths(Process& process, const Resolved& rule, Action& action) {
  for (const std::string& name : rule.made_together) {
    action.outputs.push_back(process.absolute(name));
    add_output(action.outputs.back());
  }
  const auto first =
      std::find(action.outputs.begin(), action.outputs.end(), process.absolute(rule.name));
  if (first != action.outputs.end()) std::iter_swap(action.outputs.begin(), first);
  for (const makelang::Prerequisite& prerequisite : rule.prerequisites) {
    const makelang::Target* target = process.evaluation.rules().find(prerequisite.name);
    const std::string path = process.absolute(prerequisite.name);
    if ((target && target->phony) || !file_exists(path)) continue;
    auto& list = prerequisite.order_only ? action.order_only : action.inputs;
    if (std::find(list.begin(), list.end(), path) == list.end()) list.push_back(path);
  }
}

bool Planner::of_the_driver(const Process& process, const Resolved& rule) const {
  return below_driver(process.absolute(process.evaluation.files().name(rule.recipe->where.file)));
}

void Planner::classify(Process& process, const Resolved& rule, const Scope& automatic,
                       Action& action) {
  const std::string& name = action.steps.front().name;
  const bool host = name.starts_with("host-");
  if (name == "cc_o_c") {
    const std::string source = action.inputs.empty() ? "" : action.inputs.front();
    const bool metadata = source.ends_with(".mod.c") || is_below(source, request_.srctree);
    action.kind = metadata ? ActionKind::metadata : ActionKind::compile;
  } else if (name == "as_o_S") {
    action.kind = ActionKind::assemble;
  } else if (name == "ld_multi_m" || name == "link_multi-m") {
    action.kind = ActionKind::composite;
    for (const std::string& input : action.inputs)
      if (extension(input) == ".o") parts_[action.outputs.front()].push_back(input);
  } else if (name == "modpost") {
    action.kind = ActionKind::modpost;
    complete_modpost(action);
  } else if (name == "ld_ko_o") {
    action.kind = ActionKind::module;
  } else if (name == "cpp_lds_S") {
    action.kind = ActionKind::script;
  } else if (name == "ld_image") {
    action.kind = ActionKind::image;
    add_image(process, action);
  } else if (host) {
    action.kind = ActionKind::host;
  }
  // A driver's rule may have exports of its own.
  if (action.kind == ActionKind::custom && of_the_driver(process, rule)) {
    action.environment = environment_index(process.evaluation.recipe_environment(&automatic));
  } else {
    if (process.environment < 0)
      process.environment = environment_index(process.evaluation.recipe_environment());
    action.environment = process.environment;
  }
}

void Planner::add_image(const Process& process, const Action& action) {
  Image image;
  image.path = action.outputs.front();
  image.name = relative_path(image.path, request_.folder);
  const std::string map(trim(process.evaluation.value(image.name + "-map")));
  if (!map.empty()) image.map = process.absolute(map);
  for (const std::string& input : action.inputs)
    if (extension(input) == ".o") image.objects.push_back(input);
  plan_.images.push_back(std::move(image));
}

void Planner::add_action(Process& process, const Resolved& rule, const Scope& automatic,
                         std::vector<Step> steps) {
  Action action;
  action.steps = std::move(steps);
  action.folder = process.evaluation.setup().folder;
  action.target = rule.name;
  action.always = rule.phony;
  add_paths(process, rule, action);
  classify(process, rule, automatic, action);
  const auto saves = [&](Step::Save save) {
    return std::any_of(action.steps.begin(), action.steps.end(),
                       [&](const Step& step) { return step.save == save; });
  };
  const Evaluation& evaluation = process.evaluation;
  if (saves(Step::Save::dependencies))
    action.depfile = process.absolute(evaluation.expand("$(depfile)", &automatic));
  // The .cmd files are what kbuild remembers; nothing of it looks at images.
  if (request_.image_rules.empty() &&
      (saves(Step::Save::dependencies) || saves(Step::Save::command)))
    action.dot_cmd = process.absolute(evaluation.expand("$(dot-target).cmd", &automatic));
  action.module = trim(evaluation.value("modname", &automatic));
  plan_.actions.push_back(std::move(action));
}

void Planner::write_modules_order(Process& process, const std::string& path,
                                  std::string_view command) {
  std::vector<std::string> lines =
      modules_order_lines(command, [&](const std::string& list) -> const std::vector<std::string>& {
        return module_lists_[process.absolute(list)];
      });
  std::string content;
  for (const std::string& line : lines) content += line + "\n";
  add_output(path);
  write_file_if_changed(path, content);
  plan_.written.push_back(path);
  module_lists_[path] = std::move(lines);
}

void Planner::collect_modules() {
  const auto list = module_lists_.find(join_path(request_.folder, "modules.order"));
  if (list == module_lists_.end() || !plan_.modules.empty()) return;
  for (const std::string& line : list->second) {
    Module module;
    const std::string stem = without_extension(absolute_path(line, request_.folder));
    module.name = base_name(stem);
    module.ko = stem + ".ko";
    module.object = stem + ".o";
    const auto parts = parts_.find(module.object);
    module.objects = parts == parts_.end() ? std::vector{module.object} : parts->second;
    plan_.modules.push_back(std::move(module));
  }
}

void Planner::complete_modpost(Action& action) {
  collect_modules();
  const auto add_input = [&](const std::string& path) {
    if (std::find(action.inputs.begin(), action.inputs.end(), path) == action.inputs.end())
      action.inputs.push_back(path);
  };
  for (const Module& module : plan_.modules) {
    const std::string stem = without_extension(module.object);
    add_input(module.object);
    if (outputs_.contains(stem + ".mod")) add_input(stem + ".mod");
    action.outputs.push_back(stem + ".mod.c");
    outputs_.insert(stem + ".mod.c");
  }
  const auto words = shell_split(action.steps.front().text);
  for (size_t i = 0; words && i + 1 < words->size(); ++i) {
    const std::string path = absolute_path((*words)[i + 1], action.folder);
    if ((*words)[i] == "-i" && exists(path) && !outputs_.contains(path)) add_input(path);
  }
  action.restat = true;
}

int Planner::environment_index(Environment environment) {
  const auto [entry, added] =
      environments_.emplace(std::move(environment), static_cast<int>(plan_.environments.size()));
  if (added) plan_.environments.push_back(entry->first);
  return entry->second;
}

Plan Planner::run() {
  plan_.objtree = request_.objtree;
  plan_.source = request_.source;
  plan_.folder = request_.folder;
  makelang::Setup setup;
  setup.environment = request_.environment;
  const bool images = !request_.image_rules.empty();
  setup.folder = images ? request_.folder : request_.objtree;
  setup.command_line_variables = request_.variables;
  const auto names_folder = [](const std::string& variable) {
    return variable.starts_with("M=") || variable.starts_with("KBUILD_EXTMOD=");
  };
  auto& variables = setup.command_line_variables;
  if (!images && std::none_of(variables.begin(), variables.end(), names_folder))
    variables.insert(variables.begin(), "M=" + request_.folder);
  setup.level = request_.level;
  setup.goals = request_.goals;
  setup.make_command = request_.make_command;
  setup.flags = request_.flags;
  enter({std::move(setup), images ? request_.image_rules : "Makefile"});
  collect_modules();
  plan_.inputs = observer_.inputs(outputs_, request_.environment);
  for (const Inputs& more : {known_inputs_, request_.config.inputs}) {
    append(plan_.inputs.files, more.files);
    append(plan_.inputs.environment, more.environment);
  }
  append(plan_.notes, request_.config.notes);
  return std::move(plan_);
}

}  // namespace

Plan make_plan(const Request& request) {
  return Planner(request).run();
}

Explanation explain(const Request& request, const std::string& output) {
  Planner planner(request);
  planner.explain(output);
  Plan plan = planner.run();
  for (const Action& action : plan.actions) {
    if (std::find(action.outputs.begin(), action.outputs.end(), output) == action.outputs.end())
      continue;
    Action found = action;
    return {std::move(plan), std::move(found), planner.word_origins()};
  }
  throw Error("nothing makes " + output, "kbx plan lists what a build makes");
}

}  // namespace kbx::kbuild
