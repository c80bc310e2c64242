#include "kbx/link/arch/aarch64.h"

#include <array>

#include <elf.h>

#include "kbx/link/arch/aarch64_field.h"
#include "kbx/link/arch/aarch64_plt.h"
#include "kbx/link/arch/aarch64_tls.h"
#include "kbx/link/arch/aarch64_veneer.h"
#include "kbx/link/arch/relocation_type.h"

/// The relocations of AArch64: ELF for the Arm 64-bit Architecture, "Relocation codes"; which
/// values are refused is GNU ld 2.40's choice. A distance to a weak symbol that nothing defines is
/// 0: such an address is that of the place itself.
namespace kbx::link {
namespace {

struct Row {
  std::uint32_t number = 0;
  RelocationType type;
  A64Field field;
};

constexpr Row rows[] = {
    {R_AARCH64_NONE, {"R_AARCH64_NONE", {}, Range::any}, {}},
    {256, {"R_AARCH64_NULL", {}, Range::any}, {}},
    {R_AARCH64_ABS64,
     {"R_AARCH64_ABS64", word(Origin::symbol, 8), Range::any},
     {A64Form::data, 0, 64}},
    {R_AARCH64_ABS32,
     {"R_AARCH64_ABS32", value(Origin::symbol, 4), Range::without_sign},
     {A64Form::data, 0, 32}},
    {R_AARCH64_ABS16,
     {"R_AARCH64_ABS16", value(Origin::symbol, 2), Range::without_sign},
     {A64Form::data, 0, 16}},
    {R_AARCH64_PREL64,
     {"R_AARCH64_PREL64", simpler(distance(Origin::symbol, 8)), Range::any},
     {A64Form::data, 0, 64}},
    {R_AARCH64_PREL32,
     {"R_AARCH64_PREL32", simpler(distance(Origin::symbol, 4)), Range::with_sign},
     {A64Form::data, 0, 32}},
    {R_AARCH64_PREL16,
     {"R_AARCH64_PREL16", simpler(distance(Origin::symbol, 2)), Range::with_sign},
     {A64Form::data, 0, 16}},
    {R_AARCH64_MOVW_UABS_G0,
     {"R_AARCH64_MOVW_UABS_G0", value(Origin::symbol, 4), Range::without_sign},
     {A64Form::move, 0, 16}},
    {R_AARCH64_MOVW_UABS_G0_NC,
     {"R_AARCH64_MOVW_UABS_G0_NC", value(Origin::symbol, 4), Range::any},
     {A64Form::move, 0, 16}},
    {R_AARCH64_MOVW_UABS_G1,
     {"R_AARCH64_MOVW_UABS_G1", value(Origin::symbol, 4), Range::without_sign},
     {A64Form::move, 16, 16}},
    {R_AARCH64_MOVW_UABS_G1_NC,
     {"R_AARCH64_MOVW_UABS_G1_NC", value(Origin::symbol, 4), Range::any},
     {A64Form::move, 16, 16}},
    {R_AARCH64_MOVW_UABS_G2,
     {"R_AARCH64_MOVW_UABS_G2", value(Origin::symbol, 4), Range::without_sign},
     {A64Form::move, 32, 16}},
    {R_AARCH64_MOVW_UABS_G2_NC,
     {"R_AARCH64_MOVW_UABS_G2_NC", value(Origin::symbol, 4), Range::any},
     {A64Form::move, 32, 16}},
    {R_AARCH64_MOVW_UABS_G3,
     {"R_AARCH64_MOVW_UABS_G3", value(Origin::symbol, 4), Range::any},
     {A64Form::move, 48, 16}},
    {R_AARCH64_MOVW_SABS_G0,
     {"R_AARCH64_MOVW_SABS_G0", value(Origin::symbol, 4), Range::with_sign},
     {A64Form::move_signed, 0, 17}},
    {R_AARCH64_MOVW_SABS_G1,
     {"R_AARCH64_MOVW_SABS_G1", value(Origin::symbol, 4), Range::with_sign},
     {A64Form::move_signed, 16, 17}},
    {R_AARCH64_MOVW_SABS_G2,
     {"R_AARCH64_MOVW_SABS_G2", value(Origin::symbol, 4), Range::with_sign},
     {A64Form::move_signed, 32, 17}},
    {R_AARCH64_LD_PREL_LO19,
     {"R_AARCH64_LD_PREL_LO19", simpler(distance(Origin::symbol, 4)), Range::with_sign},
     {A64Form::load, 2, 19}},
    {R_AARCH64_ADR_PREL_LO21,
     {"R_AARCH64_ADR_PREL_LO21", simpler(distance(Origin::symbol, 4)), Range::with_sign},
     {A64Form::address, 0, 21}},
    {R_AARCH64_ADR_PREL_PG_HI21,
     {"R_AARCH64_ADR_PREL_PG_HI21", simpler(page_distance(Origin::symbol, 4)), Range::with_sign},
     {A64Form::address, 12, 21}},
    {R_AARCH64_ADR_PREL_PG_HI21_NC,
     {"R_AARCH64_ADR_PREL_PG_HI21_NC", simpler(page_distance(Origin::symbol, 4)), Range::any},
     {A64Form::address, 12, 21}},
    {R_AARCH64_ADD_ABS_LO12_NC,
     {"R_AARCH64_ADD_ABS_LO12_NC", page_rest(Origin::symbol, 4), Range::any},
     {A64Form::add, 0, 12}},
    {R_AARCH64_LDST8_ABS_LO12_NC,
     {"R_AARCH64_LDST8_ABS_LO12_NC", page_rest(Origin::symbol, 4), Range::any},
     {A64Form::offset, 0, 12}},
    {R_AARCH64_TSTBR14,
     {"R_AARCH64_TSTBR14", simpler(distance(Origin::symbol, 4)), Range::with_sign},
     {A64Form::test_branch, 2, 14}},
    {R_AARCH64_CONDBR19,
     {"R_AARCH64_CONDBR19", simpler(distance(Origin::symbol, 4)), Range::with_sign},
     {A64Form::literal, 2, 19}},
    {R_AARCH64_JUMP26,
     {"R_AARCH64_JUMP26", simpler(branch(4)), Range::with_sign},
     {A64Form::branch, 2, 26}},
    {R_AARCH64_CALL26,
     {"R_AARCH64_CALL26", simpler(branch(4)), Range::with_sign},
     {A64Form::branch, 2, 26}},
    {R_AARCH64_LDST16_ABS_LO12_NC,
     {"R_AARCH64_LDST16_ABS_LO12_NC", page_rest(Origin::symbol, 4), Range::any},
     {A64Form::offset, 1, 12}},
    {R_AARCH64_LDST32_ABS_LO12_NC,
     {"R_AARCH64_LDST32_ABS_LO12_NC", page_rest(Origin::symbol, 4), Range::any},
     {A64Form::offset, 2, 12}},
    {R_AARCH64_LDST64_ABS_LO12_NC,
     {"R_AARCH64_LDST64_ABS_LO12_NC", page_rest(Origin::symbol, 4), Range::any},
     {A64Form::offset, 3, 12}},
    {R_AARCH64_LDST128_ABS_LO12_NC,
     {"R_AARCH64_LDST128_ABS_LO12_NC", page_rest(Origin::symbol, 4), Range::any},
     {A64Form::offset, 4, 12}},
    {R_AARCH64_MOVW_PREL_G0,
     {"R_AARCH64_MOVW_PREL_G0", simpler(distance(Origin::symbol, 4)), Range::with_sign},
     {A64Form::move_signed, 0, 17}},
    {R_AARCH64_MOVW_PREL_G0_NC,
     {"R_AARCH64_MOVW_PREL_G0_NC", simpler(distance(Origin::symbol, 4)), Range::any},
     {A64Form::move, 0, 16}},
    {R_AARCH64_MOVW_PREL_G1,
     {"R_AARCH64_MOVW_PREL_G1", simpler(distance(Origin::symbol, 4)), Range::with_sign},
     {A64Form::move_signed, 16, 17}},
    {R_AARCH64_MOVW_PREL_G1_NC,
     {"R_AARCH64_MOVW_PREL_G1_NC", simpler(distance(Origin::symbol, 4)), Range::any},
     {A64Form::move, 16, 16}},
    {R_AARCH64_MOVW_PREL_G2,
     {"R_AARCH64_MOVW_PREL_G2", simpler(distance(Origin::symbol, 4)), Range::with_sign},
     {A64Form::move_signed, 32, 17}},
    {R_AARCH64_MOVW_PREL_G2_NC,
     {"R_AARCH64_MOVW_PREL_G2_NC", simpler(distance(Origin::symbol, 4)), Range::any},
     {A64Form::move, 32, 16}},
    {R_AARCH64_MOVW_PREL_G3,
     {"R_AARCH64_MOVW_PREL_G3", simpler(distance(Origin::symbol, 4)), Range::any},
     {A64Form::move_signed, 48, 16}},
    {R_AARCH64_MOVW_GOTOFF_G0_NC,
     {"R_AARCH64_MOVW_GOTOFF_G0_NC", got_distance(Origin::got_entry, 4), Range::any},
     {A64Form::move, 0, 16}},
    {R_AARCH64_MOVW_GOTOFF_G1,
     {"R_AARCH64_MOVW_GOTOFF_G1", got_distance(Origin::got_entry, 4), Range::without_sign},
     {A64Form::move, 16, 16}},
    {R_AARCH64_GOT_LD_PREL19,
     {"R_AARCH64_GOT_LD_PREL19", distance(Origin::got_entry, 4), Range::with_sign},
     {A64Form::load, 2, 19}},
    {R_AARCH64_LD64_GOTOFF_LO15,
     {"R_AARCH64_LD64_GOTOFF_LO15", got_distance(Origin::got_entry, 4), Range::without_sign},
     {A64Form::offset, 3, 12}},
    {R_AARCH64_ADR_GOT_PAGE,
     {"R_AARCH64_ADR_GOT_PAGE", page_distance(Origin::got_entry, 4), Range::any},
     {A64Form::address, 12, 21}},
    {R_AARCH64_LD64_GOT_LO12_NC,
     {"R_AARCH64_LD64_GOT_LO12_NC", page_rest(Origin::got_entry, 4), Range::any},
     {A64Form::offset, 3, 12}},
    {R_AARCH64_LD64_GOTPAGE_LO15,
     {"R_AARCH64_LD64_GOTPAGE_LO15", rule_of(Origin::got_entry, Against::got_page, 4),
      Range::without_sign},
     {A64Form::offset, 3, 12}},
    {R_AARCH64_TLSGD_ADR_PREL21,
     {"R_AARCH64_TLSGD_ADR_PREL21", simpler(distance(Origin::got_module_offset, 4)), Range::any},
     {A64Form::address, 0, 21}},
    {R_AARCH64_TLSGD_ADR_PAGE21,
     {"R_AARCH64_TLSGD_ADR_PAGE21", simpler(page_distance(Origin::got_module_offset, 4)),
      Range::any},
     {A64Form::address, 12, 21}},
    {R_AARCH64_TLSGD_ADD_LO12_NC,
     {"R_AARCH64_TLSGD_ADD_LO12_NC", simpler(page_rest(Origin::got_module_offset, 4)), Range::any},
     {A64Form::add, 0, 12}},
    {R_AARCH64_TLSGD_MOVW_G1,
     {"R_AARCH64_TLSGD_MOVW_G1", got_distance(Origin::got_module_offset, 4), Range::without_sign},
     {A64Form::move, 16, 16}},
    {R_AARCH64_TLSGD_MOVW_G0_NC,
     {"R_AARCH64_TLSGD_MOVW_G0_NC", got_distance(Origin::got_module_offset, 4), Range::any},
     {A64Form::move, 0, 16}},
    {R_AARCH64_TLSLD_ADR_PREL21,
     {"R_AARCH64_TLSLD_ADR_PREL21", simpler(distance(Origin::got_own_module, 4)), Range::with_sign},
     {A64Form::address, 0, 21}},
    {R_AARCH64_TLSLD_ADR_PAGE21,
     {"R_AARCH64_TLSLD_ADR_PAGE21", simpler(page_distance(Origin::got_own_module, 4)),
      Range::with_sign},
     {A64Form::address, 12, 21}},
    {R_AARCH64_TLSLD_ADD_LO12_NC,
     {"R_AARCH64_TLSLD_ADD_LO12_NC", simpler(page_rest(Origin::got_own_module, 4)), Range::any},
     {A64Form::add, 0, 12}},
    {R_AARCH64_TLSLD_MOVW_DTPREL_G2,
     {"R_AARCH64_TLSLD_MOVW_DTPREL_G2", value(Origin::module_offset, 4), Range::without_sign},
     {A64Form::move_signed, 32, 16}},
    {R_AARCH64_TLSLD_MOVW_DTPREL_G1,
     {"R_AARCH64_TLSLD_MOVW_DTPREL_G1", value(Origin::module_offset, 4), Range::without_sign},
     {A64Form::move_signed, 16, 16}},
    {R_AARCH64_TLSLD_MOVW_DTPREL_G1_NC,
     {"R_AARCH64_TLSLD_MOVW_DTPREL_G1_NC", value(Origin::module_offset, 4), Range::any},
     {A64Form::move, 16, 16}},
    {R_AARCH64_TLSLD_MOVW_DTPREL_G0,
     {"R_AARCH64_TLSLD_MOVW_DTPREL_G0", value(Origin::module_offset, 4), Range::without_sign},
     {A64Form::move_signed, 0, 16}},
    {R_AARCH64_TLSLD_MOVW_DTPREL_G0_NC,
     {"R_AARCH64_TLSLD_MOVW_DTPREL_G0_NC", value(Origin::module_offset, 4), Range::any},
     {A64Form::move, 0, 16}},
    {R_AARCH64_TLSLD_ADD_DTPREL_HI12,
     {"R_AARCH64_TLSLD_ADD_DTPREL_HI12", value(Origin::module_offset, 4), Range::without_sign},
     {A64Form::add, 12, 12, ~std::uint64_t{0xfff}}},
    {R_AARCH64_TLSLD_ADD_DTPREL_LO12,
     {"R_AARCH64_TLSLD_ADD_DTPREL_LO12", value(Origin::module_offset, 4), Range::without_sign},
     {A64Form::add, 0, 12}},
    {R_AARCH64_TLSLD_ADD_DTPREL_LO12_NC,
     {"R_AARCH64_TLSLD_ADD_DTPREL_LO12_NC", value(Origin::module_offset, 4), Range::any},
     {A64Form::add, 0, 12, 0xfff}},
    {R_AARCH64_TLSLD_LDST8_DTPREL_LO12,
     {"R_AARCH64_TLSLD_LDST8_DTPREL_LO12", value(Origin::module_offset, 4), Range::without_sign},
     {A64Form::offset, 0, 12}},
    {R_AARCH64_TLSLD_LDST8_DTPREL_LO12_NC,
     {"R_AARCH64_TLSLD_LDST8_DTPREL_LO12_NC", value(Origin::module_offset, 4), Range::any},
     {A64Form::offset, 0, 12, 0xfff}},
    {R_AARCH64_TLSLD_LDST16_DTPREL_LO12,
     {"R_AARCH64_TLSLD_LDST16_DTPREL_LO12", value(Origin::module_offset, 4), Range::without_sign},
     {A64Form::offset, 1, 11}},
    {R_AARCH64_TLSLD_LDST16_DTPREL_LO12_NC,
     {"R_AARCH64_TLSLD_LDST16_DTPREL_LO12_NC", value(Origin::module_offset, 4), Range::any},
     {A64Form::offset, 1, 11, 0xfff}},
    {R_AARCH64_TLSLD_LDST32_DTPREL_LO12,
     {"R_AARCH64_TLSLD_LDST32_DTPREL_LO12", value(Origin::module_offset, 4), Range::without_sign},
     {A64Form::offset, 2, 10}},
    {R_AARCH64_TLSLD_LDST32_DTPREL_LO12_NC,
     {"R_AARCH64_TLSLD_LDST32_DTPREL_LO12_NC", value(Origin::module_offset, 4), Range::any},
     {A64Form::offset, 2, 10, 0xfff}},
    {R_AARCH64_TLSLD_LDST64_DTPREL_LO12,
     {"R_AARCH64_TLSLD_LDST64_DTPREL_LO12", value(Origin::module_offset, 4), Range::without_sign},
     {A64Form::offset, 3, 9}},
    {R_AARCH64_TLSLD_LDST64_DTPREL_LO12_NC,
     {"R_AARCH64_TLSLD_LDST64_DTPREL_LO12_NC", value(Origin::module_offset, 4), Range::any},
     {A64Form::offset, 3, 9, 0xfff}},
    {R_AARCH64_TLSIE_MOVW_GOTTPREL_G1,
     {"R_AARCH64_TLSIE_MOVW_GOTTPREL_G1", got_distance(Origin::got_thread_offset, 4),
      Range::without_sign},
     {A64Form::move, 16, 16, 0xffff0000}},
    {R_AARCH64_TLSIE_MOVW_GOTTPREL_G0_NC,
     {"R_AARCH64_TLSIE_MOVW_GOTTPREL_G0_NC", got_distance(Origin::got_thread_offset, 4),
      Range::any},
     {A64Form::move, 0, 16, 0xffff}},
    {R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21,
     {"R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21", simpler(page_distance(Origin::got_thread_offset, 4)),
      Range::any},
     {A64Form::address, 12, 21}},
    {R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC,
     {"R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC", simpler(page_rest(Origin::got_thread_offset, 4)),
      Range::any},
     {A64Form::offset, 3, 12}},
    {R_AARCH64_TLSIE_LD_GOTTPREL_PREL19,
     {"R_AARCH64_TLSIE_LD_GOTTPREL_PREL19", distance(Origin::got_thread_offset, 4), Range::any},
     {A64Form::load, 2, 19}},
    {R_AARCH64_TLSLE_MOVW_TPREL_G2,
     {"R_AARCH64_TLSLE_MOVW_TPREL_G2", value(Origin::thread_offset, 4), Range::without_sign},
     {A64Form::move_signed, 32, 16}},
    {R_AARCH64_TLSLE_MOVW_TPREL_G1,
     {"R_AARCH64_TLSLE_MOVW_TPREL_G1", value(Origin::thread_offset, 4), Range::any},
     {A64Form::move_signed, 16, 16, 0xffff0000}},
    {R_AARCH64_TLSLE_MOVW_TPREL_G1_NC,
     {"R_AARCH64_TLSLE_MOVW_TPREL_G1_NC", value(Origin::thread_offset, 4), Range::any},
     {A64Form::move, 16, 16, 0xffff0000}},
    {R_AARCH64_TLSLE_MOVW_TPREL_G0,
     {"R_AARCH64_TLSLE_MOVW_TPREL_G0", value(Origin::thread_offset, 4), Range::any},
     {A64Form::move_signed, 0, 16, 0xffff}},
    {R_AARCH64_TLSLE_MOVW_TPREL_G0_NC,
     {"R_AARCH64_TLSLE_MOVW_TPREL_G0_NC", value(Origin::thread_offset, 4), Range::any},
     {A64Form::move, 0, 16, 0xffff}},
    {R_AARCH64_TLSLE_ADD_TPREL_HI12,
     {"R_AARCH64_TLSLE_ADD_TPREL_HI12", value(Origin::thread_offset, 4), Range::without_sign},
     {A64Form::add, 12, 12, ~std::uint64_t{0xfff}}},
    {R_AARCH64_TLSLE_ADD_TPREL_LO12,
     {"R_AARCH64_TLSLE_ADD_TPREL_LO12", value(Origin::thread_offset, 4), Range::without_sign},
     {A64Form::add, 0, 12}},
    {R_AARCH64_TLSLE_ADD_TPREL_LO12_NC,
     {"R_AARCH64_TLSLE_ADD_TPREL_LO12_NC", value(Origin::thread_offset, 4), Range::any},
     {A64Form::add, 0, 12, 0xfff}},
    {R_AARCH64_TLSLE_LDST8_TPREL_LO12,
     {"R_AARCH64_TLSLE_LDST8_TPREL_LO12", value(Origin::thread_offset, 4), Range::without_sign},
     {A64Form::offset, 0, 12}},
    {R_AARCH64_TLSLE_LDST8_TPREL_LO12_NC,
     {"R_AARCH64_TLSLE_LDST8_TPREL_LO12_NC", value(Origin::thread_offset, 4), Range::any},
     {A64Form::offset, 0, 12, 0xfff}},
    {R_AARCH64_TLSLE_LDST16_TPREL_LO12,
     {"R_AARCH64_TLSLE_LDST16_TPREL_LO12", value(Origin::thread_offset, 4), Range::without_sign},
     {A64Form::offset, 1, 11}},
    {R_AARCH64_TLSLE_LDST16_TPREL_LO12_NC,
     {"R_AARCH64_TLSLE_LDST16_TPREL_LO12_NC", value(Origin::thread_offset, 4), Range::any},
     {A64Form::offset, 1, 11, 0xfff}},
    {R_AARCH64_TLSLE_LDST32_TPREL_LO12,
     {"R_AARCH64_TLSLE_LDST32_TPREL_LO12", value(Origin::thread_offset, 4), Range::without_sign},
     {A64Form::offset, 2, 10}},
    {R_AARCH64_TLSLE_LDST32_TPREL_LO12_NC,
     {"R_AARCH64_TLSLE_LDST32_TPREL_LO12_NC", value(Origin::thread_offset, 4), Range::any},
     {A64Form::offset, 2, 10, 0xfff}},
    {R_AARCH64_TLSLE_LDST64_TPREL_LO12,
     {"R_AARCH64_TLSLE_LDST64_TPREL_LO12", value(Origin::thread_offset, 4), Range::without_sign},
     {A64Form::offset, 3, 9}},
    {R_AARCH64_TLSLE_LDST64_TPREL_LO12_NC,
     {"R_AARCH64_TLSLE_LDST64_TPREL_LO12_NC", value(Origin::thread_offset, 4), Range::any},
     {A64Form::offset, 3, 9, 0xfff}},
    {R_AARCH64_TLSDESC_LD_PREL19,
     {"R_AARCH64_TLSDESC_LD_PREL19", simpler(distance(Origin::got_descriptor, 4)), Range::any},
     {A64Form::load, 2, 19}},
    {R_AARCH64_TLSDESC_ADR_PREL21,
     {"R_AARCH64_TLSDESC_ADR_PREL21", simpler(distance(Origin::got_descriptor, 4)), Range::any},
     {A64Form::address, 0, 21}},
    {R_AARCH64_TLSDESC_ADR_PAGE21,
     {"R_AARCH64_TLSDESC_ADR_PAGE21", simpler(page_distance(Origin::got_descriptor, 4)),
      Range::any},
     {A64Form::address, 12, 21}},
    {R_AARCH64_TLSDESC_LD64_LO12,
     {"R_AARCH64_TLSDESC_LD64_LO12", simpler(page_rest(Origin::got_descriptor, 4)), Range::any},
     {A64Form::offset, 3, 12}},
    {R_AARCH64_TLSDESC_ADD_LO12,
     {"R_AARCH64_TLSDESC_ADD_LO12", simpler(page_rest(Origin::got_descriptor, 4)), Range::any},
     {A64Form::add, 0, 12}},
    {R_AARCH64_TLSDESC_OFF_G1,
     {"R_AARCH64_TLSDESC_OFF_G1", got_distance(Origin::got_descriptor, 4), Range::without_sign},
     {A64Form::move, 16, 16}},
    {R_AARCH64_TLSDESC_OFF_G0_NC,
     {"R_AARCH64_TLSDESC_OFF_G0_NC", got_distance(Origin::got_descriptor, 4), Range::any},
     {A64Form::move, 0, 16}},
    {R_AARCH64_TLSDESC_LDR, {"R_AARCH64_TLSDESC_LDR", {}, Range::any}, {A64Form::data, 0, 0}},
    {R_AARCH64_TLSDESC_ADD, {"R_AARCH64_TLSDESC_ADD", {}, Range::any}, {A64Form::data, 0, 0}},
    {R_AARCH64_TLSDESC_CALL,
     {"R_AARCH64_TLSDESC_CALL", simpler({}), Range::any},
     {A64Form::data, 0, 0}},
};

constexpr std::uint32_t first_type = 256;
constexpr std::uint32_t end_type = R_AARCH64_TLSDESC_CALL + 1;

/// The place in `rows` of a type, by its number less first_type; 0 for no type.
constexpr auto row_numbers = [] {
  std::array<std::uint8_t, end_type - first_type> numbers{};
  for (std::size_t i = 1; i < std::size(rows); ++i)
    numbers[rows[i].number - first_type] = static_cast<std::uint8_t>(i);
  return numbers;
}();

/// A type's sibling of which the symbol is a weak one that nothing defines.
constexpr std::uint32_t weak_bit = 0x2000;

constexpr auto weak_rows = [] {
  std::array<Row, std::size(rows)> result{};
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = rows[i];
    result[i].type.rule = value(Origin::none, rows[i].type.rule.size);
  }
  return result;
}();

const Row* find_row(std::uint32_t type) {
  const bool is_weak = (type & weak_bit) != 0;
  type &= ~weak_bit;
  if (type == R_AARCH64_NONE) return &rows[0];
  if (type < first_type || type >= end_type) return nullptr;
  const std::size_t number = row_numbers[type - first_type];
  if (number == 0) return nullptr;
  return is_weak ? &weak_rows[number] : &rows[number];
}

const RelocationType* find(std::uint32_t type) {
  if (const RelocationType* const rewrite = aarch64_rewrite(type)) return rewrite;
  const Row* const row = find_row(type);
  return row ? &row->type : nullptr;
}

const Rule* rule(std::uint32_t type) {
  const RelocationType* const found = find(type);
  return found ? &found->rule : nullptr;
}

std::string_view type_name(std::uint32_t type) {
  const RelocationType* const found = find(type);
  return found ? found->name : std::string_view();
}

std::uint32_t simplify(const Use& use, bool& covers_next) {
  covers_next = false;
  if (use.type >= R_AARCH64_TLSGD_ADR_PREL21) return simplify_aarch64_tls(use, covers_next);
  if (!use.is_undefined_weak || use.is_preemptible) return use.type;
  if (use.type == R_AARCH64_CALL26 || use.type == R_AARCH64_JUMP26) return aarch64_no_call;
  return use.type | weak_bit;
}

std::int64_t no_addend(std::uint32_t /*type*/, const char* /*place*/) {
  return 0;
}

template <bool is_big_endian>
Fit apply(const Patch& patch) {
  if (aarch64_rewrite(patch.type)) return apply_aarch64_rewrite(patch);
  const Row* const row = find_row(patch.type);
  if (!row) return Fit::no_match;
  return write_a64(patch, row->type.rule.size, row->field, row->type.range, is_big_endian);
}

unsigned reach(std::uint32_t type) {
  const Row* const row = find_row(type);
  return row ? row->field.bits + row->field.shift : 0U;
}

/// All entries go to the table's first one at first.
std::uint64_t lazy_got_value(const PltPlace& place) {
  return place.table;
}

template <bool is_big_endian>
constexpr Machine values() {
  Machine machine;
  machine.number = EM_AARCH64;
  machine.tables_are_absolute = true;
  machine.shown_sections = 2;
  machine.binds_protected = machine.numbers_are_addresses = machine.has_thread_base = true;
  machine.early_words = {R_AARCH64_ABS32, R_AARCH64_ABS16};
  machine.warns_of_text_relocations = false;
  machine.has_indirect_table = true;
  machine.max_page_size = 0x10000;
  machine.image_base = 0x400000;
  machine.plt_header_size = 32;
  machine.plt_alignment = 4;
  machine.indirect_alignment = 4;
  machine.plt_section_entry = 0;
  machine.applies_relative = machine.allows_local_exec = machine.has_dynamic_table = true;
  machine.got_header = 1;
  machine.has_lazy_descriptors = true;
  machine.got_base_is_got_plt = false;
  machine.thread_block_is_behind = true;
  machine.thread_header = 16;
  machine.dynamic_linker =
      is_big_endian ? "/lib/ld-linux-aarch64_be.so.1" : "/lib/ld-linux-aarch64.so.1";
  machine.rule = rule;
  machine.type_name = type_name;
  machine.simplify = simplify;
  machine.implicit_addend = no_addend;
  machine.apply = apply<is_big_endian>;
  machine.reach = reach;
  machine.lazy_got_value = lazy_got_value;
  machine.veneers = &aarch64_veneers;
  DynamicTypes& dynamic = machine.dynamic;
  dynamic.address = R_AARCH64_ABS64;
  dynamic.relative = R_AARCH64_RELATIVE;
  dynamic.copy = R_AARCH64_COPY;
  dynamic.got = R_AARCH64_GLOB_DAT;
  dynamic.jump = R_AARCH64_JUMP_SLOT;
  dynamic.indirect = R_AARCH64_IRELATIVE;
  dynamic.module = R_AARCH64_TLS_DTPMOD;
  dynamic.module_offset = R_AARCH64_TLS_DTPREL;
  dynamic.thread_offset = R_AARCH64_TLS_TPREL;
  dynamic.descriptor = R_AARCH64_TLSDESC;
  return machine;
}

template <bool is_big_endian>
const Machine* guarded(const PltGuards& guards);

/// The guards that a number below 8 stands for, and the other way round.
PltGuards guards_of(unsigned number) {
  return {(number & 1) != 0, (number & 2) != 0, (number & 4) != 0};
}
unsigned number_of(const PltGuards& guards) {
  return (guards.marks_targets ? 1U : 0U) | (guards.signs ? 2U : 0U) |
         (guards.is_position_independent ? 4U : 0U);
}

template <bool is_big_endian>
Machine with_plt(const PltGuards& guards) {
  Machine machine = values<is_big_endian>();
  const Aarch64Plt plt = aarch64_plt(guards);
  machine.plt_entry_size = machine.indirect_entry_size = plt.entry_size;
  machine.write_plt_header = plt.write_header;
  machine.write_plt_entry = plt.write_entry;
  machine.write_descriptor_entry = plt.write_descriptor_entry;
  machine.guarded = guarded<is_big_endian>;
  return machine;
}

/// One machine for each combination of guards.
template <bool is_big_endian>
const Machine* guarded(const PltGuards& guards) {
  static const std::array<Machine, 8> machines = [] {
    std::array<Machine, 8> all;
    for (unsigned i = 0; i < all.size(); ++i) all[i] = with_plt<is_big_endian>(guards_of(i));
    return all;
  }();
  return &machines[number_of(guards)];
}

}  // namespace

const Machine& aarch64_machine(bool is_big_endian) {
  return is_big_endian ? *guarded<true>({}) : *guarded<false>({});
}

}  // namespace kbx::link
