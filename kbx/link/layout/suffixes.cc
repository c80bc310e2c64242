#include "kbx/link/layout/suffixes.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "kbx/base/parallel.h"
#include "kbx/link/input/shape.h"

/// Strings sorted by their ends: a string that is the end of others then stands right in front of
/// one of them. Which of them GNU ld takes decides about addresses, so its order is followed: from
/// the last byte to the first, the shorter in front; with strings that are all aligned alike, and
/// more than their characters, those whose ends lie alike stand together. A string is merged only
/// with the last one behind it that was not merged itself.
///
/// Eight bytes at a time are compared, which stand beside the string's number.
namespace kbx::link {
namespace {

struct Item {
  std::uint64_t key = 0;  // eight bytes, the one nearest to the string's end the highest
  std::uint32_t string = 0;
};

/// A row of items whose ends are the same for `depth` bytes.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint32_t depth = 0;
};

class Sorter {
 public:
  Sorter(std::vector<MergedString>& strings, std::uint64_t entry_size)
      : strings_(strings),
        entry_size_(static_cast<std::uint32_t>(entry_size)),
        suffix_of_(strings.size(), no_string) {}

  std::vector<std::uint32_t> run(unsigned threads) {
    collect();
    const std::vector<Range> rows = split();
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater{},
                             [&](std::size_t i) { return rows[i].end - rows[i].begin; });
    parallel_for(order.size(), threads, [&](std::size_t i) {
      const Range& row = rows[order[i]];
      sort(row);
      merge(row);
    });
    merge_empty(rows);
    return std::move(suffix_of_);
  }

 private:
  static constexpr std::size_t first_bytes = 256;
  static constexpr std::uint32_t most_tails = 64;

  /// Without the terminator.
  std::uint32_t length(std::uint32_t string) const { return strings_[string].length - entry_size_; }

  std::uint64_t key(std::uint32_t string, std::uint32_t depth) const {
    const std::uint32_t rest = length(string) - depth;
    std::array<char, 8> bytes{};
    const std::uint32_t count = std::min<std::uint32_t>(rest, 8);
    std::memcpy(bytes.data() + (8 - count), strings_[string].data + (rest - count), count);
    return Shape<true, false>::load<std::uint64_t>(bytes.data());
  }

  void collect() {
    std::uint32_t alignment = 0;
    bool is_alike = true;
    for (std::uint32_t i = 0; i < strings_.size(); ++i) {
      const MergedString& string = strings_[i];
      if (string.alignment == 0) continue;
      if (alignment == 0) alignment = string.alignment;
      is_alike = is_alike && string.alignment == alignment;
      if (length(i) == 0)
        empty_ = i;
      else
        items_.push_back({key(i, 0), i});
    }
    if (is_alike && alignment > entry_size_) mask_ = alignment - 1;
    is_plain_ = entry_size_ != 1 || mask_ > most_tails;
  }

  /// Strings that can be the end of one another stand in the same row: they end with the same byte.
  std::vector<Range> split() {
    if (items_.empty()) return {};
    if (is_plain_) return {{0, items_.size(), 0}};
    const auto row_of = [&](const Item& item) {
      const std::size_t tail = mask_ == 0 ? 0 : length(item.string) & mask_;
      return tail * first_bytes + (item.key >> 56);
    };
    std::vector<std::size_t> starts(first_bytes * (std::size_t{mask_} + 1) + 1);
    for (const Item& item : items_) ++starts[row_of(item) + 1];
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    std::vector<Range> rows;
    for (std::size_t i = 0; i + 1 < starts.size(); ++i)
      if (starts[i] != starts[i + 1]) rows.push_back({starts[i], starts[i + 1], 0});
    std::vector<Item> sorted(items_.size());
    for (const Item& item : items_) sorted[starts[row_of(item)]++] = item;
    items_ = std::move(sorted);
    return rows;
  }

  void sort(const Range& row) {
    if (is_plain_) {
      sort_plainly(row);
      return;
    }
    // No byte of these strings is 0: a key with one is that of a string's start.
    std::vector<Range> open = {row};
    while (!open.empty()) {
      const Range range = open.back();
      open.pop_back();
      const auto begin = items_.begin() + static_cast<std::ptrdiff_t>(range.begin);
      const auto end = items_.begin() + static_cast<std::ptrdiff_t>(range.end);
      if (range.depth != 0)
        for (auto item = begin; item != end; ++item) item->key = key(item->string, range.depth);
      std::sort(begin, end, [](const Item& a, const Item& b) { return a.key < b.key; });
      for (std::size_t i = range.begin; i < range.end;) {
        std::size_t next = i + 1;
        while (next < range.end && items_[next].key == items_[i].key) ++next;
        if (next - i > 1 && (items_[i].key & 0xff) != 0) open.push_back({i, next, range.depth + 8});
        i = next;
      }
    }
  }

  void sort_plainly(const Range& row) {
    const auto is_before = [&](const Item& a, const Item& b) {
      const auto* left = reinterpret_cast<const unsigned char*>(strings_[a.string].data);
      const auto* right = reinterpret_cast<const unsigned char*>(strings_[b.string].data);
      std::uint32_t i = length(a.string);
      std::uint32_t k = length(b.string);
      if ((i & mask_) != (k & mask_)) return (i & mask_) < (k & mask_);
      while (i != 0 && k != 0)
        if (left[--i] != right[--k]) return left[i] < right[k];
      return length(a.string) < length(b.string);
    };
    std::sort(items_.begin() + static_cast<std::ptrdiff_t>(row.begin),
              items_.begin() + static_cast<std::ptrdiff_t>(row.end), is_before);
  }

  bool is_suffix(const MergedString& of, const MergedString& string) const {
    return of.alignment >= string.alignment && of.length > string.length &&
           ((of.length - string.length) & (string.alignment - 1)) == 0 &&
           std::memcmp(of.data + (of.length - string.length), string.data,
                       string.length - entry_size_) == 0;
  }

  void merge(const Range& row) {
    std::uint32_t last = items_[row.end - 1].string;
    for (std::size_t i = row.end - 1; i-- > row.begin;) last = merge_one(last, items_[i].string);
  }

  /// Gives what the next one in front is to be compared with.
  std::uint32_t merge_one(std::uint32_t last, std::uint32_t string) {
    if (!is_suffix(strings_[last], strings_[string])) return string;
    suffix_of_[string] = last;
    strings_[string].alignment = 0;
    return last;
  }

  /// The empty string stands in front of all others.
  void merge_empty(const std::vector<Range>& rows) {
    if (empty_ == no_string || rows.empty()) return;
    for (std::size_t i = rows.front().begin;; ++i)
      if (strings_[items_[i].string].alignment != 0) {
        merge_one(items_[i].string, empty_);
        return;
      }
  }

  std::vector<MergedString>& strings_;
  std::uint32_t entry_size_;
  std::uint32_t mask_ = 0;  // of the alignment, where ends that lie alike stand together
  bool is_plain_ = false;   // sorted byte by byte
  std::uint32_t empty_ = no_string;
  std::vector<Item> items_;
  std::vector<std::uint32_t> suffix_of_;
};

}  // namespace

std::vector<std::uint32_t> merge_suffixes(std::vector<MergedString>& strings,
                                          std::uint64_t entry_size, unsigned threads) {
  return Sorter(strings, entry_size).run(threads);
}

}  // namespace kbx::link
