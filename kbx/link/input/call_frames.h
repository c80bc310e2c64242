#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kbx::link {

/// How .eh_frame and .eh_frame_hdr encode addresses (DW_EH_PE_*, Linux Standard Base).
constexpr std::uint8_t omitted = 0xff;
constexpr std::uint8_t encoding_kind = 0x70;
constexpr std::uint8_t encoding_signed = 0x08;
constexpr std::uint8_t encoding_absolute = 0x00;
constexpr std::uint8_t encoding_from_place = 0x10;
constexpr std::uint8_t encoding_aligned = 0x50;

/// Reads numbers from a part of a section; fails for good at its end.
class Cursor {
 public:
  Cursor(std::string_view bytes, std::size_t at, std::size_t end)
      : bytes_(bytes), at_(at), end_(end) {}

  std::size_t at() const { return at_; }
  bool ok() const { return !has_failed_; }
  bool fail() {
    has_failed_ = true;
    return false;
  }
  bool skip(std::uint64_t count) {
    if (has_failed_ || count > end_ - at_) return fail();
    at_ += static_cast<std::size_t>(count);
    return true;
  }
  std::uint8_t byte() {
    if (!skip(1)) return 0;
    return static_cast<std::uint8_t>(bytes_[at_ - 1]);
  }
  std::uint64_t leb128() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t part = byte();
      if (has_failed_) return 0;
      if (shift < 64) value |= std::uint64_t{part & 0x7fu} << shift;
      if (!(part & 0x80)) return value;
    }
  }
  bool is_at_end() const { return at_ >= end_; }

 private:
  std::string_view bytes_;
  std::size_t at_;
  std::size_t end_;
  bool has_failed_ = false;
};

/// How many bytes an encoded address has; 0 for an encoding that has none or is unknown.
inline std::size_t width_of(std::uint8_t encoding, std::size_t word) {
  if ((encoding & 0x60) == 0x60) return 0;
  switch (encoding & 7) {
    case 0:
      return word;
    case 2:
      return 2;
    case 3:
      return 4;
    case 4:
      return 8;
    default:
      return 0;
  }
}

}  // namespace kbx::link
