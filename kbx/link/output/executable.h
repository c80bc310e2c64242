#pragma once
#include <functional>
#include <string>
#include <vector>

#include "kbx/link/layout/segments.h"
#include "kbx/link/output/image.h"
#include "kbx/link/output/numbering.h"
#include "kbx/link/output/relocatable.h"
#include "kbx/link/relocate/apply.h"

namespace kbx::link {

/// Where the bytes of a section are in the image.
using BytesOf = std::function<char*(const InputSection& section)>;

/// All that an executable or a shared object is written from, when addresses are final.
struct ExecutableParts {
  const Target& target;
  OutputSections& sections;
  const FileLayout& layout;
  const Globals& globals;
  const LateNotes& notes;
  const Options& options;
  const Applying& applying;
  /// Fills the sections that the linker made, when everything else is in place; their symbols'
  /// section indices are known.
  std::function<void(const BytesOf& bytes_of)> fill_tables;
  /// Changes the content of a section of the input whose relocations are done; may be missing, and
  /// is called by several threads.
  std::function<void(const InputSection& section, char* content)> finish_content{};
};

/// The file that a final link gives. Throws Error with every relocation that could not be applied,
/// unless Options::makes_output_despite_errors, when `say` gets them.
Image make_executable(const ExecutableParts& parts, const Say& say);

}  // namespace kbx::link
