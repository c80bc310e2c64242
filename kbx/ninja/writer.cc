#include "kbx/ninja/writer.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_map>

#include "kbx/base/embedded.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/text.h"
#include "kbx/ninja/edge.h"
#include "kbx/ninja/metadata_graph.h"
#include "kbx/ninja/modpost_order.h"
#include "kbx/ninja/object_list.h"
#include "kbx/ninja/output.h"
#include "kbx/ninja/shell.h"

/// From a Plan to build.ninja.
///
/// The rules come from templates (rules/*.ninja), one per kind of action; this file adds a build
/// statement per action. Three things are not in the plan and come from here:
///
/// - what every compilation hangs on besides its sources: a file with the identity of the compiler;
/// - a target that never exists, for actions that run in every build;
/// - the order. Ninja starts ready edges in the order in which the manifest names them, so the
///   statements are sorted by the length of the longest chain of work that begins with them. Four
///   slow files in a tree of a hundred then start first instead of last.
namespace kbx::ninja {
namespace {

using kbuild::Action;
using kbuild::ActionKind;
using kbuild::Plan;
using kbuild::Step;

/// Between the parts of what is told of a command in a matrix. No name of a file has it in it, and
/// a terminal shows nothing for it.
constexpr char told_separator = '\x1f';

bool uses_target_compiler(ActionKind kind) {
  return kind == ActionKind::compile || kind == ActionKind::assemble ||
         kind == ActionKind::metadata || kind == ActionKind::script;
}

/// A misspelt template would silently do nothing.
void check_rules_folder(const std::string& folder) {
  if (!is_folder(folder))
    throw Error("the folder with rule templates does not exist: " + folder,
                "give --rules a folder with files such as compile.ninja");
  for (const std::string& name : list_folder(folder)) {
    const bool known = std::ranges::any_of(
        embedded::rules(), [&](const embedded::File& file) { return file.path == name; });
    if (extension(name) == ".ninja" && !known)
      throw Error(Location{join_path(folder, name), 0}, "no rule template has this name",
                  "the names are those of the kinds of actions: compile.ninja, assemble.ninja, "
                  "composite.ninja, modpost.ninja, metadata.ninja, module.ninja, script.ninja, "
                  "image.ninja, host.ninja, metadata_template.ninja, metadata_objects.ninja, "
                  "custom.ninja");
  }
}

std::string rule_templates(const Layout& layout) {
  if (!layout.rules_folder.empty()) check_rules_folder(layout.rules_folder);
  std::string text;
  for (const embedded::File& file : embedded::rules()) {
    if (extension(file.path) != ".ninja") continue;
    std::string content(file.content);
    if (!layout.rules_folder.empty())
      if (auto own = read_file_if_present(join_path(layout.rules_folder, file.path)))
        content = std::move(*own);
    text += content;
    text += '\n';
  }
  return text;
}

/// A guess in milliseconds for an action that never ran: what starting a compiler costs, and so
/// much per byte of the source.
std::int64_t guessed_duration(const Action& action) {
  switch (action.kind) {
    case ActionKind::compile:
    case ActionKind::assemble:
    case ActionKind::host: {
      const auto stamp = action.inputs.empty() ? std::nullopt : stamp_of(action.inputs.front());
      return 300 + (stamp ? static_cast<std::int64_t>(stamp->size / 40) : 0);
    }
    case ActionKind::metadata:
      return 200;
    default:
      return 50;
  }
}

/// Indices of the actions, those that begin the longest chain of work first.
std::vector<size_t> longest_first(const Plan& plan, const Durations& durations) {
  std::unordered_map<std::string_view, size_t> maker;
  for (size_t i = 0; i < plan.actions.size(); ++i)
    for (const std::string& output : plan.actions[i].outputs) maker.emplace(output, i);

  std::vector<std::int64_t> chain(plan.actions.size(), 0);
  // An action comes after those that it needs, so going backwards all users of an output are
  // known when its maker is reached.
  for (size_t i = plan.actions.size(); i-- > 0;) {
    const Action& action = plan.actions[i];
    const auto known = durations.find(action.outputs.front());
    chain[i] += known != durations.end() ? known->second : guessed_duration(action);
    const auto pass_on = [&](const std::vector<std::string>& names) {
      for (const std::string& name : names)
        if (const auto found = maker.find(name); found != maker.end() && found->second < i)
          chain[found->second] = std::max(chain[found->second], chain[i]);
    };
    pass_on(action.inputs);
    pass_on(action.order_only);
  }
  std::vector<size_t> order(plan.actions.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return chain[a] > chain[b]; });
  return order;
}

void add_variable(std::string& text, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  text += "  ";
  text += name;
  text += " = ";
  text += escape_value(value);
  text += '\n';
}

void add_paths(std::string& text, std::string_view before, const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  text += before;
  for (const std::string& path : paths) {
    text += ' ';
    text += escape_path(path);
  }
}

/// What Ninja says of a command: in a graph that is a part of another with what tells which it is.
std::string told_text(const Layout& layout, const std::vector<std::string>& outputs,
                      const std::string& text) {
  if (layout.cell.empty()) return text;
  return write_told({layout.cell, outputs.front(), text});
}

/// In a matrix: the last edge of a cell, which ends when everything else in it has.
void add_end_of_cell(Manifest& manifest, const Plan& plan, const Layout& layout) {
  const std::string end = layout.file(end_of_cell);
  std::string& text = manifest.text;
  text += "build";
  add_paths(text, "", {end});
  text += ": cell";
  add_paths(text, "", plan.goals);
  if (plan.goals.empty())
    for (const Action& action : plan.actions) add_paths(text, "", action.outputs);
  text += '\n';
  add_variable(text, "text", told_text(layout, {end}, "-"));
  text += "default";
  add_paths(text, "", {end});
  text += '\n';
}

/// The script of each environment of the plan. Its name is part of commands, so it has to stay
/// while other folders of the driver come and go: it is made of the folder that a make process was
/// started for ($(obj)) and a number among those.
std::vector<std::string> environment_files(const Plan& plan, const Layout& layout) {
  std::map<std::string, int> seen;
  std::vector<std::string> files;
  for (const Environment& environment : plan.environments) {
    const auto folder = environment.find("obj");
    const std::string owner = folder == environment.end() ? "top" : content_hash(folder->second);
    files.push_back(layout.file("env/" + owner + "-" + std::to_string(seen[owner]++) + ".sh"));
  }
  return files;
}

/// What Ninja can be given for all commands: nothing if one of them has no environment of its own,
/// or if Ninja runs commands of other graphs too.
Environment shared_environment(const Plan& plan, const Layout& layout) {
  if (!layout.ninja.empty()) return {};
  const bool all_own = std::ranges::all_of(plan.actions, [](const Action& action) {
    return action.steps.empty() || action.environment >= 0;
  });
  return all_own ? common_environment(plan.environments) : Environment();
}

/// The variable `before` of an edge without steps of its own.
std::string enter_environment(int environment, const std::vector<std::string>& environments) {
  if (environment < 0) return "";
  return ". " + shell_quote(environments[static_cast<size_t>(environment)]) + "; ";
}

/// What the command of an action does besides what the plan says.
struct Addition {
  std::vector<std::string> outputs;
  std::vector<std::string> implicit;
  std::vector<std::string> order_only;
  std::string words;  // of the command
};

/// The shell has nothing to do behind the command.
constexpr const char* become = "exec ";

/// Whether all of the edge is one call of kbx.
bool is_own_call(const EdgeText& edge, const Layout& layout) {
  return edge.before.empty() && edge.after.empty() && is_plain_command(edge.command) &&
         edge.command.starts_with(shell_quote(layout.kbx) + " ");
}

std::string action_text(const Action& action, const Plan& plan, const Layout& layout) {
  if (layout.lines == Layout::Lines::short_one) return short_text(action, plan);
  return make_text(action, layout.lines == Layout::Lines::of_make_with_commands);
}

void add_statement(Manifest& manifest, const Action& action, const Plan& plan, const Layout& layout,
                   const FixdepDialect& dialect, const std::vector<std::string>& environments,
                   const Addition& addition) {
  EdgeText edge = edge_text(action, layout, dialect);
  edge.command += addition.words;
  if (is_own_call(edge, layout)) edge.before = become;
  edge.before.insert(0, enter_environment(action.environment, environments));
  std::string& text = manifest.text;
  text += "build";
  add_paths(text, "", action.outputs);
  add_paths(text, "", addition.outputs);
  text += ": ";
  text += kbuild::kind_name(action.kind);
  add_paths(text, "", action.inputs);
  std::vector<std::string> implicit = addition.implicit;
  if (uses_target_compiler(action.kind)) implicit.push_back(layout.file("toolchain"));
  if (action.always) implicit.push_back(layout.file("always"));
  add_paths(text, " |", implicit);
  std::vector<std::string> order_only = action.order_only;
  order_only.insert(order_only.end(), addition.order_only.begin(), addition.order_only.end());
  add_paths(text, " ||", order_only);
  text += '\n';
  add_variable(text, "folder", shell_quote(action.folder));
  add_variable(text, "before", edge.before);
  add_variable(text, "cmd", edge.command);
  add_variable(text, "after", edge.after);
  add_variable(text, "text", told_text(layout, action.outputs, action_text(action, plan, layout)));
  if (!edge.depfile.empty()) {
    add_variable(text, "deps_kind", "gcc");
    add_variable(text, "deps_file", edge.depfile);
  }
  add_variable(text, "rsp", edge.response_file);
  manifest.has_response_files = manifest.has_response_files || !edge.response_file.empty();
  if (action.restat) add_variable(text, "keep", "1");
  text += '\n';
  for (auto& file : edge.files) manifest.files.push_back(std::move(file));
}

bool is_goal(const Plan& plan, const Action& action) {
  return std::ranges::any_of(action.outputs, [&](const std::string& output) {
    return std::ranges::find(plan.goals, output) != plan.goals.end();
  });
}

std::string metadata_text(const std::vector<std::string>& objects, const Plan& plan) {
  if (objects.size() > 1) return "MODINFO " + std::to_string(objects.size()) + " modules";
  return "MODINFO " + replace_all(objects.front(), plan.folder + "/", "");
}

/// Asks for a template or a common object.
void add_template_edge(Manifest& manifest, const MetadataGroup& group, const std::string& output,
                       const std::string& members, const Layout& layout,
                       const std::string& before) {
  const std::string request = layout.file("metadata/" + group.key);
  const std::string depfile = layout.file("deps/" + content_hash(output) + ".d");
  manifest.files.emplace_back(request, group.request);
  std::string& text = manifest.text;
  text += "build";
  add_paths(text, "", {output});
  text += ": metadata_template";
  add_paths(text, "", {request});
  std::vector<std::string> implicit = {layout.file("toolchain")};
  if (group.kind == TemplateRequest::Kind::common_object) implicit.push_back(members);
  add_paths(text, " |", implicit);
  text += '\n';
  add_variable(text, "folder", shell_quote(layout.state));
  add_variable(text, "before", before + become);
  add_variable(text, "cmd",
               shell_quote(layout.kbx) + " step template --request " + shell_quote(request) +
                   " --output " + shell_quote(output) + " --ninja-depfile " + shell_quote(depfile) +
                   " --members " + shell_quote(members));
  add_variable(text, "text", told_text(layout, {output}, "-"));
  add_variable(text, "deps_file", depfile);
  text += '\n';
}

/// All that the metadata objects of a group take to be made from their template.
struct GroupNeeds {
  std::vector<std::string> objects;
  std::vector<std::string> inputs;
  std::vector<std::string> order_only;
  std::string members;  // file
  std::string from;     // the template; of a common object the object itself
};

GroupNeeds needs_of(const MetadataGroup& group, const Plan& plan, const Layout& layout) {
  GroupNeeds needs;
  for (const MetadataGroup::Member& member : group.members) {
    const Action& action = plan.actions[member.action];
    needs.objects.push_back(action.outputs.front());
    needs.inputs.insert(needs.inputs.end(), action.inputs.begin(), action.inputs.end());
    needs.order_only.insert(needs.order_only.end(), action.order_only.begin(),
                            action.order_only.end());
  }
  const bool is_common = group.kind == TemplateRequest::Kind::common_object;
  const std::string name = group.key + "-" + std::to_string(group.environment);
  needs.members = layout.file(
      "metadata/" + (is_common ? content_hash(needs.objects.front()) : name) + ".members");
  needs.from = is_common ? needs.objects.front() : layout.file("templates/" + name);
  return needs;
}

/// Edges for objects of which kbx needs no compiler's: one for the template, which also gives what
/// is common to all modules, and, unless they are `joined` to another, one for all objects that are
/// made from it.
void add_metadata_group(Manifest& manifest, const MetadataGroup& group, const Plan& plan,
                        const Layout& layout, const std::vector<std::string>& environments,
                        bool joined) {
  const GroupNeeds needs = needs_of(group, plan, layout);
  manifest.files.emplace_back(needs.members, members_text(group, plan));
  const std::string before = enter_environment(group.environment, environments);
  add_template_edge(manifest, group, needs.from, needs.members, layout, before);
  if (joined || group.kind == TemplateRequest::Kind::common_object) return;
  std::string& text = manifest.text;
  text += "build";
  add_paths(text, "", needs.objects);
  text += ": metadata_objects";
  add_paths(text, "", needs.inputs);
  add_paths(text, " |", {needs.from, needs.members});
  add_paths(text, " ||", needs.order_only);
  text += '\n';
  add_variable(text, "folder", shell_quote(layout.state));
  add_variable(text, "before", before + become);
  add_variable(text, "cmd",
               shell_quote(layout.kbx) + " step metadata --template " + shell_quote(needs.from) +
                   " --members " + shell_quote(needs.members));
  add_variable(text, "text", told_text(layout, needs.objects, metadata_text(needs.objects, plan)));
  text += '\n';
}

/// kbx's modpost can make the metadata objects of what it writes at once, which spares a process.
/// The group it does that for, and what this adds to its edge.
struct Joint {
  const MetadataGroup* group = nullptr;
  size_t modpost = 0;  // index into Plan::actions
  bool apart = false;  // it could, but is told not to
  std::string order;   // what it is told
  Addition addition;
};

bool is_own_modpost(const Action& action, const Layout& layout, const FixdepDialect& dialect) {
  if (action.kind != ActionKind::modpost || action.steps.size() != 1) return false;
  const EdgeText edge = edge_text(action, layout, dialect);
  return is_own_call(edge, layout) &&
         edge.command.starts_with(shell_quote(layout.kbx) + " modpost ");
}

bool is_made(const Plan& plan, const std::string& path) {
  return std::ranges::any_of(plan.actions, [&](const Action& action) {
    return std::ranges::find(action.outputs, path) != action.outputs.end();
  });
}

/// Nothing if that is out of the question: there are several groups, rules of the user's own, or
/// something else is to be made between the two.
std::optional<Joint> joint_of(const Plan& plan, const std::vector<MetadataGroup>& groups,
                              const Layout& layout, const FixdepDialect& dialect,
                              const std::vector<std::string>& environments) {
  const auto is_metadata = [](const MetadataGroup& group) {
    return group.kind == TemplateRequest::Kind::metadata;
  };
  const auto group = std::ranges::find_if(groups, is_metadata);
  const auto modpost = std::ranges::find(plan.actions, ActionKind::modpost, &Action::kind);
  if (!layout.rules_folder.empty() || group == groups.end() || group->environment < 0 ||
      std::ranges::count_if(groups, is_metadata) != 1 || modpost == plan.actions.end() ||
      !is_own_modpost(*modpost, layout, dialect))
    return std::nullopt;
  const GroupNeeds needs = needs_of(*group, plan, layout);
  Joint joint;
  joint.group = &*group;
  joint.modpost = static_cast<size_t>(modpost - plan.actions.begin());
  const std::string order = layout.file(modpost_order_file);
  joint.addition.words = " --metadata " + shell_quote(order);
  for (const std::string& input : needs.inputs)
    if (std::ranges::find(modpost->outputs, input) == modpost->outputs.end()) {
      if (is_made(plan, input)) return std::nullopt;
      joint.addition.implicit.push_back(input);
    }
  if (std::ranges::any_of(needs.order_only,
                          [&](const std::string& path) { return is_made(plan, path); }))
    return std::nullopt;
  joint.apart = exists(layout.file(apart_file));
  if (joint.apart) {
    joint.addition.implicit.clear();
    return joint;
  }
  joint.addition.outputs = needs.objects;
  joint.addition.order_only = needs.order_only;
  for (const std::string& path : {needs.from, needs.members, order})
    joint.addition.implicit.push_back(path);
  joint.order =
      write_modpost_order({needs.from, needs.members,
                           environments[static_cast<size_t>(group->environment)], needs.objects});
  return joint;
}

}  // namespace

std::string environment_block(const Environment& environment) {
  std::string text;
  for (const auto& [name, value] : environment) text.append(name + "=" + value).push_back('\0');
  return text;
}

Environment read_environment_block(std::string_view text) {
  Environment environment;
  while (!text.empty()) {
    const size_t end = text.find('\0');
    const std::string_view entry = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const size_t equals = entry.find('=');
    if (equals != std::string_view::npos)
      environment.insert_or_assign(std::string(entry.substr(0, equals)),
                                   std::string(entry.substr(equals + 1)));
  }
  return environment;
}

std::string escape_path(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    if (c == '\n')
      throw Error("a file name with a line break cannot be built: " + std::string(path),
                  "rename the file");
    if (c == '$' || c == ' ' || c == ':') escaped += '$';
    escaped += c;
  }
  return escaped;
}

std::string escape_value(std::string_view text) {
  std::string escaped = replace_all(text, "$", "$$");
  // White space at the start of a value would be skipped.
  if (escaped.starts_with(' ')) escaped.insert(0, 1, '$');
  return escaped;
}

std::string write_told(const Told& told) {
  std::string text = told.cell + told_separator + told.output + told_separator + told.text;
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::optional<Told> read_told(std::string_view text) {
  const auto parts = split(text, told_separator);
  if (parts.size() < 3) return std::nullopt;
  return Told{std::string(parts[0]), std::string(parts[1]),
              std::string(text.substr(static_cast<size_t>(parts[2].data() - text.data())))};
}

std::string short_text(const Action& action, const Plan& plan) {
  const auto shows = [](const Step& step) { return !step.quiet.empty(); };
  const Step& main = main_step(action);
  const auto found = std::ranges::find_if(action.steps, shows);
  if (found == action.steps.end()) return "-";
  std::string text = shows(main) ? main.quiet : found->quiet;
  std::ranges::replace(text, '\n', ' ');
  return std::string(trim(replace_all(text, plan.folder + "/", "")));
}

std::string make_text(const Action& action, bool with_commands) {
  std::string text;
  for (const Step& step : action.steps) {
    std::string line(trim(with_commands ? step.text : step.quiet));
    std::ranges::replace(line, '\n', line_mark);
    if (!line.empty()) text += (text.empty() ? "" : std::string(1, line_mark)) + line;
  }
  if (text.empty()) text = "-";
  const bool speaks_for_itself =
      action.kind == kbuild::ActionKind::custom || action.kind == kbuild::ActionKind::host;
  return speaks_for_itself ? text : errors_mark + text;
}

const Step& main_step(const Action& action) {
  for (auto step = action.steps.rbegin(); step != action.steps.rend(); ++step)
    if (step->save != Step::Save::nothing) return *step;
  return action.steps.front();
}

Manifest make_manifest(const Plan& plan, const Layout& layout, const Durations& durations) {
  Manifest manifest;
  manifest.text = "# Written by kbx for " + replace_all(plan.source, "\n", " ") +
                  "; changes will be lost.\nninja_required_version = 1.5\n\n";
  manifest.text += rule_templates(layout);
  manifest.text += "build " + escape_path(layout.file("always")) + ": phony\n\n";
  const FixdepDialect dialect = probe_fixdep(plan.objtree, plan.dialect.saved_command_prefix);
  const std::vector<std::string> environments = environment_files(plan, layout);
  const std::vector<MetadataGroup> groups = metadata_groups(plan, layout);
  std::map<size_t, const MetadataGroup*> group_of;
  for (const MetadataGroup& group : groups)
    for (const MetadataGroup::Member& member : group.members)
      group_of.emplace(member.action, &group);
  const auto joint = joint_of(plan, groups, layout, dialect, environments);
  if (joint) manifest.files.emplace_back(layout.file(modpost_order_file), joint->order);
  std::set<const MetadataGroup*> done;
  for (const size_t index : longest_first(plan, durations)) {
    const Action& action = plan.actions[index];
    if (const auto found = group_of.find(index); found != group_of.end()) {
      if (done.insert(found->second).second)
        add_metadata_group(manifest, *found->second, plan, layout, environments,
                           joint && !joint->apart && joint->group == found->second);
      continue;
    }
    if (auto list = layout.light_cmd_files ? object_list_text(action) : std::nullopt;
        list && !is_goal(plan, action)) {
      manifest.files.emplace_back(action.outputs.front(), std::move(*list));
      continue;
    }
    if (!action.steps.empty()) {
      add_statement(manifest, action, plan, layout, dialect, environments,
                    joint && joint->modpost == index ? joint->addition : Addition());
      continue;
    }
    manifest.text += "build";
    add_paths(manifest.text, "", action.outputs);
    manifest.text += ": phony";
    add_paths(manifest.text, "", action.inputs);
    add_paths(manifest.text, " ||", action.order_only);
    manifest.text += "\n\n";
  }
  if (!plan.goals.empty()) {
    add_paths(manifest.text, "default", plan.goals);
    manifest.text += '\n';
  }
  if (!layout.cell.empty()) add_end_of_cell(manifest, plan, layout);
  const Environment common = shared_environment(plan, layout);
  manifest.files.emplace_back(layout.file(common_environment_file), environment_block(common));
  for (size_t i = 0; i < environments.size(); ++i)
    manifest.files.emplace_back(environments[i], environment_text(plan.environments[i], common));
  return manifest;
}

std::string ninja_text(const Plan& plan, const Layout& layout) {
  return make_manifest(plan, layout, {}).text;
}

}  // namespace kbx::ninja
