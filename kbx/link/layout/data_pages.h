#pragma once
#include "kbx/link/layout/placement.h"
#include "kbx/link/script/data_segment.h"

namespace kbx::link {

/// True if a section with content lies between DATA_SEGMENT_ALIGN and DATA_SEGMENT_RELRO_END:
/// something is to be read-only after relocation.
bool has_relro_sections(const Plan& plan);

/// Chooses where the data segment starts so that what is read-only after relocation ends with a
/// page; another pass is to follow. Gives that end.
std::uint64_t move_relro(const Plan& plan, script::DataSegment& data);

/// True if the data segment is to start in the page where the text ends, which saves one in the
/// file; another pass is to follow.
bool saves_page(script::DataSegment& data);

}  // namespace kbx::link
