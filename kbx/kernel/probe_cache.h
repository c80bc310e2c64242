#pragma once
#include <string>
#include <unordered_map>

#include "kbx/base/process.h"

namespace kbx::kernel {

struct Tree;

/// What a shell command gave.
struct ProbeResult {
  int status = 0;      // exit status
  std::string output;  // standard output

  bool operator==(const ProbeResult&) const = default;
};

/// What the result of a command depends on.
struct Probe {
  std::string compiler;     // identity of the compiler that the command may run (toolchain.h)
  std::string command;      // as it is given to sh -c
  std::string folder;       // where it runs
  std::string environment;  // the variables that matter to it, in any form that is stable
};

/// Results of earlier commands, kept in one file. It is read when the cache is made and written by
/// save(); a file that is missing, cut off or changed counts as empty. Several processes may use
/// one file: it is replaced as a whole, and what another one saved meanwhile is kept. Not for
/// several threads at once.
class ProbeCache {
 public:
  /// `file` may be "": then nothing is read or saved.
  explicit ProbeCache(std::string file);

  /// The remembered result, or null. Valid until the next remember().
  const ProbeResult* find(const Probe& probe) const;
  void remember(const Probe& probe, ProbeResult result);

  /// Writes the file if anything new is to be remembered. Throws Error if it cannot be written.
  void save();

  size_t size() const { return results_.size(); }

 private:
  std::string file_;
  std::unordered_map<std::string, ProbeResult> results_;  // by hash of the probe
  bool changed_ = false;
};

/// The remembered result of a probe, else what sh gives for it now. That is remembered too, unless
/// a program was missing or died (status 127 and above), which is not the compiler's answer.
ProbeResult run_probe(ProbeCache& cache, const Probe& probe, const Environment& environment);

/// The file for the probes of one kernel tree with one compiler, below the cache folder of
/// `environment`. Its name changes with the tree's top Makefile, configuration and build scripts.
std::string probe_cache_file(const Environment& environment, const Tree& tree,
                             const std::string& compiler);

}  // namespace kbx::kernel
