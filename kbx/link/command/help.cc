#include "kbx/link/command/help.h"

#include <set>

#include "kbx/base/text.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

constexpr std::size_t help_column = 30;

/// "-e ADDRESS, --entry ADDRESS", or "--build-id[=STYLE]".
std::string spelling(const Option& option) {
  std::string text;
  for (std::string_view name : split_words(option.names)) {
    if (name.ends_with('!')) name.remove_suffix(1);
    if (!text.empty()) text += ", ";
    text += name;
    if (option.placeholder.empty()) continue;
    const std::string placeholder(option.placeholder);
    text += option.argument == Argument::optional ? "[=" + placeholder + "]" : " " + placeholder;
  }
  return text;
}

std::string entry(const std::string& left, std::string_view help, std::string_view reason) {
  std::string line = "  " + left;
  line += line.size() + 1 < help_column ? std::string(help_column - line.size(), ' ')
                                        : "\n" + std::string(help_column, ' ');
  line += help;
  if (!reason.empty()) line += " (no effect: " + std::string(reason) + ")";
  return line + "\n";
}

}  // namespace

std::string version_text(const std::string& own_version) {
  return "GNU ld (compatible: kbx " + own_version + ") 2.40\n";
}

std::string emulations_text() {
  std::string text = "  Supported emulations:\n";
  for (const Emulation& emulation : emulations())
    text += "   " + std::string(emulation.name) + "\n";
  return text;
}

std::string copyright_text() {
  return "This is kbx, which takes the command line of GNU ld 2.40 and gives its results.\n"
         "It is free software, without any warranty; see LICENSE for its terms.\n";
}

std::string target_help_text() {
  std::string text;
  for (const Option& option : machine_options())
    text += entry(spelling(option), option.help, option.without_effect);
  return text;
}

std::string help_text(const std::string& program) {
  std::string text = "Usage: " + program + " [options] file...\n";
  for (const OptionGroup& group : option_groups()) {
    text += std::string(group.heading) + ":\n";
    for (const Option& option : group.options)
      text += entry(spelling(option), option.help, option.without_effect);
  }
  text += "Keywords of -z:\n";
  for (const Keyword& keyword : keywords())
    text += entry("-z " + std::string(keyword.name) + std::string(keyword.placeholder),
                  keyword.help, keyword.without_effect);
  text += "Files:\n" + entry("@FILE", "read options from FILE", "");
  std::set<std::string_view> targets;
  text += program + ": supported targets:";
  for (const Emulation& emulation : emulations())
    if (targets.insert(emulation.target).second) text += " " + std::string(emulation.target);
  text += " binary\n" + program + ": supported emulations:";
  for (const Emulation& emulation : emulations()) text += " " + std::string(emulation.name);
  return text + "\n";
}

}  // namespace kbx::link::command
