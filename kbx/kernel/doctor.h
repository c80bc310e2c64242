#pragma once
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/tree.h"

namespace kbx::kernel {

/// One thing that is to be known about a kernel tree on this machine.
struct Finding {
  enum class Severity {
    broken,    // modules cannot be built, or will not load, until this is mended
    limits,    // something cannot be done with this tree, or only in another way
    harmless,  // looks like trouble and is none
    good,
  };
  Severity severity = Severity::good;
  std::string title;   // one line
  std::string detail;  // what it means; may be empty
  std::string remedy;  // the Debian package that mends it; may be empty
};

/// What the examination assumes instead of asking the machine. Empty fields are asked.
struct DoctorOptions {
  std::string cc;      // CC=
  std::string pahole;  // PAHOLE=
  std::string glibc;   // version of the C library that programs run with here, e.g. "2.36"
};

/// Examines whether modules can be built against a tree with what this machine has: headers and
/// configuration, the compiler and the flags that the configuration forces on it, the programs of
/// the tree, BTF, and what the configuration means for loading. Runs the compiler and pahole,
/// nothing of the tree. Findings come worst first.
std::vector<Finding> examine(const Tree& tree, const Environment& environment,
                             const DoctorOptions& options = {});

/// Why a program of a kernel tree, `path` below its build folder, cannot be executed on this
/// machine
/// ("built for AArch64"), or what it starts; "" if it can.
std::string obstacle_to_running(const Tree& tree, const std::string& path);

/// The findings as plain text of at most 88 columns.
std::string render(const std::vector<Finding>& findings);

}  // namespace kbx::kernel
