#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kbx/ninja/launcher.h"

namespace kbx::matrix {

/// What went wrong, in the words of who found it.
struct Fault {
  std::string file;  // as the driver's author knows it; "" if no file is named
  int line = 0;      // from 1 on; 0 is none
  std::string text;

  /// "main.c:12: text"
  std::string to_string() const;
  bool operator==(const Fault&) const = default;
};

/// A command that failed.
struct FailedCommand {
  std::string output;  // the first that it was to make, seen from the driver's folder
  std::string module;  // that it belongs to, or ""
  std::string words;   // all that it printed
};

struct ModuleResult {
  std::string name;
  bool built = false;
  std::uint64_t size = 0;            // of the .ko, in bytes
  std::string verdict;               // symbols::outcome_name; "" if it was not judged
  std::vector<std::string> reasons;  // why it would not load

  bool operator==(const ModuleResult&) const = default;
};

/// What became of one cell.
struct CellResult {
  std::string name;
  std::string driver;
  std::string kernel;
  std::string architecture;
  std::string configuration;
  std::string toolchain;
  std::string release;  // of the kernel's tree; "" if there is none
  std::string folder;   // of the driver
  std::string out;      // folder of what was made
  bool built = false;
  bool expects_failure = false;
  std::string expected_because;
  double seconds = 0;  // what its commands took in sum, when they last ran
  std::optional<Fault> error;
  std::vector<FailedCommand> failures;
  std::vector<std::string> warnings;
  std::vector<std::string> hints;  // what to do about the failure
  std::vector<std::string> notes;
  std::vector<ModuleResult> modules;

  bool failed() const { return !built; }
  bool failed_unexpectedly() const { return !built && !expects_failure; }
  bool passed_unexpectedly() const { return built && expects_failure; }
};

/// A run of a matrix, or several that were joined.
struct Results {
  std::string when;                             // UTC, as in ISO 8601
  double seconds = 0;                           // from start to end
  std::vector<ninja::LaunchFigures> launchers;  // what they did, each once
  std::vector<CellResult> cells;
};

/// The text of results.json (docs/results.schema.json).
std::string write_results(const Results& results);
/// Reads a results.json. Throws Error with the place of what is wrong.
Results read_results(const std::string& path);

nlohmann::ordered_json module_json(const ModuleResult& module);

}  // namespace kbx::matrix
