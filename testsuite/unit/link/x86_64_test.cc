#include <string>
#include <string_view>

#include "relocated_code.h"
#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/link/arch/machine.h"

using kbx::link::Machine;
using kbx::link::Use;

namespace {

const Machine& x86_64() {
  return *kbx::link::find_machine(EM_X86_64, true, false);
}

const Machine& x32() {
  return *kbx::link::find_machine(EM_X86_64, false, false);
}

constexpr std::uint32_t loads = R_X86_64_GOTPCRELX;
constexpr std::uint32_t rex_loads = R_X86_64_REX_GOTPCRELX;

constexpr Use use(std::uint32_t type, std::uint64_t offset, std::int64_t addend = -4,
                  std::uint32_t next_type = 0) {
  Use result;
  result.type = type;
  result.offset = offset;
  result.addend = addend;
  result.next_type = next_type;
  return result;
}

constexpr Use indirect(Use result) {
  result.is_indirect = true;
  return result;
}

constexpr Use unrelaxed(Use result) {
  result.may_overflow = false;
  return result;
}

constexpr Use absolute(Use result, std::uint64_t value) {
  result.is_absolute = true;
  result.absolute = value;
  return result;
}

template <std::size_t Count>
void check_all(const Machine& machine, const Conversion (&table)[Count],
               const Places& places = {}) {
  for (const Conversion& row : table) {
    INFO(std::string(row.name));
    CHECK(relocated(machine, row.code, row.use, places) == row.expected);
  }
}

}  // namespace

TEST_CASE("x86-64: a mov from the GOT becomes a mov of an immediate in a fixed executable") {
  constexpr Conversion table[] = {
      {"rax", "48 8b 05 00 00 00 00", use(rex_loads, 3), "48 c7 c0 00 20 40 00"},
      {"r12", "4c 8b 25 00 00 00 00", use(rex_loads, 3), "49 c7 c4 00 20 40 00"},
      {"ecx", "8b 0d 00 00 00 00", use(loads, 2), "c7 c1 00 20 40 00"},
      {"r9d", "44 8b 0d 00 00 00 00", use(rex_loads, 3), "41 c7 c1 00 20 40 00"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: a mov from the GOT becomes a lea where the place is not fixed") {
  constexpr Conversion table[] = {
      {"rax", "48 8b 05 00 00 00 00", pie(use(rex_loads, 3)), "48 8d 05 f9 0f 00 00"},
      {"r12", "4c 8b 25 00 00 00 00", pie(use(rex_loads, 3)), "4c 8d 25 f9 0f 00 00"},
      {"without a mark", "48 8b 05 00 00 00 00", use(R_X86_64_GOTPCREL, 3), "48 8d 05 f9 0f 00 00"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: a branch by the GOT becomes a direct one of the same length") {
  constexpr Conversion table[] = {
      {"call", "ff 15 00 00 00 00", pie(use(loads, 2)), "67 e8 fa 0f 00 00"},
      {"jmp", "ff 25 00 00 00 00", pie(use(loads, 2)), "e9 fb 0f 00 00 90"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: an operation with a GOT entry becomes one with an immediate") {
  constexpr Conversion table[] = {
      {"test r10", "4c 85 15 00 00 00 00", use(rex_loads, 3), "49 f7 c2 00 20 40 00"},
      {"test ecx", "85 0d 00 00 00 00", use(loads, 2), "f7 c1 00 20 40 00"},
      {"adc", "48 13 3d 00 00 00 00", use(rex_loads, 3), "48 81 d7 00 20 40 00"},
      {"add", "48 03 3d 00 00 00 00", use(rex_loads, 3), "48 81 c7 00 20 40 00"},
      {"and", "48 23 3d 00 00 00 00", use(rex_loads, 3), "48 81 e7 00 20 40 00"},
      {"cmp", "48 3b 3d 00 00 00 00", use(rex_loads, 3), "48 81 ff 00 20 40 00"},
      {"or", "48 0b 3d 00 00 00 00", use(rex_loads, 3), "48 81 cf 00 20 40 00"},
      {"sbb", "48 1b 3d 00 00 00 00", use(rex_loads, 3), "48 81 df 00 20 40 00"},
      {"sub", "48 2b 3d 00 00 00 00", use(rex_loads, 3), "48 81 ef 00 20 40 00"},
      {"xor", "48 33 3d 00 00 00 00", use(rex_loads, 3), "48 81 f7 00 20 40 00"},
      {"add r15", "4c 03 3d 00 00 00 00", use(rex_loads, 3), "49 81 c7 00 20 40 00"},
      {"add eax", "03 05 00 00 00 00", use(loads, 2), "81 c0 00 20 40 00"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: the value of an absolute symbol is an immediate everywhere") {
  Places places;
  places.symbol = 0x12345;
  const Use use_of_it = absolute(pie(use(rex_loads, 3)), places.symbol);
  CHECK(relocated(x86_64(), "48 8b 05 00 00 00 00", use_of_it, places) == "48 c7 c0 45 23 01 00");
  const Use too_large = absolute(use(rex_loads, 3), 0x80000000);
  CHECK(relocated(x86_64(), "48 8b 05 00 00 00 00", too_large) == "48 8b 05 f9 2f 00 00");
}

TEST_CASE("x86-64: a weak symbol that nothing defines is 0") {
  Places places;
  places.symbol = 0;
  const Conversion table[] = {
      {"mov", "48 8b 05 00 00 00 00", weak(use(rex_loads, 3)), "48 c7 c0 00 00 00 00"},
      {"mov, pie", "48 8b 05 00 00 00 00", weak(pie(use(rex_loads, 3))), "48 c7 c0 00 00 00 00"},
      {"call", "ff 15 00 00 00 00", weak(use(loads, 2)), "67 e8 fa ef bf ff"},
      {"call, pie", "ff 15 00 00 00 00", weak(pie(use(loads, 2))), "ff 15 fa 2f 00 00"},
  };
  check_all(x86_64(), table, places);
}

TEST_CASE("x86-64: what must come from the GOT stays as it is") {
  constexpr Conversion table[] = {
      {"foreign", "48 8b 05 00 00 00 00", foreign(use(rex_loads, 3)), "48 8b 05 f9 2f 00 00"},
      {"indirect", "48 8b 05 00 00 00 00", indirect(use(rex_loads, 3)), "48 8b 05 f9 2f 00 00"},
      {"--no-relax", "48 8b 05 00 00 00 00", unrelaxed(use(rex_loads, 3)), "48 8b 05 f9 2f 00 00"},
      {"another addend", "48 8b 05 00 00 00 00", use(rex_loads, 3, 0), "48 8b 05 fd 2f 00 00"},
      {"add, pie", "48 03 05 00 00 00 00", pie(use(rex_loads, 3)), "48 03 05 f9 2f 00 00"},
      {"add without a mark", "48 03 05 00 00 00 00", use(R_X86_64_GOTPCREL, 3),
       "48 03 05 f9 2f 00 00"},
      {"no instruction", "00 00 00 00", use(loads, 0), "fc 2f 00 00"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: general dynamic code becomes local exec") {
  constexpr Conversion table[] = {
      {"direct call", "66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00",
       use(R_X86_64_TLSGD, 4, -4, R_X86_64_PLT32),
       "64 48 8b 04 25 00 00 00 00 48 8d 80 f8 ff ff ff"},
      {"call by the GOT", "66 48 8d 3d 00 00 00 00 66 48 ff 15 00 00 00 00",
       use(R_X86_64_TLSGD, 4, -4, R_X86_64_GOTPCRELX),
       "64 48 8b 04 25 00 00 00 00 48 8d 80 f8 ff ff ff"},
      {"large code", "48 8d 3d 00 00 00 00 48 b8 00 00 00 00 00 00 00 00 48 01 d8 ff d0",
       use(R_X86_64_TLSGD, 3, -4, R_X86_64_PLTOFF64),
       "64 48 8b 04 25 00 00 00 00 48 8d 80 f8 ff ff ff 66 0f 1f 44 00 00"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: general dynamic code becomes initial exec") {
  constexpr Conversion table[] = {
      {"direct call", "66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00",
       foreign(use(R_X86_64_TLSGD, 4, -4, R_X86_64_PLT32)),
       "64 48 8b 04 25 00 00 00 00 48 03 05 f0 2f 00 00"},
      {"call by the GOT", "66 48 8d 3d 00 00 00 00 66 48 ff 15 00 00 00 00",
       foreign(use(R_X86_64_TLSGD, 4, -4, R_X86_64_GOTPCRELX)),
       "64 48 8b 04 25 00 00 00 00 48 03 05 f0 2f 00 00"},
      {"large code", "48 8d 3d 00 00 00 00 48 b8 00 00 00 00 00 00 00 00 48 01 d8 ff d0",
       foreign(use(R_X86_64_TLSGD, 3, -4, R_X86_64_PLTOFF64)),
       "64 48 8b 04 25 00 00 00 00 48 03 05 f0 2f 00 00 66 0f 1f 44 00 00"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: local dynamic code becomes local exec") {
  constexpr Conversion table[] = {
      {"direct call", "48 8d 3d 00 00 00 00 e8 00 00 00 00",
       use(R_X86_64_TLSLD, 3, -4, R_X86_64_PLT32), "66 66 66 64 48 8b 04 25 00 00 00 00"},
      {"call by the GOT", "48 8d 3d 00 00 00 00 ff 15 00 00 00 00",
       use(R_X86_64_TLSLD, 3, -4, R_X86_64_GOTPCRELX), "66 66 66 66 64 48 8b 04 25 00 00 00 00"},
      {"large code", "48 8d 3d 00 00 00 00 48 b8 00 00 00 00 00 00 00 00 4c 01 f8 ff d0",
       use(R_X86_64_TLSLD, 3, -4, R_X86_64_PLTOFF64),
       "66 66 66 66 2e 0f 1f 84 00 00 00 00 00 64 48 8b 04 25 00 00 00 00"},
      {"the offset", "48 8d 80 00 00 00 00", code(use(R_X86_64_DTPOFF32, 3, 0)),
       "48 8d 80 f8 ff ff ff"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: initial exec code becomes local exec") {
  constexpr Conversion table[] = {
      {"mov rax", "48 8b 05 00 00 00 00", use(R_X86_64_GOTTPOFF, 3), "48 c7 c0 f8 ff ff ff"},
      {"add rax", "48 03 05 00 00 00 00", use(R_X86_64_GOTTPOFF, 3), "48 8d 80 f8 ff ff ff"},
      {"mov rsp", "48 8b 25 00 00 00 00", use(R_X86_64_GOTTPOFF, 3), "48 c7 c4 f8 ff ff ff"},
      {"add rsp", "48 03 25 00 00 00 00", use(R_X86_64_GOTTPOFF, 3), "48 81 c4 f8 ff ff ff"},
      {"mov r8", "4c 8b 05 00 00 00 00", use(R_X86_64_GOTTPOFF, 3), "49 c7 c0 f8 ff ff ff"},
      {"add r8", "4c 03 05 00 00 00 00", use(R_X86_64_GOTTPOFF, 3), "4d 8d 80 f8 ff ff ff"},
      {"mov r12", "4c 8b 25 00 00 00 00", use(R_X86_64_GOTTPOFF, 3), "49 c7 c4 f8 ff ff ff"},
      {"add r12", "4c 03 25 00 00 00 00", use(R_X86_64_GOTTPOFF, 3), "49 81 c4 f8 ff ff ff"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: descriptors become simpler models") {
  constexpr std::string_view lea = "48 8d 05 00 00 00 00 ff 10";
  constexpr Conversion table[] = {
      {"local exec", lea, use(R_X86_64_GOTPC32_TLSDESC, 3), "48 c7 c0 f8 ff ff ff ff 10"},
      {"local exec, r10", "4c 8d 15 00 00 00 00", use(R_X86_64_GOTPC32_TLSDESC, 3),
       "49 c7 c2 f8 ff ff ff"},
      {"initial exec", lea, foreign(use(R_X86_64_GOTPC32_TLSDESC, 3)),
       "48 8b 05 f9 2f 00 00 ff 10"},
      {"the call", lea, use(R_X86_64_TLSDESC_CALL, 7, 0), "48 8d 05 00 00 00 00 66 90"},
      {"the call, initial exec", lea, foreign(use(R_X86_64_TLSDESC_CALL, 7, 0)),
       "48 8d 05 00 00 00 00 66 90"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: a shared object keeps the dynamic models") {
  constexpr Conversion table[] = {
      {"general dynamic", "66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00",
       shared(use(R_X86_64_TLSGD, 4, -4, R_X86_64_PLT32)),
       "66 48 8d 3d f8 2f 00 00 66 66 48 e8 00 00 00 00"},
      {"local dynamic", "48 8d 3d 00 00 00 00 e8 00 00 00 00", shared(use(R_X86_64_TLSLD, 3)),
       "48 8d 3d f9 2f 00 00 e8 00 00 00 00"},
      {"descriptor", "48 8d 05 00 00 00 00", shared(use(R_X86_64_GOTPC32_TLSDESC, 3)),
       "48 8d 05 f9 2f 00 00"},
      {"its call", "ff 10", shared(use(R_X86_64_TLSDESC_CALL, 0, 0)), "ff 10"},
      {"initial exec", "48 03 05 00 00 00 00", shared(use(R_X86_64_GOTTPOFF, 3)),
       "48 03 05 f9 2f 00 00"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: thread-local code that is none of the ABI's sequences is refused") {
  constexpr Conversion table[] = {
      {"no prefix", "90 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00",
       use(R_X86_64_TLSGD, 4, -4, R_X86_64_PLT32), "no match"},
      {"no call", "66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00", use(R_X86_64_TLSGD, 4),
       "no match"},
      {"cut short", "66 48 8d 3d 00 00 00 00", use(R_X86_64_TLSGD, 4, -4, R_X86_64_PLT32),
       "no match"},
      {"sub", "48 2b 05 00 00 00 00", use(R_X86_64_GOTTPOFF, 3), "no match"},
      {"first bytes", "00 00 00 00", use(R_X86_64_GOTTPOFF, 0), "no match"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x32: the forms of 32-bit pointers") {
  constexpr Conversion table[] = {
      {"mov", "48 8b 05 00 00 00 00", use(rex_loads, 3), "40 c7 c0 00 20 40 00"},
      {"add", "48 03 05 00 00 00 00", use(rex_loads, 3), "48 81 c0 00 20 40 00"},
      {"general dynamic", "48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00",
       use(R_X86_64_TLSGD, 3, -4, R_X86_64_PLT32), "64 8b 04 25 00 00 00 00 48 8d 80 f8 ff ff ff"},
      {"general dynamic to initial exec", "48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00",
       foreign(use(R_X86_64_TLSGD, 3, -4, R_X86_64_PLT32)),
       "64 8b 04 25 00 00 00 00 48 03 05 f1 2f 00 00"},
      {"local dynamic", "48 8d 3d 00 00 00 00 e8 00 00 00 00",
       use(R_X86_64_TLSLD, 3, -4, R_X86_64_PLT32), "0f 1f 40 00 64 8b 04 25 00 00 00 00"},
      {"initial exec", "40 8b 05 00 00 00 00", use(R_X86_64_GOTTPOFF, 3), "40 c7 c0 f8 ff ff ff"},
      {"initial exec, r9", "90 44 03 0d 00 00 00 00", use(R_X86_64_GOTTPOFF, 4),
       "90 45 8d 89 f8 ff ff ff"},
      {"descriptor", "40 8d 05 00 00 00 00 67 ff 10", use(R_X86_64_GOTPC32_TLSDESC, 3),
       "40 c7 c0 f8 ff ff ff 67 ff 10"},
      {"its call", "67 ff 10", use(R_X86_64_TLSDESC_CALL, 0, 0), "0f 1f 00"},
  };
  check_all(x32(), table);
}

TEST_CASE("x86-64: values of the plain types") {
  constexpr Conversion table[] = {
      {"64", "00 00 00 00 00 00 00 00", use(R_X86_64_64, 0, -1), "ff 1f 40 00 00 00 00 00"},
      {"PC32", "00 00 00 00", use(R_X86_64_PC32, 0), "fc 0f 00 00"},
      {"PLT32", "00 00 00 00", use(R_X86_64_PLT32, 0), "fc 0f 00 00"},
      {"32", "00 00 00 00", use(R_X86_64_32, 0, 2), "02 20 40 00"},
      {"PC64", "00 00 00 00 00 00 00 00", use(R_X86_64_PC64, 0, 0), "00 10 00 00 00 00 00 00"},
      {"PC16", "00 00", use(R_X86_64_PC16, 0, -2), "fe 0f"},
      {"GOTPC32", "00 00 00 00", use(R_X86_64_GOTPC32, 0), "fc 3f 00 00"},
      {"GOT32", "00 00 00 00", use(R_X86_64_GOT32, 0, 0), "00 f0 ff ff"},
      {"GOTOFF64", "00 00 00 00 00 00 00 00", use(R_X86_64_GOTOFF64, 0, 0),
       "00 d0 ff ff ff ff ff ff"},
      {"NONE", "11 22", use(R_X86_64_NONE, 0, 0), "11 22"},
  };
  check_all(x86_64(), table);
}

TEST_CASE("x86-64: values that do not fit are refused as GNU ld refuses them") {
  Places places;
  const auto outcome = [&](std::uint32_t type, std::uint64_t symbol) {
    places.symbol = symbol;
    return relocated(x86_64(), "00 00 00 00 00 00 00 00", use(type, 0, 0), places) != "overflow";
  };
  CHECK(outcome(R_X86_64_32, 0xffffffff));
  CHECK_FALSE(outcome(R_X86_64_32, 0x100000000));
  CHECK_FALSE(outcome(R_X86_64_32, 0xffffffff80000000));
  CHECK(outcome(R_X86_64_32S, 0x7fffffff));
  CHECK_FALSE(outcome(R_X86_64_32S, 0x80000000));
  CHECK(outcome(R_X86_64_32S, 0xffffffff80000000));
  CHECK(outcome(R_X86_64_16, 0xffff));
  CHECK(outcome(R_X86_64_16, 0xffffffffffff0000));
  CHECK_FALSE(outcome(R_X86_64_16, 0x10000));
  CHECK(outcome(R_X86_64_8, 0xff));
  CHECK_FALSE(outcome(R_X86_64_8, 0x100));
  CHECK(outcome(R_X86_64_PC8, places.text + 0x7f));
  CHECK_FALSE(outcome(R_X86_64_PC8, places.text + 0x80));
  CHECK(outcome(R_X86_64_PC32, places.text + 0x7fffffff));
  CHECK_FALSE(outcome(R_X86_64_PC32, places.text + 0x80000000));
}

TEST_CASE("x86-64: the procedure linkage table") {
  char code[16];
  kbx::link::PltPlace place;
  place.place = code;
  place.address = 0x401000;
  place.got_plt = 0x402fe8;
  place.table = 0x401000;
  x86_64().write_plt_header(place);
  CHECK(hexadecimal_of({code, 16}) == "ff 35 ea 1f 00 00 ff 25 ec 1f 00 00 0f 1f 40 00");
  place.address = 0x401010;
  place.got_entry = 0x403000;
  x86_64().write_plt_entry(place);
  CHECK(hexadecimal_of({code, 16}) == "ff 25 ea 1f 00 00 68 00 00 00 00 e9 e0 ff ff ff");
  CHECK(x86_64().lazy_got_value(place) == 0x401016);
  place.is_apart = true;
  x86_64().write_plt_entry(place);
  CHECK(hexadecimal_of({code, 8}) == "ff 25 ea 1f 00 00 66 90");
}

TEST_CASE("x86-64: the dynamic linker's types are none of an input's") {
  CHECK(x86_64().rule(R_X86_64_COPY) == nullptr);
  CHECK(x86_64().rule(R_X86_64_JUMP_SLOT) == nullptr);
  CHECK(x86_64().rule(43) == nullptr);
  CHECK(x86_64().rule(0xffffffff) == nullptr);
  CHECK(x86_64().type_name(R_X86_64_REX_GOTPCRELX) == "R_X86_64_REX_GOTPCRELX");
}

TEST_CASE("x86-64: what --emit-relocs says of a rewritten instruction") {
  std::string content = bytes_of("48 8b 05 00 00 00 00");
  bool covers_next = false;
  Use load = use(rex_loads, 3);
  load.content = content;
  const std::uint32_t type = x86_64().simplify(load, covers_next);
  x86_64().apply(
      {.type = type, .place = content.data() + 3, .room = 4, .behind = 3, .value = 0x402000 - 4});
  const auto wide = x86_64().emitted(type, content.data() + 3);
  CHECK(wide.type == R_X86_64_32S);
  CHECK(wide.moved == 0);
  CHECK(wide.addend == 0);
  content = bytes_of("ff 25 00 00 00 00");
  Use jump = use(loads, 2);
  jump.content = content;
  const auto branch = x86_64().emitted(x86_64().simplify(jump, covers_next), content.data() + 2);
  CHECK(branch.type == R_X86_64_PC32);
  CHECK(branch.moved == -1);
  CHECK(branch.addend == -4);
  CHECK(x86_64().emitted(R_X86_64_PC32, content.data()).type == 0);
}
