#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/tree.h"
#include "kbx/matrix/spec.h"

namespace kbx::matrix {

/// One driver on one kernel: what one `kbx build` would do.
struct Cell {
  std::string name;                    // "hello/6.1.0-56-amd64@debug"; also its output folder
  std::map<Axis, std::string> names;   // on the axes that the matrix has
  std::string driver;                  // folder: the driver's, or what all of its lie in
  std::vector<std::string> folders;    // that are built, in this order
  std::string config;                  // folder of the driver's .config, or ""
  std::vector<std::string> variables;  // NAME=value
  kernel::Tree tree;
  std::string kernel_fault;  // why there is no tree for it; else ""
  std::string kernel_hint;   // what to do about that
  bool expects_failure = false;
  std::string expected_because;  // the reason that the matrix gives for it
};

/// The cells of a matrix: the product of its axes without what is excluded, then what is included.
/// Finds every kernel once; that one is not there is the fault of its cells alone. Throws Error if
/// two cells have one name, or if there is none.
std::vector<Cell> cells_of(const Spec& spec, const Environment& environment);

/// The cells whose names fit one of the patterns (glob(7), where `*` also stands for "/"). Throws
/// Error if a pattern fits none.
std::vector<Cell> chosen_cells(std::vector<Cell> cells, const std::vector<std::string>& patterns);

}  // namespace kbx::matrix
