#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/layout/output_section.h"
#include "kbx/link/options.h"
#include "kbx/link/output/image.h"

namespace kbx::link {

/// A format that holds memory and nothing else: no sections, no symbols.
enum class FlatFormat { binary, srec, ihex };

/// The format that --oformat calls so; nothing if the name is none of theirs.
std::optional<FlatFormat> flat_format(std::string_view target);

/// Bytes and where in memory they go.
struct Chunk {
  std::uint64_t address = 0;
  std::string_view bytes;
};

/// The file with these chunks, in the order in which GNU ld writes them: where two of them overlap,
/// the later one counts in a binary. `start` is the entry address, `name` what the file calls
/// itself. Throws Error if an address is too large for the format, or the file larger than
/// `largest` bytes.
Image make_flat(FlatFormat format, const std::vector<Chunk>& chunks, std::uint64_t start,
                const std::string& name, std::uint64_t largest);

/// A final link in such a format, at the addresses of loading: `image` is the same as an ELF file
/// that has every section at its file offset.
Image make_flat_executable(FlatFormat format, const OutputSections& sections, Image& image,
                           std::uint64_t start, const Options& options);

/// A partial link in such a format: what the sections hold that are loaded. Throws Error if there
/// is a relocation, which the format has no place for.
Image make_flat_relocatable(FlatFormat format, const OutputSections& sections, std::uint64_t start,
                            const Options& options);

}  // namespace kbx::link
