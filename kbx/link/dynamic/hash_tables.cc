#include "kbx/link/dynamic/hash_tables.h"

#include <algorithm>
#include <bit>

#include "kbx/link/input/shape.h"

/// The two tables by which the dynamic linker finds a symbol: the System V gABI's .hash, and
/// .gnu.hash with its Bloom filter, whose format glibc's elf/dl-lookup.c reads. The sizes are those
/// that GNU ld 2.40 chooses.
namespace kbx::link {
namespace {

constexpr std::uint32_t bucket_counts[] = {1,   3,   17,   37,   67,   97,   131,   197,
                                           263, 521, 1031, 2053, 4099, 8209, 16411, 32771};

}  // namespace

std::uint32_t sysv_hash(std::string_view name) {
  std::uint32_t hash = 0;
  for (const char character : name) {
    hash = (hash << 4) + static_cast<unsigned char>(character);
    const std::uint32_t high = hash & 0xf0000000;
    hash ^= high >> 24;
    hash &= ~high;
  }
  return hash;
}

std::uint32_t gnu_hash(std::string_view name) {
  std::uint32_t hash = 5381;
  for (const char character : name) hash = hash * 33 + static_cast<unsigned char>(character);
  return hash;
}

std::uint32_t bucket_count(std::size_t symbols, bool is_gnu) {
  std::uint32_t best = 1;
  for (const std::uint32_t count : bucket_counts)
    if (count <= symbols) best = count;
  return is_gnu && best < 2 ? 2 : best;
}

std::uint32_t best_bucket_count(const std::vector<std::uint32_t>& hashes, std::size_t symbol_count,
                                bool is_gnu) {
  constexpr std::uint64_t words_per_page = 1024;
  constexpr unsigned patience = 100;  // sizes that are tried without getting any better
  constexpr std::size_t filter_word = 32;
  const std::size_t end = hashes.size() * 2;
  std::size_t best = end;
  if (is_gnu && best % filter_word == 0) ++best;
  std::uint64_t best_cost = ~std::uint64_t{0};
  std::vector<std::uint64_t> chains;
  unsigned tries = 0;
  for (std::size_t size = std::max<std::size_t>(hashes.size() / 4, is_gnu ? 2 : 1);
       size < end && tries < patience; ++size) {
    if (is_gnu && size % filter_word == 0) continue;
    chains.assign(size, 0);
    for (const std::uint32_t hash : hashes) ++chains[hash % size];
    std::uint64_t cost = (2 + symbol_count) * sizeof(std::uint32_t);
    for (const std::uint64_t length : chains) cost += length * length;
    const std::uint64_t pages = size / words_per_page + 1;
    cost *= pages * pages;
    ++tries;
    if (cost >= best_cost) continue;
    best_cost = cost;
    best = size;
    tries = 0;
  }
  return static_cast<std::uint32_t>(best);
}

std::vector<std::uint32_t> hash_words(const std::vector<HashedSymbol>& symbols,
                                      std::size_t symbol_count, std::uint32_t buckets) {
  std::vector<std::uint32_t> words(2 + buckets + symbol_count);
  words[0] = buckets;
  words[1] = static_cast<std::uint32_t>(symbol_count);
  std::uint32_t* const bucket = words.data() + 2;
  std::uint32_t* const chain = bucket + buckets;
  for (const HashedSymbol& symbol : symbols) {
    std::uint32_t& head = bucket[symbol.hash % buckets];
    chain[symbol.index] = head;
    head = symbol.index;
  }
  return words;
}

std::uint64_t GnuHashShape::size(bool is_64bit) const {
  constexpr std::uint64_t word = 4;
  return (4 + buckets + symbols) * word + filter_words * (is_64bit ? 2 * word : word);
}

GnuHashShape gnu_hash_shape(std::size_t symbols, std::size_t symbol_count, std::uint32_t buckets,
                            bool is_64bit) {
  GnuHashShape shape;
  if (symbols == 0) return shape;
  const unsigned word_power = is_64bit ? 6 : 5;
  unsigned power = static_cast<unsigned>(std::bit_width(symbols));
  if (power < 3)
    power = 5;
  else if ((std::size_t{1} << (power - 2)) & symbols)
    power += 3;
  else
    power += 2;
  if (is_64bit && power == 5) power = 6;
  shape.symbols = symbols;
  shape.buckets = buckets;
  shape.first_symbol = static_cast<std::uint32_t>(symbol_count - symbols);
  shape.filter_words = std::uint32_t{1} << (power - word_power);
  shape.filter_shift = power;
  return shape;
}

std::string gnu_hash_content(const GnuHashShape& shape, const std::vector<HashedSymbol>& symbols,
                             bool is_64bit, bool is_big_endian) {
  const unsigned word_bits = is_64bit ? 64 : 32;
  std::vector<std::uint64_t> filter(shape.filter_words);
  std::vector<std::uint32_t> buckets(shape.buckets);
  std::vector<std::uint32_t> chain;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    const std::uint32_t hash = symbols[i].hash;
    std::uint64_t& word = filter[hash / word_bits % shape.filter_words];
    word |= std::uint64_t{1} << (hash % word_bits);
    word |= std::uint64_t{1} << ((hash >> shape.filter_shift) % word_bits);
    const std::uint32_t bucket = hash % shape.buckets;
    if (buckets[bucket] == 0) buckets[bucket] = symbols[i].index;
    const bool is_last = i + 1 == symbols.size() || symbols[i + 1].hash % shape.buckets != bucket;
    chain.push_back(is_last ? hash | 1u : hash & ~1u);
  }
  std::string content(static_cast<std::size_t>(shape.size(is_64bit)), '\0');
  with_shape(is_64bit, is_big_endian, [&]<typename Shape>(Shape) {
    char* place = content.data();
    const auto put = [&](std::uint32_t word) {
      Shape::template store<std::uint32_t>(place, word);
      place += sizeof word;
    };
    put(shape.buckets);
    put(shape.first_symbol);
    put(shape.filter_words);
    put(shape.filter_shift);
    for (const std::uint64_t word : filter) {
      Shape::template store<typename Shape::Word>(place, static_cast<typename Shape::Word>(word));
      place += sizeof(typename Shape::Word);
    }
    for (const std::uint32_t word : buckets) put(word);
    for (const std::uint32_t word : chain) put(word);
  });
  return content;
}

}  // namespace kbx::link
