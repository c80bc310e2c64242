#pragma once
#include <map>
#include <string>
#include <vector>

#include "kbx/matrix/results.h"

namespace kbx::matrix {

/// What a cell's last runs told that later ones, which find nothing to do, tell again.
struct Memory {
  std::map<std::string, std::vector<std::string>> warnings;  // of a command, by its first output
  std::vector<std::string> notes;                            // of the plan
  std::string judged;  // what the verdicts were made from; "" without any
  std::vector<ModuleResult> verdicts;

  bool operator==(const Memory&) const = default;
};

/// Reads the memory of the cell whose state lies in `state_folder`. What cannot be read, or is
/// damaged, is nothing.
Memory read_memory(const std::string& state_folder);
void write_memory(const std::string& state_folder, const Memory& memory);

}  // namespace kbx::matrix
