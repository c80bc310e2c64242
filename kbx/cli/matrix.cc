#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "kbx/base/embedded.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/status_line.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/job_options.h"
#include "kbx/matrix/bisect.h"
#include "kbx/matrix/causes.h"
#include "kbx/matrix/cells.h"
#include "kbx/matrix/emit.h"
#include "kbx/matrix/junit.h"
#include "kbx/matrix/merge.h"
#include "kbx/matrix/page.h"
#include "kbx/matrix/run.h"
#include "kbx/matrix/table.h"

namespace kbx::cli {
namespace {

constexpr const char* examples =
    "kbx matrix                                the matrix of ./kbx.json\n"
    "kbx matrix hello foo -K 6.1.0-56-amd64 -K 6.12.117+deb12-amd64\n"
    "kbx matrix --only 'hello/*'               some of its cells\n"
    "kbx matrix --since last/results.json      fail for new failures only\n"
    "kbx matrix emit github                    its cells for a job matrix\n"
    "kbx matrix merge */results.json           what several machines found\n"
    "kbx matrix bisect hello -K 5.10 -K 6.1 -K 6.12";

constexpr const char* default_spec = "kbx.json";

/// The options that say which cells there are.
struct MatrixOptions {
  std::vector<std::string> words;    // drivers and NAME=value
  std::vector<std::string> kernels;  // each one of its own
  std::string file;
  std::vector<std::string> only;

  void add(CLI::App& app) {
    app.add_option("WORDS", words, "folders of drivers; NAME=value as for make")->type_name("");
    app.add_option("--kernel,-K", kernels, "a kernel to build for, as for kbx build; once for each")
        ->type_name("KERNEL")
        ->allow_extra_args(false);
    app.add_option("--file,-f", file, "the matrix (default: kbx.json, unless kernels are named)")
        ->type_name("FILE");
    app.add_option("--only", only, "build only cells whose names fit, with * and ?")
        ->type_name("PATTERN")
        ->allow_extra_args(false);
  }

  bool is_on_command_line() const { return file.empty() && !kernels.empty(); }
};

/// Where results go, and what they are compared with.
struct ResultOptions {
  std::string out;
  std::string since;

  void add_out(CLI::App& app) {
    app.add_option("--out,-o", out, "output folder (default: kbx-out/matrix)")->type_name("FOLDER");
  }
  void add(CLI::App& app) {
    add_out(app);
    app.add_option("--since", since, "an earlier results.json: fail for new failures only")
        ->type_name("FILE");
  }

  std::string folder() const {
    return absolute_path(out.empty() ? "kbx-out/matrix" : out, current_folder());
  }
};

matrix::Choice driver_choice(const std::string& word) {
  const std::string folder =
      existing_folder(word, "name the folder that holds the driver's Kbuild or Makefile");
  return {base_name(folder), folder, {folder}, {}};
}

matrix::Spec spec_of_words(const MatrixOptions& options, const Words& words) {
  matrix::Spec spec;
  auto& drivers = spec.axes[matrix::Axis::driver];
  auto& kernels = spec.axes[matrix::Axis::kernel];
  // What is named twice, as patterns of a shell do, is meant once.
  const auto add = [](std::vector<matrix::Choice>& choices, matrix::Choice choice) {
    if (std::ranges::find(choices, choice.value, &matrix::Choice::value) == choices.end())
      choices.push_back(std::move(choice));
  };
  for (const std::string& word : words.folders) add(drivers, driver_choice(word));
  if (drivers.empty()) drivers.push_back(driver_choice("."));
  for (const std::string& kernel : options.kernels) add(kernels, {"", kernel, {}, {}});
  return spec;
}

matrix::Spec spec_of_file(const MatrixOptions& options, const Words& words) {
  const std::string file = options.file.empty() ? default_spec : options.file;
  if (!exists(file))
    throw UsageError(options.file.empty() ? "there is no kbx.json here" : "there is no " + file,
                     "name drivers and kernels: kbx matrix DRIVER... --kernel KERNEL...");
  if (!words.folders.empty())
    throw UsageError("drivers are named beside the matrix of " + file,
                     "name kernels too (--kernel), or choose cells of it: --only 'DRIVER/*'");
  return matrix::read_spec(file);
}

/// The cells that the options ask for. What is wrong with them is wrong with how kbx was called.
std::vector<matrix::Cell> cells_of(const MatrixOptions& options, const Environment& environment) {
  const Words words = split_variables(options.words);
  try {
    matrix::Spec spec =
        options.is_on_command_line() ? spec_of_words(options, words) : spec_of_file(options, words);
    for (const std::string& variable : words.variables) {
      const std::size_t equals = variable.find('=');
      spec.variables[variable.substr(0, equals)] = variable.substr(equals + 1);
    }
    return matrix::chosen_cells(matrix::cells_of(spec, environment), options.only);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    throw UsageError(error.location(), error.what(), error.hint());
  }
}

/// Says on a terminal how far the run is, with failures above it.
class Progress {
 public:
  explicit Progress(std::size_t cells) : cells_(cells) {}

  matrix::Listener listener() {
    return {
        [this](std::size_t done, std::size_t failed) {
          done_ = done;
          failed_ = failed;
        },
        [this](std::string_view count, std::string_view cell, std::string_view text) {
          if (text != "-") shown_ = fmt::format("{}  {}", cell, text);
          line_.show(fmt::format("[{}] {} of {}{}  {}", count, done_, counted(cells_, "cell"),
                                 failed_ > 0 ? fmt::format(", {} failed", failed_) : "", shown_));
        },
        [this](const matrix::Cell& cell, const matrix::Fault& fault) {
          if (cell.expects_failure) return;
          line_.clear();
          fmt::print("FAILED  {}  {}\n", cell.name, fault.to_string());
        }};
  }

  void clear() { line_.clear(); }

 private:
  StatusLine line_{stdout};
  std::size_t cells_;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  std::string shown_;
};

std::string now_in_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

constexpr const char* results_file = "results.json";

/// What there was before: of --since, else of the last run.
std::optional<matrix::Results> results_before(const std::string& since, const std::string& out) {
  const std::string last = join_path(out, results_file);
  if (since.empty() && !exists(last)) return std::nullopt;
  try {
    return matrix::read_results(since.empty() ? last : since);
  } catch (const Error& error) {
    // 1 is for cells that failed.
    if (!since.empty()) throw UsageError(error.location(), error.what(), error.hint());
    return std::nullopt;  // of another version of kbx, or damaged
  }
}

std::string_view page_frame() {
  for (const embedded::File& file : embedded::templates())
    if (file.path == "matrix/page.html") return file.content;
  return "";
}

void write_reports(const std::string& out, const matrix::Results& results,
                   const matrix::Changes* changes) {
  write_file_atomically(join_path(out, results_file), matrix::write_results(results));
  write_file_atomically(join_path(out, "junit.xml"), matrix::junit_text(results));
  write_file_atomically(join_path(out, "index.html"),
                        matrix::page_text(page_frame(), results, changes));
}

/// The end of a run: files, table, exit status.
int report(const matrix::Results& results, const std::string& out,
           const std::optional<matrix::Results>& before, bool only_new, bool is_part, bool quiet) {
  std::optional<matrix::Changes> changes;
  if (before) changes = changes_between(*before, results);
  if (changes && is_part) changes->removed.clear();
  const matrix::Changes* told = changes ? &*changes : nullptr;
  write_reports(out, results, told);
  if (!quiet)
    std::cout << matrix::table_text(results, told) << "results: " << shown_path(out) << "/\n";
  if (only_new) return changes->newly_failed.empty() ? 0 : 1;
  return std::ranges::any_of(results.cells, &matrix::CellResult::failed_unexpectedly) ? 1 : 0;
}

int merge_command(const std::vector<std::string>& arguments) {
  CLI::App app("Joins the results of several machines into one.", "kbx matrix merge");
  set_help(app, {"[OPTION...] RESULTS.json...", "kbx matrix merge */results.json --out joined"});
  std::vector<std::string> files;
  ResultOptions place;
  app.add_option("RESULTS", files, "results.json of each machine")->required()->type_name("");
  place.add(app);
  if (const auto status = parse(app, arguments)) return *status;
  std::vector<matrix::Results> parts;
  for (const std::string& file : files) parts.push_back(matrix::read_results(file));
  const std::string folder = place.folder();
  const auto before = results_before(place.since, folder);
  make_folders(folder);
  return report(matrix::merged(parts), folder, before, !place.since.empty(), false, false);
}

int emit_command(const std::vector<std::string>& arguments) {
  CLI::App app("Writes the cells of a matrix as the job list of a CI engine.", "kbx matrix emit");
  set_help(app, {"[OPTION...] github|gitlab [DRIVER...] [NAME=value...]",
                 "echo \"matrix=$(kbx matrix emit github)\" >> \"$GITHUB_OUTPUT\"\n"
                 "kbx matrix emit gitlab > child-pipeline.yml"});
  std::string engine;
  std::string by = "cell";
  app.add_option("ENGINE", engine, "github or gitlab")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"github", "gitlab"}));
  MatrixOptions options;
  options.add(app);
  app.add_option("--by", by, "what one job builds: a cell, or all cells of a driver or of a kernel")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"cell", "driver", "kernel"}));
  if (const auto status = parse(app, arguments)) return *status;
  const auto share_by = by == "cell"     ? matrix::ShareBy::cell
                        : by == "driver" ? matrix::ShareBy::driver
                                         : matrix::ShareBy::kernel;
  const auto shares = shares_of(cells_of(options, current_environment()), share_by);
  std::cout << (engine == "github" ? github_matrix(shares) : gitlab_pipeline(shares));
  return 0;
}

/// "hello: builds on 6.1, fails from 6.12 on: main.c:3: …"
std::string bisection_text(const matrix::Bisection& row, const std::vector<matrix::Cell>& cells,
                           const std::map<std::string, matrix::CellResult>& results) {
  const auto kernel = [&](std::size_t cell) { return cells[cell].names.at(matrix::Axis::kernel); };
  if (!row.fails) return fmt::format("{}: builds on {}", row.name, kernel(row.cells.back()));
  const matrix::CellResult& result = results.at(cells[*row.fails].name);
  const std::string first = row.built ? "builds on " + kernel(*row.built) + ", fails" : "fails";
  return fmt::format("{}: {} on {}: {}", row.name, first, kernel(*row.fails),
                     result.error ? result.error->to_string() : "");
}

int bisect_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Names the first kernel on which each driver fails. The kernels are to be in an order, in\n"
      "which a driver that fails on one fails on all behind it.",
      "kbx matrix bisect");
  set_help(app, {"[OPTION...] [DRIVER...] [NAME=value...]",
                 "kbx matrix bisect hello -K 5.10.0-46-amd64 -K 6.1.0-56-amd64"});
  MatrixOptions options;
  options.add(app);
  ResultOptions place;
  place.add_out(app);
  JobOptions running;
  running.add_matrix(app);
  if (const auto status = parse(app, arguments)) return *status;
  const std::vector<matrix::Cell> cells = cells_of(options, current_environment());
  matrix::RunSettings settings;
  settings.out = place.folder();
  settings.job = running.common_job();
  std::map<std::string, matrix::CellResult> results;
  const auto build =
      [&](const std::vector<std::size_t>& round) -> std::optional<std::vector<bool>> {
    std::vector<matrix::Cell> chosen;
    for (const std::size_t i : round) chosen.push_back(cells[i]);
    const auto ended = run_cells(chosen, settings);
    if (!ended) return std::nullopt;
    std::vector<bool> built;
    for (const matrix::CellResult& result : *ended) {
      built.push_back(result.built);
      results.insert_or_assign(result.name, result);
      if (!running.quiet) fmt::print("  {}  {}\n", result.name, result.built ? "built" : "FAILED");
    }
    std::fflush(stdout);
    return built;
  };
  const auto found = bisect(cells, build);
  if (!found) return 130;
  bool fails = false;
  for (const matrix::Bisection& row : *found) {
    fails = fails || row.fails;
    fmt::print("{}\n", bisection_text(row, cells, results));
  }
  return fails ? 1 : 0;
}

int run_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Builds drivers for many kernels as one graph, and writes what came of it: a table,\n"
      "results.json, junit.xml and a page for browsers. Without drivers and kernels the matrix is\n"
      "that of kbx.json.",
      "kbx matrix");
  set_help(app, {"[OPTION...] [DRIVER...] [NAME=value...]", examples});
  MatrixOptions options;
  options.add(app);
  ResultOptions place;
  place.add(app);
  JobOptions running;
  bool lists = false;
  app.add_flag("--list", lists, "print the names of the cells, build nothing");
  running.add_matrix(app);
  if (const auto status = parse(app, arguments)) return *status;

  const Environment environment = current_environment();
  const std::vector<matrix::Cell> cells = cells_of(options, environment);
  if (lists) {
    for (const matrix::Cell& cell : cells) fmt::print("{}\n", cell.name);
    return 0;
  }
  matrix::RunSettings settings;
  settings.out = place.folder();
  settings.job = running.common_job();
  const auto before = results_before(place.since, settings.out);
  Progress progress(cells.size());
  if (!running.quiet && ::isatty(STDOUT_FILENO) == 1) settings.listener = progress.listener();
  const auto start = std::chrono::steady_clock::now();
  auto built = matrix::run_cells(cells, settings);
  progress.clear();
  if (!built) return 130;
  matrix::Results results;
  results.cells = std::move(*built);
  results.when = now_in_utc();
  results.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (const auto figures = matrix::launch_figures(settings)) results.launchers.push_back(*figures);
  return report(results, settings.out, before, !place.since.empty(), !options.only.empty(),
                running.quiet);
}

}  // namespace

int matrix_command(const std::vector<std::string>& arguments) {
  const std::string first = arguments.empty() ? "" : arguments.front();
  const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1),
                                      arguments.end());
  if (first == "merge") return merge_command(rest);
  if (first == "bisect") return bisect_command(rest);
  if (first == "emit") return emit_command(rest);
  return run_command(arguments);
}

}  // namespace kbx::cli
