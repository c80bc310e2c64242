#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::link {

/// The hash function of .hash and of version names (System V gABI, "Hash Table").
std::uint32_t sysv_hash(std::string_view name);

/// The hash function of .gnu.hash.
std::uint32_t gnu_hash(std::string_view name);

/// How many buckets GNU ld gives a table of that many symbols.
std::uint32_t bucket_count(std::size_t symbols, bool is_gnu);

/// … with -O, for symbols with these hashes: as many as make short chains. `symbol_count` counts
/// all of .dynsym, with the empty one.
std::uint32_t best_bucket_count(const std::vector<std::uint32_t>& hashes, std::size_t symbol_count,
                                bool is_gnu);

/// A symbol on its way into a hash table; those of a list are in the order in which GNU ld writes
/// them, `index` is the one in .dynsym.
struct HashedSymbol {
  std::uint32_t hash = 0;
  std::uint32_t index = 0;
};

/// The words of .hash; `symbol_count` counts the empty symbol too.
std::vector<std::uint32_t> hash_words(const std::vector<HashedSymbol>& symbols,
                                      std::size_t symbol_count, std::uint32_t buckets);

/// How .gnu.hash is laid out.
struct GnuHashShape {
  std::uint32_t buckets = 1;
  std::uint32_t first_symbol = 1;  // the first that can be found; the others come before it
  std::uint32_t filter_words = 1;
  std::uint32_t filter_shift = 0;
  std::size_t symbols = 0;  // that can be found

  /// In bytes.
  std::uint64_t size(bool is_64bit) const;
};

/// `buckets` is not used if no symbol can be found.
GnuHashShape gnu_hash_shape(std::size_t symbols, std::size_t symbol_count, std::uint32_t buckets,
                            bool is_64bit);

/// The content of .gnu.hash for symbols that are sorted by bucket.
std::string gnu_hash_content(const GnuHashShape& shape, const std::vector<HashedSymbol>& symbols,
                             bool is_64bit, bool is_big_endian);

}  // namespace kbx::link
