#include "kbx/link/output/build_id.h"

#include <cctype>
#include <charconv>
#include <random>

#include "kbx/link/output/digest.h"

namespace kbx::link {
namespace {

/// The bytes of "0xHEX", in which - and : may stand between bytes; nothing if it is not that.
std::string literal(std::string_view style) {
  std::string bytes;
  std::string_view rest = style.substr(2);
  while (!rest.empty()) {
    if (rest[0] == '-' || rest[0] == ':') {
      rest.remove_prefix(1);
      continue;
    }
    unsigned value = 0;
    if (rest.size() < 2) return {};
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + 2, value, 16);
    if (error != std::errc() || end != rest.data() + 2) return {};
    bytes += static_cast<char>(value);
    rest.remove_prefix(2);
  }
  return bytes;
}

}  // namespace

std::size_t build_id_size(std::string_view style) {
  if (style == "sha1") return 20;
  if (style == "md5" || style == "uuid") return 16;
  if (style.substr(0, 2) == "0x") return literal(style).size();
  return 0;
}

std::string make_build_id(std::string_view style, const std::vector<std::string_view>& parts) {
  if (style == "sha1") return sha1(parts);
  if (style == "md5") return md5(parts);
  if (style != "uuid") return literal(style);
  std::random_device source;
  std::string bytes;
  for (int i = 0; i < 16; ++i) bytes += static_cast<char>(source());
  return bytes;
}

}  // namespace kbx::link
