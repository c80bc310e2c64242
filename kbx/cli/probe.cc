#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/options.h"
#include "kbx/kernel/tree.h"
#include "kbx/ninja/features.h"

namespace kbx::cli {
namespace {

using Given = ninja::FeatureAnswer::Given;

constexpr const char* examples =
    "kbx probe 'strscpy()' 'struct request.rq_disk' '<linux/genhd.h>'\n"
    "kbx probe 'exported filp_open' -K 6.1.0-56-amd64\n"
    "kbx probe 'HAVE_OLD_CLASS = { class_create(THIS_MODULE, \"x\"); }'\n"
    "kbx probe --from features --header kbx_features.h";

struct Request {
  std::vector<std::string> words;
  std::vector<std::string> kernel;
  std::vector<std::string> variables;
  std::string from;
  std::string header;
  bool json = false;
  bool quiet = false;
  bool fresh = false;
};

std::vector<ninja::FeatureQuestion> questions_of(const Request& request) {
  std::vector<ninja::FeatureQuestion> questions;
  if (!request.from.empty())
    questions = ninja::parse_questions(read_file(request.from), request.from);
  for (const std::string& word : request.words)
    questions.push_back(ninja::parse_question(word, {}));
  if (questions.empty())
    throw UsageError("nothing is asked", "give a question, or a file of them with --from");
  return questions;
}

std::string_view word_for(Given given) {
  return given == Given::yes ? "yes" : given == Given::no ? "no" : "unknown";
}

void print_answers(const std::vector<ninja::FeatureQuestion>& questions,
                   const std::vector<ninja::FeatureAnswer>& answers) {
  const bool all_known = std::ranges::all_of(
      answers, [](const auto& answer) { return answer.given != Given::unknown; });
  for (size_t i = 0; i < questions.size(); ++i) {
    fmt::print("{:<{}}  {}\n", word_for(answers[i].given), all_known ? 3 : 7, questions[i].text);
    if (answers[i].given == Given::unknown) fmt::print("         {}\n", answers[i].reason);
  }
}

void print_json(const std::string& release, const std::vector<ninja::FeatureQuestion>& questions,
                const std::vector<ninja::FeatureAnswer>& answers) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (size_t i = 0; i < questions.size(); ++i) {
    nlohmann::ordered_json one = {{"question", questions[i].text},
                                  {"feature", questions[i].feature},
                                  {"answer", word_for(answers[i].given)}};
    if (!answers[i].reason.empty()) one["reason"] = answers[i].reason;
    all.push_back(std::move(one));
  }
  const nlohmann::ordered_json page = {{"release", release}, {"answers", all}};
  fmt::print("{}\n", page.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

ninja::Job job_of(const Request& request) {
  ninja::Job job;
  job.environment = current_environment();
  job.tree = kernel::find_tree(join(request.kernel, ","), job.environment);
  job.variables = request.variables;
  job.kbx = own_path();
  return job;
}

/// Of a header the answers are in it: then what counts is that there are any.
int status_of(const Request& request, const std::vector<ninja::FeatureAnswer>& answers) {
  const auto is_bad = [&](const ninja::FeatureAnswer& answer) {
    return request.header.empty() ? answer.given != Given::yes : answer.given == Given::unknown;
  };
  return std::ranges::any_of(answers, is_bad) ? 1 : 0;
}

}  // namespace

int probe_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Tells whether a kernel has a function, macro, type, member, header or exported symbol, or\n"
      "compiles a statement: what conftest scripts ask one by one, in one run of the compiler.",
      "kbx probe");
  set_help(app, {"[OPTION...] [QUESTION...]", examples});
  Request request;
  app.add_option(
      "QUESTION", request.words,
      "a name, \"struct s\", \"struct s.member\", \"<linux/h.h>\", \"exported symbol\" or "
      "\"NAME = { statements; }\"; behind it, \"in <linux/h.h>\" what to include");
  add_kernel_option(app, request.kernel);
  app.add_option("--from,-f", request.from, "read questions from a file, one a line")
      ->type_name("FILE");
  app.add_option("--header", request.header, "write a header with a #define for each yes")
      ->type_name("FILE");
  app.add_option("--set", request.variables, "a variable as make takes it, NAME=value")
      ->allow_extra_args(false)
      ->type_name("NAME=value");
  app.add_flag("--json", request.json, "print the answers as JSON");
  app.add_flag("--quiet,-q", request.quiet, "print nothing");
  app.add_flag("--fresh", request.fresh, "ask again what was answered before");
  if (const auto status = parse(app, arguments)) return *status;

  const std::vector<ninja::FeatureQuestion> questions = questions_of(request);
  const ninja::Job job = job_of(request);
  const std::vector<ninja::FeatureAnswer> answers =
      ninja::ask_features(job, questions, request.fresh);
  if (!request.header.empty())
    write_file_if_changed(request.header,
                          ninja::feature_header(job.tree.release, questions, answers));
  if (request.json)
    print_json(job.tree.release, questions, answers);
  else if (!request.quiet && request.header.empty())
    print_answers(questions, answers);
  return status_of(request, answers);
}

}  // namespace kbx::cli
