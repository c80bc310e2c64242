#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "kbx/elf/object.h"
#include "kbx/elf/relocations.h"

namespace kbx::symbols {

/// How the compilers of one machine call the function that -pg puts at the start of every function.
struct McountCalls {
  std::uint16_t machine = 0;  // EM_*
  bool is_64bit = false;
  std::string_view name;                    // of the function; __fentry__ is one everywhere
  std::uint32_t address_type = 0;           // R_* of a word that holds an address
  std::int64_t start = 0;                   // from the relocated place to where the call begins
  std::array<std::uint32_t, 3> types = {};  // R_* of a call; none: any, 0 stands for no type
};

/// What is known of a machine in one class; null if the kernel has no such table for it.
const McountCalls* mcount_calls(std::uint16_t machine, bool is_64bit);

/// True if a symbol of that name is the called function.
bool is_mcount(const McountCalls& calls, std::string_view name);

/// Tells calls from the other relocations against the called function. One object file's
/// relocations are shown in their order: of the two that load an address for MIPS, the second is
/// not a call of its own.
class CallFilter {
 public:
  explicit CallFilter(const McountCalls& calls) : calls_(calls) {}
  bool is_call(const elf::Relocation& relocation);

 private:
  const McountCalls& calls_;
  std::optional<std::uint64_t> last_;
};

/// Instructions that do nothing, for the place of a call.
struct Nops {
  std::uint64_t offset = 0;  // in the section
  std::string_view bytes;
};

/// What to put over the call that is relocated at `offset` of a section with `content`; nothing if
/// the bytes there are not those of a call, or the machine's calls are left as they are.
std::optional<Nops> nops_for_call(const elf::Object& object, std::string_view content,
                                  std::uint64_t offset);

/// True if calls of that machine are replaced where the kernel does not trace.
bool has_nops(std::uint16_t machine);

}  // namespace kbx::symbols
