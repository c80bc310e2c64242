#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "kbx/base/text.h"
#include "kbx/link/arch/merge_attributes.h"

/// RISC-V's build attributes of two files, after the RISC-V ELF psABI, "Attributes", and GNU ld
/// 2.40: the architecture is the union of both, each extension with the newest version, in the
/// order that the ISA manual ("ISA Extension Naming Conventions") gives them.
namespace kbx::link {
namespace {

enum Tag : std::uint32_t {
  stack_align = 4,
  arch = 5,
  unaligned_access = 6,
  priv_spec = 8,
  priv_spec_minor = 10,
  priv_spec_revision = 12,
};

bool is_mandatory(std::uint32_t tag) {
  return (tag & 127) < 64;
}

struct Extension {
  std::string_view name;
  int major = 0;
  int minor = 0;
};

struct Isa {
  std::string_view width;  // "rv32" or "rv64"
  std::vector<Extension> extensions;
};

/// Single letters first, then those that start with z, s, zxm, x.
int class_of(std::string_view name) {
  if (name.starts_with("zxm")) return 3;
  if (name.starts_with('z')) return 1;
  if (name.starts_with('s')) return 2;
  return name.starts_with('x') ? 4 : 0;
}

std::size_t letter_order(char letter) {
  constexpr std::string_view letters = "eigmafdqlcbkjtpvnh";
  const std::size_t place = letters.find(letter);
  return place == std::string_view::npos ? 0 : place + 1;
}

bool comes_before(const Extension& one, const Extension& other) {
  const int first = class_of(one.name);
  const int second = class_of(other.name);
  if (first != second) return first < second;
  if (first == 0) return letter_order(one.name[0]) < letter_order(other.name[0]);
  if (first == 1 && one.name.size() > 1 && other.name.size() > 1) {
    const std::size_t order = letter_order(one.name[1]);
    const std::size_t other_order = letter_order(other.name[1]);
    if (order != other_order) return order < other_order;
  }
  return one.name < other.name;
}

/// A number of at most four digits; -1 if there is none.
int take_number(std::string_view& rest) {
  if (rest.empty() || !is_digit(rest[0])) return -1;
  int value = 0;
  while (!rest.empty() && is_digit(rest[0])) {
    value = std::min(value * 10 + (rest[0] - '0'), 9999);
    rest.remove_prefix(1);
  }
  return value;
}

/// Where the version, "2p1", starts at the end of "zicsr2p1"; the size if there is none.
std::size_t version_start(std::string_view word) {
  std::size_t at = word.size();
  while (at > 0 && is_digit(word[at - 1])) --at;
  if (at == word.size() || at < 2 || word[at - 1] != 'p' || !is_digit(word[at - 2])) return at;
  --at;
  while (at > 0 && is_digit(word[at - 1])) --at;
  return at;
}

void take_version(std::string_view& rest, Extension& extension) {
  extension.major = take_number(rest);
  extension.minor = extension.major < 0 ? -1 : 0;
  if (extension.major < 0 || rest.size() < 2 || rest[0] != 'p' || !is_digit(rest[1])) return;
  rest.remove_prefix(1);
  extension.minor = take_number(rest);
}

/// "rv64i2p1_m2p0_zicsr2p0"; false if it is none.
bool parse_isa(std::string_view text, Isa& isa) {
  isa.width = text.substr(0, 4);
  if (isa.width != "rv32" && isa.width != "rv64") return false;
  std::string_view rest = text.substr(4);
  while (!rest.empty()) {
    if (rest[0] == '_') {
      rest.remove_prefix(1);
      continue;
    }
    Extension extension;
    if (class_of(rest) == 0) {
      if (letter_order(rest[0]) == 0) return false;
      extension.name = rest.substr(0, 1);
      rest.remove_prefix(1);
      take_version(rest, extension);
    } else {
      std::string_view word = rest.substr(0, rest.find('_'));
      rest.remove_prefix(word.size());
      extension.name = word.substr(0, version_start(word));
      word.remove_prefix(extension.name.size());
      take_version(word, extension);
    }
    isa.extensions.push_back(extension);
  }
  std::stable_sort(isa.extensions.begin(), isa.extensions.end(), comes_before);
  return !isa.extensions.empty() &&
         (isa.extensions[0].name == "i" || isa.extensions[0].name == "e");
}

void unite(Isa& isa, const Isa& other) {
  for (const Extension& extension : other.extensions) {
    const auto place =
        std::lower_bound(isa.extensions.begin(), isa.extensions.end(), extension, comes_before);
    if (place == isa.extensions.end() || place->name != extension.name) {
      isa.extensions.insert(place, extension);
    } else if (std::pair(extension.major, extension.minor) >
               std::pair(place->major, place->minor)) {
      place->major = extension.major;
      place->minor = extension.minor;
    }
  }
}

std::string text_of(const Isa& isa) {
  std::string text(isa.width);
  for (const Extension& extension : isa.extensions) {
    if (extension.major < 0) continue;
    const bool is_base = extension.name == "i" || extension.name == "e";
    text += fmt::format("{}{}{}p{}", is_base ? "" : "_", extension.name, extension.major,
                        extension.minor);
  }
  return text;
}

void merge_architecture(AttributeMerge& merge) {
  std::optional<std::string>& out = merge.out.processor[arch].text;
  const std::optional<std::string>& in = merge.in.processor[arch].text;
  if (!out) out = in;
  if (!in || !out) return;
  Isa isa, other;
  if (!parse_isa(*out, isa) || !parse_isa(*in, other)) {
    merge.fail(fmt::format("error: {}: corrupted ISA string '{}'", merge.in_name, *in));
  } else if (isa.width != other.width) {
    merge.fail(fmt::format("error: {}: ISA string of input ({}) doesn't match output ({})",
                           merge.in_name, *in, *out));
  } else if (isa.extensions[0].name != other.extensions[0].name) {
    merge.fail(fmt::format("error: {}: mis-matched ISA string to merge '{}' and '{}'",
                           merge.in_name, other.extensions[0].name, isa.extensions[0].name));
  } else {
    unite(isa, other);
    out = text_of(isa);
  }
}

/// The versions of the privileged specification that GNU ld knows, from the oldest; 0: none.
int privileged_version(const VendorAttributes& attributes) {
  const std::uint32_t major = attributes[priv_spec].number;
  const std::uint32_t minor = attributes[priv_spec_minor].number;
  const std::uint32_t revision = attributes[priv_spec_revision].number;
  if (major != 1) return 0;
  if (minor == 9 && revision == 1) return 1;
  return minor >= 10 && minor <= 12 && revision == 0 ? static_cast<int>(minor) - 8 : 0;
}

void merge_privileged_version(AttributeMerge& merge) {
  VendorAttributes& out = merge.out.processor;
  const VendorAttributes& in = merge.in.processor;
  const int mine = privileged_version(out);
  const int theirs = privileged_version(in);
  if (mine != 0 && theirs != 0 && mine != theirs) {
    merge.warn(
        fmt::format("warning: {} use privileged spec version {}.{}.{} but the output use "
                    "version {}.{}.{}",
                    merge.in_name, in[priv_spec].number, in[priv_spec_minor].number,
                    in[priv_spec_revision].number, out[priv_spec].number,
                    out[priv_spec_minor].number, out[priv_spec_revision].number));
    if (mine == 1 || theirs == 1)
      merge.warn(
          "warning: privileged spec version 1.9.1 can not be linked with other spec versions");
  }
  if (mine == 0 || (theirs != 0 && theirs > mine))
    for (const Tag tag : {priv_spec, priv_spec_minor, priv_spec_revision})
      out[tag].number = in[tag].number;
}

void merge_stack_alignment(AttributeMerge& merge) {
  std::uint32_t& out = merge.out.processor[stack_align].number;
  const std::uint32_t in = merge.in.processor[stack_align].number;
  if (out == 0)
    out = in;
  else if (in != 0 && in != out)
    merge.fail(
        fmt::format("error: {} use {}-byte stack aligned but the output use {}-byte stack aligned",
                    merge.in_name, in, out));
}

}  // namespace

void merge_riscv_attributes(AttributeMerge& merge) {
  merge_compatibility(merge);
  VendorAttributes& out = merge.out.processor;
  const VendorAttributes& in = merge.in.processor;
  for (std::uint32_t tag = VendorAttributes::first_known; tag < VendorAttributes::known_count;
       ++tag) {
    switch (tag) {
      case arch:
        merge_architecture(merge);
        break;
      case priv_spec:
        merge_privileged_version(merge);
        break;
      case priv_spec_minor:
      case priv_spec_revision:
        break;
      case unaligned_access:
        out[tag].number |= in[tag].number;
        break;
      case stack_align:
        merge_stack_alignment(merge);
        break;
      default:
        merge_unknown(merge, tag, is_mandatory);
    }
    if (out[tag].form == 0) out[tag].form = in[tag].form;
  }
  merge_unknown_others(merge, is_mandatory);
}

}  // namespace kbx::link
