#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "kbx/cpp/token.h"

namespace kbx::cpp::detail {

/// The text being written. Line markers and empty lines keep it in step with the source.
class Output {
 public:
  explicit Output(const std::string& main_file);

  /// Makes the next character come from this line.
  void go_to(const std::string* file, std::uint32_t line) {
    if (file != file_ || line != line_) move_to(file, line);
  }
  /// Text as it stands in the source, up to line `line`.
  void copy(const char* from, const char* to, std::uint32_t line) {
    put(from, static_cast<std::size_t>(to - from));
    line_ = line;
  }
  void space() { put(' '); }
  /// Text that stands in one line of the output.
  void text(std::string_view text) { put(text); }
  /// What was written since `size` was size().
  std::string_view since(std::size_t size) const { return {text_.data() + size, size_ - size}; }
  std::size_t size() const { return size_; }
  /// A token with white space before it.
  void token(const Token& token);
  /// "#WORD TEXT" as a line of its own, where tokens of this line may have been written.
  void directive(std::string_view word, std::string_view text);

  std::string take() {
    text_.resize(size_);
    return std::move(text_);
  }

 private:
  void put(char c) {
    if (size_ == text_.size()) grow(1);
    text_[size_++] = c;
  }
  void put(const char* text, std::size_t size) {
    if (size > text_.size() - size_) grow(size);
    if (size > 0) std::memcpy(text_.data() + size_, text, size);
    size_ += size;
  }
  void put(std::string_view text) { put(text.data(), text.size()); }
  void grow(std::size_t size);
  void end_line();
  void move_to(const std::string* file, std::uint32_t line);
  void marker();

  std::string text_;  ///< of which `size_` characters are written
  std::size_t size_ = 0;
  const std::string* file_ = nullptr;
  std::uint32_t line_ = 1;
};

}  // namespace kbx::cpp::detail
