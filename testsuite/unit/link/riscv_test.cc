#include <string>
#include <vector>

#include "relocated_code.h"
#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/link/arch/machine.h"

using kbx::link::Machine;
using kbx::link::Use;

namespace {

const Machine& riscv() {
  return *kbx::link::find_machine(EM_RISCV, true, false);
}

constexpr std::uint64_t start = 0x401000;

/// .got starts with a word of its own; the thread pointer is the block's start.
Places places() {
  Places result;
  result.got_base = 0x404000;
  result.got_entry = 0x404008;
  result.thread_offset = 8;
  result.module_offset = 8 - 0x800;
  return result;
}

Places label(std::uint64_t address) {
  Places result = places();
  result.symbol = address;
  return result;
}

/// Code at the end of the address space.
Places high(std::uint64_t address) {
  Places result = label(address);
  result.text = 0xffffffff80401000;
  return result;
}

Use weak() {
  Use use;
  use.is_undefined_weak = true;
  return use;
}

Use pie() {
  Use use;
  use.is_position_independent = true;
  return use;
}

void check_all(const std::vector<Sequence>& table, const Use& use, const Places& where) {
  for (const Sequence& sequence : table) {
    INFO(std::string(sequence.name));
    CHECK(linked(riscv(), sequence, use, where) == sequence.expected);
  }
}

}  // namespace

TEST_CASE("riscv: addresses in two parts") {
  check_all(
      {
          {"lui",
           "37 05 00 00 13 05 05 00 83 35 85 00 23 34 b5 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
           "00 00 00",
           {{0, R_RISCV_HI20},
            {4, R_RISCV_LO12_I},
            {8, R_RISCV_LO12_I, 8},
            {12, R_RISCV_LO12_S, 8},
            {16, R_RISCV_64, 1},
            {24, R_RISCV_32},
            {28, R_RISCV_ADD32},
            {28, R_RISCV_SUB32, 0, 0x40101c}},
           "37 25 40 00 13 05 05 00 83 35 85 00 23 34 b5 00 01 20 40 00 00 00 00 00 00 20 40 00 e4 "
           "0f 00 00"},
          {"auipc, and low parts that refer to it",
           "17 05 00 00 13 05 05 00 23 30 b5 00 17 05 00 00 13 05 05 00",
           {{0, R_RISCV_PCREL_HI20},
            {4, R_RISCV_PCREL_LO12_I},
            {8, R_RISCV_PCREL_LO12_S},
            {12, R_RISCV_PCREL_HI20, 2304},
            {16, R_RISCV_PCREL_LO12_I}},
           "17 15 00 00 13 05 05 00 23 30 b5 00 17 25 00 00 13 05 45 8f"},
          {"auipc and jalr",
           "97 00 00 00 e7 80 00 00 17 03 00 00 67 00 03 00",
           {{0, R_RISCV_CALL_PLT}, {8, R_RISCV_CALL_PLT}},
           "97 10 00 00 e7 80 00 00 17 13 00 00 67 00 83 ff"},
      },
      Use{}, places());
}

TEST_CASE("riscv: jumps and branches") {
  check_all(
      {
          {"jal",
           "ef 00 00 00 09 c1 ef f0 bf ff",
           {{0, R_RISCV_JAL}, {4, R_RISCV_RVC_BRANCH, 0, 0x401006}, {6, R_RISCV_JAL}},
           "ef 10 00 00 09 c1 ef 00 b0 7f"},
      },
      Use{}, places());
}

TEST_CASE("riscv: branches") {
  check_all(
      {
          {"beq and bne",
           "63 00 b5 00 63 10 b5 00",
           {{0, R_RISCV_BRANCH}, {4, R_RISCV_BRANCH}},
           "63 0a b5 12 63 18 b5 12"},
      },
      Use{}, label(0x401134));
}

TEST_CASE("riscv: compressed branches") {
  check_all(
      {
          {"c.beqz and c.j",
           "01 c1 01 a0",
           {{0, R_RISCV_RVC_BRANCH}, {2, R_RISCV_RVC_JUMP}},
           "71 c5 e9 a0"},
      },
      Use{}, label(0x4010cc));
}

TEST_CASE("riscv: a far compressed jump") {
  check_all(
      {
          {"c.j", "01 a0", {{0, R_RISCV_RVC_JUMP}}, "f9 ab"},
      },
      Use{}, label(0x4015de));
}

TEST_CASE("riscv: c.lui of an address") {
  check_all(
      {
          {"c.lui", "05 65", {{0, R_RISCV_RVC_LUI}}, "49 65"},
      },
      Use{}, label(0x12345));
}

TEST_CASE("riscv: c.lui of 0 becomes c.li") {
  check_all(
      {
          {"c.li", "05 65", {{0, R_RISCV_RVC_LUI}}, "01 45"},
      },
      Use{}, label(0x345));
}

TEST_CASE("riscv: differences of addresses, one relocation an address") {
  check_all(
      {
          {"ADD and SUB",
           "01 00 00 c0 00 00 00 00 00 00 00 00 00 00 00 00",
           {{0, R_RISCV_ADD8},
            {0, R_RISCV_SUB8, 0, start},
            {1, R_RISCV_ADD16},
            {1, R_RISCV_SUB16, 0, start},
            {3, R_RISCV_SET6},
            {3, R_RISCV_SUB6, 0, start},
            {4, R_RISCV_ADD32},
            {4, R_RISCV_SUB32, 0, start},
            {8, R_RISCV_ADD64},
            {8, R_RISCV_SUB64, 0, start}},
           "11 10 00 d0 10 00 00 00 10 00 00 00 00 00 00 00"},
      },
      Use{}, label(0x401010));
}

TEST_CASE("riscv: parts of words") {
  check_all(
      {
          {"SET",
           "00 00 00 00 00 00 00 00 00 00 00",
           {{0, R_RISCV_SET8},
            {1, R_RISCV_SET16},
            {3, R_RISCV_SET32},
            {7, R_RISCV_32_PCREL, 0, 0x402000}},
           "0b 0b 10 0b 10 40 00 f9 0f 00 00"},
      },
      Use{}, label(0x40100b));
}

TEST_CASE("riscv: a weak symbol that nothing defines") {
  check_all(
      {
          {"far down",
           "97 00 00 00 e7 80 00 00 17 05 00 00 13 05 05 00 b7 05 00 00",
           {{0, R_RISCV_CALL_PLT},
            {8, R_RISCV_PCREL_HI20},
            {12, R_RISCV_PCREL_LO12_I},
            {16, R_RISCV_HI20}},
           "97 00 00 00 e7 00 00 00 17 f5 bf ff 13 05 85 ff b7 05 00 00"},
      },
      weak(), label(0));
}

TEST_CASE("riscv: from the end of the address space") {
  check_all(
      {
          {"a weak symbol that nothing defines",
           "97 00 00 00 e7 80 00 00 17 05 00 00 13 05 05 00",
           {{0, R_RISCV_CALL_PLT}, {8, R_RISCV_PCREL_HI20}, {12, R_RISCV_PCREL_LO12_I}},
           "97 00 00 00 e7 00 00 00 17 f5 bf 7f 13 05 85 ff"},
      },
      weak(), high(0));
  check_all(
      {
          {"a number",
           "17 05 00 00 13 05 05 00",
           {{0, R_RISCV_PCREL_HI20}, {4, R_RISCV_PCREL_LO12_I}},
           "17 15 c1 7f 13 05 55 34"},
      },
      Use{}, high(0x12345));
}

TEST_CASE("riscv: entries of the GOT") {
  check_all(
      {
          {"an address",
           "17 05 00 00 03 35 05 00",
           {{0, R_RISCV_GOT_HI20}, {4, R_RISCV_PCREL_LO12_I}},
           "17 35 00 00 03 35 85 00"},
          {"an offset from the thread pointer",
           "17 05 00 00 03 35 05 00",
           {{0, R_RISCV_TLS_GOT_HI20}, {4, R_RISCV_PCREL_LO12_I}},
           "17 35 00 00 03 35 85 00"},
          {"a module and an offset",
           "17 05 00 00 13 05 05 00",
           {{0, R_RISCV_TLS_GD_HI20}, {4, R_RISCV_PCREL_LO12_I}},
           "17 35 00 00 13 05 85 00"},
      },
      Use{}, places());
}

TEST_CASE("riscv: thread-local variables") {
  check_all(
      {
          {"local exec",
           "37 05 00 00 33 05 45 00 13 05 05 00 23 20 a5 00",
           {{0, R_RISCV_TPREL_HI20},
            {4, R_RISCV_TPREL_ADD},
            {8, R_RISCV_TPREL_LO12_I},
            {12, R_RISCV_TPREL_LO12_S}},
           "37 05 00 00 33 05 45 00 13 05 85 00 23 24 a5 00"},
          {"debug information",
           "00 00 00 00 00 00 00 00 00 00 00 00",
           {{0, R_RISCV_TLS_DTPREL32}, {4, R_RISCV_TLS_DTPREL64}},
           "08 f8 ff ff 08 f8 ff ff ff ff ff ff"},
      },
      Use{}, places());
}

TEST_CASE("riscv: numbers of several bytes keep their length") {
  // GNU ld 2.40 does not know these two types; the values follow from the psABI.
  CHECK(linked(riscv(), {"", "80 80 00", {{0, 60, 0, 0x401234}, {0, 61, 0, start}}, ""}, Use{},
               places()) == "b4 84 00");
}

TEST_CASE("riscv: what does not fit is refused") {
  const auto outcome = [](std::string_view code, std::uint32_t type, const Places& where,
                          const Use& use = Use{}) {
    return linked(riscv(), {"", code, {{0, type}}, ""}, use, where);
  };
  CHECK(outcome("ef 00 00 00", R_RISCV_JAL, label(start + 0x100000)) == "overflow");
  CHECK(outcome("ef 00 00 00", R_RISCV_JAL, label(start + 0xffffe)) == "ef f0 ff 7f");
  CHECK(outcome("63 00 b5 00", R_RISCV_BRANCH, label(start + 0x1000)) == "overflow");
  CHECK(outcome("63 00 b5 00", R_RISCV_BRANCH, label(start + 1)) == "overflow");
  CHECK(outcome("01 c1", R_RISCV_RVC_BRANCH, label(start + 0x100)) == "overflow");
  CHECK(outcome("01 a0", R_RISCV_RVC_JUMP, label(start + 0x800)) == "overflow");
  CHECK(outcome("37 05 00 00", R_RISCV_HI20, label(0x80000000)) == "overflow");
  CHECK(outcome("17 05 00 00", R_RISCV_PCREL_HI20, label(0x1000000000), pie()) == "overflow");
  CHECK(outcome("17 05 00 00", R_RISCV_PCREL_HI20, label(0x1000000000)) == "overflow");
  CHECK(outcome("05 65", R_RISCV_RVC_LUI, label(0x20000)) == "overflow");
}

TEST_CASE("riscv: an auipc that would not reach becomes a lui of the address") {
  Places where = label(0x12345);
  where.text = 0x5000000000;
  CHECK(
      linked(
          riscv(),
          {"", "17 05 00 00 13 05 05 00", {{0, R_RISCV_PCREL_HI20}, {4, R_RISCV_PCREL_LO12_I}}, ""},
          Use{}, where) == "37 25 01 00 13 05 55 34");
}

TEST_CASE("riscv: what counts from gp or tp has twelve bits") {
  const auto outcome = [](std::uint64_t symbol) {
    return linked(riscv(), {"", "13 85 01 00", {{0, R_RISCV_GPREL_I}}, ""}, Use{}, label(symbol));
  };
  CHECK(outcome(0x7ff) == "13 85 f1 7f");
  CHECK(outcome(~std::uint64_t{0x7ff}) == "13 85 01 80");
  CHECK(outcome(0x800) == "overflow");
  check_all({{"tp",
              "13 05 02 00 23 20 a2 00",
              {{0, R_RISCV_TPREL_I}, {4, R_RISCV_TPREL_S}},
              "13 05 82 00 23 24 a2 00"}},
            Use{}, places());
}

TEST_CASE("riscv: the procedure linkage table") {
  char code[32];
  kbx::link::PltPlace place;
  place.place = code;
  place.address = 0x102a0;
  place.got_plt = 0x12000;
  place.table = 0x102a0;
  riscv().write_plt_header(place);
  CHECK(hexadecimal_of({code, 32}) ==
        "97 23 00 00 33 03 c3 41 03 be 03 d6 13 03 43 fd 93 82 03 d6 13 53 13 00 83 b2 82 00 "
        "67 00 0e 00");
  place.address = 0x102c0;
  place.got_entry = 0x12010;
  riscv().write_plt_entry(place);
  CHECK(hexadecimal_of({code, 16}) == "17 2e 00 00 03 3e 0e d5 67 03 0e 00 13 00 00 00");
  CHECK(riscv().lazy_got_value(place) == 0x102a0);
}
