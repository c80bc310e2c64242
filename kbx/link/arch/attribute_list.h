#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kbx::link {

/// What follows the number of a build attribute: a number, a text, or both.
enum AttributeForm : unsigned {
  attribute_number = 1,
  attribute_text = 2,
  attribute_always_written = 4,  // even where it is 0 or empty
};

/// The value of one build attribute. One that is not there has no form.
struct Attribute {
  unsigned form = 0;
  std::uint32_t number = 0;
  std::optional<std::string> text;

  bool operator==(const Attribute& other) const {
    return number == other.number && text == other.text;
  }
  bool is_set() const { return number != 0 || text; }
};

/// The attributes that one vendor's part of the section gives for the whole file. Those below
/// known_count are a table; what is above is sorted by number.
struct VendorAttributes {
  static constexpr std::uint32_t first_known = 2;
  static constexpr std::uint32_t known_count = 77;

  std::array<Attribute, known_count> known;
  std::multimap<std::uint32_t, Attribute> others;

  Attribute& operator[](std::uint32_t tag) { return known[tag]; }
  const Attribute& operator[](std::uint32_t tag) const { return known[tag]; }
};

/// The build attributes of a file: those of its processor's ABI, and GNU's.
struct BuildAttributes {
  VendorAttributes processor;
  VendorAttributes gnu;
};

/// The name that the ABI of a machine has in the section: "aeabi", "riscv"; "" where there is none.
std::string_view attribute_vendor(std::uint16_t machine);

/// Reads the content of such a section. What is cut short ends the reading without an error, as in
/// GNU ld.
void read_attributes(std::string_view content, std::uint16_t machine, bool is_big_endian,
                     BuildAttributes& attributes);

/// The content of such a section; "" if all attributes have their default.
std::string attributes_section(const BuildAttributes& attributes, std::uint16_t machine,
                               bool is_big_endian);

}  // namespace kbx::link
