#include "kbx/makelang/source.h"

namespace kbx::makelang {

std::uint32_t FileTable::add(std::string_view name) {
  const auto [entry, is_new] =
      index_.try_emplace(std::string(name), static_cast<std::uint32_t>(names_.size()));
  if (is_new) names_.emplace_back(name);
  return entry->second;
}

Location FileTable::location(SourceRef where) const {
  if (!where || where.file >= names_.size()) return {};
  return {names_[where.file], static_cast<int>(where.line)};
}

}  // namespace kbx::makelang
