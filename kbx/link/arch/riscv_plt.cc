#include "kbx/link/arch/riscv_plt.h"

#include <initializer_list>

#include "kbx/link/arch/riscv_instruction.h"

/// The procedure linkage table of RISC-V (RISC-V ELF psABI, "Program Linkage Table"): 32 bytes for
/// the dynamic linker's resolver, which gets the entry's number from the address in t3, then 16
/// bytes an entry.
namespace kbx::link {
namespace {

constexpr std::uint32_t nop = 0x00000013;
constexpr std::uint32_t auipc_t2 = 0x00000397;
constexpr std::uint32_t auipc_t3 = 0x00000e17;
constexpr std::uint32_t sub_t1_t1_t3 = 0x41c30333;
constexpr std::uint32_t load_t3_t2 = 0x0003ae03;
constexpr std::uint32_t load_t3_t3 = 0x000e2e03;
constexpr std::uint32_t load_t0_t0 = 0x0002a283;
constexpr std::uint32_t is_load64 = 0x1000;  // lw -> ld
constexpr std::uint32_t addi_t1_t1 = 0x00030313;
constexpr std::uint32_t addi_t0_t2 = 0x00038293;
constexpr std::uint32_t srli_t1_t1 = 0x00035313;
constexpr std::uint32_t jr_t3 = 0x000e0067;
constexpr std::uint32_t jalr_t1_t3 = 0x000e0367;

void put(const PltPlace& place, std::initializer_list<std::uint32_t> instructions) {
  char* at = place.place;
  for (const std::uint32_t instruction : instructions) {
    write_little(at, instruction, 4);
    at += 4;
  }
}

std::uint32_t lower(std::uint32_t instruction, std::uint64_t value) {
  return riscv_with(instruction, RiscvForm::lower, value);
}

}  // namespace

template <bool is_64bit>
void write_riscv_plt_header(const PltPlace& place) {
  constexpr std::uint32_t width = is_64bit ? is_load64 : 0;
  constexpr std::uint64_t from_entry_to_number = 32 + 12;
  const std::uint64_t distance = place.got_plt - place.address;
  put(place, {riscv_with(auipc_t2, RiscvForm::upper, distance), sub_t1_t1_t3,
              lower(load_t3_t2 | width, distance), lower(addi_t1_t1, -from_entry_to_number),
              lower(addi_t0_t2, distance), lower(srli_t1_t1, is_64bit ? 1 : 2),
              lower(load_t0_t0 | width, is_64bit ? 8 : 4), jr_t3});
}

template <bool is_64bit>
void write_riscv_plt_entry(const PltPlace& place) {
  const std::uint64_t distance = place.got_entry - place.address;
  put(place, {riscv_with(auipc_t3, RiscvForm::upper, distance),
              lower(load_t3_t3 | (is_64bit ? is_load64 : 0), distance), jalr_t1_t3, nop});
}

template void write_riscv_plt_header<false>(const PltPlace& place);
template void write_riscv_plt_header<true>(const PltPlace& place);
template void write_riscv_plt_entry<false>(const PltPlace& place);
template void write_riscv_plt_entry<true>(const PltPlace& place);

}  // namespace kbx::link
