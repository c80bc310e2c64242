#pragma once
#include <cstdio>

namespace kbx::kconfig {

/// The streams that a configuration talks over. Not owned.
struct Console {
  std::FILE* in = stdin;
  std::FILE* out = stdout;
  std::FILE* err = stderr;
};

/// Thrown where conf would end: why has been told already.
struct Stop {
  int status = 1;
};

}  // namespace kbx::kconfig
