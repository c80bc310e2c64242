#include "kbx/makelang/source.h"

namespace kbx::makelang {

std::uint32_t FileTable::add(std::string_view name, std::string_view written) {
  std::string key(name);
  key.append(1, '\0').append(written);
  const auto [entry, is_new] =
      index_.try_emplace(std::move(key), static_cast<std::uint32_t>(names_.size()));
  if (is_new) {
    names_.emplace_back(name);
    written_.emplace_back(written);
  }
  return entry->second;
}

Location FileTable::find(SourceRef where, const std::vector<std::string>& names) {
  if (!where || where.file >= names.size()) return {};
  return {names[where.file], static_cast<int>(where.line)};
}

}  // namespace kbx::makelang
