#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kbx/base/file.h"

namespace kbx {

/// Numbers and texts one behind the other, for files of a cache: no names, no alignment, in the
/// byte order of the machine. Who reads takes the same in the same order.
class PackWriter {
 public:
  void number(std::uint64_t value);
  void text(std::string_view value);
  void optional_text(const std::optional<std::string>& value);
  void stamp(const std::optional<FileStamp>& value);

  const std::string& content() const { return content_; }

 private:
  std::string content_;
};

/// Reads what PackWriter gives. What is not there reads as 0 or "", and from then on the reader is
/// not `whole`.
class PackReader {
 public:
  explicit PackReader(std::string_view content) : rest_(content) {}

  std::uint64_t number();
  /// A number of things that follow, each of one byte at least: never more than there can be.
  std::uint64_t count();
  /// Lives as long as the content.
  std::string_view text();
  /// As text.
  std::optional<std::string_view> optional_text();
  std::optional<FileStamp> stamp();

  /// True if all that was read was there.
  bool is_whole() const { return whole_; }
  /// True if nothing is left besides.
  bool is_at_end() const { return whole_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool whole_ = true;
};

/// `content` with a line of its own in front that tells its format and its hash.
std::string sealed(std::string_view format, std::string_view content);
/// The content behind that line; "" if it is of another format, damaged or cut off.
std::string_view unsealed(std::string_view format, std::string_view text);

}  // namespace kbx
