// The command line of make. One table names every switch with what it sets, so that reading a
// command line, reading MAKEFLAGS and writing MAKEFLAGS for a sub-make cannot disagree. The order
// of the table is the order in which GNU make 4.3 writes the switches into MAKEFLAGS.
#include "kbx/makelang/options.h"

#include <cctype>
#include <cstdlib>
#include <mutex>

#include <fmt/format.h>
#include <getopt.h>
#include <pwd.h>
#include <unistd.h>

#include "kbx/base/text.h"

namespace kbx::makelang {
namespace {

enum class Kind { on, off, text, list, number, load, ignored };

struct Switch {
  int code;          // the letter, or above 255 if there is only a long name
  const char* name;  // the first long name; "" if there is none
  Kind kind;
  bool Options::*flag = nullptr;
  std::string Options::*text = nullptr;
  std::vector<std::string> Options::*list = nullptr;
  const char* default_text = nullptr;  // value when the argument is left out
  bool to_environment = true;
};

constexpr int first_long = 256;
enum LongCode {
  code_debug = first_long,
  code_jobserver,
  code_trace,
  code_no_print_directory,
  code_warn_undefined,
  code_sync_mutex,
  code_no_silent,
  code_jobserver_old
};

using O = Options;
const Switch switches[] = {
    {'b', "", Kind::ignored},
    {'B', "always-make", Kind::on, &O::always_make},
    {'d', "", Kind::on, &O::debug},
    {'e', "environment-overrides", Kind::on, &O::environment_overrides},
    {'E', "eval", Kind::list, {}, {}, &O::evals, nullptr, false},
    {'h', "help", Kind::on, &O::usage, {}, {}, nullptr, false},
    {'i', "ignore-errors", Kind::on, &O::ignore_errors},
    {'k', "keep-going", Kind::on, &O::keep_going},
    {'L', "check-symlink-times", Kind::on, &O::check_symlinks},
    {'m', "", Kind::ignored},
    {'n', "just-print", Kind::on, &O::just_print},
    {'p', "print-data-base", Kind::on, &O::print_data_base},
    {'q', "question", Kind::on, &O::question},
    {'r', "no-builtin-rules", Kind::on, &O::no_built_in_rules},
    {'R', "no-builtin-variables", Kind::on, &O::no_built_in_variables},
    {'s', "silent", Kind::on, &O::silent},
    {'S', "no-keep-going", Kind::off, &O::keep_going, {}, {}, nullptr, false},
    {'t', "touch", Kind::on, &O::touch},
    {'v', "version", Kind::on, &O::version},
    {'w', "print-directory", Kind::on, &O::print_directory},
    {'C', "directory", Kind::list, {}, {}, &O::folders, nullptr, false},
    {'f', "file", Kind::list, {}, {}, &O::makefiles, nullptr, false},
    {'I', "include-dir", Kind::list, {}, {}, &O::include_folders},
    {'j', "jobs", Kind::number},
    {'l', "load-average", Kind::load},
    {'o', "old-file", Kind::list, {}, {}, &O::old_files, nullptr, false},
    {'O', "output-sync", Kind::text, {}, &O::output_sync, {}, "target"},
    {'W', "what-if", Kind::list, {}, {}, &O::new_files, nullptr, false},
    {code_debug, "debug", Kind::list, {}, {}, &O::debug_flags, "basic"},
    {code_jobserver, "jobserver-auth", Kind::text, {}, &O::jobserver},
    {code_trace, "trace", Kind::on, &O::trace},
    {code_no_print_directory, "no-print-directory", Kind::on, &O::no_print_directory},
    {code_warn_undefined, "warn-undefined-variables", Kind::on, &O::warn_undefined},
    {code_sync_mutex, "sync-mutex", Kind::text, {}, &O::sync_mutex},
    {code_no_silent, "no-silent", Kind::off, &O::silent, {}, {}, nullptr, false},
    {code_jobserver_old, "jobserver-fds", Kind::text, {}, &O::jobserver, {}, nullptr, false},
};

struct Alias {
  const char* name;
  int code;
};
constexpr Alias aliases[] = {
    {"quiet", 's'},      {"stop", 'S'},       {"new-file", 'W'},
    {"assume-new", 'W'}, {"assume-old", 'o'}, {"max-load", 'l'},
    {"dry-run", 'n'},    {"recon", 'n'},      {"makefile", 'f'},
};

bool argument_is_optional(const Switch& entry) {
  return entry.default_text != nullptr || entry.kind == Kind::number || entry.kind == Kind::load;
}

int argument_need(const Switch& entry) {
  if (argument_is_optional(entry)) return optional_argument;
  return entry.kind == Kind::text || entry.kind == Kind::list ? required_argument : no_argument;
}

const Switch* find_switch(int code) {
  for (const Switch& entry : switches)
    if (entry.code == code) return &entry;
  return nullptr;
}

std::string short_options() {
  std::string text = "-";  // hand out goals and definitions in their place
  for (const Switch& entry : switches) {
    if (entry.code >= first_long) continue;
    text += static_cast<char>(entry.code);
    const int need = argument_need(entry);
    if (need == required_argument) text += ':';
    if (need == optional_argument) text += "::";
  }
  return text;
}

std::vector<option> long_options() {
  std::vector<option> result;
  for (const Switch& entry : switches)
    if (*entry.name) result.push_back({entry.name, argument_need(entry), nullptr, entry.code});
  for (const Alias& alias : aliases)
    result.push_back({alias.name, argument_need(*find_switch(alias.code)), nullptr, alias.code});
  result.push_back({nullptr, 0, nullptr, 0});
  return result;
}

/// getopt_long(3) and getpwnam(3) have one state for the whole process, but makefiles are evaluated
/// by several threads.
std::mutex& state_of_libc() {
  static std::mutex guard;
  return guard;
}

/// One reading of words by getopt_long(3), the state that its callbacks share.
struct Reading {
  Options& options;
  std::vector<char*> argv;
  bool from_environment;
  bool bad = false;
  std::optional<OptionError> error;
};

/// -j and -l take the next word only if it is a number.
const char* detached_number(Reading& reading, const char* characters) {
  const char* next = optind < static_cast<int>(reading.argv.size()) - 1
                         ? reading.argv[static_cast<size_t>(optind)]
                         : nullptr;
  if (optarg || !next || !std::isdigit(static_cast<unsigned char>(*next))) return optarg;
  if (std::string_view(next).find_first_not_of(characters) != std::string_view::npos) return optarg;
  ++optind;
  return next;
}

void set_jobs(Reading& reading) {
  const char* argument = detached_number(reading, "0123456789");
  if (!argument) {
    reading.options.jobs = 0;
    return;
  }
  const auto number = parse_number(argument);
  if (number && *number > 0 && *number < 1u << 30) {
    reading.options.jobs = static_cast<int>(*number);
    return;
  }
  if (reading.from_environment) return;
  reading.error = OptionError{"the '-j' option requires a positive integer argument", true};
}

void apply(Reading& reading, const Switch& entry) {
  Options& options = reading.options;
  switch (entry.kind) {
    case Kind::ignored:
      break;
    case Kind::on:
      options.*entry.flag = true;
      break;
    case Kind::off:
      options.*entry.flag = false;
      break;
    case Kind::text:
      options.*entry.text = optarg ? optarg : entry.default_text;
      break;
    case Kind::list: {
      std::vector<std::string>& list = options.*entry.list;
      std::string value = optarg ? optarg : entry.default_text;
      const bool is_file = entry.code != 'E' && entry.code != code_debug;
      if (is_file && value.empty() && !reading.from_environment) {
        reading.error =
            OptionError{fmt::format("the '-{}' option requires a non-empty string argument",
                                    static_cast<char>(entry.code)),
                        true};
        break;
      }
      // MAKEFLAGS is read again after the makefiles: what is there already stays single.
      if (reading.from_environment)
        for (const std::string& present : list)
          if (present == value) return;
      list.push_back(std::move(value));
      break;
    }
    case Kind::number:
      set_jobs(reading);
      break;
    case Kind::load: {
      const char* argument = detached_number(reading, "0123456789.");
      options.max_load = argument ? std::atof(argument) : -1.0;
      break;
    }
  }
}

void take_word(Reading& reading, const char* word) {
  const std::string_view text = word;
  if (text == "-") return;
  if (is_variable_definition(text))
    reading.options.variables.emplace_back(text);
  else if (!reading.from_environment) {
    if (text.empty() && !reading.error)
      reading.error = OptionError{"*** empty string invalid as file name.  Stop.", false};
    reading.options.goals.emplace_back(text);
  }
}

std::optional<OptionError> read_words(Options& options, std::vector<std::string> words,
                                      bool from_environment) {
  const std::lock_guard<std::mutex> lock(state_of_libc());
  Reading reading{options, {}, from_environment, false, std::nullopt};
  for (std::string& word : words) reading.argv.push_back(word.data());
  reading.argv.push_back(nullptr);
  const std::string letters = short_options();
  const std::vector<option> names = long_options();
  const int count = static_cast<int>(words.size());
  opterr = from_environment ? 0 : 1;
  optind = 0;  // glibc: start anew
  while (optind < count && !reading.error) {
    const int code =
        getopt_long(count, reading.argv.data(), letters.c_str(), names.data(), nullptr);
    if (code == -1) break;
    if (code == 1)
      take_word(reading, optarg);
    else if (code == '?')
      reading.bad = true;
    else if (const Switch* entry = find_switch(code))
      apply(reading, *entry);
  }
  while (optind < count) take_word(reading, reading.argv[static_cast<size_t>(optind++)]);
  if (reading.bad && !from_environment && !reading.error) reading.error = OptionError{"", true};
  if (!reading.error && !options.output_sync.empty() && options.output_sync != "none" &&
      options.output_sync != "line" && options.output_sync != "target" &&
      options.output_sync != "recurse")
    reading.error =
        OptionError{"*** unknown output-sync type '" + options.output_sync + "'.  Stop.", false};
  return reading.error;
}

std::optional<OptionError> check_debug(const Options& options) {
  for (const std::string& flags : options.debug_flags)
    for (size_t at = 0; at < flags.size();) {
      if (std::string_view("abijmvnBIJMVNA").find(flags[at]) == std::string_view::npos)
        return OptionError{
            "*** unknown debug level specification '" + flags.substr(at) + "'.  Stop.", false};
      while (at < flags.size() && std::isalpha(static_cast<unsigned char>(flags[at]))) ++at;
      while (at < flags.size() && (flags[at] == ',' || flags[at] == ' ')) ++at;
    }
  return std::nullopt;
}

/// A switch's argument inside MAKEFLAGS: blanks, backslashes and dollars must survive the reading
/// by a sub-make.
std::string quoted_for_flags(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '$') result += '$';
    if (c == '\\' || is_space(c)) result += '\\';
    result += c;
  }
  return result;
}

void add_argument(std::string& text, const Switch& entry, std::string_view argument) {
  text += entry.code < first_long ? fmt::format(" -{}", static_cast<char>(entry.code))
                                  : fmt::format(" --{}", entry.name);
  if (argument.empty()) return;
  if (entry.code >= first_long) text += '=';
  text += quoted_for_flags(argument);
}

void compose_with_argument(std::string& text, const Options& options, const Switch& entry) {
  switch (entry.kind) {
    case Kind::number:
      if (options.jobs)
        add_argument(text, entry, *options.jobs ? std::to_string(*options.jobs) : std::string());
      break;
    case Kind::load:
      if (options.max_load && *options.max_load >= 0)
        add_argument(text, entry, fmt::format("{:g}", *options.max_load));
      break;
    case Kind::text:
      if (!(options.*entry.text).empty()) add_argument(text, entry, options.*entry.text);
      break;
    case Kind::list:
      for (const std::string& value : options.*entry.list) add_argument(text, entry, value);
      break;
    default:
      break;
  }
}

bool is_switched_on(const Options& options, const Switch& entry) {
  if (!entry.to_environment) return false;
  return entry.kind == Kind::on && options.*entry.flag;
}

}  // namespace

std::optional<OptionError> add_command_line(Options& options, const std::string& program,
                                            const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  if (auto error = read_words(options, std::move(words), false)) return error;
  return check_debug(options);
}

std::optional<OptionError> add_flags_text(Options& options, std::string_view text) {
  std::vector<std::string> words = {"make"};
  std::string word;
  bool inside = false;
  for (size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == ' ' || c == '\t' || c == '\n') {
      if (inside) words.push_back(std::move(word));
      word.clear();
      inside = false;
      continue;
    }
    if (c == '\\' && at + 1 < text.size()) c = text[++at];
    word += c;
    inside = true;
  }
  if (inside) words.push_back(std::move(word));
  if (words.size() == 1) return std::nullopt;
  if (words[1][0] != '-' && words[1].find('=') == std::string::npos) words[1].insert(0, "-");
  return read_words(options, std::move(words), true);
}

std::string compose_flags(const Options& options, bool all) {
  std::string letters;
  std::string rest;
  for (const Switch& entry : switches)
    if (entry.code < first_long && is_switched_on(options, entry))
      letters += static_cast<char>(entry.code);
  for (const Switch& entry : switches) {
    if (entry.code >= first_long && is_switched_on(options, entry))
      rest += fmt::format(" --{}", entry.name);
    else if (all && entry.to_environment)
      compose_with_argument(rest, options, entry);
  }
  for (const std::string& text : options.evals) rest += " --eval=" + quoted_for_flags(text);
  return letters + rest;
}

bool is_variable_definition(std::string_view word) {
  size_t at = word.find_first_not_of(" \t");
  if (at == std::string_view::npos) return false;
  bool blank_seen = false;
  for (; at < word.size(); ++at) {
    const char c = word[at];
    if (c == '=') return true;
    if (c == '#') return false;
    if (is_space(c)) {
      blank_seen = true;
      continue;
    }
    const std::string_view rest = word.substr(at);
    if (rest.starts_with(":=") || rest.starts_with("::=") || rest.starts_with("+=") ||
        rest.starts_with("?=") || rest.starts_with("!="))
      return true;
    if (c == ':' || blank_seen) return false;
    if (c == '$' && at + 1 < word.size() && (word[at + 1] == '(' || word[at + 1] == '{')) {
      const char open = word[at + 1];
      const char close = open == '(' ? ')' : '}';
      int depth = 0;
      for (++at; at < word.size(); ++at) {
        if (word[at] == open) ++depth;
        if (word[at] == close && --depth == 0) break;
      }
    }
  }
  return false;
}

std::string command_line_file(std::string_view name, const Environment& environment) {
  std::string result(name);
  if (result.starts_with('~')) {
    const size_t slash = result.find('/');
    const std::string user = result.substr(1, slash == std::string::npos ? slash : slash - 1);
    std::string home;
    if (user.empty()) {
      const auto found = environment.find("HOME");
      if (found != environment.end()) home = found->second;
    }
    if (home.empty()) {
      const std::lock_guard<std::mutex> lock(state_of_libc());
      const passwd* entry = user.empty() ? ::getpwuid(::getuid()) : ::getpwnam(user.c_str());
      if (entry) home = entry->pw_dir;
    }
    if (!home.empty())
      result = home + (slash == std::string::npos ? std::string() : result.substr(slash));
  }
  while (result.starts_with("./") && result.size() > 2) {
    const size_t next = result.find_first_not_of('/', 2);
    if (next == std::string::npos) return "./";
    result.erase(0, next);
  }
  return result;
}

}  // namespace kbx::makelang
