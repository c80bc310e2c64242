#include "kbx/cli/preprocess.h"

#include <cerrno>
#include <cstdio>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/process.h"
#include "kbx/cpp/command.h"
#include "kbx/cpp/compiler.h"
#include "kbx/cpp/depfile.h"
#include "kbx/cpp/preprocess.h"

namespace kbx::cli {
namespace {

using namespace cpp;

PreprocessResult left_to_compiler(std::string reason) {
  return {std::nullopt, std::move(reason)};
}

PreprocessResult try_preprocess(const std::vector<std::string>& words) {
  const PreprocessCommand command = read_preprocess_command(words);
  if (!command.reason.empty()) return left_to_compiler(command.reason);
  try {
    CompilerAnswers answers(command, current_environment());
    if (!answers.reason().empty()) return left_to_compiler(answers.reason());
    PreprocessJob job;
    job.file = command.file;
    job.folders = include_folders(command, answers.folders());
    job.definitions = command.definitions;
    job.imacros = command.imacros;
    job.includes = command.includes;
    job.prefix_maps = command.prefix_maps;
    job.warn_undefined = command.warn_undefined;
    PreprocessResult result = preprocess(job, answers.facts());
    answers.save();
    if (result.done && !command.depfile.empty()) {
      const auto rule =
          preprocess_depfile(command.file, result.done->headers, command.depfile_names_system);
      if (!rule) return left_to_compiler("a name that needs quotes in a rule of make");
      write_file_atomically(command.depfile, *rule);
    }
    return result;
  } catch (const Error& error) {
    return left_to_compiler(error.what());
  }
}

}  // namespace

std::string preprocessed(const std::vector<std::string>& command) {
  PreprocessResult result = try_preprocess(command);
  if (result.done) return std::move(result.done->text);
  Command call;
  call.arguments = command;
  CommandResult given = run(call);
  if (given.status == 127 && !given.errors.empty())
    throw Error(given.errors, "the compiler's command stands behind --preprocess");
  return std::move(given.output);
}

int print_preprocessed(const std::vector<std::string>& command) {
  const PreprocessResult result = try_preprocess(command);
  if (!result.done) throw Error("left to the compiler because of " + result.reason);
  const std::string& text = result.done->text;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw system_error("standard output", errno);
  return 0;
}

}  // namespace kbx::cli
