#pragma once
#include <string>
#include <vector>

#include "kbx/cli/options.h"
#include "kbx/ninja/session.h"

namespace kbx::cli {

/// The options that every command has that plans a build.
struct JobOptions {
  std::vector<std::string> words;  // folders and NAME=value
  std::vector<std::string> kernel;
  std::string out;
  std::string rules;
  int jobs = 0;
  bool keep_going = false;
  bool verbose = false;
  bool quiet = false;

  void add_to(CLI::App& app);
  /// The job for the folders among the words, "." if there are none.
  ninja::Job job() const;
};

}  // namespace kbx::cli
