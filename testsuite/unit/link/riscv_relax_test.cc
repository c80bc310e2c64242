#include "kbx/link/arch/riscv_relax.h"

#include <doctest/doctest.h>
#include <elf.h>

using kbx::link::CallPlace;

namespace {

constexpr std::uint32_t jalr_ra = 0x000080e7;    // jalr ra, 0(ra)
constexpr std::uint32_t jalr_zero = 0x00030067;  // jalr zero, 0(t1)
constexpr std::uint32_t lui_a0 = 0x00000537;

CallPlace place(std::uint32_t jalr, std::int64_t distance) {
  CallPlace result;
  result.jalr = jalr;
  result.distance = static_cast<std::uint64_t>(distance);
  result.target = 0x100000 + result.distance;
  result.slack = 4;
  result.is_compressed = true;
  return result;
}

std::uint32_t type_of(const CallPlace& place) {
  const auto shorter = kbx::link::shorter_call(place);
  return shorter ? shorter->type : std::uint32_t{R_RISCV_NONE};
}

}  // namespace

TEST_CASE("riscv_relax: a call, as near as what may move yet allows") {
  CHECK(type_of(place(jalr_ra, 0x80)) == R_RISCV_JAL);
  CHECK(type_of(place(jalr_ra, 0xffffa)) == R_RISCV_JAL);
  CHECK(type_of(place(jalr_ra, 0xffffc)) == R_RISCV_NONE);
  CHECK(type_of(place(jalr_ra, -0xffffc)) == R_RISCV_JAL);
  CHECK(type_of(place(jalr_ra, -0xffffe)) == R_RISCV_NONE);
  CHECK(type_of(place(jalr_ra, 0x81)) == R_RISCV_NONE);
  CHECK(kbx::link::shorter_call(place(jalr_ra, 0x80))->instruction == 0x000000ef);
}

TEST_CASE("riscv_relax: two bytes are enough for a jump, with 32 bits for a call, too") {
  CHECK(type_of(place(jalr_zero, 0x7fa)) == R_RISCV_RVC_JUMP);
  CHECK(type_of(place(jalr_zero, 0x7fc)) == R_RISCV_JAL);
  CallPlace call = place(jalr_ra, -0x10);
  call.is_32bit = true;
  CHECK(kbx::link::shorter_call(call)->instruction == 0x2001);
  call.is_compressed = false;
  CHECK(type_of(call) == R_RISCV_JAL);
}

TEST_CASE("riscv_relax: a function near address 0 is reached from there") {
  CallPlace call = place(jalr_ra, 0x10000000);
  call.target = 0x7ff;
  CHECK(type_of(call) == R_RISCV_NONE);
  call.may_be_absolute = true;
  CHECK(type_of(call) == R_RISCV_LO12_I);
  CHECK(kbx::link::shorter_call(call)->instruction == 0x000000e7);
}

TEST_CASE("riscv_relax: the upper part of an address in two bytes") {
  const auto instruction = [](std::uint32_t lui, std::uint64_t value) {
    const auto shorter = kbx::link::shorter_lui(lui, value, 0x1000);
    return shorter ? shorter->instruction : 0;
  };
  CHECK(instruction(lui_a0, 0x12345) == 0x6501);
  CHECK(instruction(lui_a0, 0x1e7ff) == 0x6501);
  CHECK(instruction(lui_a0, 0x1e800) == 0);  // 0x20000 once it has moved
  CHECK(instruction(lui_a0, 0x7ff) == 0);    // there is no c.lui of 0
  CHECK(instruction(lui_a0, ~std::uint64_t{0xfff}) == 0);
  CHECK(instruction(0x00000037, 0x12345) == 0);  // nor one of x0
  CHECK(instruction(0x00000137, 0x12345) == 0);  // or sp
}

TEST_CASE("riscv_relax: what one instruction reaches") {
  CHECK(kbx::link::is_near(0x10000, 0x10000 - 0x7f0, 15));
  CHECK(!kbx::link::is_near(0x10000, 0x10000 - 0x7f0, 16));
  CHECK(kbx::link::is_near(0x10000, 0x10800, 0));
  CHECK(!kbx::link::is_near(0x10000, 0x10800, 1));
  CHECK(kbx::link::is_near_zero(~std::uint64_t{0}));
  CHECK(kbx::link::has_no_upper_part(0x7ff));
  CHECK(!kbx::link::has_no_upper_part(0x800));
  CHECK(kbx::link::with_base(0x00a52023, kbx::link::RiscvBase::thread_pointer) == 0x00a22023);
}
