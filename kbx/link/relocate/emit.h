#pragma once
#include <string_view>

#include "kbx/link/output/numbering.h"
#include "kbx/link/relocate/apply.h"

namespace kbx::link {

/// --emit-relocs: writes the relocations of `section` as the output's to `place`, where those of
/// type Entry start (Shape::Rel or Shape::Rela). They say what was done: where an instruction was
/// rewritten, what the new one means. `content` is the section's in the output, relocated.
template <typename Shape, typename Entry>
void emit_relocations(const Applying& applying, const FileOutput& output, InputSection& section,
                      const char* content, char* place);

}  // namespace kbx::link
