#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"
#include "kbx/link/input/format.h"

namespace kbx::link {

/// Adds what the section's NT_GNU_PROPERTY_TYPE_0 notes say to `file`.properties. A note that is
/// broken, or says what nobody knows, is passed over as GNU ld does.
void read_properties(InputFile& file, const InputSection& section);

/// What the command line says of the output's properties.
struct GivenProperties {
  std::uint32_t features = 0;           // bits of GNU_PROPERTY_X86_FEATURE_1_AND, or of AArch64's
  std::uint32_t needed_level = 0;       // bits of GNU_PROPERTY_X86_ISA_1_NEEDED
  std::uint64_t stack_size = 0;         // GNU_PROPERTY_STACK_SIZE at least; makes no note by itself
  std::optional<bool> indirect_access;  // GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS
};

namespace x86_feature {
constexpr std::uint32_t ibt = 1, shadow_stack = 2, lam_u48 = 4, lam_u57 = 8;
}

namespace aarch64_feature {
constexpr std::uint32_t bti = 1, pac = 2;
}

/// The file's own GNU_PROPERTY_X86_FEATURE_1_AND, or what AArch64 has instead; 0 if it has none.
std::uint32_t own_features(const InputFile& file);

/// The properties of the whole link, from those of its files in the order of the link: a bit that
/// all must have, one that any may have, the largest of sizes (the x86 psABI and the Linux gABI
/// extension, "Program Property"). Gives the file whose .note.gnu.property stays; the others' are
/// discarded. `content` is what that section holds then. Null if there is no note to write.
/// `given` is what the output has in any case; a file to hold that gets a note if none has one.
/// `log` gets what -Map tells of the merging.
InputFile* merge_properties(const std::vector<InputFile*>& files, const GivenProperties& given,
                            Arena& arena, std::string& content, std::vector<std::string>& log);

/// True if the file has GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS.
bool has_indirect_access(const InputFile& file);

/// The same of such content.
bool needs_indirect_access(std::string_view content, const MachineFormat& format);
/// Takes that bit out of it again.
void forget_indirect_access(std::string& content, const MachineFormat& format);

/// What such content has of that property, 0 if it does not say.
std::uint32_t features_in(std::string_view content, const MachineFormat& format);

}  // namespace kbx::link
