#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kbx::makelang {

/// A target "archive(member)" (GNU make manual, "Archive Members as Targets").
struct ArchiveName {
  std::string archive;
  std::string member;
};

/// The parts of an archive-member name, or nothing if `name` is not one.
std::optional<ArchiveName> archive_name(std::string_view name);

/// Time of a member in seconds as its header in the archive says, or nothing if there is no such
/// archive or member. Source: ar(5), System V and BSD long names.
std::optional<std::int64_t> archive_member_time(const std::string& path, std::string_view member);

/// Sets the time in a member's header to now, as -t does. False if there is no such member.
bool touch_archive_member(const std::string& path, std::string_view member, std::int64_t now);

}  // namespace kbx::makelang
