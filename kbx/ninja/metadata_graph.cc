#include "kbx/ninja/metadata_graph.h"

#include <algorithm>
#include <map>
#include <optional>

#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/ninja/export_check.h"
#include "kbx/ninja/metadata_step.h"
#include "kbx/ninja/shell.h"
#include "kbx/ninja/writer.h"
#include "kbx/symbols/mod_template.h"

/// Which NAME.mod.o need no compiler. kbuild compiles each NAME.mod.c with the same command but for
/// the module's name; that command, with a made-up name in it, is the request for a template. Plans
/// whose command could make something else of another text, or does more than compile, keep the
/// compiler: link-time optimization, a checker, words that the shell would change.
namespace kbx::ninja {
namespace {

using kbuild::Action;
using kbuild::Plan;
using kbuild::Step;

/// Steps that have no say in what the object is.
bool is_a_record(const Step& step) {
  return step.name == "gen_objtooldep" || step.name == "check_local_export" ||
         guarded_by_exports(step.text).has_value();
}

/// objtool looks at code, of which a metadata object has none.
bool only_checks_code(std::string_view commands) {
  while (!commands.empty() && (is_space(commands.front()) || commands.front() == ';'))
    commands.remove_prefix(1);
  if (trim(commands).empty()) return true;
  if (!is_plain_command(trim(commands))) return false;
  const auto words = split_words(commands);
  return words.front().ends_with("/objtool/objtool");
}

/// True if a shell passes other words than stand in `command`.
bool has_expansions(std::string_view command) {
  char quote = 0;
  for (size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (c == '\\' && quote != '\'') {
      ++i;
      continue;
    }
    const std::string_view special = quote == '"' ? "$`" : "$`*?[~<>(){}#\n";
    if (quote != '\'' && special.find(c) != std::string_view::npos) return true;
    if (quote == c)
      quote = 0;
    else if (quote == 0 && (c == '\'' || c == '"'))
      quote = c;
  }
  return false;
}

/// The words of the compile command, if no shell is needed to read them.
std::optional<std::vector<std::string>> compiler_words(std::string_view text) {
  const std::string_view command = first_command(text);
  if (!only_checks_code(text.substr(command.size()))) return std::nullopt;
  if (has_expansions(command)) return std::nullopt;
  auto words = shell_split(command);
  if (!words || words->empty() || words->front().find('=') != std::string::npos)
    return std::nullopt;
  return words;
}

bool is_path_map(std::string_view word) {
  return word.starts_with("-ffile-prefix-map=") || word.starts_with("-fmacro-prefix-map=") ||
         word.starts_with("-fdebug-prefix-map=");
}

/// True for a word that means another file when the command runs in another folder.
bool names_by_place(const std::vector<std::string>& words, size_t at) {
  constexpr std::string_view options[] = {
      "-I",       "-isystem", "-iquote", "-idirafter", "-include",
      "-imacros", "-B",       "-specs=", "--sysroot=", "@"};
  const std::string& word = words[at];
  if (word == request_source || word == request_object) return false;
  if (!word.starts_with('-') && !word.starts_with('@')) {
    // The compiler itself, a value, or a file.
    return at > 0 && word.find('/') != std::string::npos && !is_absolute(word);
  }
  for (const std::string_view option : options) {
    if (!word.starts_with(option)) continue;
    const std::string value = word.size() > option.size() ? word.substr(option.size())
                              : at + 1 < words.size()     ? words[at + 1]
                                                          : "";
    if (!is_absolute(value)) return true;
  }
  return false;
}

/// A command without the names of its module.
struct Neutral {
  std::vector<std::string> words;
  std::string name;  // the module's, or ""
};

std::string text_value(std::string_view word, std::string_view option) {
  word.remove_prefix(option.size());
  if (word.size() < 2 || word.front() != '"' || word.back() != '"') return "";
  return std::string(word.substr(1, word.size() - 2));
}

constexpr std::string_view module_option = "-DKBUILD_MODNAME=";
constexpr std::string_view base_option = "-DKBUILD_BASENAME=";
constexpr std::string_view file_option = "-DKBUILD_MODFILE=";
constexpr std::string_view bare_option = "-D__KBUILD_MODNAME=";

/// A word that names the module, with the specimen's name; nothing for any other word.
std::optional<std::string> with_specimen_name(const std::string& word, const std::string& name) {
  const std::string specimen = symbols::specimen_name();
  if (word.starts_with(module_option)) return std::string(module_option) + '"' + specimen + '"';
  if (word.starts_with(base_option) || word.starts_with(file_option))
    return word.substr(0, word.find('=') + 1) + '"' + specimen + ".mod\"";
  if (word.starts_with(bare_option) && word.ends_with(name))
    return word.substr(0, word.size() - name.size()) + specimen;
  return std::nullopt;
}

std::string module_name(const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (word.starts_with(module_option)) return text_value(word, module_option);
  return "";
}

/// With `name`, the module's name is replaced as well.
std::optional<Neutral> neutral(const std::vector<std::string>& words, const Action& action,
                               const Plan& plan, const std::string& name) {
  Neutral result;
  result.name = name;
  bool has_source = false;
  bool has_object = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto renamed = name.empty() ? std::nullopt : with_specimen_name(word, name);
    const bool is_source =
        !word.starts_with('-') && absolute_path(word, action.folder) == action.inputs.front();
    if (renamed) {
      result.words.push_back(*renamed);
    } else if (word.starts_with("-Wp,-MMD,") || word.starts_with("-Wp,-MD,")) {
      result.words.push_back(word.substr(0, word.find(',', 4) + 1) + std::string(request_depfile));
    } else if (word == "-o" && i + 1 < words.size() &&
               absolute_path(words[i + 1], action.folder) == action.outputs.front()) {
      result.words.insert(result.words.end(), {word, std::string(request_object)});
      has_object = true;
      ++i;
    } else if (is_source) {
      result.words.emplace_back(name.empty() ? action.inputs.front() : std::string(request_source));
      has_source = true;
    } else if (word.starts_with("-flto")) {
      return std::nullopt;
    } else if (!is_path_map(word) || word.find(plan.folder) == std::string::npos) {
      result.words.push_back(word);
    }
  }
  if (!has_source || !has_object) return std::nullopt;
  return result;
}

/// Whether kbx may have a say in how the object of `action` is made, and as what.
std::optional<TemplateRequest::Kind> kind_of(const Action& action) {
  if (action.kind != kbuild::ActionKind::metadata || action.outputs.size() != 1 ||
      action.inputs.empty() || action.steps.empty())
    return std::nullopt;
  const std::string& object = action.outputs.front();
  const std::string& source = action.inputs.front();
  const bool only_compiles = std::ranges::all_of(action.steps, [&](const Step& step) {
    return &step == &main_step(action) || is_a_record(step);
  });
  if (!only_compiles || main_step(action).text.find('\n') != std::string::npos) return std::nullopt;
  if (object.ends_with(".mod.o") && source == object.substr(0, object.size() - 1) + "c")
    return TemplateRequest::Kind::metadata;
  if (source.ends_with("/scripts/module-common.c")) return TemplateRequest::Kind::common_object;
  return std::nullopt;
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::string request_text(TemplateRequest::Kind kind, const Neutral& command, const Action& action,
                         const Plan& plan, const Layout& layout) {
  bool depends_on_folder = !is_below(action.folder, plan.folder);
  for (size_t i = 0; i < command.words.size(); ++i)
    depends_on_folder = depends_on_folder || names_by_place(command.words, i);
  const auto own = stamp_of(layout.kbx);
  TemplateRequest request;
  request.kind = kind;
  request.folder = depends_on_folder ? action.folder : "";
  request.objtree = plan.objtree;
  request.srctree = layout.tree.srctree;
  request.made_by =
      one_line(plan.compiler_identity + plan.compiler_environment + " " +
               (own ? std::to_string(own->modified_ns) + " " + std::to_string(own->size) : ""));
  request.words = command.words;
  return write_request(request);
}

}  // namespace

std::vector<MetadataGroup> metadata_groups(const Plan& plan, const Layout& layout) {
  std::vector<MetadataGroup> groups;
  if (layout.template_cache.empty()) return groups;
  std::map<std::pair<std::string, int>, size_t> known;
  for (size_t i = 0; i < plan.actions.size(); ++i) {
    const Action& action = plan.actions[i];
    const auto kind = kind_of(action);
    const auto words = kind ? compiler_words(trim(main_step(action).text)) : std::nullopt;
    if (!words) continue;
    const bool is_common = kind == TemplateRequest::Kind::common_object;
    const std::string name = is_common ? "" : module_name(*words);
    if (!is_common && name.empty()) continue;
    const auto command = neutral(*words, action, plan, name);
    if (!command) continue;
    std::string request = request_text(*kind, *command, action, plan, layout);
    const std::string key = content_hash(request);
    if (is_known_to_fail(layout.template_cache, key)) continue;
    if (is_common) {
      groups.push_back({*kind, key, std::move(request), action.environment, {{i, name}}});
      continue;
    }
    const auto [entry, is_new] = known.try_emplace({key, action.environment}, groups.size());
    if (is_new) groups.push_back({*kind, key, std::move(request), action.environment, {}});
    groups[entry->second].members.push_back({i, name});
  }
  return groups;
}

std::string members_text(const MetadataGroup& group, const Plan& plan) {
  std::string text;
  for (const MetadataGroup::Member& member : group.members) {
    const Action& action = plan.actions[member.action];
    for (const std::string& line : {action.outputs.front(), action.inputs.front(), member.name,
                                    action.folder, main_step(action).text})
      text += std::string(trim(line)) + "\n";
  }
  return text;
}

}  // namespace kbx::ninja
