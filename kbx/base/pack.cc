#include "kbx/base/pack.h"

#include <cstring>

#include "kbx/base/hash.h"

namespace kbx {

void PackWriter::number(std::uint64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  content_.append(bytes, sizeof bytes);
}

void PackWriter::text(std::string_view value) {
  number(value.size());
  content_ += value;
}

void PackWriter::optional_text(const std::optional<std::string>& value) {
  number(value.has_value());
  text(value.value_or(""));
}

void PackWriter::stamp(const std::optional<FileStamp>& value) {
  number(value.has_value());
  const FileStamp known = value.value_or(FileStamp());
  number(static_cast<std::uint64_t>(known.modified_ns));
  number(known.size);
  number(known.inode);
  number(known.kind);
}

std::uint64_t PackReader::number() {
  std::uint64_t value = 0;
  if (rest_.size() < sizeof value) {
    whole_ = false;
    rest_ = {};
    return 0;
  }
  std::memcpy(&value, rest_.data(), sizeof value);
  rest_.remove_prefix(sizeof value);
  return value;
}

std::uint64_t PackReader::count() {
  const std::uint64_t value = number();
  if (value <= rest_.size()) return value;
  whole_ = false;
  rest_ = {};
  return 0;
}

std::string_view PackReader::text() {
  const auto size = static_cast<std::size_t>(count());
  const std::string_view value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

std::optional<std::string_view> PackReader::optional_text() {
  const bool is_there = number() != 0;
  const std::string_view value = text();
  return is_there ? std::optional(value) : std::nullopt;
}

std::optional<FileStamp> PackReader::stamp() {
  const bool is_there = number() != 0;
  FileStamp value;
  value.modified_ns = static_cast<std::int64_t>(number());
  value.size = number();
  value.inode = number();
  value.kind = static_cast<std::uint32_t>(number());
  return is_there ? std::optional(value) : std::nullopt;
}

std::string sealed(std::string_view format, std::string_view content) {
  std::string text(format);
  text += ' ';
  text += content_hash(content);
  text += '\n';
  text += content;
  return text;
}

std::string_view unsealed(std::string_view format, std::string_view text) {
  constexpr std::size_t hash_size = 32;
  const std::size_t line = format.size() + 1 + hash_size + 1;
  if (text.size() < line || !text.starts_with(format) || text[format.size()] != ' ' ||
      text[line - 1] != '\n')
    return {};
  const std::string_view content = text.substr(line);
  return text.substr(format.size() + 1, hash_size) == content_hash(content) ? content
                                                                            : std::string_view();
}

}  // namespace kbx
