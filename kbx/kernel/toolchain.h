#pragma once
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/config.h"
#include "kbx/kernel/probe_cache.h"

namespace kbx::kernel {

/// A compiler as its command line names it; nothing was run to learn this.
struct CompilerPath {
  std::string command;                 // as given, e.g. "ccache gcc-12 -m64"
  std::vector<std::string> launcher;   // ccache, sccache, distcc or icecc in front
  std::vector<std::string> arguments;  // the compiler and its own arguments, without the launcher
  std::string path;                    // where the compiler was found in PATH; "" if it was not
  std::string resolved;                // the file behind `path`, past links and ccache's own links
  /// Stands for the compiler in cache keys: its arguments and the path, size, time and inode of
  /// `resolved`. "" if it was not found.
  std::string identity;
};

/// Finds the compiler of a command line along PATH of `environment`. A few stat(2) calls.
CompilerPath locate_compiler(const std::string& command, const Environment& environment);

/// What a compiler says of itself.
struct Compiler {
  enum class Family { gcc, clang, unknown };
  CompilerPath where;
  Family family = Family::unknown;
  std::string version;       // "12.2.0"
  std::string version_text;  // first line of --version
  std::string target;        // "x86_64-linux-gnu" (-dumpmachine)

  /// The number before the first dot of the version, 0 if there is none.
  unsigned long major() const;
};

/// Asks a compiler for its version and target; the answers are kept in `cache`. Throws Error if
/// the compiler is not there or does not answer.
Compiler describe_compiler(const CompilerPath& where, ProbeCache& cache,
                           const Environment& environment);

/// How a compiler relates to the one that built a kernel.
struct CompilerMatch {
  std::string kernel_text;  // CONFIG_CC_VERSION_TEXT; "" if the configuration does not tell
  bool same_family = true;
  bool same_major = true;
  /// Same compiler and version; that the kernel's was called by another name, such as
  /// x86_64-linux-gnu-gcc-12 for gcc-12, makes no difference.
  bool same = true;
};

/// Compares with CONFIG_CC_IS_GCC, CONFIG_CC_IS_CLANG, CONFIG_GCC_VERSION, CONFIG_CLANG_VERSION and
/// CONFIG_CC_VERSION_TEXT (init/Kconfig). What the configuration does not tell counts as equal.
CompilerMatch compare_compiler(const Compiler& compiler, const Config& config);

/// The compiler that kbuild would take for this tree unless CC= or LLVM= says otherwise: CC of
/// Debian's .kernelvariables, else the name in CONFIG_CC_VERSION_TEXT, else "gcc".
std::string compiler_asked_for(const Tree& tree, const Config& config);

}  // namespace kbx::kernel
