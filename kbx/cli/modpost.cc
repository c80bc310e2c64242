#include "kbx/cli/modpost.h"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/tree.h"
#include "kbx/ninja/metadata_step.h"
#include "kbx/ninja/modpost_order.h"
#include "kbx/symbols/modpost.h"
#include "kbx/symbols/symvers_index.h"

namespace kbx::cli {
namespace {

constexpr const char* help =
    "usage: kbx modpost [OPTION...] MODULE.o...\n"
    "Does what the kernel's scripts/mod/modpost does, on its command line: checks the symbols of\n"
    "modules, writes MODULE.mod.c for each and Module.symvers. Also under the name modpost, in a\n"
    "tree as scripts/mod/modpost.\n\n"
    "options:\n"
    "  --tree DIR  the kernel's build folder (default: the one that the program lies in, "
    "$objtree,\n"
    "              or the current folder)\n"
    "  -T FILE     read names of objects from FILE, one a line; - is standard input\n"
    "  --modules   the names that -T reads are those of modules, NAME.ko for NAME.o\n"
    "  -i FILE     read exported symbols from this Module.symvers (any number of times)\n"
    "  -o FILE     write the symbols that the modules export\n"
    "  -e          the modules are external\n"
    "  -m          write and check symbol versions (CONFIG_MODVERSIONS)\n"
    "  -b          write __versions, in trees whose kbuild has the option\n"
    "  -x          write extended versions, for names of any length\n"
    "  -a          give every module a srcversion (CONFIG_MODULE_SRCVERSION_ALL)\n"
    "  -d FILE     write which namespaces each module lacks\n"
    "  -n          ignore missing objects\n"
    "  -N          missing imports of namespaces are warnings\n"
    "  -t          leave out exports that nothing uses\n"
    "  -u FILE     names of exports that -t keeps\n"
    "  -w          undefined symbols are warnings\n"
    "  -E          section mismatches are errors\n"
    "  -W          more warnings\n"
    "  -M, -s      without effect\n"
    "  --help      show this text\n\n"
    "examples:\n"
    "  kbx modpost --tree /lib/modules/$(uname -r)/build -m -e -i $K/Module.symvers hello.o\n";

struct CommandLine {
  symbols::ModpostOptions options;
  std::string tree;
  std::string metadata_order;  // file (ninja/modpost_order.h), or ""
  bool names_modules = false;
  bool wants_help = false;
};

void read_list(const std::string& file, bool names_modules, std::vector<std::string>& objects) {
  std::string text;
  if (file == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    text = read_file(file);
  }
  for (const std::string_view line : split_lines(text)) {
    std::string& object = objects.emplace_back(line);
    if (names_modules && object.ends_with("ko")) object.replace(object.size() - 2, 2, "o");
  }
}

/// Where the value of an option with a value goes; null for -i and -T, which may come again.
std::string* value_slot(symbols::ModpostOptions& options, char letter) {
  switch (letter) {
    case 'o':
      return &options.symvers_output;
    case 'd':
      return &options.namespaces_output;
    case 'u':
      return &options.kept_exports;
    default:
      return nullptr;
  }
}

bool* flag_slot(symbols::ModpostOptions& options, char letter) {
  switch (letter) {
    case 'e':
      return &options.external;
    case 'm':
      return &options.versions;
    case 'b':
      return &options.basic_versions;
    case 'x':
      return &options.extended_versions;
    case 'a':
      return &options.always_source_version;
    case 'n':
      return &options.ignore_missing;
    case 'w':
      return &options.undefined_is_warning;
    case 'N':
      return &options.missing_namespace_is_warning;
    case 'E':
      return &options.mismatch_is_error;
    case 't':
      return &options.trim_exports;
    case 'W':
      return &options.extra_warnings;
    default:
      return nullptr;
  }
}

/// Reads the words as getopt(3) does: letters may be joined, values may follow at once, and options
/// may come after other words.
class Parser {
 public:
  Parser(int count, const char* const* words) : words_(words, words + count) {}

  CommandLine parse() {
    bool only_objects = false;
    std::vector<std::string> lists;
    for (; at_ < words_.size(); ++at_) {
      const std::string word = words_[at_];
      if (only_objects || word.size() < 2 || word[0] != '-') {
        result_.options.objects.push_back(word);
      } else if (word == "--") {
        only_objects = true;
      } else if (word == "--help") {
        result_.wants_help = true;
      } else if (word == "--modules") {
        result_.names_modules = true;
      } else if (word == "--metadata") {
        result_.metadata_order = next(word);
      } else if (word == "--tree") {
        result_.tree = next(word);
      } else if (word.starts_with("--tree=")) {
        result_.tree = word.substr(std::string_view("--tree=").size());
      } else {
        take_letters(word, lists);
      }
    }
    for (const std::string& list : lists)
      read_list(list, result_.names_modules, result_.options.objects);
    return std::move(result_);
  }

 private:
  std::string next(const std::string& option) {
    if (++at_ == words_.size())
      throw Error(option + " needs a value", "kbx modpost --help lists the options");
    return words_[at_];
  }

  void take_letters(const std::string& word, std::vector<std::string>& lists) {
    for (size_t i = 1; i < word.size(); ++i) {
      const char letter = word[i];
      if (bool* const flag = flag_slot(result_.options, letter)) {
        *flag = true;
        continue;
      }
      if (letter == 'M' || letter == 's') continue;
      std::string* const slot = value_slot(result_.options, letter);
      if (!slot && letter != 'i' && letter != 'T')
        throw Error(std::string("unknown option -") + letter,
                    "kbx modpost --help lists the options");
      const std::string value =
          i + 1 < word.size() ? word.substr(i + 1) : next(std::string("-") + letter);
      if (slot) *slot = value;
      if (letter == 'i') result_.options.symvers.push_back(value);
      if (letter == 'T') lists.assign(1, value);
      return;
    }
  }

  std::vector<std::string> words_;
  size_t at_ = 0;
  CommandLine result_;
};

/// The build folder of the kernel tree: as told, by the place of the program, as kbuild exports it.
std::string tree_of(const std::string& told, std::string_view program) {
  if (!told.empty()) return told;
  constexpr std::string_view place = "scripts/mod/modpost";
  if (program == place) return ".";
  if (program.ends_with(place) && program[program.size() - place.size() - 1] == '/')
    return std::string(program.substr(0, program.size() - place.size()));
  const char* const exported = std::getenv("objtree");
  return exported && *exported ? exported : ".";
}

/// kbuild exports it; else the tree's Makefile has to tell.
std::string sources_of(const std::string& tree) {
  const char* const exported = std::getenv("srctree");
  if (exported && *exported) return exported;
  return kernel::find_tree(real_path(tree), current_environment()).srctree;
}

int run(CommandLine line, std::string_view program) {
  const std::string tree = tree_of(line.tree, program);
  const std::string sources = sources_of(tree);
  const symbols::Dialect dialect = symbols::probe_dialect(tree, sources);
  symbols::DeviceHeader header(join_path(sources, "include/linux/mod_devicetable.h"));
  line.options.index_cache = symbols::index_cache(current_environment());
  const symbols::ModpostResult result = symbols::modpost(line.options, dialect, header);
  for (const std::string& message : result.messages) std::fprintf(stderr, "%s\n", message.c_str());
  for (const symbols::ModpostOutput& file : result.files) {
    // make compares the time of the list of symbols, which is new with each run.
    if (file.path == line.options.symvers_output)
      write_file_atomically(file.path, file.content);
    else
      write_file_if_changed(file.path, file.content);
  }
  if (result.failed) return 1;
  const std::string text =
      line.metadata_order.empty() ? std::string() : read_file(line.metadata_order);
  const auto order = ninja::read_modpost_order(text);
  if (!order) return 0;
  return ninja::run_metadata_step({order->from, order->members, order->environment});
}

}  // namespace

int modpost_command(const char* program, int count, const char* const* arguments) {
  try {
    CommandLine line = Parser(count, arguments).parse();
    if (line.wants_help) {
      std::fputs(help, stdout);
      return 0;
    }
    return run(std::move(line), program);
  } catch (const Error& error) {
    std::fprintf(stderr, "ERROR: modpost: %s\n", error.to_string().c_str());
    return 1;
  }
}

}  // namespace kbx::cli
