#include "kbx/symbols/mcount_calls.h"

#include <algorithm>

#include <elf.h>

/// With -pg a compiler calls mcount, _mcount, __gnu_mcount_nc or __fentry__ at the start of every
/// function. Until it is linked such a call is an instruction and a relocation against that symbol.
/// What both look like is in the psABI of each machine; which machines there are, and from where to
/// where the kernel counts a call, in the kernel's scripts/recordmcount.c.
///
/// The patterns below are calls as assemblers leave them for the linker: the field for the distance
/// is empty or, where addends lie in the code (SHT_REL), holds what the program counter is ahead.
namespace kbx::symbols {
namespace {

constexpr std::uint32_t loongarch_mark_la = 20;
constexpr std::uint32_t loongarch_push_plt = 29;

constexpr McountCalls machines[] = {
    {EM_386, false, "mcount", R_386_32, -1, {}},
    {EM_X86_64, true, "mcount", R_X86_64_64, -1, {}},
    {EM_ARM, false, "mcount", R_ARM_ABS32, 0, {R_ARM_PC24, R_ARM_THM_PC22, R_ARM_CALL}},
    {EM_AARCH64, true, "_mcount", R_AARCH64_ABS64, 0, {R_AARCH64_CALL26}},
    {EM_MIPS, false, "_mcount", R_MIPS_32, 0, {}},
    {EM_MIPS, true, "_mcount", R_MIPS_64, 0, {}},
    {EM_PPC, false, "_mcount", R_PPC_ADDR32, 0, {}},
    {EM_PPC64, true, "_mcount", R_PPC64_ADDR64, 0, {}},
    {EM_S390, true, "_mcount", R_390_64, -14, {}},
    {EM_LOONGARCH, false, "_mcount", 1, 0, {loongarch_mark_la, loongarch_push_plt}},
    {EM_LOONGARCH, true, "_mcount", 2, 0, {loongarch_mark_la, loongarch_push_plt}},
    {EM_IA_64, true, "_mcount", R_IA64_IMM64, 0, {}},
    {EM_SH, false, "mcount", R_SH_DIR32, 0, {}},
    {EM_SPARCV9, true, "_mcount", R_SPARC_64, 0, {}},
};

using namespace std::string_view_literals;

/// Instructions and those that take their place.
struct Pattern {
  std::uint16_t machine;
  bool is_big_endian;
  std::uint64_t before;  // bytes of them before the relocated place
  std::string_view code;
  std::string_view nops;
};

// Longer ones first: what the call needs to be set up goes with it. Code of aarch64 is
// little-endian whatever its data is.
constexpr Pattern patterns[] = {
    // call
    {EM_386, false, 1, "\xe8\0\0\0\0"sv, "\x3e\x8d\x74\x26\0"sv},
    {EM_X86_64, false, 1, "\xe8\0\0\0\0"sv, "\x0f\x1f\x44\0\0"sv},
    // push {lr}; bl
    {EM_ARM, false, 4, "\x04\xe0\x2d\xe5\xfe\xff\xff\xeb"sv, "\0\0\xa0\xe1\0\0\xa0\xe1"sv},
    {EM_ARM, true, 4, "\xe5\x2d\xe0\x04\xeb\xff\xff\xfe"sv, "\xe1\xa0\0\0\xe1\xa0\0\0"sv},
    {EM_ARM, false, 0, "\xfe\xff\xff\xeb"sv, "\0\0\xa0\xe1"sv},
    {EM_ARM, true, 0, "\xeb\xff\xff\xfe"sv, "\xe1\xa0\0\0"sv},
    // the same in Thumb
    {EM_ARM, false, 2, "\0\xb5\xff\xf7\xfe\xff"sv, "\0\xbf\0\xbf\0\xbf"sv},
    {EM_ARM, true, 2, "\xb5\0\xf7\xff\xff\xfe"sv, "\xbf\0\xbf\0\xbf\0"sv},
    // bl
    {EM_AARCH64, false, 0, "\0\0\0\x94"sv, "\x1f\x20\x03\xd5"sv},
    {EM_AARCH64, true, 0, "\0\0\0\x94"sv, "\x1f\x20\x03\xd5"sv},
};

}  // namespace

const McountCalls* mcount_calls(std::uint16_t machine, bool is_64bit) {
  const auto* const found = std::ranges::find_if(machines, [&](const McountCalls& calls) {
    return calls.machine == machine && calls.is_64bit == is_64bit;
  });
  return found == std::end(machines) ? nullptr : found;
}

bool is_mcount(const McountCalls& calls, std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);  // the code of a function of 64-bit PowerPC
  return name == calls.name || name == "__fentry__" ||
         (calls.machine == EM_ARM && name == "__gnu_mcount_nc");
}

bool CallFilter::is_call(const elf::Relocation& relocation) {
  if (calls_.machine == EM_MIPS) {
    constexpr std::uint64_t halves_apart = 4;
    const bool is_second = last_ && relocation.offset - *last_ == halves_apart;
    last_ = relocation.offset;
    return !is_second;
  }
  return calls_.types[0] == 0 ||
         (relocation.type != 0 &&
          std::ranges::find(calls_.types, relocation.type) != calls_.types.end());
}

std::optional<Nops> nops_for_call(const elf::Object& object, std::string_view content,
                                  std::uint64_t offset) {
  for (const Pattern& pattern : patterns) {
    if (pattern.machine != object.machine || pattern.is_big_endian != object.is_big_endian ||
        pattern.before > offset || offset - pattern.before > content.size())
      continue;
    const std::uint64_t start = offset - pattern.before;
    if (content.substr(static_cast<size_t>(start)).starts_with(pattern.code))
      return Nops{start, pattern.nops};
  }
  return std::nullopt;
}

bool has_nops(std::uint16_t machine) {
  return std::ranges::any_of(patterns,
                             [&](const Pattern& pattern) { return pattern.machine == machine; });
}

}  // namespace kbx::symbols
