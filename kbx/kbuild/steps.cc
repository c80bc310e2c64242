// How commands are read out of kbuild's recipes.
//
// A recipe of kbuild hardly ever holds a command. It says `$(call if_changed_rule,cc_o_c)`;
// if_changed_rule compares the command in `cmd_cc_o_c` with the one that a .cmd file remembers, and
// if they differ runs `rule_cc_o_c`, which says
// `$(call cmd_and_fixdep,cc_o_c)`, `$(call cmd,gen_symversions_c)` and so on. What decides whether
// to run belongs to Ninja here; what to run is the tree's own. So the deciding helpers get new
// definitions, which expand to
//
//     START kind SEP name SEP short form SEP command END
//
// with control characters that no makefile contains. A command is expanded in the context of its
// target by the same evaluator that expands everything else, whatever the tree or its vendor put
// into `cmd_*` and `rule_*`.
#include "kbx/kbuild/steps.h"

#include <string_view>

#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

constexpr char start_mark = '\x1d';
constexpr char separator = '\x1f';
constexpr char end_mark = '\x1e';

std::string description(char kind) {
  std::string text = "$(if $(strip $(cmd_$(1))),";
  text += start_mark;
  text += kind;
  text += separator;
  text += "$(1)";
  text += separator;
  text += "$(quiet_cmd_$(1))";
  text += separator;
  text += "$(cmd_$(1))";
  text += end_mark;
  return text + ")";
}

Step::Save save_of(char kind) {
  switch (kind) {
    case 'd':
      return Step::Save::dependencies;
    case 's':
      return Step::Save::command;
    default:
      return Step::Save::nothing;
  }
}

bool does_nothing(std::string_view text) {
  text = trim(text);
  return text.empty() || text == ":" || text == "true";
}

Step parse_description(std::string_view text, bool ignore_errors) {
  const auto parts = split(text, separator);
  Step step;
  step.ignore_errors = ignore_errors;
  if (parts.size() < 4 || parts[0].empty()) return step;
  step.save = save_of(parts[0].front());
  step.name = trim(parts[1]);
  step.quiet = trim(parts[2]);
  const size_t command = parts[0].size() + parts[1].size() + parts[2].size() + 3;
  step.text = trim(text.substr(command));
  return step;
}

}  // namespace

void describe_commands(makelang::Evaluation& evaluation) {
  using makelang::Flavor;
  using makelang::Origin;
  const auto define = [&](std::string_view name, const std::string& text) {
    evaluation.define(name, text, Flavor::recursive, Origin::override_);
  };
  define("cmd", description('n'));
  define("cmd_and_savecmd", description('s'));
  define("cmd_and_fixdep", description('d'));
  define("if_changed", "$(check-FORCE)$(cmd_and_savecmd)");
  define("if_changed_except", "$(cmd_and_savecmd)");
  define("if_changed_dep", "$(check-FORCE)$(cmd_and_fixdep)");
  define("if_changed_rule", "$(check-FORCE)$(rule_$(1))");
}

std::vector<Step> steps_of(const std::vector<makelang::CommandLine>& lines) {
  std::vector<Step> steps;
  const auto add = [&](Step step) {
    if (!does_nothing(step.text)) steps.push_back(std::move(step));
  };
  std::string open;  // a description whose command has several lines
  for (const makelang::CommandLine& line : lines) {
    std::string text = open.empty() ? line.text : open + "\n" + line.text;
    open.clear();
    size_t at = 0;
    while (at < text.size()) {
      const size_t start = text.find(start_mark, at);
      const size_t end = text.find(end_mark, at);
      if (start != std::string::npos && end == std::string::npos) {
        open = text.substr(at);
        break;
      }
      Step plain;
      plain.text = trim(std::string_view(text).substr(at, start - at));
      plain.ignore_errors = line.ignore_errors;
      add(std::move(plain));
      if (start == std::string::npos) break;
      add(parse_description(std::string_view(text).substr(start + 1, end - start - 1),
                            line.ignore_errors));
      at = end + 1;
    }
  }
  return steps;
}

}  // namespace kbx::kbuild
