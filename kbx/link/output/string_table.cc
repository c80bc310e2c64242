#include "kbx/link/output/string_table.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "kbx/base/error.h"
#include "kbx/base/parallel.h"
#include "kbx/link/layout/suffixes.h"

/// String tables with shared endings, laid out as BFD does (bfd/elf-strtab.c in GNU binutils 2.40):
/// strings are sorted by their last characters, and each is taken into the nearest longer one
/// behind it that ends with it (suffixes.h).
namespace kbx::link {
namespace {

constexpr std::size_t first_buckets = 256;
constexpr std::size_t strings_at_a_time = 4096;  // for one thread; fewer are not worth one

}  // namespace

StringTable::StringTable() : texts_(1), hashes_(1), buckets_(first_buckets) {}

std::uint32_t StringTable::add(std::string_view text) {
  if (text.empty()) return 0;
  const std::size_t hash = std::hash<std::string_view>()(text);
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  const std::size_t mask = buckets_.size() - 1;
  std::size_t at = hash & mask;
  while (buckets_[at].number != 0) {
    if (buckets_[at].tag == tag && texts_[buckets_[at].number] == text) return buckets_[at].number;
    at = (at + 1) & mask;
  }
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(text);
  hashes_.push_back(static_cast<std::uint32_t>(hash));
  buckets_[at] = {tag, number};
  if (texts_.size() * 2 > buckets_.size()) grow();
  return number;
}

void StringTable::grow() {
  std::vector<Bucket> larger(buckets_.size() * 4);
  const std::size_t mask = larger.size() - 1;
  for (const Bucket& bucket : buckets_) {
    if (bucket.number == 0) continue;
    std::size_t at = hashes_[bucket.number] & mask;
    while (larger[at].number != 0) at = (at + 1) & mask;
    larger[at] = bucket;
  }
  buckets_ = std::move(larger);
}

void StringTable::finish(unsigned threads) {
  const std::size_t count = texts_.size();
  std::vector<MergedString> strings(count);
  for (std::size_t i = 1; i < count; ++i) {
    strings[i].data = texts_[i].data();
    strings[i].length = static_cast<std::uint32_t>(texts_[i].size() + 1);
    strings[i].alignment = 1;
  }
  host_ = merge_suffixes(strings, 1, count < strings_at_a_time ? 1 : threads);
  offsets_.assign(count, 0);
  size_ = 1;
  for (std::uint32_t i = 1; i < count; ++i) {
    if (host_[i] != no_string) continue;
    offsets_[i] = static_cast<std::uint32_t>(size_);
    size_ += texts_[i].size() + 1;
    if (size_ > 0xffffffff) throw Error("the string table would be larger than 4 GiB");
  }
  for (std::uint32_t i = 1; i < count; ++i)
    if (host_[i] != no_string)
      offsets_[i] = offsets_[host_[i]] +
                    static_cast<std::uint32_t>(texts_[host_[i]].size() - texts_[i].size());
}

void StringTable::write(char* place, unsigned threads) const {
  *place = '\0';
  const std::size_t count = texts_.size();
  parallel_for(count / strings_at_a_time + 1, threads, [&](std::size_t block) {
    const std::size_t first = std::max<std::size_t>(block * strings_at_a_time, 1);
    const std::size_t end = std::min(count, (block + 1) * strings_at_a_time);
    for (std::size_t i = first; i < end; ++i) {
      if (host_[i] != no_string) continue;
      char* const to = place + offsets_[i];
      std::memcpy(to, texts_[i].data(), texts_[i].size());
      to[texts_[i].size()] = '\0';
    }
  });
}

}  // namespace kbx::link
