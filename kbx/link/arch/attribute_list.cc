#include "kbx/link/arch/attribute_list.h"

#include <algorithm>

#include <elf.h>

#include "kbx/link/input/shape.h"

/// The section of build attributes, after "Addenda to, and Errata in, the ABI for the Arm
/// Architecture", chapter "The public aeabi subsection", and the RISC-V ELF psABI, "Attributes":
///
///   'A'  { size(4) vendor\0  { scope(uleb128) size(4) { tag(uleb128) value }* }* }*
///
/// Sizes count themselves and what precedes them in their braces. Scope 1 is the whole file; what
/// is said of single sections and symbols GNU ld drops, and so it is here.
namespace kbx::link {
namespace {

constexpr std::uint32_t scope_file = 1;
constexpr std::uint32_t tag_compatibility = 32;
constexpr std::uint32_t arm_cpu_raw_name = 4;
constexpr std::uint32_t arm_cpu_name = 5;
constexpr std::uint32_t arm_nodefaults = 64;
constexpr std::uint32_t arm_conformance = 67;
constexpr std::string_view gnu_vendor = "gnu";

unsigned form_by_parity(std::uint32_t tag) {
  return (tag & 1) ? attribute_text : attribute_number;
}

unsigned form_of(std::uint32_t tag, std::uint16_t machine, bool is_gnu) {
  if (machine == EM_RISCV && !is_gnu) return form_by_parity(tag);
  if (tag == tag_compatibility) return attribute_number | attribute_text;
  if (is_gnu) return form_by_parity(tag);
  if (tag == arm_nodefaults) return attribute_number | attribute_always_written;
  if (tag == arm_cpu_raw_name || tag == arm_cpu_name) return attribute_text;
  return tag < 32 ? attribute_number : form_by_parity(tag);
}

class AttributeReader {
 public:
  AttributeReader(std::uint16_t machine, bool is_big_endian, BuildAttributes& attributes)
      : machine_(machine), is_big_endian_(is_big_endian), attributes_(attributes) {}

  void read(std::string_view rest) {
    if (rest.empty() || rest.front() != 'A') return;
    rest.remove_prefix(1);
    while (rest.size() >= 4) {
      const std::size_t size = std::min<std::size_t>(number(rest), rest.size());
      if (size <= 4) return;
      const std::string_view part = rest.substr(4, size - 4);
      const std::size_t name = std::min(part.find('\0'), part.size());
      if (name + 1 >= part.size()) return;
      read_vendor(part.substr(0, name), part.substr(name + 1));
      rest.remove_prefix(size);
    }
  }

 private:
  void read_vendor(std::string_view vendor, std::string_view rest) {
    const std::string_view own = attribute_vendor(machine_);
    const bool is_own = !own.empty() && vendor == own;
    if (!is_own && vendor != gnu_vendor) return;
    while (!rest.empty()) {
      std::string_view part = rest;
      const std::uint32_t scope = take_number(part);
      if (part.size() < 4) return;
      const std::size_t size = std::min<std::size_t>(number(part), rest.size());
      const std::size_t head = rest.size() - part.size() + 4;
      if (size < head) return;
      if (scope == scope_file) read_file_scope(rest.substr(head, size - head), !is_own);
      rest.remove_prefix(size);
    }
  }

  void read_file_scope(std::string_view rest, bool is_gnu) {
    VendorAttributes& into = is_gnu ? attributes_.gnu : attributes_.processor;
    while (!rest.empty()) {
      const std::uint32_t tag = take_number(rest);
      Attribute attribute;
      attribute.form = form_of(tag, machine_, is_gnu);
      if (attribute.form & attribute_number) attribute.number = take_number(rest);
      if (attribute.form & attribute_text) attribute.text = take_text(rest);
      if (tag < VendorAttributes::known_count)
        into[tag] = std::move(attribute);
      else
        into.others.emplace(tag, std::move(attribute));
    }
  }

  std::uint32_t number(std::string_view bytes) const {
    std::uint32_t value = 0;
    with_shape(false, is_big_endian_, [&]<typename Shape>(Shape) {
      value = Shape::template load<std::uint32_t>(bytes.data());
    });
    return value;
  }

  static std::uint32_t take_number(std::string_view& rest) {
    std::uint32_t value = 0;
    for (unsigned shift = 0; !rest.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest.front());
      rest.remove_prefix(1);
      if (shift < 32) value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
      if (!(byte & 0x80)) break;
    }
    return value;
  }

  static std::string take_text(std::string_view& rest) {
    const std::size_t length = std::min(rest.find('\0'), rest.size());
    std::string text(rest.substr(0, length));
    rest.remove_prefix(std::min(length + 1, rest.size()));
    return text;
  }

  std::uint16_t machine_;
  bool is_big_endian_;
  BuildAttributes& attributes_;
};

/// In which order the known ones are written: ARM's ABI wants two of them first.
std::uint32_t written_at(std::uint32_t place, std::uint16_t machine) {
  constexpr std::uint32_t first = VendorAttributes::first_known;
  if (machine != EM_ARM) return place;
  if (place == first) return arm_conformance;
  if (place == first + 1) return arm_nodefaults;
  if (place - 2 < arm_nodefaults) return place - 2;
  return place - 1 < arm_conformance ? place - 1 : place;
}

void append_number(std::string& bytes, std::uint32_t value) {
  while (value >= 0x80) {
    bytes += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  bytes += static_cast<char>(value);
}

void append_size(std::string& bytes, std::size_t value, bool is_big_endian) {
  char size[4];
  with_shape(false, is_big_endian, [&]<typename Shape>(Shape) {
    Shape::template store<std::uint32_t>(size, static_cast<std::uint32_t>(value));
  });
  bytes.append(size, sizeof size);
}

void append_attribute(std::string& bytes, std::uint32_t tag, const Attribute& attribute) {
  const bool has_number = attribute.form & attribute_number;
  const bool has_text = attribute.form & attribute_text;
  const bool is_default = !(has_number && attribute.number != 0) &&
                          !(has_text && attribute.text && !attribute.text->empty()) &&
                          !(attribute.form & attribute_always_written);
  if (is_default) return;
  append_number(bytes, tag);
  if (has_number) append_number(bytes, attribute.number);
  if (has_text) {
    bytes += attribute.text.value_or("");
    bytes += '\0';
  }
}

std::string vendor_part(std::string_view vendor, const VendorAttributes& attributes,
                        std::uint16_t machine, bool is_big_endian) {
  std::string values;
  for (std::uint32_t i = VendorAttributes::first_known; i < VendorAttributes::known_count; ++i) {
    const std::uint32_t tag = written_at(i, machine);
    append_attribute(values, tag, attributes[tag]);
  }
  for (const auto& [tag, attribute] : attributes.others) append_attribute(values, tag, attribute);
  if (values.empty()) return {};
  constexpr std::size_t scope_head = 5;
  std::string part;
  append_size(part, 4 + vendor.size() + 1 + scope_head + values.size(), is_big_endian);
  part += vendor;
  part += '\0';
  part += static_cast<char>(scope_file);
  append_size(part, scope_head + values.size(), is_big_endian);
  return part + values;
}

}  // namespace

std::string_view attribute_vendor(std::uint16_t machine) {
  if (machine == EM_ARM) return "aeabi";
  if (machine == EM_RISCV) return "riscv";
  return {};
}

void read_attributes(std::string_view content, std::uint16_t machine, bool is_big_endian,
                     BuildAttributes& attributes) {
  AttributeReader(machine, is_big_endian, attributes).read(content);
}

std::string attributes_section(const BuildAttributes& attributes, std::uint16_t machine,
                               bool is_big_endian) {
  const std::string_view own = attribute_vendor(machine);
  std::string parts;
  if (!own.empty()) parts = vendor_part(own, attributes.processor, machine, is_big_endian);
  parts += vendor_part(gnu_vendor, attributes.gnu, machine, is_big_endian);
  return parts.empty() ? parts : 'A' + parts;
}

}  // namespace kbx::link
