#include "kbx/link/relocate/deletions.h"

#include <algorithm>
#include <cstring>

namespace kbx::link {

void Deletions::add(std::uint64_t offset, std::uint64_t size) {
  if (size != 0) deletions_.push_back({offset, size, 0});
}

bool Deletions::finish(std::uint64_t size) {
  if (!std::ranges::is_sorted(deletions_, {}, &Deletion::offset))
    std::ranges::sort(deletions_, {}, &Deletion::offset);
  std::uint64_t end = 0;
  std::uint64_t total = 0;
  for (Deletion& deletion : deletions_) {
    if (deletion.offset < end || deletion.offset > size || deletion.size > size - deletion.offset)
      return false;
    end = deletion.offset + deletion.size;
    deletion.total = total += deletion.size;
  }
  return true;
}

std::uint64_t Deletions::moved(std::uint64_t offset) const {
  const auto next = std::ranges::lower_bound(deletions_, offset, {}, &Deletion::offset);
  return next == deletions_.begin() ? offset : offset - (next - 1)->total;
}

std::uint64_t Deletions::resized(std::uint64_t offset, std::uint64_t size,
                                 std::uint64_t section_size) const {
  if (offset > section_size || size > section_size - offset) return size;
  return moved(offset + size) - moved(offset);
}

void Deletions::take_out(char* content, std::size_t size) const {
  if (deletions_.empty()) return;
  char* to = content + deletions_.front().offset;
  for (std::size_t i = 0; i < deletions_.size(); ++i) {
    const Deletion& deletion = deletions_[i];
    const auto from = static_cast<std::size_t>(deletion.offset + deletion.size);
    const std::size_t end =
        i + 1 < deletions_.size() ? static_cast<std::size_t>(deletions_[i + 1].offset) : size;
    std::memmove(to, content + from, end - from);
    to += end - from;
  }
}

}  // namespace kbx::link
