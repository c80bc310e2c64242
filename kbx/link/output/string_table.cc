#include "kbx/link/output/string_table.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "kbx/base/error.h"

/// String tables with shared endings, laid out as BFD does (bfd/elf-strtab.c in GNU binutils 2.40):
/// strings are sorted by their last characters, and each is taken into the nearest longer one
/// behind it that ends with it.
namespace kbx::link {
namespace {

constexpr std::size_t first_buckets = 256;

/// A string on its way through sorting: its last eight characters, the last one in front.
struct Key {
  std::uint64_t tail = 0;
  std::uint32_t number = 0;
};

std::uint64_t tail_of(std::string_view text) {
  std::uint64_t tail = 0;
  const std::size_t count = std::min<std::size_t>(text.size(), 8);
  for (std::size_t i = 0; i < 8; ++i) {
    tail <<= 8;
    if (i < count) tail |= static_cast<unsigned char>(text[text.size() - 1 - i]);
  }
  return tail;
}

/// Compares from the end; the shorter of two that agree so far comes first.
bool is_before(std::string_view a, std::string_view b) {
  const std::size_t count = std::min(a.size(), b.size());
  for (std::size_t i = 1; i <= count; ++i) {
    const auto first = static_cast<unsigned char>(a[a.size() - i]);
    const auto second = static_cast<unsigned char>(b[b.size() - i]);
    if (first != second) return first < second;
  }
  return a.size() < b.size();
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

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

void StringTable::finish() {
  const std::size_t count = texts_.size();
  std::vector<Key> keys;
  keys.reserve(count);
  for (std::uint32_t i = 1; i < count; ++i) keys.push_back({tail_of(texts_[i]), i});
  std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
    if (a.tail != b.tail) return a.tail < b.tail;
    return is_before(texts_[a.number], texts_[b.number]);
  });
  host_.assign(count, 0);
  offsets_.assign(count, 0);
  std::uint32_t host = 0;
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    if (host != 0 && ends_with(texts_[host], texts_[key->number]))
      host_[key->number] = host;
    else
      host = key->number;
  }
  size_ = 1;
  for (std::uint32_t i = 1; i < count; ++i) {
    if (host_[i] != 0) continue;
    offsets_[i] = static_cast<std::uint32_t>(size_);
    size_ += texts_[i].size() + 1;
    if (size_ > 0xffffffff) throw Error("the string table would be larger than 4 GiB");
  }
  for (std::uint32_t i = 1; i < count; ++i)
    if (host_[i] != 0)
      offsets_[i] = offsets_[host_[i]] +
                    static_cast<std::uint32_t>(texts_[host_[i]].size() - texts_[i].size());
}

void StringTable::write(char* place) const {
  *place++ = '\0';
  for (std::size_t i = 1; i < texts_.size(); ++i) {
    if (host_[i] != 0) continue;
    std::memcpy(place, texts_[i].data(), texts_[i].size());
    place += texts_[i].size();
    *place++ = '\0';
  }
}

}  // namespace kbx::link
