#include <string>
#include <vector>

#include "relocated_code.h"
#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/link/arch/arm_target.h"
#include "kbx/link/arch/machine.h"

using kbx::link::arm_v7;
using kbx::link::ArmTarget;
using kbx::link::Machine;
using kbx::link::Use;

namespace {

const Machine& arm() {
  return *kbx::link::find_machine(EM_ARM, false, false);
}

/// .got.plt with its three words is at the start of .got; the thread's block lies 8 bytes behind
/// the pointer.
Places places() {
  Places result;
  result.got_base = 0x404000;
  result.got_entry = 0x40400c;
  result.thread_offset = 16;
  return result;
}

/// A function's address, with the bit that says Thumb.
Places function(std::uint64_t address) {
  Places result = places();
  result.symbol = address;
  result.is_function = true;
  return result;
}

Places label(std::uint64_t address) {
  Places result = places();
  result.symbol = address;
  return result;
}

constexpr std::uint64_t arm_function = 0x401800;
constexpr std::uint64_t thumb_function = 0x401901;

/// ARMv5TE, and ARMv7-A.
const ArmTarget v5te{.architecture = 4, .has_blx = true};
const ArmTarget v7{.architecture = arm_v7,
                   .profile = 'A',
                   .has_thumb2 = true,
                   .has_long_thumb_bl = true,
                   .has_thumb_movw = true,
                   .has_nop = true,
                   .has_blx = true};

Use on(const ArmTarget& target) {
  Use use;
  use.arm = &target;
  return use;
}

Use weak(const ArmTarget& target) {
  Use use;
  use.is_undefined_weak = true;
  use.arm = &target;
  return use;
}

void check_all(const std::vector<Sequence>& table, const Use& use, const Places& where) {
  for (const Sequence& sequence : table) {
    INFO(std::string(sequence.name));
    CHECK(linked(arm(), sequence, use, where) == sequence.expected);
  }
}

}  // namespace

TEST_CASE("arm: data") {
  check_all(
      {
          {"addresses and distances",
           "04 00 00 00 00 00 00 00",
           {{0, R_ARM_ABS32}, {4, R_ARM_REL32}},
           "04 20 40 00 fc 0f 00 00"},
          {"31 bits",
           "00 00 00 80 f8 ff ff 7f",
           {{0, R_ARM_PREL31}, {4, R_ARM_PREL31}},
           "00 10 00 80 f4 0f 00 00"},
          {"the GOT, and what the platform chooses",
           "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
           {{0, R_ARM_TARGET1},
            {4, R_ARM_TARGET2},
            {8, R_ARM_GOT_PREL},
            {12, R_ARM_GOT32},
            {16, R_ARM_GOTOFF},
            {20, R_ARM_GOTPC}},
           "00 20 40 00 08 30 00 00 04 30 00 00 0c 00 00 00 00 e0 ff ff ec 2f 00 00"},
          {"thread-local variables",
           "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
           {{0, R_ARM_TLS_LE32}, {4, R_ARM_TLS_LDO32}, {12, R_ARM_TLS_GD32}},
           "10 00 00 00 08 00 00 00 00 00 00 00 00 30 00 00"},
      },
      Use{}, places());
}

TEST_CASE("arm: movw and movt, with addends in the instructions") {
  check_all(
      {
          {"ARM",
           "04 10 00 e3 04 10 40 e3 00 20 00 e3 00 20 40 e3",
           {{0, R_ARM_MOVW_ABS_NC},
            {4, R_ARM_MOVT_ABS},
            {8, R_ARM_MOVW_PREL_NC},
            {12, R_ARM_MOVT_PREL}},
           "04 10 02 e3 40 10 40 e3 f8 2f 00 e3 00 20 40 e3"},
          {"Thumb",
           "40 f2 04 01 c0 f2 04 01 40 f2 00 09 c0 f2 00 09",
           {{0, R_ARM_THM_MOVW_ABS_NC},
            {4, R_ARM_THM_MOVT_ABS},
            {8, R_ARM_THM_MOVW_PREL_NC},
            {12, R_ARM_THM_MOVT_PREL}},
           "42 f2 04 01 c0 f2 40 01 40 f6 f8 79 c0 f2 00 09"},
      },
      Use{}, places());
}

TEST_CASE("arm: addresses of Thumb functions are odd") {
  check_all(
      {
          {"movw, words, 31 bits",
           "00 10 00 e3 00 10 40 e3 00 00 00 00 00 00 00 00 00 00 00 00",
           {{0, R_ARM_MOVW_ABS_NC},
            {4, R_ARM_MOVT_ABS},
            {8, R_ARM_ABS32},
            {12, R_ARM_REL32},
            {16, R_ARM_PREL31}},
           "01 19 01 e3 40 10 40 e3 01 19 40 00 f5 08 00 00 f1 08 00 00"},
      },
      Use{}, function(thumb_function));
}

TEST_CASE("arm: calls of ARM functions") {
  check_all(
      {
          {"from ARM",
           "fe ff ff eb fe ff ff ea fe ff ff 0b fe ff ff fa",
           {{0, R_ARM_CALL}, {4, R_ARM_JUMP24}, {8, R_ARM_JUMP24}, {12, R_ARM_CALL}},
           "fe 01 00 eb fd 01 00 ea fc 01 00 0b fb 01 00 eb"},
          {"from Thumb: blx",
           "ff f7 fe ff 00 bf ff f7 fe ff ff f7 fe ef",
           {{0, R_ARM_THM_PC22}, {6, R_ARM_THM_PC22}, {10, R_ARM_THM_PC22}},
           "00 f0 fe eb 00 bf 00 f0 fc eb 00 f0 fa eb"},
      },
      on(v7), function(arm_function));
}

TEST_CASE("arm: calls of Thumb functions") {
  check_all(
      {
          {"from ARM: blx",
           "fe ff ff eb 00 f0 20 e3 fe ff ff fa",
           {{0, R_ARM_CALL}, {8, R_ARM_CALL}},
           "3e 02 00 fa 00 f0 20 e3 3c 02 00 fa"},
          {"from Thumb",
           "ff f7 fe ff ff f7 fe bf ff f7 fe ef",
           {{0, R_ARM_THM_PC22}, {4, R_ARM_THM_JUMP24}, {8, R_ARM_THM_PC22}},
           "00 f0 7e fc 00 f0 7c bc 00 f0 7a fc"},
      },
      on(v7), function(thumb_function));
}

TEST_CASE("arm: branches to labels stay in their instruction set") {
  check_all(
      {
          {"ARM",
           "fe ff ff eb fe ff ff ea",
           {{0, R_ARM_CALL}, {4, R_ARM_JUMP24}},
           "fe 03 00 eb fd 03 00 ea"},
          {"Thumb",
           "ff f7 fe ff ff f7 fe bf 3f f4 fe af",
           {{0, R_ARM_THM_PC22}, {4, R_ARM_THM_JUMP24}, {8, R_ARM_THM_JUMP19}},
           "00 f0 fe ff 00 f0 fc bf 00 f0 fa 87"},
          {"Thumb, far",
           "ff f7 fe df ff f7 fe b7 ff f3 fe 9f",
           {{0, R_ARM_THM_PC22}, {4, R_ARM_THM_JUMP24}, {8, R_ARM_THM_JUMP24}},
           "00 f4 fe f7 00 f4 fc bf 00 f0 fa 97"},
      },
      on(v7), places());
}

TEST_CASE("arm: short branches") {
  check_all(
      {
          {"conditional ones",
           "02 e0 fe d0 00 e0 fe d1",
           {{2, R_ARM_THM_PC9}, {6, R_ARM_THM_PC9}},
           "02 e0 01 d0 00 e0 ff d1"},
      },
      Use{}, label(0x401008));
}

TEST_CASE("arm: short branches without a condition") {
  check_all(
      {
          {"jumps", "fe e7 00 e0", {{0, R_ARM_THM_PC11}, {2, R_ARM_THM_PC11}}, "40 e0 41 e0"},
      },
      Use{}, label(0x401084));
}

TEST_CASE("arm: parts of a distance in several instructions") {
  check_all(
      {
          {"forwards",
           "00 00 8f e2 04 00 80 e2 08 00 90 e5 00 10 9f e5 d0 20 c0 e1",
           {{0, R_ARM_ALU_PC_G0_NC},
            {4, R_ARM_ALU_PC_G1_NC},
            {8, R_ARM_LDR_PC_G2},
            {12, R_ARM_LDR_PC_G1},
            {16, R_ARM_LDRS_PC_G1}},
           "40 0d 8f e2 00 00 80 e2 00 00 90 e5 04 10 9f e5 d0 20 c0 e1"},
      },
      Use{}, places());
}

TEST_CASE("arm: parts of a negative distance") {
  check_all(
      {
          {"backwards",
           "00 00 8f e2 00 00 80 e2 00 00 90 e5",
           {{0, R_ARM_ALU_PC_G0_NC}, {4, R_ARM_ALU_PC_G1_NC}, {8, R_ARM_LDR_PC_G2}},
           "44 09 4f e2 cd 0d 40 e2 0e 00 10 e5"},
      },
      Use{}, label(0x2edcba));
}

TEST_CASE("arm: a branch to a weak symbol that nothing defines does nothing") {
  check_all(
      {
          {"ARM",
           "fe ff ff eb fe ff ff ea fe ff ff 0b",
           {{0, R_ARM_CALL}, {4, R_ARM_JUMP24}, {8, R_ARM_JUMP24}},
           "00 f0 20 e3 00 f0 20 e3 00 f0 20 03"},
          {"Thumb",
           "ff f7 fe ff ff f7 fe bf",
           {{0, R_ARM_THM_PC22}, {4, R_ARM_THM_JUMP24}},
           "af f3 00 80 af f3 00 80"},
      },
      weak(v7), label(0));
}

TEST_CASE("arm: processors without an instruction for it do nothing otherwise") {
  check_all(
      {
          {"ARM",
           "fe ff ff eb fe ff ff ea fe ff ff 0b",
           {{0, R_ARM_CALL}, {4, R_ARM_JUMP24}, {8, R_ARM_JUMP24}},
           "00 00 a0 e1 00 00 a0 e1 00 00 a0 01"},
          {"Thumb", "ff f7 fe ff", {{0, R_ARM_THM_PC22}}, "00 e0 00 bf"},
      },
      weak(v5te), label(0));
}

TEST_CASE("arm: what needs a veneer, or does not fit, is refused") {
  const auto outcome = [](std::string_view code, std::uint32_t type, const Places& where) {
    return linked(arm(), {"", code, {{0, type}}, ""}, on(v7), where);
  };
  CHECK(outcome("fe ff ff ea", R_ARM_JUMP24, function(thumb_function)) == "overflow");
  CHECK(outcome("fe ff ff 0b", R_ARM_JUMP24, function(thumb_function)) == "overflow");
  CHECK(outcome("ff f7 fe bf", R_ARM_THM_JUMP24, function(arm_function)) == "overflow");
  CHECK(outcome("fe ff ff eb", R_ARM_CALL, label(0x401008 + 0x2000000)) == "overflow");
  CHECK(outcome("fe ff ff eb", R_ARM_CALL, label(0x401004 + 0x2000000)) == "ff ff 7f eb");
  CHECK(outcome("ff f7 fe ff", R_ARM_THM_PC22, label(0x401004 + 0x1000000)) == "overflow");
  CHECK(outcome("3f f4 fe af", R_ARM_THM_JUMP19, label(0x401004 + 0x100000)) == "overflow");
  CHECK(outcome("00 10 9f e5", R_ARM_PC13, places()) == "overflow");
  CHECK(outcome("00 00 00 00", R_ARM_ABS16, places()) == "overflow");
  CHECK(outcome("00", R_ARM_ABS8, label(0xff)) == "ff");
  CHECK(outcome("00", R_ARM_ABS8, label(0x100)) == "overflow");
  CHECK(outcome("00 00 00 e5", R_ARM_ALU_PC_G0, places()) == "no match");
}

TEST_CASE("arm: big-endian objects have big-endian instructions") {
  const Machine& big = *kbx::link::find_machine(EM_ARM, false, true);
  CHECK(linked(big, {"", "eb ff ff fe 00 00 00 04", {{0, R_ARM_CALL}, {4, R_ARM_ABS32}}, ""}, Use{},
               places()) == "eb 00 03 fe 00 40 20 04");
  CHECK(linked(big, {"", "f7 ff ff fe", {{0, R_ARM_THM_PC22}}, ""}, Use{}, places()) ==
        "f0 00 ff fe");
}

TEST_CASE("arm: the procedure linkage table") {
  char code[20];
  kbx::link::PltPlace place;
  place.place = code;
  place.address = 0x10170;
  place.got_plt = 0x12000;
  place.table = 0x10170;
  arm().write_plt_header(place);
  CHECK(hexadecimal_of({code, 20}) ==
        "04 e0 2d e5 04 e0 9f e5 0e e0 8f e0 08 f0 be e5 80 1e 00 00");
  place.address = 0x10184;
  place.got_entry = 0x1200c;
  arm().write_plt_entry(place);
  CHECK(hexadecimal_of({code, 12}) == "00 c6 8f e2 01 ca 8c e2 80 fe bc e5");
  CHECK(arm().lazy_got_value(place) == 0x10170);
}
