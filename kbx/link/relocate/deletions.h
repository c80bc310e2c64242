#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kbx::link {

/// Bytes that are to go from a section, gathered so that all go at once.
class Deletions {
 public:
  /// Notes `size` bytes at `offset`, an offset in the section as it still is.
  void add(std::uint64_t offset, std::uint64_t size);

  /// To be called when all are noted. False if some of them overlap, or lie beyond a content of
  /// `size` bytes.
  bool finish(std::uint64_t size);

  bool empty() const { return deletions_.empty(); }
  std::uint64_t total() const { return deletions_.empty() ? 0 : deletions_.back().total; }

  /// Where what was at `offset` is afterwards. What starts where bytes go stays there: it is what
  /// comes after them then.
  std::uint64_t moved(std::uint64_t offset) const;

  /// The size afterwards of what had `size` bytes at `offset`, in a section of `section_size`
  /// bytes.
  std::uint64_t resized(std::uint64_t offset, std::uint64_t size, std::uint64_t section_size) const;

  /// Takes them out of `content`, of which total() bytes at the end count for nothing then.
  void take_out(char* content, std::size_t size) const;

 private:
  struct Deletion {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t total = 0;  // of the sizes up to here, this one included
  };
  std::vector<Deletion> deletions_;  // by offset once finished
};

}  // namespace kbx::link
