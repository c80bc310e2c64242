#include <doctest/doctest.h>

#include "kbx/link/dynamic/relocations.h"

using namespace kbx::link;

TEST_CASE("relative relocations packed") {
  CHECK(packed_relative({}, 8).empty());
  CHECK(packed_relative({0x3008}, 8) == std::vector<std::uint64_t>{0x3008});
  CHECK(packed_relative({0x3018, 0x3008, 0x3010}, 8) == std::vector<std::uint64_t>{0x3008, 0x7});
  // The bit map covers 63 words; the next one starts behind them.
  CHECK(packed_relative({0x1000, 0x1008, 0x1008 + 63 * 8}, 8) ==
        std::vector<std::uint64_t>{0x1000, 0x3, 0x3});
  // What is no whole number of words away starts anew.
  CHECK(packed_relative({0x1000, 0x1004}, 8) == std::vector<std::uint64_t>{0x1000, 0x1004});
  CHECK(packed_relative({0x1000, 0x1004}, 4) == std::vector<std::uint64_t>{0x1000, 0x3});
}

TEST_CASE("relocations combined") {
  // x86-64: 8 is relative, 6 and 1 are not, 5 is a copy.
  std::vector<DynamicRelocation> all = {{0x40, 2, 1, 0}, {0x30, 0, 8, 1}, {0x20, 1, 6, 0},
                                        {0x10, 2, 6, 0}, {0x08, 0, 8, 2}, {0x50, 3, 5, 0}};
  const std::uint64_t count = combine(all, [](const DynamicRelocation& relocation) {
    if (relocation.type == 8) return RelocationKind::relative;
    return relocation.type == 5 ? RelocationKind::copy : RelocationKind::normal;
  });
  CHECK(count == 2);
  std::vector<std::uint64_t> addresses;
  for (const DynamicRelocation& relocation : all) addresses.push_back(relocation.address);
  CHECK(addresses == std::vector<std::uint64_t>{0x08, 0x30, 0x10, 0x40, 0x20, 0x50});
}
