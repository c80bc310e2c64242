// The course of one make process (GNU make manual, "How make Processes a Makefile"): options, the
// reading of makefiles, their remaking, which starts the reading anew, then the goals.
#include "kbx/makelang/run.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/makelang/evaluation.h"
#include "kbx/makelang/run_database.h"
#include "kbx/makelang/run_output.h"
#include "kbx/makelang/run_update.h"

namespace kbx::makelang {
namespace {

constexpr const char* default_makefiles[] = {"GNUmakefile", "makefile", "Makefile"};

/// What stays the same when makefiles were remade and are read anew.
struct Invocation {
  Options options;                // command line and environment
  std::optional<int> given_jobs;  // -j on the command line itself
  Environment environment;
  std::string make_command;
  int level = 0;
  int restarts = 0;
  std::string input_makefile;  // standard input, kept in a file
};

std::string variable_of(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

[[noreturn]] void fatal(Output& output, std::string_view text) {
  output.error(fmt::format("*** {}.  Stop.", text));
  throw Stop{2};
}

/// Prints what keeps make from starting at all.
[[noreturn]] void refuse(Output& output, const OptionError& error) {
  if (!error.message.empty()) output.error(error.message);
  if (error.usage) output.print_error(usage_text("make"));
  throw Stop{2};
}

void read_options(Invocation& invocation, const std::vector<std::string>& arguments,
                  Output& output) {
  Options& options = invocation.options;
  for (const char* name : {"GNUMAKEFLAGS", "MAKEFLAGS"})
    if (const auto error = add_flags_text(
            options, replace_all(variable_of(invocation.environment, name), "$$", "$")))
      refuse(output, *error);
  if (invocation.environment.contains("GNUMAKEFLAGS"))
    invocation.environment["GNUMAKEFLAGS"].clear();
  const std::optional<int> inherited_jobs = options.jobs;
  options.jobs.reset();
  if (const auto error = add_command_line(options, "make", arguments)) refuse(output, *error);
  invocation.given_jobs = options.jobs;
  if (!options.jobs) options.jobs = inherited_jobs;
  for (auto* list : {&options.makefiles, &options.folders, &options.old_files, &options.new_files,
                     &options.include_folders, &options.goals})
    for (std::string& name : *list) name = command_line_file(name, invocation.environment);
  if (options.no_built_in_variables) options.no_built_in_rules = true;
}

void change_folder(const Options& options, Output& output) {
  for (const std::string& folder : options.folders)
    if (::chdir(folder.c_str()) != 0)
      fatal(output, fmt::format("{}: {}", folder, std::strerror(errno)));
}

/// Keeps a makefile that comes on standard input, so that it can be read again.
void keep_input_makefile(Invocation& invocation, Output& output) {
  bool seen = false;
  for (std::string& name : invocation.options.makefiles) {
    if (name != "-") continue;
    if (seen) fatal(output, "Makefile from standard input specified twice");
    seen = true;
    const std::string folder = variable_of(invocation.environment, "TMPDIR");
    std::string path = (folder.empty() ? "/tmp" : folder) + "/GmXXXXXX";
    const int descriptor = ::mkstemp(path.data());
    if (descriptor < 0)
      fatal(output, fmt::format("fopen (temporary file): {}", std::strerror(errno)));
    invocation.input_makefile = path;
    char buffer[65536];
    ssize_t got = 0;
    while ((got = ::read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
      for (ssize_t put = 0; put < got;) {
        const ssize_t written = ::write(descriptor, buffer + put, static_cast<size_t>(got - put));
        if (written < 0)
          fatal(output, fmt::format("fwrite (temporary file): {}", std::strerror(errno)));
        put += written;
      }
    ::close(descriptor);
    name = path;
  }
}

Setup setup_for(const Invocation& invocation) {
  const Options& options = invocation.options;
  Setup setup;
  setup.environment = invocation.environment;
  if (invocation.restarts > 0)
    setup.environment["MAKE_RESTARTS"] = std::to_string(invocation.restarts);
  setup.folder = current_folder();
  setup.command_line_variables = options.variables;
  setup.goals = options.goals;
  setup.make_command = invocation.make_command;
  setup.flags = compose_flags(options, false);
  setup.include_folders = options.include_folders;
  setup.level = invocation.level;
  setup.restarts = invocation.restarts;
  setup.environment_overrides = options.environment_overrides;
  setup.built_in_rules = !options.no_built_in_rules;
  setup.built_in_variables = !options.no_built_in_variables;
  setup.warn_undefined = options.warn_undefined;
  return setup;
}

/// Makefiles of this process that no include line named.
struct MainMakefiles {
  std::vector<std::string> missing_defaults;
};

MainMakefiles read_makefiles(Evaluation& evaluation, const Invocation& invocation, Output& output) {
  MainMakefiles result;
  for (const std::string& text : invocation.options.evals) evaluation.read_text(text);
  const std::string first = variable_of(invocation.environment, "MAKEFILES");
  for (std::string_view name : split_words(first))
    evaluation.read_makefile(std::string(name), true, false);
  if (!invocation.options.makefiles.empty()) {
    for (const std::string& name : invocation.options.makefiles)
      if (!evaluation.read_makefile(name, true))
        output.error(fmt::format("{}: {}", name, std::strerror(ENOENT)));
    return result;
  }
  for (const char* name : default_makefiles)
    if (exists(name)) {
      evaluation.read_makefile(name);
      return result;
    }
  for (const char* name : default_makefiles) result.missing_defaults.emplace_back(name);
  return result;
}

/// With -O what is said while reading is one group.
MainMakefiles read_in_a_group(Evaluation& evaluation, const Invocation& invocation,
                              Output& output) {
  const Grouping grouping = grouping_of(invocation.options);
  if (grouping != Grouping::line && grouping != Grouping::target)
    return read_makefiles(evaluation, invocation, output);
  KeptOutput kept;
  output.keep(&kept);
  const auto finish = [&] {
    output.keep(nullptr);
    output.dump(kept, true);
  };
  try {
    MainMakefiles result = read_makefiles(evaluation, invocation, output);
    finish();
    return result;
  } catch (...) {
    finish();
    throw;
  }
}

/// "NAME:=value" as on the command line.
void define_from_flags(Evaluation& evaluation, std::string_view definition) {
  size_t equals = definition.find('=');
  if (equals == std::string_view::npos) return;
  size_t end = equals;
  while (end > 0 && std::string_view(":+?!").find(definition[end - 1]) != std::string_view::npos)
    --end;
  const bool simple = definition.substr(end, equals - end).starts_with(':');
  const std::string_view name = trim(definition.substr(0, end));
  std::string_view text = definition.substr(equals + 1);
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  evaluation.define(name, simple ? evaluation.expand(text) : std::string(text),
                    simple ? Flavor::simple : Flavor::recursive, Origin::command_line);
}

/// Takes over what makefiles did to MAKEFLAGS.
void reread_flags(Options& options, Evaluation& evaluation) {
  Options changed = options;
  changed.variables.clear();
  add_flags_text(changed, evaluation.value("MAKEFLAGS"));
  for (const std::string& definition : changed.variables)
    if (std::find(options.variables.begin(), options.variables.end(), definition) ==
        options.variables.end())
      define_from_flags(evaluation, definition);
  changed.variables = options.variables;
  if (changed.no_built_in_variables && !options.no_built_in_variables)
    evaluation.undefine_built_in_variables();
  options = std::move(changed);
}

/// How many jobs may run: 0 without limit or as the jobserver says.
int prepare_jobs(Options& options, const Invocation& invocation, Jobserver& jobserver,
                 Output& output) {
  std::optional<int> jobs = options.jobs;
  if (!options.jobserver.empty()) {
    if (!invocation.given_jobs) {
      if (jobserver.join(options.jobserver)) return 0;
      output.error("warning: jobserver unavailable: using -j1.  Add '+' to parent make rule.");
      jobs = 1;
    } else if (invocation.restarts == 0) {
      output.error(fmt::format("warning: -j{} forced in submake: resetting jobserver mode.",
                               *invocation.given_jobs));
    }
    options.jobserver.clear();
  }
  options.jobs = jobs;
  if (!jobs) return 1;
  if (*jobs > 1 && jobserver.serve(*jobs - 1)) {
    options.jobserver = jobserver.auth();
    return 0;
  }
  return *jobs;
}

/// The makefiles that were read, as goals, the last one first, as make takes them.
std::vector<Goal> makefile_goals(Graph& graph, const Invocation& invocation,
                                 const MainMakefiles& main) {
  std::vector<Goal> goals;
  for (const MakefileUse& use : graph.evaluation().observations().makefiles) {
    const bool is_main = !use.where;
    const auto& names = invocation.options.makefiles;
    const bool is_given = std::find(names.begin(), names.end(), use.name) != names.end();
    Goal goal;
    goal.node = graph.enter(use.name);
    goal.do_not_care = use.optional && !(is_main && is_given);
    goal.included = !is_main;
    goal.error = use.found ? 0 : use.error ? use.error : ENOENT;
    goal.where = use.where;
    // Of several lines that name a makefile, messages name the last one.
    for (Goal& earlier : goals)
      if (earlier.node == goal.node && goal.included) earlier.where = goal.where;
    goals.insert(goals.begin(), goal);
  }
  for (const std::string& name : main.missing_defaults) {
    Goal goal;
    goal.node = graph.enter(name);
    goal.do_not_care = true;
    goals.push_back(goal);
  }
  return goals;
}

/// A double-colon makefile without prerequisites would be remade for ever.
bool is_always_remade(const Node* node) {
  for (; node; node = node->next_rule)
    if (node->first_rule && node->edges.empty() && node->recipe) return true;
  return false;
}

void mark_times(Graph& graph, const Options& options) {
  for (const std::string& name : options.old_files)
    for (Node* node = graph.enter(name); node; node = node->next_rule) {
      node->progress.time = node->progress.time_before = time_old;
      node->progress.updated = true;
      node->progress.outcome = Outcome::success;
      node->progress.stage = Stage::finished;
    }
  for (const std::string& name : options.new_files)
    for (Node* node = graph.enter(name); node; node = node->next_rule)
      node->progress.time = node->progress.time_before = time_newest;
}

/// After a failed update: whether some makefile was remade all the same, and what to say.
bool judge_failed_makefiles(Updater& updater, std::vector<Goal>& goals,
                            const std::vector<FileTime>& times, Output& output, int& status) {
  bool any_remade = false;
  bool any_failed = false;
  for (size_t i = 0; i < goals.size(); ++i) {
    Node* node = real(goals[i].node);
    if (node->progress.updated) {
      if (node->progress.outcome == Outcome::success) {
        any_remade = any_remade || updater.time_without_search(node) != times[i];
      } else if (!goals[i].do_not_care) {
        output.error(fmt::format("Failed to remake makefile '{}'.", node->name));
        const FileTime time = updater.time_without_search(node);
        any_remade = any_remade || (time != time_missing && time != times[i]);
        status = 2;
      }
    } else if (!goals[i].do_not_care) {
      if (goals[i].included) {
        output.error(fmt::format("Included makefile '{}' was not found.", node->name));
      } else {
        output.error(fmt::format("Makefile '{}' was not found", node->name));
        any_failed = true;
      }
    }
  }
  if (any_failed && !any_remade) throw Stop{2};
  return any_remade;
}

/// Brings the makefiles up to date. True if they have to be read anew.
bool remake_makefiles(Updater& updater, std::vector<Goal> goals, Output& output, int& status) {
  std::erase_if(goals, [](const Goal& goal) { return is_always_remade(real(goal.node)); });
  std::vector<FileTime> times;
  for (const Goal& goal : goals) {
    Node* node = real(goal.node);
    times.push_back(updater.time_without_search(node));
  }
  switch (updater.update(goals, true)) {
    case Outcome::success:
      return true;
    case Outcome::failed:
      return judge_failed_makefiles(updater, goals, times, output, status);
    default:
      return false;
  }
}

std::vector<Goal> wanted_goals(Graph& graph, const Options& options, Output& output) {
  std::vector<Goal> goals;
  for (const std::string& name : options.goals) {
    Goal goal;
    goal.node = graph.enter(name);
    goals.push_back(goal);
  }
  if (!goals.empty()) return goals;
  const Evaluation& evaluation = graph.evaluation();
  std::string name = evaluation.value(".DEFAULT_GOAL");
  if (name.empty()) name = evaluation.rules().default_goal;
  if (!name.empty() && !graph.lookup(name)) {
    const auto words = split_words(name);
    if (words.size() > 1) fatal(output, ".DEFAULT_GOAL contains more than one target");
    name = words.empty() ? std::string() : std::string(words[0]);
  }
  if (!name.empty()) {
    Goal goal;
    goal.node = graph.enter(name);
    goals.push_back(goal);
    return goals;
  }
  const Variable* read = evaluation.find("MAKEFILE_LIST");
  fatal(output,
        read && !read->value.empty() ? "No targets" : "No targets specified and no makefile found");
}

/// The failing of something while recipes run: those that run come to their end first.
void finish_after(Updater& updater, Output& output, int status) {
  try {
    updater.finish(status != 0);
  } catch (const Error& error) {
    output.print_error(error.to_string() + "\n");
  }
}

void print_error(Output& output, const Error& error) {
  const std::string place = error.location().to_string();
  const std::string text = fmt::format("*** {}.  Stop.", error.what());
  if (place.empty())
    output.error(text);
  else
    output.print_error(fmt::format("{}: {}\n", place, text));
}

/// One reading and updating. Nothing if makefiles were remade and all starts anew.
std::optional<int> run_once(const Invocation& invocation, Output& output) {
  Options options = invocation.options;
  Hooks hooks;
  hooks.print = [&output](Stream stream, std::string_view text) {
    if (stream == Stream::output)
      output.print(text);
    else
      output.print_error(text);
  };
  Evaluation evaluation(setup_for(invocation), hooks);
  const MainMakefiles main = read_in_a_group(evaluation, invocation, output);
  reread_flags(options, evaluation);
  if (options.print_directory) output.announce(current_folder());
  Jobserver jobserver;
  const int slots = prepare_jobs(options, invocation, jobserver, output);
  evaluation.set_flags(compose_flags(options, true));
  for (const SourceRef where : convert_suffix_rules(evaluation.rules()))
    output.print_error(evaluation.files().written_location(where).to_string() +
                       ": warning: ignoring prerequisites on suffix rule definition\n");
  Graph graph(evaluation, [](const std::string& path) { return exists(path); });
  if (options.no_built_in_rules || options.no_built_in_variables) graph.drop_built_in_rules();
  for (const std::string& name : options.goals) graph.enter(name)->command_line_goal = true;
  std::vector<Goal> makefiles = makefile_goals(graph, invocation, main);
  graph.mark_all_secondary();
  mark_times(graph, options);

  Updater updater(graph, options, output, jobserver, slots);
  if (invocation.restarts > 0) updater.make_makefiles_if_old();  // or it would never end
  int status = 0;
  try {
    if (!invocation.input_makefile.empty()) {
      Node* node = graph.enter(invocation.input_makefile);
      node->progress.time_before = updater.time_without_search(node);
      node->progress.updated = true;
      node->progress.outcome = Outcome::success;
      node->progress.stage = Stage::finished;
    }
    if (remake_makefiles(updater, makefiles, output, status)) {
      updater.finish(false);
      if (options.print_data_base) print_data_base(evaluation, graph, output);
      return std::nullopt;
    }
    switch (updater.update(wanted_goals(graph, options, output), false)) {
      case Outcome::question:
        status = 1;
        break;
      case Outcome::failed:
        status = 2;
        break;
      default:
        break;
    }
    if (updater.clock_skew_seen())
      output.error("warning:  Clock skew detected.  Your build may be incomplete.");
  } catch (const Stop& stop) {
    status = stop.status;
  } catch (const Error& error) {
    print_error(output, error);
    status = 2;
  }
  finish_after(updater, output, status);
  if (options.print_data_base) print_data_base(evaluation, graph, output);
  return status;
}

int run_to_end(Invocation& invocation, Output& output) {
  try {
    while (true) {
      if (const auto status = run_once(invocation, output)) return *status;
      ++invocation.restarts;
    }
  } catch (const Stop& stop) {
    return stop.status;
  } catch (const Error& error) {
    print_error(output, error);
    return 2;
  }
}

}  // namespace

std::string program_name(int level) {
  return level == 0 ? "make" : fmt::format("make[{}]", level);
}

int run_make(const std::vector<std::string>& arguments, const Environment& environment,
             const std::string& make_command) {
  Invocation invocation;
  invocation.environment = environment;
  invocation.make_command = make_command;
  invocation.level = std::max(0, std::atoi(variable_of(environment, "MAKELEVEL").c_str()));
  invocation.restarts = std::abs(std::atoi(variable_of(environment, "MAKE_RESTARTS").c_str()));
  invocation.environment.erase("MAKE_RESTARTS");
  Output output(program_name(invocation.level));
  Options& options = invocation.options;
  int status = 2;
  try {
    read_options(invocation, arguments, output);
    if (options.usage) {
      output.print(usage_text("make"));
      return 0;
    }
    if (options.version) {
      output.print(version_text());
      return 0;
    }
    change_folder(options, output);
    // Later, a makefile's MAKEFLAGS can only turn it on.
    if (!options.silent && (!options.folders.empty() || invocation.level > 0))
      options.print_directory = true;
    if (options.no_print_directory) options.print_directory = false;
    if (options.print_directory) output.announce(current_folder());
    keep_input_makefile(invocation, output);
    status = run_to_end(invocation, output);
  } catch (const Stop& stop) {
    status = stop.status;
  }
  if (!invocation.input_makefile.empty()) remove_file(invocation.input_makefile);
  output.leave();
  return status;
}

}  // namespace kbx::makelang
