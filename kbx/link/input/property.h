#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"

namespace kbx::link {

/// Adds what the section's NT_GNU_PROPERTY_TYPE_0 notes say to `file`.properties. A note that is
/// broken, or says what nobody knows, is passed over as GNU ld does.
void read_properties(InputFile& file, const InputSection& section);

/// The properties of the whole link, from those of its files in the order of the link: a bit that
/// all must have, one that any may have, the largest of sizes (the x86 psABI and the Linux gABI
/// extension, "Program Property"). Gives the file whose .note.gnu.property stays; the others' are
/// discarded. `content` is what that section holds then. Null if there is no note to write.
/// `x86_features` are bits of GNU_PROPERTY_X86_FEATURE_1_AND that the output has in any case; a
/// file to hold them gets a note if none has one. `log` gets what -Map tells of the merging.
InputFile* merge_properties(const std::vector<InputFile*>& files, std::uint32_t x86_features,
                            Arena& arena, std::string& content, std::vector<std::string>& log);

/// GNU_PROPERTY_X86_FEATURE_1_AND of such content, 0 if it does not say.
std::uint32_t x86_features_in(std::string_view content, bool is_64bit);

}  // namespace kbx::link
