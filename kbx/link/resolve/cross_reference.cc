#include "kbx/link/resolve/cross_reference.h"

#include <fmt/format.h>

#include "kbx/link/input/file.h"

namespace kbx::link {
namespace {

constexpr std::size_t file_column = 50;

}  // namespace

void CrossReferences::add(std::string_view name, const InputFile& file, Use use) {
  std::vector<Entry>& entries = names_[name];
  if (entries.empty() || entries.back().file != &file) entries.push_back({&file});
  if (use == Use::definition) entries.back().is_defined = true;
  if (use == Use::common) entries.back().is_common = true;
}

void CrossReferences::print(const std::function<bool(std::string_view name)>& is_shown,
                            const std::function<void(const std::string& line)>& print) const {
  print("");
  print("Cross Reference Table");
  print("");
  print(fmt::format("{:<{}}File", "Symbol", file_column));
  for (const auto& row : names_) {
    if (!is_shown(row.first)) continue;
    std::string_view label = row.first;
    const std::vector<Entry>& entries = row.second;
    const auto print_those = [&](const auto& is_wanted) {
      for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        if (!is_wanted(*entry)) continue;
        print(fmt::format("{:<{}}{}", label, file_column, entry->file->path));
        label = {};
      }
    };
    print_those([](const Entry& entry) { return entry.is_defined; });
    print_those([](const Entry& entry) { return entry.is_common && !entry.is_defined; });
    print_those([](const Entry& entry) { return !entry.is_common && !entry.is_defined; });
  }
}

}  // namespace kbx::link
