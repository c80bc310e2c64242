#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string_view>
#include <vector>

namespace kbx {

/// Finds things by their names, of which several may have the same. `Node` has `name`, which must
/// not change while it is in the table, and `next_of_name`, which belongs to the table.
template <typename Node>
class NameIndex {
 public:
  /// All of one name, in the order in which they were added.
  class Row {
   public:
    class iterator {
     public:
      using value_type = Node*;
      using difference_type = std::ptrdiff_t;
      explicit iterator(Node* node = nullptr) : node_(node) {}
      Node* operator*() const { return node_; }
      iterator& operator++() {
        node_ = node_->next_of_name;
        return *this;
      }
      iterator operator++(int) {
        const iterator before = *this;
        ++*this;
        return before;
      }
      bool operator==(const iterator&) const = default;

     private:
      Node* node_;
    };

    explicit Row(Node* first) : first_(first) {}
    iterator begin() const { return iterator(first_); }
    iterator end() const { return iterator(); }
    bool empty() const { return !first_; }

   private:
    Node* first_;
  };

  void add(Node& node) {
    if ((used_ + 1) * 2 > entries_.size()) grow();
    node.next_of_name = nullptr;
    const std::size_t hash = std::hash<std::string_view>()(node.name);
    Entry& entry = entries_[place_of(node.name, hash)];
    if (!entry.is_used) {
      entry.hash = hash;
      entry.name = node.name;
      entry.is_used = true;
      ++used_;
    }
    (entry.first ? entry.last->next_of_name : entry.first) = &node;
    entry.last = &node;
  }

  Row named(std::string_view name) const {
    if (entries_.empty()) return Row(nullptr);
    return Row(entries_[place_of(name, std::hash<std::string_view>()(name))].first);
  }

  /// Takes out a node that is in the table.
  void remove(Node& node) {
    Entry& entry = entries_[place_of(node.name, std::hash<std::string_view>()(node.name))];
    Node* before = nullptr;
    for (Node* other = entry.first; other != &node; other = other->next_of_name) before = other;
    (before ? before->next_of_name : entry.first) = node.next_of_name;
    if (entry.last == &node) entry.last = before;
  }

 private:
  struct Entry {
    std::size_t hash = 0;
    std::string_view name;
    Node* first = nullptr;  // null: all of that name were taken out
    Node* last = nullptr;
    bool is_used = false;
  };
  static constexpr std::size_t first_size = 64;  // a power of two

  std::size_t place_of(std::string_view name, std::size_t hash) const {
    const std::size_t mask = entries_.size() - 1;
    std::size_t at = hash & mask;
    while (entries_[at].is_used && (entries_[at].hash != hash || entries_[at].name != name))
      at = (at + 1) & mask;
    return at;
  }

  void grow() {
    std::vector<Entry> larger(entries_.empty() ? first_size : entries_.size() * 4);
    const std::size_t mask = larger.size() - 1;
    for (const Entry& entry : entries_) {
      if (!entry.is_used) continue;
      std::size_t at = entry.hash & mask;
      while (larger[at].is_used) at = (at + 1) & mask;
      larger[at] = entry;
    }
    entries_ = std::move(larger);
  }

  std::vector<Entry> entries_;
  std::size_t used_ = 0;
};

}  // namespace kbx
