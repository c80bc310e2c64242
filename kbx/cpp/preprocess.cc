#include "kbx/cpp/preprocess.h"

#include "kbx/cpp/reader.h"

// A C preprocessor for symbol versions: what `gcc -E` says, for one consumer that cares about
// tokens and lines, and in a fraction of the time.
//
//   files ─► cursor ─► lexer ─► macro, expander ─► output
//              └─► directives, conditions
//
// Most of a kernel's text has no macro in it and is copied as it stands, run by run; only what a
// macro takes part in becomes tokens. Most macros are never used, so their bodies stay text. What
// the compiler predefines is asked of it, and kept, by the caller.
//
// Wherever the source does something of which the outcome is not known for certain, an Unsure ends
// the work, and the caller has the compiler do it.

namespace kbx::cpp {

PreprocessResult preprocess(const PreprocessJob& job, const CompilerFacts& facts) {
  PreprocessResult result;
  try {
    result.done = detail::Reader(job, facts).run();
  } catch (const detail::Unsure& unsure) {
    result.reason = unsure.reason;
  }
  return result;
}

}  // namespace kbx::cpp
