#pragma once
#include "kbx/link/link.h"
#include "kbx/link/relocate/apply.h"

namespace kbx::link {

/// -z report-relative-reloc: a line for each relocation that the dynamic linker works out from the
/// load address, once addresses are final. Throws Error, whether it was asked for or not, if an
/// address of x32 and what is added to it have no sum in 32 bits.
void report_relative(const Applying& applying, const ScanResult& scan, const Say& say);

}  // namespace kbx::link
