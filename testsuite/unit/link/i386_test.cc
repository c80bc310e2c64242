#include <string>
#include <string_view>

#include "relocated_code.h"
#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/link/arch/machine.h"

using kbx::link::Machine;
using kbx::link::Use;

namespace {

const Machine& i386() {
  return *kbx::link::find_machine(EM_386, false, false);
}

constexpr Use use(std::uint32_t type, std::uint64_t offset, std::uint32_t next_type = 0) {
  Use result;
  result.type = type;
  result.offset = offset;
  result.next_type = next_type;
  return result;
}

constexpr Use absolute(Use result) {
  result.is_absolute = true;
  return result;
}

/// Other code takes the offset of the variable from the GOT.
constexpr Use beside_offset(Use result) {
  result.has_got_thread_offset = true;
  return result;
}

/// Other code takes the distance.
constexpr Use beside_distance(Use result) {
  result.has_got_thread_distance = true;
  return result;
}

template <std::size_t Count>
void check_all(const Conversion (&table)[Count], const Places& places = {}) {
  for (const Conversion& row : table) {
    INFO(std::string(row.name));
    CHECK(relocated(i386(), row.code, row.use, places) == row.expected);
  }
}

}  // namespace

TEST_CASE("i386: a mov from the GOT becomes a mov of an immediate or a lea") {
  constexpr Conversion table[] = {
      {"base register", "8b 8b 00 00 00 00", use(R_386_GOT32X, 2), "c7 c1 00 20 40 00"},
      {"base register, pie", "8b 8b 00 00 00 00", pie(use(R_386_GOT32X, 2)), "8d 8b 00 d0 ff ff"},
      {"direct", "8b 05 00 00 00 00", use(R_386_GOT32X, 2), "c7 c0 00 20 40 00"},
      {"direct, ecx", "8b 0d 00 00 00 00", use(R_386_GOT32X, 2), "c7 c1 00 20 40 00"},
      {"direct, pie", "8b 05 00 00 00 00", pie(use(R_386_GOT32X, 2)), "no match"},
  };
  check_all(table);
}

TEST_CASE("i386: a branch by the GOT becomes a direct one of the same length") {
  constexpr Conversion table[] = {
      {"call", "ff 93 00 00 00 00", pie(use(R_386_GOT32X, 2)), "67 e8 fa 0f 00 00"},
      {"call, direct", "ff 15 00 00 00 00", use(R_386_GOT32X, 2), "67 e8 fa 0f 00 00"},
      {"jmp", "ff a3 00 00 00 00", pie(use(R_386_GOT32X, 2)), "e9 fb 0f 00 00 90"},
      {"jmp, direct", "ff 25 00 00 00 00", use(R_386_GOT32X, 2), "e9 fb 0f 00 00 90"},
  };
  check_all(table);
}

TEST_CASE("i386: an operation with a GOT entry becomes one with an immediate") {
  constexpr Conversion table[] = {
      {"test", "85 8e 00 00 00 00", use(R_386_GOT32X, 2), "f7 c1 00 20 40 00"},
      {"adc", "13 bb 00 00 00 00", use(R_386_GOT32X, 2), "81 d7 00 20 40 00"},
      {"add", "03 bb 00 00 00 00", use(R_386_GOT32X, 2), "81 c7 00 20 40 00"},
      {"and", "23 bb 00 00 00 00", use(R_386_GOT32X, 2), "81 e7 00 20 40 00"},
      {"cmp", "3b bb 00 00 00 00", use(R_386_GOT32X, 2), "81 ff 00 20 40 00"},
      {"or", "0b bb 00 00 00 00", use(R_386_GOT32X, 2), "81 cf 00 20 40 00"},
      {"sbb", "1b bb 00 00 00 00", use(R_386_GOT32X, 2), "81 df 00 20 40 00"},
      {"sub", "2b bb 00 00 00 00", use(R_386_GOT32X, 2), "81 ef 00 20 40 00"},
      {"xor", "33 bb 00 00 00 00", use(R_386_GOT32X, 2), "81 f7 00 20 40 00"},
      {"add, pie", "03 bb 00 00 00 00", pie(use(R_386_GOT32X, 2)), "03 bb 00 f0 ff ff"},
  };
  check_all(table);
}

TEST_CASE("i386: numbers instead of addresses") {
  Places places;
  places.symbol = 0x12345;
  CHECK(relocated(i386(), "8b 8b 00 00 00 00", absolute(pie(use(R_386_GOT32X, 2))), places) ==
        "c7 c1 45 23 01 00");
  places.symbol = 0;
  const Conversion table[] = {
      {"mov of 0", "8b 8b 00 00 00 00", weak(use(R_386_GOT32X, 2)), "c7 c1 00 00 00 00"},
      {"call of 0", "ff 93 00 00 00 00", weak(use(R_386_GOT32X, 2)), "67 e8 fa ef bf ff"},
      {"call of 0, pie", "ff 93 00 00 00 00", weak(pie(use(R_386_GOT32X, 2))), "ff 93 00 f0 ff ff"},
  };
  check_all(table, places);
}

TEST_CASE("i386: a GOT entry is meant from a register, or by its address") {
  constexpr Conversion table[] = {
      {"base register", "8b 8b 00 00 00 00", use(R_386_GOT32, 2), "8b 8b 00 f0 ff ff"},
      {"direct", "8b 0d 00 00 00 00", use(R_386_GOT32, 2), "8b 0d 00 40 40 00"},
      {"foreign", "8b 8b 00 00 00 00", foreign(use(R_386_GOT32X, 2)), "8b 8b 00 f0 ff ff"},
      {"foreign, direct", "8b 0d 00 00 00 00", foreign(use(R_386_GOT32X, 2)), "8b 0d 00 40 40 00"},
      {"addend", "8b 8b 04 00 00 00", use(R_386_GOT32X, 2), "8b 8b 04 f0 ff ff"},
  };
  check_all(table);
}

TEST_CASE("i386: general dynamic code becomes local exec") {
  constexpr std::string_view expected = "65 a1 00 00 00 00 81 e8 08 00 00 00";
  constexpr Conversion table[] = {
      {"with an index", "8d 04 1d 00 00 00 00 e8 fc ff ff ff", use(R_386_TLS_GD, 3, R_386_PLT32),
       expected},
      {"with a nop", "8d 83 00 00 00 00 e8 fc ff ff ff 90", use(R_386_TLS_GD, 2, R_386_PLT32),
       expected},
      {"call by the GOT", "8d 86 00 00 00 00 ff 96 00 00 00 00", use(R_386_TLS_GD, 2, R_386_GOT32X),
       expected},
  };
  check_all(table);
}

TEST_CASE("i386: general dynamic code becomes initial exec") {
  constexpr std::string_view by_got = "8d 86 00 00 00 00 ff 96 00 00 00 00";
  constexpr Use use_by_got = foreign(use(R_386_TLS_GD, 2, R_386_GOT32X));
  constexpr Conversion table[] = {
      {"with an index", "8d 04 1d 00 00 00 00 e8 fc ff ff ff",
       foreign(use(R_386_TLS_GD, 3, R_386_PLT32)), "65 a1 00 00 00 00 2b 83 00 f0 ff ff"},
      {"with a nop", "8d 83 00 00 00 00 e8 fc ff ff ff 90",
       foreign(use(R_386_TLS_GD, 2, R_386_PLT32)), "65 a1 00 00 00 00 2b 83 00 f0 ff ff"},
      {"call by the GOT", by_got, use_by_got, "65 a1 00 00 00 00 2b 86 00 f0 ff ff"},
      {"beside the offset", by_got, beside_offset(use_by_got),
       "65 a1 00 00 00 00 03 86 00 f0 ff ff"},
      {"beside both", by_got, beside_distance(beside_offset(use_by_got)),
       "65 a1 00 00 00 00 2b 86 00 f0 ff ff"},
  };
  check_all(table);
}

TEST_CASE("i386: local dynamic code becomes local exec") {
  constexpr Conversion table[] = {
      {"direct call", "8d 83 00 00 00 00 e8 fc ff ff ff", use(R_386_TLS_LDM, 2, R_386_PLT32),
       "65 a1 00 00 00 00 90 8d 74 26 00"},
      {"call by the GOT", "8d 86 00 00 00 00 ff 96 00 00 00 00",
       use(R_386_TLS_LDM, 2, R_386_GOT32X), "65 a1 00 00 00 00 8d b6 00 00 00 00"},
      {"the offset", "8d 90 00 00 00 00", code(use(R_386_TLS_LDO_32, 2)), "8d 90 f8 ff ff ff"},
  };
  check_all(table);
}

TEST_CASE("i386: initial exec code becomes local exec") {
  constexpr Conversion table[] = {
      {"address, eax", "a1 00 00 00 00", use(R_386_TLS_IE, 1), "b8 f8 ff ff ff"},
      {"address, ecx", "8b 0d 00 00 00 00", use(R_386_TLS_IE, 2), "c7 c1 f8 ff ff ff"},
      {"address, add", "03 0d 00 00 00 00", use(R_386_TLS_IE, 2), "81 c1 f8 ff ff ff"},
      {"offset, mov", "8b 8b 00 00 00 00", use(R_386_TLS_GOTIE, 2), "c7 c1 f8 ff ff ff"},
      {"offset, add", "03 8b 00 00 00 00", use(R_386_TLS_GOTIE, 2), "81 c1 f8 ff ff ff"},
      {"offset, sub", "2b 8b 00 00 00 00", use(R_386_TLS_GOTIE, 2), "81 e9 f8 ff ff ff"},
      {"distance, mov", "8b 8b 00 00 00 00", use(R_386_TLS_IE_32, 2), "c7 c1 08 00 00 00"},
      {"distance, add", "03 8b 00 00 00 00", use(R_386_TLS_IE_32, 2), "81 c1 08 00 00 00"},
      {"distance, sub", "2b 8b 00 00 00 00", use(R_386_TLS_IE_32, 2), "81 e9 08 00 00 00"},
  };
  check_all(table);
}

TEST_CASE("i386: local exec code has an offset or a distance") {
  constexpr Conversion table[] = {
      {"offset", "b8 00 00 00 00", use(R_386_TLS_LE, 1), "b8 f8 ff ff ff"},
      {"distance", "b8 00 00 00 00", use(R_386_TLS_LE_32, 1), "b8 08 00 00 00"},
      {"distance and 4", "b8 04 00 00 00", use(R_386_TLS_LE_32, 1), "b8 0c 00 00 00"},
  };
  check_all(table);
}

TEST_CASE("i386: descriptors become simpler models") {
  constexpr std::string_view lea = "8d 83 00 00 00 00 ff 10";
  constexpr Use load = use(R_386_TLS_GOTDESC, 2);
  constexpr Use call = use(R_386_TLS_DESC_CALL, 6);
  constexpr Conversion table[] = {
      {"local exec", lea, load, "8d 05 f8 ff ff ff ff 10"},
      {"local exec, ecx", "8d 8b 00 00 00 00", load, "8d 0d f8 ff ff ff"},
      {"its call", lea, call, "8d 83 00 00 00 00 66 90"},
      {"initial exec", lea, foreign(load), "8b 83 00 f0 ff ff ff 10"},
      {"its call, initial exec", lea, foreign(call), "8d 83 00 00 00 00 f7 d8"},
      {"beside the offset", lea, beside_offset(foreign(load)), "8b 83 00 f0 ff ff ff 10"},
      {"its call, beside the offset", lea, beside_offset(foreign(call)), "8d 83 00 00 00 00 66 90"},
  };
  check_all(table);
}

TEST_CASE("i386: a shared object keeps the dynamic models") {
  constexpr Conversion table[] = {
      {"general dynamic", "8d 04 1d 00 00 00 00 e8 fc ff ff ff", shared(use(R_386_TLS_GD, 3)),
       "8d 04 1d 00 f0 ff ff e8 fc ff ff ff"},
      {"local dynamic", "8d 83 00 00 00 00 e8 fc ff ff ff", shared(use(R_386_TLS_LDM, 2)),
       "8d 83 00 f0 ff ff e8 fc ff ff ff"},
      {"initial exec", "03 8b 00 00 00 00", shared(use(R_386_TLS_GOTIE, 2)), "03 8b 00 f0 ff ff"},
      {"initial exec, address", "a1 00 00 00 00", shared(use(R_386_TLS_IE, 1)), "a1 00 40 40 00"},
  };
  check_all(table);
}

TEST_CASE("i386: thread-local code that is none of the ABI's sequences is refused") {
  constexpr Conversion table[] = {
      {"no nop", "8d 83 00 00 00 00 e8 fc ff ff ff 91", use(R_386_TLS_GD, 2), "no match"},
      {"eax as base", "8d 80 00 00 00 00 ff 90 00 00 00 00", use(R_386_TLS_GD, 2), "no match"},
      {"cut short", "8d 83 00 00 00 00", use(R_386_TLS_LDM, 2), "no match"},
      {"first bytes", "00 00 00 00", use(R_386_TLS_IE, 0), "no match"},
      {"lea", "8d 8b 00 00 00 00", use(R_386_TLS_GOTIE, 2), "no match"},
  };
  check_all(table);
}

TEST_CASE("i386: values of the plain types, with what the places hold already") {
  Places realmode;
  realmode.text = 0x1000;
  realmode.symbol = 0x1234;
  constexpr Conversion table[] = {
      {"32", "04 00 00 00", use(R_386_32, 0), "38 12 00 00"},
      {"PC32", "fc ff ff ff", use(R_386_PC32, 0), "30 02 00 00"},
      {"16", "02 00", use(R_386_16, 0), "36 12"},
      {"PC16", "fe ff", use(R_386_PC16, 0), "32 02"},
      {"8", "00", use(R_386_8, 0), "overflow"},
      {"PC8", "ff", use(R_386_PC8, 0), "overflow"},
  };
  check_all(table, realmode);
  realmode.symbol = 0x1010;
  CHECK(relocated(i386(), "ff", use(R_386_PC8, 0), realmode) == "0f");
  realmode.symbol = 0x10000;
  CHECK(relocated(i386(), "00 00", use(R_386_16, 0), realmode) == "overflow");
}

TEST_CASE("i386: the procedure linkage table") {
  char code[16];
  kbx::link::PltPlace place;
  place.place = code;
  place.address = 0x8049000;
  place.got_plt = 0x804aff4;
  place.table = 0x8049000;
  i386().write_plt_header(place);
  CHECK(hexadecimal_of({code, 16}) == "ff 35 f8 af 04 08 ff 25 fc af 04 08 00 00 00 00");
  place.address = 0x8049020;
  place.got_entry = 0x804b004;
  place.index = 1;
  i386().write_plt_entry(place);
  CHECK(hexadecimal_of({code, 16}) == "ff 25 04 b0 04 08 68 08 00 00 00 e9 d0 ff ff ff");
  CHECK(i386().lazy_got_value(place) == 0x8049026);
  place.is_position_independent = true;
  i386().write_plt_entry(place);
  CHECK(hexadecimal_of({code, 16}) == "ff a3 10 00 00 00 68 08 00 00 00 e9 d0 ff ff ff");
  i386().write_plt_header(place);
  CHECK(hexadecimal_of({code, 16}) == "ff b3 04 00 00 00 ff a3 08 00 00 00 00 00 00 00");
}
