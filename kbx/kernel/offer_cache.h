#pragma once
#include <string>
#include <utility>
#include <vector>

#include "kbx/base/file.h"
#include "kbx/kernel/tree.h"
#include "kbx/symbols/kernel_symbols.h"

namespace kbx::kernel {

/// The files that a tree was judged by, each with its stamp from before it was read, or without one
/// if it is not there.
using FilesRead = std::vector<std::pair<std::string, std::optional<FileStamp>>>;

/// Sets what the cache folder knows of `tree`: the machine, the options and the vermagic. False if
/// that is nothing, or a file that it hangs on is not as it was.
bool recall_offer(symbols::KernelSymbols& kernel, const Tree& tree, const std::string& cache);

/// Keeps what recall_offer sets. A cache that cannot be written is no error.
void remember_offer(const symbols::KernelSymbols& kernel, const Tree& tree,
                    const std::string& cache, const FilesRead& files);

}  // namespace kbx::kernel
