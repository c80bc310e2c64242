#include "kbx/ninja/edge.h"

#include <algorithm>
#include <optional>

#include "kbx/base/hash.h"
#include "kbx/base/text.h"
#include "kbx/ninja/launcher.h"
#include "kbx/ninja/object_step.h"
#include "kbx/ninja/own_programs.h"
#include "kbx/ninja/shell.h"
#include "kbx/ninja/writer.h"

/// From the steps of an action to one line of shell.
///
/// make gives each recipe line, and so each step, a shell of its own. A graph that did the same
/// would pay a shell per step; here one shell with "set -e" runs them all, and a step gets a
/// subshell only if it could disturb the others (is_plain_command). A text that cannot stand within
/// one line goes into a script that is named by its content, so that Ninja still sees it change.
///
/// Around the command that kbuild saves come the records that kbuild makes with fixdep, nm and awk:
/// one call of `kbx step object`, which also gives Ninja the headers and tells by its status
/// whether the object exports symbols. Steps that would only find out that there is nothing to do
/// are then left alone. Where the tree's genksyms, modpost or recordmcount is called, kbx runs
/// its own.
namespace kbx::ninja {
namespace {

using kbuild::Action;
using kbuild::Step;

/// A single argument of a program can have 128 KiB on Linux; Ninja passes the command as one.
constexpr size_t longest_text = 60'000;

bool is_local_export_check(const Step& step) {
  return step.name == "check_local_export";
}

/// True if the objects that the command makes may be bitcode, which only the tree's nm can read.
bool may_make_bitcode(const Step& step) {
  const auto words = split_words(step.text);
  return std::ranges::any_of(words,
                             [](std::string_view word) { return word.starts_with("-flto"); });
}

/// The step that makes symbol versions if the object exports something, and what it then does.
struct GuardedStep {
  const Step* step = nullptr;
  ExportCheck check;
  Step body;
};

std::optional<GuardedStep> guarded_step(const Action& action) {
  if (action.depfile.empty() || may_make_bitcode(main_step(action))) return std::nullopt;
  for (const Step& step : action.steps) {
    const auto found = guarded_by_exports(step.text);
    if (!found) continue;
    Step body = step;
    body.text = found->body;
    return GuardedStep{&step, found->check, std::move(body)};
  }
  return std::nullopt;
}

/// How a step is called within the line, and whether it needs a subshell.
struct Call {
  std::string text;
  std::string saved;    // as kbuild has it
  bool single = false;  // one plain command
  bool plain = false;   // or several
  std::string script;
};

Call call_of(const Step& step, const Layout& layout, EdgeText& edge) {
  std::string_view text = trim(step.text);
  if (needs_own_lines(text) || text.size() > longest_text) {
    const bool as_it_is = layout.tree_programs || step.save != Step::Save::nothing;
    std::string content =
        (as_it_is ? step.text : with_own_programs(step.text, layout.kbx, layout.linker)) + "\n";
    std::string script = layout.file("scripts/" + content_hash(content) + ".sh");
    edge.files.emplace_back(script, std::move(content));
    const std::string call = ". " + shell_quote(script);
    return {call, call, false, false, script};
  }
  while (text.ends_with(';') || (!text.empty() && is_space(text.back()))) text.remove_suffix(1);
  if (text.empty()) return {":", ":", true, true, ""};
  const bool single = is_plain_command(text);
  const bool plain = single || (!step.name.empty() && !step.ignore_errors && is_plain_list(text));
  return {
      layout.tree_programs ? std::string(text) : with_own_programs(text, layout.kbx, layout.linker),
      std::string(text), single, plain, ""};
}

/// What comes around the call: recipe lines without a name run without "set -e", as in make.
std::pair<std::string, std::string> brackets(const Step& step, const Call& call) {
  std::string open;
  std::string close;
  if (!call.plain) {
    open = step.name.empty() ? "( set +e; " : "( ";
    close = " )";
  }
  if (step.ignore_errors) close += " || :";
  return {open, close};
}

std::string bracketed(const Step& step, const Call& call) {
  const auto [open, close] = brackets(step, call);
  return open + call.text + close;
}

std::string object_step_call(const Action& action, const Layout& layout,
                             const FixdepDialect& dialect, const EdgeText& edge,
                             const std::string& command_file,
                             const std::optional<ExportCheck>& tell_exports) {
  std::string call = shell_quote(layout.kbx) + " step object --object " +
                     shell_quote(action.outputs.front()) + " --target " +
                     shell_quote(action.target) + " --depfile " + shell_quote(action.depfile) +
                     " --ninja-depfile " + shell_quote(edge.depfile);
  if (!command_file.empty())
    call += " --cmd-file " + shell_quote(action.dot_cmd) + " --command-from " +
            shell_quote(command_file) + " --prefix " + dialect.saved_command_prefix;
  if (dialect.lower_case_config_headers) call += " --lower-case-configs";
  if (layout.light_cmd_files) call += " --light";
  if (!layout.options.empty()) call += " --options " + shell_quote(layout.options);
  if (!layout.launcher.empty() && !layout.shadow.empty())
    call += " --shadow " + shell_quote(layout.shadow);
  if (std::ranges::any_of(action.steps, is_local_export_check)) call += " --check-local-export";
  if (tell_exports)
    call +=
        std::string(tell_exports->among == ExportCheck::Among::symbols ? " --exported-symbols "
                                                                       : " --exported-sections ") +
        shell_quote(tell_exports->pattern);
  return call;
}

/// The record right after the saved command.
std::string record_text(const Action& action, const Step& step, const Call& call,
                        const Layout& layout, const FixdepDialect& dialect,
                        const std::optional<ExportCheck>& tell_exports, EdgeText& edge) {
  const bool saves = step.save != Step::Save::nothing && !action.dot_cmd.empty();
  if (!action.depfile.empty()) {
    std::string command_file;
    if (saves) {
      if (call.script.empty())
        edge.response_file = layout.file("rsp/" + content_hash(action.outputs.front()) + ".cmd");
      command_file = call.script.empty() ? edge.response_file : call.script;
    }
    const std::string record =
        object_step_call(action, layout, dialect, edge, command_file, tell_exports);
    if (!tell_exports) return "; " + record;
    return "; exports=0; " + record + " || exports=$?; case $exports in 0|" +
           std::to_string(step_exports_nothing) + ") ;; *) exit 1;; esac";
  }
  if (!saves || layout.light_cmd_files) return "";
  if (!call.script.empty())
    return "; " + shell_quote(layout.kbx) + " step object --target " + shell_quote(action.target) +
           " --cmd-file " + shell_quote(action.dot_cmd) + " --command-from " +
           shell_quote(call.script) + " --prefix " + dialect.saved_command_prefix;
  return "; printf '%s\\n' " +
         shell_quote(dialect.saved_command_prefix + action.target +
                     " := " + escape_command(call.saved)) +
         " > " + shell_quote(action.dot_cmd);
}

/// Ninja keeps what a failed command left behind, and would take it for good if nothing else
/// changed; make's .DELETE_ON_ERROR removes it.
bool has_to_clean_up(const Action& action, const Call& main_call) {
  const bool in_pieces = action.steps.size() > 1 || !main_call.single;
  return in_pieces && action.depfile.empty() && !action.restat && !action.always;
}

bool can_be_named(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) && std::ranges::all_of(name, is_name_character);
}

/// What a makefile exports under these names is for its commands alone.
bool is_read_by_ninja(std::string_view name) {
  constexpr std::string_view names[] = {"TERM", "MAKEFLAGS", "PATH", "SHELL", "IFS", "ENV", "PWD"};
  return name.starts_with("NINJA_") || name.starts_with("LD_") || name.starts_with("LC_") ||
         name.starts_with("CLICOLOR") || std::ranges::find(names, name) != std::end(names);
}

}  // namespace

EdgeText edge_text(const Action& action, const Layout& layout, const FixdepDialect& dialect) {
  EdgeText edge;
  if (!action.depfile.empty())
    edge.depfile = layout.file("deps/" + content_hash(action.outputs.front()) + ".d");
  const Step& main = main_step(action);
  const std::optional<GuardedStep> guarded = guarded_step(action);
  const auto tell_exports = guarded ? std::optional(guarded->check) : std::nullopt;
  const Call main_call = call_of(main, layout, edge);
  const bool cleans_up = has_to_clean_up(action, main_call);

  if (cleans_up) {
    std::string names;
    for (const std::string& output : action.outputs) names += " " + shell_quote(output);
    edge.before += "trap " + shell_quote("rm -f" + names) + " EXIT; ";
  }
  bool is_before = true;
  for (const Step& step : action.steps) {
    if (&step == &main) {
      const auto [open, close] = brackets(main, main_call);
      edge.before += open;
      if (main_call.script.empty()) edge.before += launch_call(action, main_call.text, layout);
      edge.command = main_call.text;
      edge.after =
          close + record_text(action, main, main_call, layout, dialect, tell_exports, edge);
      is_before = false;
    } else if (is_before) {
      edge.before += bracketed(step, call_of(step, layout, edge)) + "; ";
    } else if (guarded && guarded->step == &step) {
      edge.after += "; [ $exports != 0 ] || ( " + call_of(guarded->body, layout, edge).text + " )";
    } else if (!(is_local_export_check(step) && !action.depfile.empty())) {
      edge.after += "; " + bracketed(step, call_of(step, layout, edge));
    }
  }
  if (cleans_up) edge.after += "; trap - EXIT";
  return edge;
}

Environment common_environment(const std::vector<Environment>& environments) {
  if (environments.empty()) return {};
  Environment common = environments.front();
  std::erase_if(common, [&](const auto& entry) {
    if (!can_be_named(entry.first) || is_read_by_ninja(entry.first)) return true;
    return std::ranges::any_of(environments, [&](const Environment& other) {
      const auto found = other.find(entry.first);
      return found == other.end() || found->second != entry.second;
    });
  });
  return common;
}

std::string environment_text(const Environment& environment, const Environment& common) {
  std::string text;
  for (const auto& [name, value] : environment)
    if (can_be_named(name) && !common.contains(name))
      text += "export " + name + "=" + shell_quote(value) + "\n";
  return text;
}

}  // namespace kbx::ninja
