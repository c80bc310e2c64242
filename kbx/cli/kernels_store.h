#pragma once
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/tree.h"
#include "kbx/kernel/upkeep.h"

/// Commands of kbx kernels that show the store and keep it in order. Each returns the exit status.
namespace kbx::cli {

/// A line for each kernel that is known. With `quiet` only the exit status: 1 if none is.
int list_kernels(const Environment& environment, bool quiet);
/// The same as an array of objects.
int list_kernels_json(const Environment& environment);

int remove_kernels(const std::vector<std::string>& names, const kernel::Places& places);

int prune_kernels(const kernel::PruneOptions& options, const kernel::Places& places,
                  const std::string& cache);

/// 1 if anything is not as it was added.
int verify_kernels(const std::vector<std::string>& names, const std::string& store);

}  // namespace kbx::cli
