#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// Names in the order of BFD's string hash table (bfd/hash.c in GNU binutils 2.40, whose behaviour
/// is followed here): chains with the newest entry in front, 4051 buckets at first, the next prime
/// of a fixed row when more than three quarters are in use, and chains that move head first when it
/// grows, but entries of one hash together.
namespace kbx::link {

/// The number of buckets that a table of `size` grows to; 0: it cannot grow further.
std::size_t next_table_size(std::size_t size);

/// A table of entries that have a `name`, its `hash`, and the `next` of their chain. The entries
/// are owned elsewhere.
template <typename Entry>
class BfdHashTable {
 public:
  /// The entry of that name, or null.
  Entry* find(std::string_view name, std::uint64_t hash) const {
    for (Entry* entry = buckets_[hash % buckets_.size()]; entry; entry = entry->next)
      if (entry->hash == hash && entry->name == name) return entry;
    return nullptr;
  }

  /// Adds an entry of which the table has no namesake.
  void insert(Entry& entry) {
    Entry*& head = buckets_[entry.hash % buckets_.size()];
    entry.next = head;
    head = &entry;
    ++count_;
    if (!is_frozen_ && count_ > buckets_.size() * 3 / 4) grow();
  }

  /// Has the bucket of that hash come from memory meanwhile: it will be asked for soon.
  void prepare(std::uint64_t hash) const { __builtin_prefetch(&buckets_[hash % buckets_.size()]); }

  /// Calls `visit` with each entry in the table's order.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (Entry* head : buckets_)
      for (Entry* entry = head; entry; entry = entry->next) visit(*entry);
  }

  std::size_t size() const { return count_; }

 private:
  void grow() {
    const std::size_t size = next_table_size(buckets_.size());
    if (size == 0) {
      is_frozen_ = true;
      return;
    }
    std::vector<Entry*> larger(size, nullptr);
    for (Entry* head : buckets_)
      while (head) {
        Entry* first = head;
        Entry* last = first;
        while (last->next && last->next->hash == first->hash) last = last->next;
        head = last->next;
        Entry*& place = larger[first->hash % size];
        last->next = place;
        place = first;
      }
    buckets_ = std::move(larger);
  }

  static constexpr std::size_t first_size = 4051;

  std::vector<Entry*> buckets_ = std::vector<Entry*>(first_size, nullptr);
  std::size_t count_ = 0;
  bool is_frozen_ = false;  // cannot grow further
};

}  // namespace kbx::link
