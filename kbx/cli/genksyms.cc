#include "kbx/cli/genksyms.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <getopt.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/cli/preprocess.h"
#include "kbx/symbols/genksyms.h"

namespace kbx::cli {
namespace {

using symbols::GenksymsDialect;

constexpr const char* help_text =
    "usage: kbx genksyms [--kernel TREE] [OPTION...] < PREPROCESSED.i\n"
    "       kbx genksyms [--kernel TREE] [OPTION...] --preprocess COMPILER -E FLAG... FILE.c\n"
    "Prints what the kernel's scripts/genksyms/genksyms prints: the version of every symbol that "
    "a\n"
    "preprocessed C file exports. Also under the name genksyms, in a tree as "
    "scripts/genksyms/genksyms.\n\n"
    "options:\n"
    "  --kernel TREE          the dialect of this kernel tree; first of all options; default: the "
    "newest\n"
    "  -r, --reference FILE   tell what changed against the types in FILE\n"
    "  -T, --dump-types FILE  write the types behind the exports to FILE (.symtypes)\n"
    "  -p, --preserve         keep the versions that FILE of -r overrides, or fail\n"
    "  -w, --warnings         tell syntax errors and unknown types; they make the exit status 1\n"
    "  -q, --quiet            tell none (default)\n"
    "  -D, --dump             show the expansion of each export\n"
    "  -d, --debug            show each definition\n"
    "  -R, --relative-crc     print linker scripts relative to their section, where the tree's "
    "does\n"
    "  -V, --version          show the version of the original that this follows\n"
    "  -h, --help             show the original's usage; --help alone shows this text\n"
    "  --preprocess COMMAND   last: read what this compiler's command would print; the compiler "
    "is\n"
    "                         run only where kbx does not know for certain what that is\n"
    "  --preprocess-only COMMAND  print that text, or tell why the compiler would be run\n\n"
    "examples:\n"
    "  gcc -E -D__GENKSYMS__ FLAGS a.c | kbx genksyms\n"
    "  kbx genksyms --preprocess gcc -E -D__GENKSYMS__ FLAGS a.c\n";

struct CommandLine {
  symbols::GenksymsOptions options;
  std::string reference;
  std::optional<std::string> dump_file;
  bool relative = false;
  std::optional<int> status;  ///< nothing is left to do
};

void print_usage(const GenksymsDialect& dialect) {
  std::fputs("Usage:\ngenksyms [-adDTwqhVR] > /path/to/.tmp_obj.ver\n\n", stderr);
  if (dialect.prefix_option) std::fputs("  -s, --symbol-prefix   Select symbol prefix\n", stderr);
  std::fputs(
      "  -d, --debug           Increment the debug level (repeatable)\n"
      "  -D, --dump            Dump expanded symbol defs (for debugging only)\n"
      "  -r, --reference file  Read reference symbols from a file\n"
      "  -T, --dump-types file Dump expanded types into file\n"
      "  -p, --preserve        Preserve reference modversions or fail\n"
      "  -w, --warnings        Enable warnings\n"
      "  -q, --quiet           Disable warnings (default)\n"
      "  -h, --help            Print this message\n"
      "  -V, --version         Print the release version\n",
      stderr);
  if (dialect.relative_option)
    std::fputs("  -R, --relative-crc    Emit section relative symbol CRCs\n", stderr);
}

/// Makes the file if it is not there. False, with the reason told, if it cannot be written.
bool can_write(const char* path) {
  const int descriptor = ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    std::perror(path);
    return false;
  }
  ::close(descriptor);
  return true;
}

bool take_option(int option, CommandLine& line) {
  switch (option) {
    case 'd':
      line.options.tell_definitions = true;
      return true;
    case 'w':
    case 'q':
      line.options.warnings = option == 'w';
      return true;
    case 'V':
      std::fputs("genksyms version 2.5.60\n", stderr);
      return true;
    case 'D':
      line.options.tell_expansions = true;
      return true;
    case 'p':
      line.options.preserve = true;
      return true;
    case 'R':
      line.relative = true;
      return true;
    case 'r':
      if (const auto text = read_file_if_present(optarg)) {
        line.reference = *text;
        return true;
      }
      std::perror(optarg);
      break;
    case 'T':
      line.dump_file = optarg;
      if (can_write(optarg)) return true;
      break;
    case 'h':
      print_usage(line.options.dialect);
      line.status = 0;
      return false;
    default:
      print_usage(line.options.dialect);
  }
  line.status = 1;
  return false;
}

CommandLine parse(const GenksymsDialect& dialect, std::vector<char*>& words) {
  std::vector<option> long_options = {
      {"debug", 0, nullptr, 'd'},     {"warnings", 0, nullptr, 'w'},
      {"quiet", 0, nullptr, 'q'},     {"dump", 0, nullptr, 'D'},
      {"reference", 1, nullptr, 'r'}, {"dump-types", 1, nullptr, 'T'},
      {"preserve", 0, nullptr, 'p'},  {"version", 0, nullptr, 'V'},
      {"help", 0, nullptr, 'h'}};
  if (dialect.relative_option) long_options.push_back({"relative-crc", 0, nullptr, 'R'});
  long_options.push_back({});
  std::string letters = dialect.prefix_option ? "s:dwqVDr:T:ph" : "dwqVDr:T:ph";
  if (dialect.relative_option) letters += 'R';
  CommandLine line;
  line.options.dialect = dialect;
  optind = 0;
  for (int option = 0; (option = getopt_long(static_cast<int>(words.size()) - 1, words.data(),
                                             letters.c_str(), long_options.data(), nullptr)) != -1;)
    if (!take_option(option, line)) break;
  line.options.dump_types = line.dump_file.has_value();
  return line;
}

/// The whole of standard input: mapped if it is a file from its start, else read.
class StandardInput {
 public:
  StandardInput() {
    struct stat status {};
    if (::fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
        ::lseek(STDIN_FILENO, 0, SEEK_CUR) == 0) {
      const auto size = static_cast<std::size_t>(status.st_size);
      void* place = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, STDIN_FILENO, 0);
      if (place != MAP_FAILED) {
        mapped_ = {static_cast<const char*>(place), size};
        return;
      }
    }
    read();
  }
  ~StandardInput() {
    if (mapped_.data()) ::munmap(const_cast<char*>(mapped_.data()), mapped_.size());
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

  std::string_view text() const {
    return mapped_.data() ? mapped_ : std::string_view(read_.get(), size_);
  }

 private:
  void read() {
    std::size_t room = 0;
    for (;;) {
      if (size_ == room) {
        room = room == 0 ? std::size_t{1} << 20 : room * 2;
        auto larger = std::make_unique_for_overwrite<char[]>(room);
        std::copy_n(read_.get(), size_, larger.get());
        read_ = std::move(larger);
      }
      const ssize_t count = ::read(STDIN_FILENO, read_.get() + size_, room - size_);
      if (count == 0) return;
      if (count > 0)
        size_ += static_cast<std::size_t>(count);
      else if (errno != EINTR)
        throw system_error("standard input", errno);
    }
  }

  std::string_view mapped_;
  std::unique_ptr<char[]> read_;
  std::size_t size_ = 0;
};

void print_messages(const symbols::GenksymsResult& result, bool tell_definitions) {
  for (const symbols::GenksymsMessage& message : result.messages)
    if (message.location.file.empty())
      std::fputs(message.text.c_str(), stderr);
    else
      std::fprintf(stderr, "%s:%d: %s\n", message.location.file.c_str(), message.location.line,
                   message.text.c_str());
  constexpr int buckets = 4096;
  if (tell_definitions)
    std::fprintf(stderr, "Hash table occupancy %d/%d = %g\n", result.symbol_count, buckets,
                 static_cast<double>(result.symbol_count) / buckets);
}

/// Writes -T's file: aside and renamed if it is a file of that very name; in place if it is a link,
/// a device or a pipe, which may be an open file of somebody else (/dev/stdout).
void write_dump(const std::string& path, const std::string& text) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode))
    return write_file_atomically(path, text);
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (!file) throw system_error(path, errno);
  const bool is_written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (std::fclose(file) != 0 || !is_written) throw system_error(path, errno);
}

int run(const CommandLine& line, std::string_view input) {
  const symbols::GenksymsResult result = symbols::genksyms(input, line.options);
  print_messages(result, line.options.tell_definitions);
  const std::string output =
      symbols::genksyms_output(result.crcs, line.options.dialect, line.relative);
  if (std::fwrite(output.data(), 1, output.size(), stdout) != output.size() ||
      std::fflush(stdout) != 0)
    throw system_error("standard output", errno);
  if (line.dump_file) write_dump(*line.dump_file, result.type_dump);
  return result.errors != 0 ? 1 : 0;
}

/// The tree that the program lies in, "" if it is not in its place in one.
std::string tree_of(std::string_view program) {
  constexpr std::string_view place = "scripts/genksyms/genksyms";
  if (!program.ends_with(place)) return {};
  const std::string_view tree = program.substr(0, program.size() - place.size());
  return tree.empty() ? "." : std::string(tree);
}

/// The words behind `option`, which are cut off together with it.
std::vector<std::string> take_command(int& count, char** arguments, std::string_view option) {
  for (int at = 0; at < count; ++at) {
    if (arguments[at] != option) continue;
    std::vector<std::string> words(arguments + at + 1, arguments + count);
    if (words.empty()) throw Error(std::string(option) + " without a compiler's command");
    count = at;
    return words;
  }
  return {};
}

}  // namespace

int genksyms_command(const char* program, int count, char** arguments) {
  const std::string_view name = program;
  const bool stands_in = name.ends_with("genksyms");
  if (!stands_in && count == 1 && std::strcmp(arguments[0], "--help") == 0) {
    std::fputs(help_text, stdout);
    return 0;
  }
  try {
    std::string tree = tree_of(name);
    if (!stands_in && count >= 2 && std::strcmp(arguments[0], "--kernel") == 0) {
      tree = arguments[1];
      arguments += 2;
      count -= 2;
    }
    const std::vector<std::string> compiler = take_command(count, arguments, "--preprocess");
    const std::vector<std::string> shown = take_command(count, arguments, "--preprocess-only");
    if (!stands_in && !shown.empty()) return print_preprocessed(shown);
    const GenksymsDialect dialect =
        tree.empty() ? GenksymsDialect() : symbols::probe_genksyms(tree);
    std::string own_name = stands_in ? program : "genksyms";
    std::vector<char*> words = {own_name.data()};
    words.insert(words.end(), arguments, arguments + count);
    words.push_back(nullptr);
    CommandLine line = parse(dialect, words);
    line.options.reference = line.reference;
    if (line.status) return *line.status;
    if (!compiler.empty()) return run(line, preprocessed(compiler));
    const StandardInput input;
    return run(line, input.text());
  } catch (const Error& error) {
    std::fprintf(stderr, "kbx: %s\n", error.to_string().c_str());
    return 1;
  }
}

}  // namespace kbx::cli
