#include <cstdio>
#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/driver_config.h"
#include "kbx/kconfig/reason.h"

namespace kbx::cli {
namespace {

constexpr const char* examples =
    "kbx config                              asks for what is new, on a terminal\n"
    "kbx config --set FOO=m --set FOO_RING=64\n"
    "kbx config --default --unset FOO_DEBUG -K 6.1.0-56-amd64\n"
    "kbx config --config debug --all-modules && kbx build --config debug\n"
    "kbx config why FOO                      its value, and who selected or limited it";

struct Wishes {
  std::vector<std::string> set;
  std::vector<std::string> unset;
  bool by_default = false;
  bool all_modules = false;
  bool list = false;

  bool change_something() const {
    return by_default || all_modules || !set.empty() || !unset.empty();
  }
};

std::vector<kconfig::DriverOptions::Assignment> assignments(const Wishes& wishes) {
  std::vector<kconfig::DriverOptions::Assignment> result;
  for (const std::string& word : wishes.set) {
    const size_t equals = word.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw UsageError("--set " + word + ": expected NAME=value", "for example --set FOO=m");
    result.push_back({word.substr(0, equals), word.substr(equals + 1)});
  }
  for (const std::string& name : wishes.unset) result.push_back({name, "", true});
  return result;
}

/// As a .config has it, but that n is a value.
std::string shown_value(const kconfig::Symbol& symbol, kconfig::Solver& solver) {
  solver.value(symbol);
  const std::string value(solver.text_of(symbol));
  return symbol.type == kconfig::Type::string ? "\"" + value + "\"" : value;
}

void print_list(kconfig::DriverOptions& options) {
  for (const kconfig::Symbol* symbol : options.options()) {
    const kconfig::Story story = tell(*symbol, options);
    std::string remark = story.origin;
    for (const kconfig::Obstacle& obstacle : story.obstacles)
      if (obstacle.value == kconfig::Tristate::no) remark = obstacle.text;
    fmt::print("CONFIG_{}={}  {}\n", symbol->name, shown_value(*symbol, options.solver()), remark);
  }
}

void change(const Wishes& wishes, DriverConfigJob& job) {
  kconfig::DriverOptions& options = *job.options;
  if (!wishes.by_default) options.read(job.place.file);
  if (wishes.all_modules) options.set_all_modules();
  options.set(assignments(wishes));
}

int ask_on_terminal(DriverConfigJob& job) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0)
    throw UsageError("kbx config asks questions, and this is no terminal",
                     "--set, --unset, --default and --all-modules ask nothing; --list shows what "
                     "there is");
  job.options->read(job.place.file);
  job.options->ask(job.options->config_file().empty());
  return 0;
}

int tell_why(const std::vector<std::string>& names, DriverConfigJob& job) {
  job.options->read(job.place.file);
  for (const std::string& name : names) std::cout << why(name, *job.options);
  std::cerr << job.options->take_messages();
  return 0;
}

}  // namespace

int config_command(const std::vector<std::string>& arguments) {
  const bool asks_why = !arguments.empty() && arguments.front() == "why";
  CLI::App app(
      "Makes and explains the configuration of a driver with options of its own (Kconfig).",
      "kbx config");
  set_help(app, {"[OPTION...] [FOLDER]\n       kbx config why [OPTION...] NAME...", examples});
  DriverConfigWords words;
  Wishes wishes;
  std::vector<std::string> plain;
  app.add_option("WORDS", plain, "the driver's folder (default: this one); after why: options");
  words.add_to(app);
  const auto repeated = [&](const char* option, std::vector<std::string>& values, const char* type,
                            const char* text) {
    app.add_option(option, values, text)->type_name(type)->allow_extra_args(false);
  };
  repeated("--set", wishes.set, "NAME=VALUE", "give an option a value: y, m, n, a number, a text");
  repeated("--unset", wishes.unset, "NAME", "leave an option out: n, or an empty text");
  app.add_flag("--default", wishes.by_default, "start from the defaults, not from what is there");
  app.add_flag("--all-modules", wishes.all_modules,
               "every option that can be m is m, every other one y");
  app.add_flag("--list", wishes.list, "show all options and their values");
  app.add_option("--folder", words.folder, "the driver's folder, where why takes all words")
      ->type_name("FOLDER");
  const std::vector<std::string> rest(arguments.begin() + (asks_why ? 1 : 0), arguments.end());
  if (const auto status = parse(app, rest)) return *status;
  if (asks_why && plain.empty())
    throw UsageError("kbx config why: of which option?", "kbx config --list shows them");
  if (!asks_why && plain.size() > 1)
    throw UsageError("kbx config is for one folder, but there are " + std::to_string(plain.size()),
                     "configure them one by one");
  if (!asks_why && !plain.empty()) words.folder = plain.front();

  DriverConfigJob job = words.job();
  if (asks_why) return tell_why(plain, job);
  if (wishes.list && !wishes.change_something()) {
    job.options->read(job.place.file);
    print_list(*job.options);
    return 0;
  }
  if (wishes.change_something())
    change(wishes, job);
  else
    ask_on_terminal(job);
  save(job);
  if (wishes.list) print_list(*job.options);
  return 0;
}

}  // namespace kbx::cli
