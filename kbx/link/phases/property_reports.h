#pragma once
#include <cstdint>
#include <vector>

#include "kbx/link/input/file.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"

namespace kbx::link {

/// -z cet-report, -z lam-u48-report, -z lam-u57-report: tells which files do not say in their
/// GNU_PROPERTY_X86_FEATURE_1_AND that they are fit for what is asked about. `given` are those bits
/// that the output has anyway, of which nothing is told. Throws Error if that is to be one.
void report_x86_features(const std::vector<InputFile*>& files, std::uint32_t given,
                         const Options& options, const Say& say);

/// -z force-bti: tells which files do not say that they are fit for it, first the one whose note
/// becomes the output's.
void report_missing_bti(const std::vector<InputFile*>& files, const Options& options,
                        const Say& say);

}  // namespace kbx::link
