#include "kbx/ninja/features.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "kbx/base/cache.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/parallel.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/declarations.h"
#include "kbx/kernel/offer.h"
#include "kbx/kernel/probe_cache.h"
#include "kbx/ninja/shell.h"
#include "kbx/ninja/writer.h"
#include "kbx/symbols/symvers_index.h"

/// The command comes from a plan for a driver of one empty source, so that it is what kbuild would
/// run for this kernel, and is changed as little as asking needs: it reads standard input, writes
/// nothing, and takes for errors what a driver would not survive.
namespace kbx::ninja {
namespace {

using About = FeatureQuestion::About;
using Given = FeatureAnswer::Given;

/// How to ask the compiler.
struct Asking {
  std::vector<std::string> words;
  std::string folder;
  Environment environment;
  std::string compiler;              // identity
  std::string compiler_environment;  // what it reads besides
};

constexpr const char* driver_makefile = "obj-m := questions.o\n";

/// A driver's folder that is there for its plan only.
std::string asking_driver(const Job& job) {
  std::string folder =
      join_path(cache_folder(job.environment), "features/" + content_hash(job.tree.objtree));
  make_folders(folder);
  write_file_if_changed(join_path(folder, "Kbuild"), driver_makefile);
  write_file_if_changed(join_path(folder, "questions.c"), "");
  return folder;
}

/// `words` without what names files, for a source on standard input.
std::vector<std::string> asking_words(const std::vector<std::string>& words,
                                      const std::string& source) {
  std::vector<std::string> result;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "-o") {
      ++i;
    } else if (words[i] != "-c" && words[i] != source && !words[i].starts_with("-Wp,-M") &&
               !words[i].starts_with("-MD") && !words[i].starts_with("-MMD")) {
      result.push_back(words[i]);
    }
  }
  for (const char* word : {"-Wno-error", "-Wno-unused", "-Werror=implicit-function-declaration",
                           "-Werror=incompatible-pointer-types", "-Werror=int-conversion",
                           "-fmax-errors=0", "-fsyntax-only", "-x", "c", "-"})
    result.emplace_back(word);
  return result;
}

bool is_clang(const std::vector<std::string>& words) {
  return std::ranges::any_of(
             words, [](const std::string& word) { return word.starts_with("--target="); }) ||
         base_name(words.front()).starts_with("clang");
}

Asking asking_of(Job job) {
  const std::string source = asking_driver(job);
  job.folders = {source};
  job.out = join_path(source, "out");
  const kbuild::Plan plan = plan_job(job).front();
  for (const kbuild::Action& action : plan.actions) {
    if (action.kind != kbuild::ActionKind::compile || action.steps.empty()) continue;
    const auto words = shell_split(first_command(main_step(action).text));
    if (!words || words->empty()) continue;
    Asking asking;
    asking.words = asking_words(*words, action.inputs.front());
    if (is_clang(*words))
      std::ranges::replace(asking.words, std::string("-fmax-errors=0"),
                           std::string("-ferror-limit=0"));
    asking.folder = action.folder;
    asking.environment = action.environment < 0
                             ? job.environment
                             : plan.environments[static_cast<size_t>(action.environment)];
    asking.environment["LC_ALL"] = "C";
    asking.compiler = plan.compiler_identity;
    asking.compiler_environment = plan.compiler_environment;
    return asking;
  }
  throw Error("no command that compiles a source could be found for " + plan.release,
              "kbx plan --json shows what a build would do");
}

std::string compile(const Asking& asking, const std::string& source) {
  Command command;
  command.arguments = asking.words;
  command.folder = asking.folder;
  command.environment = &asking.environment;
  command.input = source;
  command.capture_errors = true;
  CommandResult result = run(command);
  if (result.status == 127 || result.status >= 128)
    throw Error("the compiler does not run: " + result.errors, "kbx doctor tells more");
  return std::move(result.errors);
}

using Questions = std::vector<const FeatureQuestion*>;

/// The headers that were named with a question, and those that declare its names.
std::vector<std::string> includes_of(
    const FeatureQuestion& question,
    const std::map<std::string, kernel::Declaration, std::less<>>& declared) {
  std::vector<std::string> includes = question.includes;
  for (const std::string& name : names_in(question))
    if (const auto found = declared.find(name); found != declared.end())
      includes.push_back(found->second.included);
  return includes;
}

FeatureAnswer ask_one(const Asking& asking, const FeatureQuestion& question,
                      const std::vector<std::string>& includes) {
  const std::string printed = compile(asking, question_source({&question}, includes));
  const QuestionErrors errors = read_question_errors(printed, 1);
  if (errors.of_question[0]) return {Given::no, ""};
  if (errors.elsewhere.empty()) return {Given::yes, ""};
  // An error in a header may still be the question's, whose macro comes from there.
  const QuestionErrors without =
      read_question_errors(compile(asking, question_source({}, includes)), 0);
  if (without.elsewhere.empty()) return {Given::no, ""};
  return {Given::unknown, without.elsewhere};
}

std::vector<FeatureAnswer> ask_compiler(const Asking& asking, const Questions& questions,
                                        const std::vector<std::string>& headers) {
  std::vector<std::string> names;
  for (const FeatureQuestion* question : questions)
    for (std::string& name : names_in(*question)) names.push_back(std::move(name));
  const auto declared = kernel::find_declarations(headers, names);
  std::vector<std::vector<std::string>> includes;
  std::vector<std::string> all;
  for (const FeatureQuestion* question : questions) {
    includes.push_back(includes_of(*question, declared));
    for (const std::string& include : includes.back())
      if (std::ranges::find(all, include) == all.end()) all.push_back(include);
  }
  const QuestionErrors errors =
      read_question_errors(compile(asking, question_source(questions, all)), questions.size());
  std::vector<FeatureAnswer> answers(questions.size());
  if (errors.elsewhere.empty()) {
    for (size_t i = 0; i < questions.size(); ++i)
      answers[i].given = errors.of_question[i] ? Given::no : Given::yes;
    return answers;
  }
  parallel_for(questions.size(), processors(),
               [&](size_t i) { answers[i] = ask_one(asking, *questions[i], includes[i]); });
  return answers;
}

/// Answers as one line each: "yes", "no", or "? REASON".
std::string written(const std::vector<FeatureAnswer>& answers) {
  std::string text;
  for (const FeatureAnswer& answer : answers)
    text += answer.given == Given::yes  ? "yes\n"
            : answer.given == Given::no ? "no\n"
                                        : "? " + answer.reason + "\n";
  return text;
}

std::vector<FeatureAnswer> read_answers(std::string_view text) {
  std::vector<FeatureAnswer> answers;
  for (const std::string_view line : split_lines(text)) {
    if (line == "yes" || line == "no")
      answers.push_back({line == "yes" ? Given::yes : Given::no, ""});
    else
      answers.push_back(
          {Given::unknown, std::string(line.substr(std::min(line.size(), size_t{2})))});
  }
  return answers;
}

kernel::Probe probe_of(const Asking& asking, const Questions& questions) {
  std::string command = "features 1\n" + join(asking.words, " ");
  for (const FeatureQuestion* question : questions)
    command += "\n" + question->text + " in " + join(question->includes, " ");
  return {asking.compiler, command, asking.folder, asking.compiler_environment};
}

std::vector<FeatureAnswer> compiled_answers(const Job& job, const Questions& questions,
                                            bool fresh) {
  if (questions.empty()) return {};
  const Asking asking = asking_of(job);
  kernel::ProbeCache cache(kernel::probe_cache_file(job.environment, job.tree, asking.compiler));
  const kernel::Probe probe = probe_of(asking, questions);
  if (!fresh)
    if (const kernel::ProbeResult* known = cache.find(probe))
      if (auto answers = read_answers(known->output); answers.size() == questions.size())
        return answers;
  std::vector<FeatureAnswer> answers =
      ask_compiler(asking, questions, kernel::header_folders(job.tree));
  cache.remember(probe, {0, written(answers)});
  cache.save();
  return answers;
}

FeatureAnswer exported_answer(const symbols::KernelSymbols& kernel, const std::string& symbol) {
  if (!kernel.lists_exports()) return {Given::unknown, "the tree has no Module.symvers"};
  return {kernel.exports.contains(symbol) ? Given::yes : Given::no, ""};
}

}  // namespace

std::vector<FeatureAnswer> ask_features(const Job& job,
                                        const std::vector<FeatureQuestion>& questions, bool fresh) {
  Questions compiled;
  std::unordered_set<std::string_view> symbols;
  for (const FeatureQuestion& question : questions) {
    if (question.about == About::exported)
      symbols.insert(question.what);
    else
      compiled.push_back(&question);
  }
  const std::vector<FeatureAnswer> from_compiler = compiled_answers(job, compiled, fresh);
  symbols::KernelSymbols kernel;
  if (!symbols.empty())
    kernel = kernel::symbols_of_tree(job.tree, symbols::SymbolChoice(std::move(symbols)),
                                     symbols::index_cache(job.environment));
  std::vector<FeatureAnswer> answers;
  size_t next = 0;
  for (const FeatureQuestion& question : questions)
    answers.push_back(question.about == About::exported ? exported_answer(kernel, question.what)
                                                        : from_compiler[next++]);
  return answers;
}

std::string feature_header(const std::string& release,
                           const std::vector<FeatureQuestion>& questions,
                           const std::vector<FeatureAnswer>& answers) {
  std::string text = "/* What Linux " + release + " has; made by kbx probe. */\n";
  for (size_t i = 0; i < questions.size(); ++i) {
    text += "\n/* " + replace_all(questions[i].text, "*/", "* /") + " */\n";
    const std::string& name = questions[i].feature;
    text +=
        answers[i].given == Given::yes ? "#define " + name + " 1\n" : "/* #undef " + name + " */\n";
  }
  return text;
}

}  // namespace kbx::ninja
