#include "kbx/link/dynamic/hash_tables.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace kbx::link;

// What is expected here is what readelf -x shows of GNU ld 2.40's .hash and .gnu.hash, for a shared
// object whose .dynsym is: undef, undef2, V3, g, V1, fn, V2.

namespace {

const std::vector<std::string> names = {"undef", "undef2", "V3", "g", "V1", "fn", "V2"};

std::string words(const std::string& content) {
  std::string text;
  constexpr char digits[] = "0123456789abcdef";
  for (const char character : content) {
    const auto byte = static_cast<unsigned char>(character);
    text += digits[byte >> 4];
    text += digits[byte & 0xf];
  }
  return text;
}

}  // namespace

TEST_CASE("hash functions") {
  CHECK(sysv_hash("") == 0);
  CHECK(sysv_hash("printf") == 0x077905a6);
  CHECK(sysv_hash("GLIBC_2.2.5") == 0x09691a75);
  CHECK(gnu_hash("") == 5381);
  CHECK(gnu_hash("printf") == 0x156b2bb8);
}

TEST_CASE("how many buckets") {
  CHECK(bucket_count(0, false) == 1);
  CHECK(bucket_count(2, false) == 1);
  CHECK(bucket_count(3, false) == 3);
  CHECK(bucket_count(16, false) == 3);
  CHECK(bucket_count(17, false) == 17);
  CHECK(bucket_count(1, true) == 2);
  CHECK(bucket_count(100000, true) == 32771);
}

TEST_CASE("how many buckets with -O") {
  CHECK(best_bucket_count({}, 1, false) == 0);
  CHECK(best_bucket_count({7}, 2, false) == 1);
  CHECK(best_bucket_count({7}, 2, true) == 2);
  CHECK(best_bucket_count({0, 3, 6, 9}, 5, false) == 4);
  // Multiples of 32 are left out, even where their chains would be shorter.
  std::vector<std::uint32_t> hashes;
  for (std::uint32_t i = 0; i < 32; ++i) hashes.push_back(i);
  CHECK(best_bucket_count(hashes, 33, false) == 32);
  CHECK(best_bucket_count(hashes, 33, true) == 33);
}

TEST_CASE(".hash") {
  // In the order of the table of globals: readelf shows it as the chains' order.
  const std::vector<HashedSymbol> symbols = {
      {sysv_hash("V3"), 3},     {sysv_hash("undef"), 1}, {sysv_hash("g"), 4}, {sysv_hash("V1"), 5},
      {sysv_hash("undef2"), 2}, {sysv_hash("fn"), 6},    {sysv_hash("V2"), 7}};
  CHECK(hash_words(symbols, 8, 3) ==
        std::vector<std::uint32_t>{3, 8, 5, 7, 6, 0, 3, 4, 0, 0, 0, 1, 2});
}

TEST_CASE(".gnu.hash") {
  const GnuHashShape shape = gnu_hash_shape(5, 8, 3, true);
  CHECK(shape.buckets == 3);
  CHECK(shape.first_symbol == 3);
  CHECK(shape.filter_words == 1);
  CHECK(shape.filter_shift == 6);
  CHECK(shape.size(true) == 56);
  std::vector<HashedSymbol> symbols;
  for (std::uint32_t i = 3; i <= 7; ++i) symbols.push_back({gnu_hash(names[i - 1]), i});
  CHECK(words(gnu_hash_content(shape, symbols, true, false)) ==
        "03000000030000000100000006000000"
        "0070408300000000"
        "030000000400000006000000"
        "8f7559000cb602008d755900d87759008d755900");
}

TEST_CASE(".gnu.hash without a symbol that can be found") {
  const GnuHashShape shape = gnu_hash_shape(0, 3, 2, true);
  CHECK(shape.size(true) == 28);
  CHECK(words(gnu_hash_content(shape, {}, true, false)) ==
        "01000000010000000100000000000000000000000000000000000000");
  CHECK(gnu_hash_shape(0, 3, 2, false).size(false) == 24);
}
