#include "kbx/base/similar.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

/// The distance of Damerau and Levenshtein in its restricted form, by rows: cell j of a row is the
/// distance of the prefixes. Only two rows back are kept. A row whose least cell is beyond the
/// bound ends the search.
namespace kbx {

std::optional<size_t> edit_distance(std::string_view a, std::string_view b, size_t most) {
  const size_t longer = std::max(a.size(), b.size());
  if (longer - std::min(a.size(), b.size()) > most) return {};
  std::vector<size_t> before_last;
  std::vector<size_t> last(b.size() + 1);
  std::iota(last.begin(), last.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    std::vector<size_t> row(b.size() + 1, i);
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({row[j - 1] + 1, last[j] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    if (*std::min_element(row.begin(), row.end()) > most) return {};
    before_last = std::exchange(last, std::move(row));
  }
  return last.back() > most ? std::nullopt : std::optional(last.back());
}

std::string_view closest_name(std::string_view word, const std::vector<std::string_view>& names) {
  std::string_view closest;
  std::size_t least = std::min<std::size_t>(3, word.size());
  for (const std::string_view name : names) {
    if (least == 0) break;
    const auto distance = edit_distance(word, name, least - 1);
    if (!distance) continue;
    least = *distance;
    closest = name;
  }
  return closest;
}

}  // namespace kbx
