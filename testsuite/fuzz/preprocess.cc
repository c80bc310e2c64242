// C source with directives and macros, which may include itself as "self.h". A first line
// "//args: WORD…" is read as the command line of a compiler.
#include "kbx/cpp/preprocess.h"

#include <utility>

#include "testsuite/fuzz/fuzz.h"

#include "kbx/base/file.h"
#include "kbx/cpp/command.h"

namespace {

kbx::cpp::CompilerFacts facts() {
  kbx::cpp::CompilerFacts result;
  result.macros = "#define __STDC_VERSION__ 201710L\n#define __GNUC__ 12\n#define unix 1\n";
  for (const std::string_view name : kbx::cpp::computed_macro_names())
    result.computed_macros.emplace_back(name);
  result.ask = [](std::string_view, std::string_view argument, std::string_view) {
    return std::optional<int>(argument.size() % 2 == 0 ? 1 : 0);
  };
  return result;
}

/// Words of a first line "//args: …", as the command line of a compiler.
void read_command(std::string_view source) {
  constexpr std::string_view key = "//args: ";
  if (!source.starts_with(key)) return;
  std::vector<std::string> words = {"gcc", "-E"};
  std::string word;
  for (const char c : source.substr(key.size(), source.find('\n') - key.size())) {
    if (c != ' ') word += c;
    if (c == ' ' && !word.empty()) words.push_back(std::exchange(word, {}));
  }
  words.push_back(word);
  words.emplace_back("a.c");
  const auto command = kbx::cpp::read_preprocess_command(words);
  kbx::cpp::include_folders(command, {});
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kbx::cpp;
  static const kbx::fuzz::Scratch scratch;
  const std::string_view source = kbx::fuzz::text_of(data, size);
  read_command(source);
  kbx::write_file_atomically(scratch.at("a.c"), source);
  kbx::write_file_atomically(scratch.at("self.h"), source);
  PreprocessJob job;
  job.file = scratch.at("a.c");
  job.folders.chain = {{scratch.path() + "/", false}};
  job.definitions = "#define FUZZ 1\n";
  const PreprocessResult result = preprocess(job, facts());
  kbx::fuzz::require(result.done.has_value() != !result.reason.empty(),
                     "neither text nor reason\n");
  if (!result.done) return 0;
  kbx::fuzz::require(result.done->text.starts_with("# 1 \""), "no marker names the file\n");
  return 0;
}
