#include "kbx/base/sort_runs.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace {

using Entry = std::pair<unsigned, unsigned>;  // what is sorted by, and where it stood

bool sorts_like_the_standard_library(const std::vector<unsigned>& keys) {
  std::vector<Entry> values;
  for (const unsigned key : keys) values.emplace_back(key, static_cast<unsigned>(values.size()));
  std::vector<Entry> expected = values;
  const auto is_before = [](const Entry& a, const Entry& b) { return a.first < b.first; };
  std::stable_sort(expected.begin(), expected.end(), is_before);
  kbx::sort_runs(std::span(values), is_before);
  return values == expected;
}

}  // namespace

TEST_CASE("values sort as a stable sort has them, however they came") {
  CHECK(sorts_like_the_standard_library({}));
  CHECK(sorts_like_the_standard_library({7}));
  CHECK(sorts_like_the_standard_library({1, 2, 2, 3}));
  CHECK(sorts_like_the_standard_library({5, 6, 7, 1, 2}));
  CHECK(sorts_like_the_standard_library({5, 6, 7, 1, 5}));
  CHECK(sorts_like_the_standard_library({5, 6, 1, 2, 3, 4, 0}));
  CHECK(sorts_like_the_standard_library({4, 3, 2, 1, 0}));
  CHECK(sorts_like_the_standard_library({3, 3, 1, 1, 2, 2, 3, 3, 1}));
}

TEST_CASE("many short runs sort too") {
  std::vector<unsigned> keys;
  unsigned state = 1;
  for (int i = 0; i < 1000; ++i) {
    state = state * 1103515245 + 12345;
    keys.push_back((state >> 16) % 100);
  }
  CHECK(sorts_like_the_standard_library(keys));
}
