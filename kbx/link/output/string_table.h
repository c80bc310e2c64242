#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace kbx::link {

/// A string table of the output. Each string is in it once, and one that ends another is a part of
/// it; the rest follow in the order in which they were added, as GNU ld writes them.
class StringTable {
 public:
  StringTable();

  /// A number for `text`, 0 for "". The text must live until the table is written.
  std::uint32_t add(std::string_view text);

  /// Decides where each string lies, on up to `threads` threads. Nothing may be added afterwards.
  void finish(unsigned threads = 1);

  std::uint32_t offset(std::uint32_t number) const { return offsets_[number]; }
  std::uint64_t size() const { return size_; }
  /// Writes size() bytes.
  void write(char* place, unsigned threads = 1) const;

 private:
  struct Bucket {
    std::uint32_t tag = 0;     // upper bits of the hash
    std::uint32_t number = 0;  // 0: free
  };

  void grow();

  std::vector<std::string_view> texts_;
  std::vector<std::uint32_t> hashes_;
  std::vector<std::uint32_t> offsets_;
  std::vector<std::uint32_t> host_;  // the string that this one ends, or no_string
  std::vector<Bucket> buckets_;
  std::uint64_t size_ = 1;
};

}  // namespace kbx::link
