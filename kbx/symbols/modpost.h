#pragma once
#include <string>
#include <vector>

#include "kbx/symbols/device_aliases.h"
#include "kbx/symbols/dialect.h"

namespace kbx::symbols {

/// What a run of modpost is to do; the letters are those of its command line.
struct ModpostOptions {
  std::vector<std::string> objects;           // the modules' objects, MODULE.o
  std::vector<std::string> symvers;           // -i: Module.symvers files to read
  std::string symvers_output;                 // -o
  std::string namespaces_output;              // -d: MODULE.ko: NAMESPACE… that are not imported
  std::string index_cache;                    // folder for SymversIndex, or ""
  std::string kept_exports;                   // -u: names that -t keeps
  bool external = false;                      // -e
  bool versions = false;                      // -m: CONFIG_MODVERSIONS
  bool basic_versions = false;                // -b
  bool extended_versions = false;             // -x
  bool always_source_version = false;         // -a
  bool ignore_missing = false;                // -n
  bool undefined_is_warning = false;          // -w
  bool missing_namespace_is_warning = false;  // -N
  bool mismatch_is_error = false;             // -E
  bool trim_exports = false;                  // -t
  bool extra_warnings = false;                // -W
};

/// A file that a run wants written.
struct ModpostOutput {
  std::string path;
  std::string content;
};

struct ModpostResult {
  // "WARNING: modpost: …" and "ERROR: modpost: …", in order; some have further lines, indented.
  std::vector<std::string> messages;
  bool failed = false;
  std::vector<ModpostOutput> files;
};

/// Does what the kernel's scripts/mod/modpost does for modules, in the given dialect: reads
/// objects, their .mod and .cmd files and Module.symvers files, checks that every symbol has a
/// provider that may be used, and gives the text of MODULE.mod.c for each and of Module.symvers.
/// Writes nothing. Throws Error where the original gives up at once.
ModpostResult modpost(const ModpostOptions& options, const Dialect& dialect, DeviceHeader& header);

}  // namespace kbx::symbols
