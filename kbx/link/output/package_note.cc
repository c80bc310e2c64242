#include "kbx/link/output/package_note.h"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "kbx/link/input/shape.h"

namespace kbx::link {

bool is_package_metadata(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\n\r");
  return start != std::string_view::npos && (text[start] == '{' || text[start] == '[') &&
         nlohmann::json::accept(text);
}

std::string package_note(std::string_view json, bool is_big_endian) {
  constexpr std::uint32_t packaging_metadata = 0xcafe1a7e;  // NT_FDO_PACKAGING_METADATA
  constexpr std::string_view owner("FDO\0", 4);
  const std::size_t size = (json.size() + 1 + 3) & ~std::size_t{3};
  std::string note(12, '\0');
  with_shape(false, is_big_endian, [&]<typename Shape>(Shape) {
    Shape::template store<std::uint32_t>(note.data(), static_cast<std::uint32_t>(owner.size()));
    Shape::template store<std::uint32_t>(note.data() + 4, static_cast<std::uint32_t>(size));
    Shape::template store<std::uint32_t>(note.data() + 8, packaging_metadata);
  });
  note += owner;
  note += json;
  note.resize(12 + owner.size() + size);
  return note;
}

}  // namespace kbx::link
