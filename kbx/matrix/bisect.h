#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kbx/matrix/cells.h"

namespace kbx::matrix {

/// Where a driver stopped building, on kernels in an order. Indices are into the cells.
struct Bisection {
  std::string name;                  // of the cells without their kernel: "hello@clang"
  std::vector<std::size_t> cells;    // in the order of the kernels
  std::optional<std::size_t> built;  // the last cell that was seen to build
  std::optional<std::size_t> fails;  // the first that was seen to fail
};

/// Builds cells; says for each whether that went well. Nothing if a signal asked to stop.
using Builder =
    std::function<std::optional<std::vector<bool>>(const std::vector<std::size_t>& cells)>;

/// Looks for the first kernel on which each driver fails, as if it built on all before and on none
/// behind: so it needs the logarithm of their number in rounds, and each round builds one cell of
/// every driver. Nothing if a signal asked to stop.
std::optional<std::vector<Bisection>> bisect(const std::vector<Cell>& cells, const Builder& build);

}  // namespace kbx::matrix
