#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace kbx {

/// Sorts as std::stable_sort does, but takes what is in order already for what it is: the time
/// grows with the logarithm of the number of ordered runs, not of the values. Two runs in the wrong
/// order, which are what two files leave, change places where they are.
template <typename Value, typename Before>
void sort_runs(std::span<Value> values, const Before& is_before) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 1; i < values.size(); ++i)
    if (is_before(values[i], values[i - 1])) ends.push_back(i);
  if (ends.empty()) return;
  if (ends.size() == 1 && is_before(values.back(), values.front())) {
    std::rotate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(ends.front()),
                values.end());
    return;
  }
  ends.push_back(values.size());
  std::vector<Value> other(values.size());
  Value* from = values.data();
  Value* to = other.data();
  while (ends.size() > 1) {
    std::vector<std::size_t> merged;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); i += 2) {
      const std::size_t middle = ends[i];
      const std::size_t end = i + 1 < ends.size() ? ends[i + 1] : middle;
      std::merge(from + begin, from + middle, from + middle, from + end, to + begin, is_before);
      merged.push_back(end);
      begin = end;
    }
    ends.swap(merged);
    std::swap(from, to);
  }
  if (from != values.data()) std::copy(other.begin(), other.end(), values.begin());
}

}  // namespace kbx
