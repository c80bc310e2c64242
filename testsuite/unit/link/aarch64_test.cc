#include <string>
#include <string_view>
#include <vector>

#include "relocated_code.h"
#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/link/arch/machine.h"

using kbx::link::Machine;
using kbx::link::Use;

namespace {

const Machine& aarch64() {
  return *kbx::link::find_machine(EM_AARCH64, true, false);
}

/// .got starts with a word of its own; the thread's block lies 16 bytes behind the pointer.
Places places() {
  Places result;
  result.got_base = 0x404000;
  result.got_entry = 0x404008;
  result.thread_offset = 24;
  return result;
}

Use local() {
  return {};
}

Use foreign() {
  Use use;
  use.is_preemptible = true;
  return use;
}

Use weak() {
  Use use;
  use.is_undefined_weak = true;
  return use;
}

Use shared() {
  Use use;
  use.is_shared = use.is_position_independent = use.is_preemptible = true;
  return use;
}

void check_all(const std::vector<Sequence>& table, const Use& use, const Places& where = places()) {
  for (const Sequence& sequence : table) {
    INFO(std::string(sequence.name));
    CHECK(linked(aarch64(), sequence, use, where) == sequence.expected);
  }
}

}  // namespace

TEST_CASE("aarch64: data and instructions get addresses and distances") {
  check_all(
      {
          {"data",
           "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
           {{0, R_AARCH64_ABS64, 1},
            {8, R_AARCH64_ABS32},
            {12, R_AARCH64_PREL32},
            {16, R_AARCH64_PREL16},
            {20, R_AARCH64_PREL64}},
           "01 20 40 00 00 00 00 00 00 20 40 00 f4 0f 00 00 f0 0f 00 00 ec 0f 00 00 00 00 00 00"},
          {"movz and movk of an address",
           "01 00 e0 d2 01 00 c0 f2 01 00 a0 f2 01 00 80 f2",
           {{0, R_AARCH64_MOVW_UABS_G3},
            {4, R_AARCH64_MOVW_UABS_G2_NC},
            {8, R_AARCH64_MOVW_UABS_G1_NC},
            {12, R_AARCH64_MOVW_UABS_G0_NC}},
           "01 00 e0 d2 01 00 c0 f2 01 08 a0 f2 01 00 84 f2"},
          {"movz of a number with a sign",
           "01 00 a0 d2 01 00 a0 d2 01 00 80 f2",
           {{0, R_AARCH64_MOVW_SABS_G1},
            {4, R_AARCH64_MOVW_PREL_G1},
            {8, R_AARCH64_MOVW_PREL_G0_NC, 4}},
           "01 08 a0 d2 01 00 a0 d2 81 ff 81 f2"},
          {"movz of a negative number becomes movn",
           "01 00 a0 d2",
           {{0, R_AARCH64_MOVW_PREL_G1, -131072}},
           "21 00 a0 92"},
          {"counted from the place",
           "01 00 00 58 02 00 00 10 03 00 00 90 63 00 00 91 64 00 40 39 64 00 40 79 "
           "64 00 40 b9 64 00 40 f9 64 00 c0 3d 01 00 18 36 01 00 00 b4 00 00 00 54 "
           "00 00 00 14 00 00 00 94",
           {{0, R_AARCH64_LD_PREL_LO19},
            {4, R_AARCH64_ADR_PREL_LO21, 1},
            {8, R_AARCH64_ADR_PREL_PG_HI21},
            {12, R_AARCH64_ADD_ABS_LO12_NC, 8},
            {16, R_AARCH64_LDST8_ABS_LO12_NC, 1},
            {20, R_AARCH64_LDST16_ABS_LO12_NC, 2},
            {24, R_AARCH64_LDST32_ABS_LO12_NC, 4},
            {28, R_AARCH64_LDST64_ABS_LO12_NC, 8},
            {32, R_AARCH64_LDST128_ABS_LO12_NC, 16},
            {36, R_AARCH64_TSTBR14},
            {40, R_AARCH64_CONDBR19},
            {44, R_AARCH64_CONDBR19},
            {48, R_AARCH64_JUMP26},
            {52, R_AARCH64_CALL26}},
           "01 80 00 58 e2 7f 00 30 03 00 00 b0 63 20 00 91 64 04 40 39 64 04 40 79 "
           "64 04 40 b9 64 04 40 f9 64 04 c0 3d e1 7e 18 36 c1 7e 00 b4 a0 7e 00 54 "
           "f4 03 00 14 f3 03 00 94"},
          {"backwards",
           "00 00 00 94 01 00 00 10 01 00 08 37",
           {{0, R_AARCH64_CALL26, -4104},
            {4, R_AARCH64_ADR_PREL_LO21, -4101},
            {8, R_AARCH64_TSTBR14, -4112}},
           "fe ff ff 97 a1 ff ff 70 41 ff 0f 37"},
      },
      local());
}

TEST_CASE("aarch64: a weak symbol that nothing defines is the place itself") {
  Places where = places();
  where.symbol = 0;
  check_all(
      {
          {"weak",
           "00 00 00 94 00 00 00 14 01 00 00 90 21 00 00 91 01 00 00 10 00 00 00 00 "
           "00 00 00 00 00 00 00 00 01 00 00 58 02 00 00 b4",
           {{0, R_AARCH64_CALL26},
            {4, R_AARCH64_JUMP26},
            {8, R_AARCH64_ADR_PREL_PG_HI21},
            {12, R_AARCH64_ADD_ABS_LO12_NC},
            {16, R_AARCH64_ADR_PREL_LO21},
            {20, R_AARCH64_PREL32},
            {24, R_AARCH64_ABS64},
            {32, R_AARCH64_LD_PREL_LO19},
            {36, R_AARCH64_CONDBR19}},
           "1f 20 03 d5 1f 20 03 d5 01 00 00 90 21 00 00 91 01 00 00 10 00 00 00 00 "
           "00 00 00 00 00 00 00 00 01 00 00 58 02 00 00 b4"},
      },
      weak(), where);
}

TEST_CASE("aarch64: entries of the GOT") {
  check_all(
      {
          {"got",
           "01 00 00 90 21 00 40 f9 02 00 00 58 03 00 00 90 63 00 40 f9",
           {{0, R_AARCH64_ADR_GOT_PAGE},
            {4, R_AARCH64_LD64_GOT_LO12_NC},
            {8, R_AARCH64_GOT_LD_PREL19},
            {16, R_AARCH64_LD64_GOTPAGE_LO15}},
           "01 00 00 f0 21 04 40 f9 02 80 01 58 03 00 00 90 63 04 40 f9"},
      },
      local());
}

TEST_CASE("aarch64: dynamic models become local exec in an executable") {
  check_all(
      {
          {"local exec",
           "41 d0 3b d5 21 00 40 91 21 00 00 91 22 00 40 f9 22 00 40 39 03 00 a0 d2 03 00 80 f2",
           {{4, R_AARCH64_TLSLE_ADD_TPREL_HI12},
            {8, R_AARCH64_TLSLE_ADD_TPREL_LO12_NC},
            {12, R_AARCH64_TLSLE_LDST64_TPREL_LO12_NC},
            {16, R_AARCH64_TLSLE_LDST8_TPREL_LO12},
            {20, R_AARCH64_TLSLE_MOVW_TPREL_G1},
            {24, R_AARCH64_TLSLE_MOVW_TPREL_G0_NC}},
           "41 d0 3b d5 21 00 40 91 21 60 00 91 22 0c 40 f9 22 60 40 39 03 00 a0 d2 03 03 80 f2"},
          {"initial exec",
           "05 00 00 90 a5 00 40 f9",
           {{0, R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21}, {4, R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC}},
           "05 00 a0 d2 05 03 80 f2"},
          {"general dynamic",
           "00 00 00 90 00 00 00 91 00 00 00 94 1f 20 03 d5",
           {{0, R_AARCH64_TLSGD_ADR_PAGE21},
            {4, R_AARCH64_TLSGD_ADD_LO12_NC},
            {8, R_AARCH64_CALL26}},
           "00 00 a0 d2 00 03 80 f2 41 d0 3b d5 20 00 00 8b"},
          {"descriptor",
           "00 00 00 90 01 00 40 f9 00 00 00 91 20 00 3f d6",
           {{0, R_AARCH64_TLSDESC_ADR_PAGE21},
            {4, R_AARCH64_TLSDESC_LD64_LO12},
            {8, R_AARCH64_TLSDESC_ADD_LO12},
            {12, R_AARCH64_TLSDESC_CALL}},
           "00 00 a0 d2 00 03 80 f2 1f 20 03 d5 1f 20 03 d5"},
          {"general dynamic, tiny code",
           "00 00 00 10 00 00 00 94 1f 20 03 d5",
           {{0, R_AARCH64_TLSGD_ADR_PREL21}, {4, R_AARCH64_CALL26}},
           "41 d0 3b d5 20 00 40 91 00 60 00 91"},
          {"descriptor, tiny code",
           "01 00 00 58 00 00 00 10 20 00 3f d6",
           {{0, R_AARCH64_TLSDESC_LD_PREL19},
            {4, R_AARCH64_TLSDESC_ADR_PREL21},
            {8, R_AARCH64_TLSDESC_CALL}},
           "00 00 a0 d2 00 03 80 f2 1f 20 03 d5"},
          {"local dynamic",
           "00 00 00 90 00 00 00 91 00 00 00 94 00 00 40 91 00 00 00 91",
           {{0, R_AARCH64_TLSLD_ADR_PAGE21},
            {4, R_AARCH64_TLSLD_ADD_LO12_NC},
            {8, R_AARCH64_CALL26},
            {12, R_AARCH64_TLSLD_ADD_DTPREL_HI12},
            {16, R_AARCH64_TLSLD_ADD_DTPREL_LO12_NC}},
           "40 d0 3b d5 00 40 00 91 1f 20 03 d5 00 00 40 91 00 20 00 91"},
          {"local dynamic, tiny code",
           "00 00 00 10 00 00 00 94 1f 20 03 d5",
           {{0, R_AARCH64_TLSLD_ADR_PREL21}, {4, R_AARCH64_CALL26}},
           "40 d0 3b d5 00 40 00 91 1f 20 03 d5"},
      },
      local());
}

TEST_CASE("aarch64: dynamic models become initial exec for another module's variable") {
  check_all(
      {
          {"initial exec",
           "05 00 00 90 a5 00 40 f9",
           {{0, R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21}, {4, R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC}},
           "05 00 00 f0 a5 04 40 f9"},
          {"general dynamic",
           "00 00 00 90 00 00 00 91 00 00 00 94 1f 20 03 d5",
           {{0, R_AARCH64_TLSGD_ADR_PAGE21},
            {4, R_AARCH64_TLSGD_ADD_LO12_NC},
            {8, R_AARCH64_CALL26}},
           "00 00 00 f0 00 04 40 f9 41 d0 3b d5 20 00 00 8b"},
          {"descriptor",
           "00 00 00 90 01 00 40 f9 00 00 00 91 20 00 3f d6",
           {{0, R_AARCH64_TLSDESC_ADR_PAGE21},
            {4, R_AARCH64_TLSDESC_LD64_LO12},
            {8, R_AARCH64_TLSDESC_ADD_LO12},
            {12, R_AARCH64_TLSDESC_CALL}},
           "00 00 00 f0 00 04 40 f9 1f 20 03 d5 1f 20 03 d5"},
          {"general dynamic, tiny code",
           "00 00 00 10 00 00 00 94 1f 20 03 d5",
           {{0, R_AARCH64_TLSGD_ADR_PREL21}, {4, R_AARCH64_CALL26}},
           "40 80 01 58 41 d0 3b d5 20 00 00 8b"},
          {"descriptor, tiny code",
           "01 00 00 58 00 00 00 10 20 00 3f d6",
           {{0, R_AARCH64_TLSDESC_LD_PREL19},
            {4, R_AARCH64_TLSDESC_ADR_PREL21},
            {8, R_AARCH64_TLSDESC_CALL}},
           "40 80 01 58 1f 20 03 d5 1f 20 03 d5"},
      },
      foreign());
}

TEST_CASE("aarch64: a shared object keeps the dynamic models") {
  check_all(
      {
          {"general dynamic",
           "00 00 00 90 00 00 00 91",
           {{0, R_AARCH64_TLSGD_ADR_PAGE21}, {4, R_AARCH64_TLSGD_ADD_LO12_NC}},
           "00 00 00 f0 00 20 00 91"},
          {"local dynamic",
           "00 00 00 90 00 00 00 91",
           {{0, R_AARCH64_TLSLD_ADR_PAGE21}, {4, R_AARCH64_TLSLD_ADD_LO12_NC}},
           "00 00 00 f0 00 20 00 91"},
          {"descriptor",
           "00 00 00 90 01 00 40 f9 00 00 00 91 20 00 3f d6",
           {{0, R_AARCH64_TLSDESC_ADR_PAGE21},
            {4, R_AARCH64_TLSDESC_LD64_LO12},
            {8, R_AARCH64_TLSDESC_ADD_LO12},
            {12, R_AARCH64_TLSDESC_CALL}},
           "00 00 00 f0 01 04 40 f9 00 20 00 91 20 00 3f d6"},
      },
      shared());
}

TEST_CASE("aarch64: what does not fit is refused") {
  check_all(
      {
          {"ldr of 8 bytes, aligned to 4",
           "64 00 40 f9",
           {{0, R_AARCH64_LDST64_ABS_LO12_NC, 4}},
           "misaligned"},
          {"tbz, 32 KiB", "01 00 18 36", {{0, R_AARCH64_TSTBR14, -0x1000 + 0x8000}}, "overflow"},
          {"tbz, nearly 32 KiB",
           "01 00 18 36",
           {{0, R_AARCH64_TSTBR14, -0x1000 + 0x7ffc}},
           "e1 ff 1b 36"},
          {"bl, 128 MiB", "00 00 00 94", {{0, R_AARCH64_CALL26, -0x1000 + 0x8000000}}, "overflow"},
          {"bl, -128 MiB",
           "00 00 00 94",
           {{0, R_AARCH64_CALL26, -0x1000 - 0x8000000}},
           "00 00 00 96"},
          {"adr, 1 MiB",
           "02 00 00 10",
           {{0, R_AARCH64_ADR_PREL_LO21, -0x1000 + 0x100000}},
           "overflow"},
          {"movz of more than 16 bits", "01 00 80 d2", {{0, R_AARCH64_MOVW_UABS_G0}}, "overflow"},
          {"a call that is missing",
           "00 00 00 91 1f 20 03 d5 1f 20 03 d5",
           {{0, R_AARCH64_TLSGD_ADD_LO12_NC}, {4, R_AARCH64_CALL26}},
           "no match"},
      },
      local());
}

TEST_CASE("aarch64: big-endian code has little-endian instructions and big-endian data") {
  const Machine& big = *kbx::link::find_machine(EM_AARCH64, true, true);
  CHECK(
      linked(big,
             {"both", "00 00 00 94 00 00 00 00", {{0, R_AARCH64_CALL26}, {4, R_AARCH64_ABS32}}, ""},
             local(), places()) == "00 04 00 94 00 40 20 00");
}

TEST_CASE("aarch64: the procedure linkage table") {
  char code[32];
  kbx::link::PltPlace place;
  place.place = code;
  place.address = 0x400240;
  place.got_plt = 0x41ffe8;
  place.table = 0x400240;
  aarch64().write_plt_header(place);
  CHECK(hexadecimal_of({code, 32}) ==
        "f0 7b bf a9 f0 00 00 f0 11 fe 47 f9 10 e2 3f 91 20 02 1f d6 1f 20 03 d5 1f 20 03 d5 "
        "1f 20 03 d5");
  place.address = 0x400260;
  place.got_entry = 0x420000;
  aarch64().write_plt_entry(place);
  CHECK(hexadecimal_of({code, 16}) == "10 01 00 90 11 02 40 f9 10 02 00 91 20 02 1f d6");
  CHECK(aarch64().lazy_got_value(place) == 0x400240);
}
