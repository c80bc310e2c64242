#include "kbx/cpp/command.h"

#include <algorithm>
#include <string_view>

#include <sys/stat.h>

#include "kbx/base/path.h"

// Options are those of the GCC manual, chapters "Options Controlling the Preprocessor" and "Options
// for Directory Search". Groups of which no option changes what the preprocessor does with a text
// (-W…, -O…, -m…, most of -f…) are only passed on when the compiler is asked what it predefines.

namespace kbx::cpp {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// Options of the groups below that are more than what the compiler predefines.
bool is_special(std::string_view word) {
  constexpr std::string_view prefixes[] = {"-fpreprocessed",
                                           "-fdirectives-only",
                                           "-finput-charset",
                                           "-fexec-charset",
                                           "-fwide-exec-charset",
                                           "-fno-dollars",
                                           "-fopenmp",
                                           "-fopenacc",
                                           "-fdebug-cpp",
                                           "-fpch-preprocess",
                                           "-fplugin",
                                           "-ftraditional",
                                           "-fmodule",
                                           "-fdeps",
                                           "-fno-extended",
                                           "-fdump",
                                           "-fembed",
                                           "-fdiagnostics-format",
                                           "-mabi=elfv",
                                           "-maltivec",
                                           "-fopenmp-simd",
                                           "-fno-canonical-system-headers",
                                           "-fcanonical-system-headers",
                                           "-fmax-include-depth",
                                           "-fsearch-include-path"};
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return word.starts_with(prefix); });
}

bool is_passed_on(std::string_view word) {
  if (is_special(word)) return false;
  if (word.starts_with("-W")) return !word.starts_with("-Wp,") && !word.starts_with("-Wdate-time");
  constexpr std::string_view groups[] = {"-f", "-m", "-O", "-g", "-std=gnu"};
  if (std::ranges::any_of(groups, [&](std::string_view group) { return word.starts_with(group); }))
    return true;
  return is_one_of(word, {"-pipe", "-pg", "-p", "-w", "-pedantic", "-no-pie", "-nostdinc",
                          "-nostdlib", "-pthread", "-no-canonical-prefixes"}) ||
         word.starts_with("--param=") || word.starts_with("--sysroot=") || word.starts_with("-B");
}

/// Takes one word after the other, and the words that options have behind them.
class Options {
 public:
  Options(const std::vector<std::string>& words, PreprocessCommand& command)
      : words_(words), command_(command) {}

  void read() {
    while (at_ < words_.size() && !words_[at_].starts_with('-'))
      command_.compiler.push_back(words_[at_++]);
    if (command_.compiler.empty()) return refuse("no compiler");
    bool preprocesses = false;
    for (; at_ < words_.size() && command_.reason.empty(); ++at_) {
      const std::string& word = words_[at_];
      if (word == "-E")
        preprocesses = true;
      else if (word.starts_with('-'))
        option(word);
      else if (!command_.file.empty() || word.starts_with('@') || !word.ends_with(".c"))
        refuse("the word " + word);
      else
        command_.file = word;
    }
    if (command_.reason.empty() && (!preprocesses || command_.file.empty()))
      refuse("no -E or no file");
  }

 private:
  void refuse(std::string reason) { command_.reason = std::move(reason); }

  /// The value of an option that has it in the same word or in the next one.
  std::optional<std::string> value_of(const std::string& word, std::string_view option) {
    if (!word.starts_with(option)) return std::nullopt;
    if (word.size() > option.size()) return word.substr(option.size());
    if (at_ + 1 < words_.size()) return words_[++at_];
    refuse("the option " + word + " without a value");
    return std::string();
  }

  void option(const std::string& word) {
    if (word == "-Wundef" || word.starts_with("-Werror=undef")) command_.warn_undefined = true;
    if (word == "-Wno-undef") command_.warn_undefined = false;
    if (is_one_of(word, {"-trigraphs", "-ansi", "-Wtraditional", "-Wunused-macros", "-I-"}))
      return refuse("the option " + word);
    if (word.starts_with("-Wp,")) return preprocessor_option(word);
    // What they tell of is left to the compiler wherever it occurs.
    if (word.starts_with("-Wdate-time") || word.starts_with("-Werror=date-time") ||
        word.starts_with("-Wa,") || word.starts_with("-Wl,"))
      return;
    if (prefix_map(word) || macro(word) || file(word) || folder(word)) return;
    if (word == "-nostdinc") command_.uses_own_folders = false;
    if (word == "-x" || word == "--param" || word == "-isysroot") {
      const std::string value = *value_of(word, word);
      if (word == "-isysroot" || (word == "-x" && value != "c"))
        return refuse("the option " + word + " " + value);
      command_.flags.insert(command_.flags.end(), {word, value});
      return;
    }
    if (!is_passed_on(word)) return refuse("the option " + word);
    if (!word.starts_with("-W")) command_.flags.push_back(word);
  }

  void preprocessor_option(const std::string& word) {
    command_.depfile_names_system = word.starts_with("-Wp,-MD,");
    const std::string_view depfile = command_.depfile_names_system ? "-Wp,-MD," : "-Wp,-MMD,";
    if (!word.starts_with(depfile) || word.find(',', depfile.size()) != std::string::npos ||
        word.size() == depfile.size() || !command_.depfile.empty())
      return refuse("the option " + word);
    command_.depfile = word.substr(depfile.size());
  }

  bool prefix_map(const std::string& word) {
    for (const std::string_view option : {"-fmacro-prefix-map=", "-ffile-prefix-map="}) {
      if (!word.starts_with(option)) continue;
      const std::string map = word.substr(option.size());
      const std::size_t equals = map.find('=');
      if (equals == std::string::npos)
        refuse("the option " + word);
      else
        command_.prefix_maps.emplace_back(map.substr(0, equals), map.substr(equals + 1));
      return true;
    }
    return false;
  }

  bool macro(const std::string& word) {
    if (const auto definition = value_of(word, "-D")) {
      if (definition->find('\n') != std::string::npos ||
          definition->find('\\') != std::string::npos)
        refuse("a definition with a newline or backslash");
      const std::size_t equals = definition->find('=');
      command_.definitions += "#define " + definition->substr(0, equals) + " " +
                              (equals == std::string::npos ? "1" : definition->substr(equals + 1)) +
                              "\n";
      return true;
    }
    if (const auto name = value_of(word, "-U")) {
      if (name->find('\n') != std::string::npos) refuse("a macro with a newline");
      command_.definitions += "#undef " + *name + "\n";
      return true;
    }
    return false;
  }

  bool file(const std::string& word) {
    if (word == "-include") {
      command_.includes.push_back(*value_of(word, word));
      return true;
    }
    if (word == "-imacros") {
      command_.imacros.push_back(*value_of(word, word));
      return true;
    }
    return false;
  }

  bool folder(const std::string& word) {
    const std::pair<std::string_view, std::vector<std::string>*> lists[] = {
        {"-isystem", &command_.system_folders},
        {"-iquote", &command_.quote_folders},
        {"-idirafter", &command_.after_folders},
        {"-I", &command_.folders}};
    for (const auto& [option, list] : lists) {
      const auto value = value_of(word, option);
      if (!value) continue;
      if (value->starts_with('=') || value->starts_with("$SYSROOT"))
        refuse("a folder below the system's root");
      else
        list->push_back(*value);
      return true;
    }
    return false;
  }

  const std::vector<std::string>& words_;
  PreprocessCommand& command_;
  std::size_t at_ = 0;
};

struct Place {
  IncludeFolder folder;
  dev_t device = 0;
  ino_t inode = 0;

  bool is_same(const Place& other) const { return device == other.device && inode == other.inode; }
};

void add(std::vector<Place>& places, const std::vector<std::string>& paths, bool is_system) {
  for (const std::string& path : paths) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    const Place place{
        {path.ends_with('/') ? path : path + "/", is_system}, status.st_dev, status.st_ino};
    const auto is_same = [&](const Place& other) { return other.is_same(place); };
    if (std::ranges::none_of(places, is_same)) places.push_back(place);
  }
}

bool contains(const std::vector<Place>& places, const Place& place) {
  return std::ranges::any_of(places, [&](const Place& other) { return other.is_same(place); });
}

}  // namespace

PreprocessCommand read_preprocess_command(const std::vector<std::string>& words) {
  PreprocessCommand command;
  Options(words, command).read();
  return command;
}

IncludeFolders include_folders(const PreprocessCommand& command,
                               const std::vector<std::string>& own_folders) {
  std::vector<Place> system;
  add(system, command.system_folders, true);
  if (command.uses_own_folders) add(system, own_folders, true);
  add(system, command.after_folders, true);
  std::vector<Place> angled;
  add(angled, command.folders, false);
  std::erase_if(angled, [&](const Place& place) { return contains(system, place); });
  std::vector<Place> quoted;
  add(quoted, command.quote_folders, false);
  std::erase_if(quoted, [&](const Place& place) { return contains(system, place); });
  angled.insert(angled.end(), system.begin(), system.end());
  // A folder may be in both; only where the two would meet one of them goes.
  if (!quoted.empty() && !angled.empty() && quoted.back().is_same(angled.front()))
    quoted.pop_back();
  IncludeFolders folders;
  folders.first_angled = quoted.size();
  for (const Place& place : quoted) folders.chain.push_back(place.folder);
  for (const Place& place : angled) folders.chain.push_back(place.folder);
  return folders;
}

}  // namespace kbx::cpp
