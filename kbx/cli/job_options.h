#pragma once
#include <string>
#include <vector>

#include "kbx/cli/options.h"
#include "kbx/ninja/session.h"

namespace kbx::cli {

/// The options that commands have that plan a build.
struct JobOptions {
  std::vector<std::string> words;  // folders and NAME=value
  std::vector<std::string> kernel;
  std::string out;
  std::string config;
  std::string rules;
  bool tree_programs = false;
  std::string mod_object = "direct";
  std::string linker = "kbx";
  std::string launcher;
  int jobs = 0;
  bool keep_going = false;
  bool verbose = false;
  bool quiet = false;

  /// What decides the plan: WORDS, --kernel, --out.
  void add_planning(CLI::App& app);
  /// How the plan is run: --jobs, --keep-going, …
  void add_running(CLI::App& app);
  /// The same for many builds at once, which have no folder, kernel and output of their own here.
  void add_matrix(CLI::App& app);
  /// What the options say of every job, whatever its folders.
  ninja::Job common_job() const;
  /// The job for the folders among the words, or for `folder` if there are none.
  ninja::Job job(const std::string& folder = ".") const;

 private:
  void add_launcher(CLI::App& app);
  void add_ways(CLI::App& app);  // how things are made
};

}  // namespace kbx::cli
