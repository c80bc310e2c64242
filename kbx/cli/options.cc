#include "kbx/cli/options.h"

#include <algorithm>
#include <cctype>
#include <iostream>
#include <utility>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/similar.h"
#include "kbx/base/text.h"

namespace kbx::cli {
namespace {

constexpr size_t page_width = 88;
constexpr size_t text_column = 26;

/// Appends `text` at a column, wrapped; the cursor stands at `used`.
void append_wrapped(std::string& page, size_t used, std::string_view text) {
  if (used + 2 > text_column) {
    page += '\n';
    used = 0;
  }
  page.append(text_column - used, ' ');
  size_t column = text_column;
  for (const std::string_view word : split_words(text)) {
    if (column > text_column && column + 1 + word.size() > page_width) {
      page += '\n';
      page.append(text_column, ' ');
      column = text_column;
    }
    if (column > text_column) {
      page += ' ';
      ++column;
    }
    page += word;
    column += word.size();
  }
  page += '\n';
}

void append_entry(std::string& page, const std::string& name, const std::string& text) {
  page += "  " + name;
  append_wrapped(page, 2 + name.size(), text);
}

std::string option_name(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name();
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  std::string text = join(names, ", ");
  if (option.get_items_expected_max() > 0) text += " " + option.get_type_name();
  return text;
}

std::string help_page(const CLI::App& app, const std::string& name, const HelpText& text) {
  std::string page = "usage: " + name + " " + text.usage + "\n" + app.get_description() + "\n";
  const auto options =
      app.get_options([](const CLI::Option* option) { return !option->get_description().empty(); });
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const bool positional : {true, false}) {
    bool first = true;
    for (const CLI::Option* option : options) {
      if (option->get_positional() != positional) continue;
      if (std::exchange(first, false)) page += positional ? "\nwords:\n" : "\noptions:\n";
      append_entry(page, option_name(*option), option->get_description());
    }
  }
  if (!commands.empty()) page += "\ncommands:\n";
  for (const CLI::App* command : commands)
    append_entry(page, command->get_name(), command->get_description());
  if (!text.examples.empty()) page += "\nexamples:\n";
  for (const std::string_view line : split_lines(text.examples))
    page += "  " + std::string(line) + "\n";
  return page;
}

std::string at_least_one(const std::string& text) {
  const auto number = parse_number(text);
  if (number && *number > 0 && *number <= 100000) return "";
  return "expected a number from 1 on, found \"" + text + "\"";
}

/// The command that was being read when parsing failed.
const CLI::App& innermost(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : innermost(*parsed.front());
}

std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> rest = innermost(app).remaining();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) && !rest.empty())
    return rest.front().starts_with('-') ? "there is no option " + rest.front()
                                         : "unexpected word \"" + rest.front() + "\"";
  return error.what();
}

std::string hint(const CLI::App& app) {
  const CLI::App& command = innermost(app);
  const std::vector<std::string> rest = command.remaining();
  if (!rest.empty() && rest.front() == "-C") return in_makes_words("modules");
  if (!rest.empty() && rest.front().starts_with("--")) {
    std::vector<std::string> known;
    for (const CLI::Option* option : command.get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    const std::string asked = rest.front().substr(0, rest.front().find('='));
    if (const auto name = closest_name(asked, {known.begin(), known.end()}); !name.empty())
      return "did you mean " + std::string(name) + "?";
  }
  return app.get_name() + " --help tells what there is";
}

}  // namespace

std::string in_makes_words(const std::string& goal) {
  return "kbx make takes make's words: kbx make -C KERNEL-TREE M=FOLDER " + goal;
}

void set_help(CLI::App& app, HelpText text) {
  app.set_help_flag("--help,-h", "show this text");
  app.formatter_fn(
      [text = std::move(text)](const CLI::App* shown, const std::string&, CLI::AppFormatMode) {
        const CLI::App* parent = shown->get_parent();
        const std::string name = shown->get_name();
        return help_page(*shown, parent ? parent->get_name() + " " + name : name, text);
      });
}

std::optional<int> parse(CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return 0;
  } catch (const CLI::ParseError& error) {
    std::cerr << app.get_name() << ": " << complaint(app, error) << "\n  hint: " << hint(app)
              << "\n";
    return 2;
  }
  return std::nullopt;
}

Words split_variables(const std::vector<std::string>& words) {
  Words result;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    const bool variable =
        equals != std::string::npos && equals > 0 &&
        std::all_of(word.begin(), word.begin() + static_cast<long>(equals), [](char c) {
          return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' ||
                 c == '+' || c == ':';
        });
    (variable ? result.variables : result.folders).push_back(word);
  }
  return result;
}

std::string existing_folder(const std::string& word, const std::string& hint) {
  std::string folder = real_path(word);
  if (folder.empty() || !is_folder(folder)) throw Error("there is no folder " + word, hint);
  return folder;
}

void add_jobs_option(CLI::App& app, int& jobs) {
  app.add_option("--jobs,-j", jobs, "commands at a time (default: one per processor)")
      ->type_name("N")
      ->check(CLI::Validator(at_least_one, "", "number"));
}

void add_kernel_option(CLI::App& app, std::vector<std::string>& kernel) {
  app.add_option(
         "--kernel,-K", kernel,
         "a release (6.1.0-56-amd64), debian:6.1:arm64 and the like from the store, a folder of "
         "headers, or header packages (.deb, .rpm, .tar.xz); "
         "default: the running kernel's headers, else the newest that are known")
      ->type_name("KERNEL")
      ->allow_extra_args(false);
}

std::string own_path() {
  return real_path("/proc/self/exe");
}

std::string shown_path(const std::string& path) {
  const std::string relative = relative_path(path, current_folder());
  return relative.starts_with("../..") ? path : relative;
}

}  // namespace kbx::cli
