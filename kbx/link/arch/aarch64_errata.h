#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace kbx::link {

/// True if a Cortex-A53 with erratum 835769 may get the result of the second of these instructions
/// wrong: a multiplication that accumulates, behind an access to memory that it does not wait for.
bool has_erratum_835769(std::uint32_t first, std::uint32_t second);

/// Where the last instruction of a sequence is that a Cortex-A53 with erratum 843419 may run with a
/// wrong address: an ADRP at the end of a page, an access to memory, and one through the ADRP's
/// register, the second or third behind it. `code` is where the ADRP stands at `offset`, which has
/// this address; what is behind `end` is no code. Nothing if there is no such sequence.
std::optional<std::uint64_t> erratum_843419_end(std::string_view code, std::uint64_t offset,
                                                std::uint64_t end, std::uint64_t address);

bool is_adrp(std::uint32_t instruction);

/// The ADR that gives what an ADRP at `address` gives; nothing if that is more than 1 MiB away.
std::optional<std::uint32_t> adr_for(std::uint32_t adrp, std::uint64_t address);

}  // namespace kbx::link
