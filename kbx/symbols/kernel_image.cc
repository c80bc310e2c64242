#include "kbx/symbols/kernel_image.h"

#include <algorithm>

#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/elf/object.h"

/// The tables of exports in a linked kernel (include/asm-generic/vmlinux.lds.h), read as
/// find_symbol of kernel/module/main.c reads them. An entry of __ksymtab or __ksymtab_gpl is three
/// words: value, name and namespace, either as distances from the word itself (32 bits each,
/// CONFIG_HAVE_ARCH_PREL32_RELOCATIONS) or as addresses. CRCs lie in __kcrctab[_gpl] in the same
/// order; kernels with CONFIG_MODULE_REL_CRCS have distances to them there. Since one table holds
/// all exports, __kflagstab has a byte of flags for each.
///
/// Which of the forms a kernel has is told by its tables: only in the right one does every entry
/// lead to a name.
namespace kbx::symbols {
namespace {

constexpr size_t words_per_entry = 3;
constexpr size_t crc_size = 4;

class ImageReader {
 public:
  ImageReader(const elf::Object& image, const std::string& path) : image_(image), path_(path) {}

  void add_to(KernelSymbols& kernel) const {
    size_t found = 0;
    found += add_table(kernel, "", ExportLicense::any);
    found += add_table(kernel, "_gpl", ExportLicense::gpl_only);
    if (found == 0)
      throw Error({path_, 0}, "this image has no table of exported symbols (__ksymtab)",
                  "name the kernel's headers, Module.symvers, or System.map");
    if (!kernel.machine)
      kernel.machine = Machine{image_.machine, image_.is_64bit, image_.is_big_endian};
  }

 private:
  struct Form {
    bool relative = false;
    size_t word = 0;
  };

  std::uint64_t number(std::string_view bytes) const {
    return elf::read_number(bytes, image_.is_big_endian);
  }

  /// What lies at an address, to the end of its section; empty if nothing does.
  std::string_view content_at(std::uint64_t address) const {
    for (const elf::Section& section : image_.sections)
      if ((section.flags & SHF_ALLOC) != 0 && address >= section.address &&
          address - section.address < section.content.size())
        return section.content.substr(static_cast<size_t>(address - section.address));
    return {};
  }

  std::string_view string_at(std::uint64_t address) const {
    const std::string_view content = content_at(address);
    const size_t end = content.find('\0');
    return end == std::string_view::npos ? std::string_view() : content.substr(0, end);
  }

  std::uint64_t distance(std::uint64_t address, std::string_view bytes) const {
    const auto offset = static_cast<std::int32_t>(static_cast<std::uint32_t>(number(bytes)));
    return address + static_cast<std::uint64_t>(static_cast<std::int64_t>(offset));
  }

  /// The address that a word of a table leads to; 0 for none.
  std::uint64_t target(const elf::Section& table, size_t at, const Form& form) const {
    const std::string_view bytes = table.content.substr(at, form.word);
    if (!form.relative || number(bytes) == 0) return number(bytes);
    return distance(table.address + at, bytes);
  }

  std::string_view name_of(const elf::Section& table, size_t entry, const Form& form) const {
    return string_at(target(table, entry * form.word * words_per_entry + form.word, form));
  }

  static bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '.' || c == '$';
    });
  }

  Form form_of(const elf::Section& table) const {
    const Form forms[] = {{true, 4}, {false, image_.is_64bit ? size_t{8} : size_t{4}}};
    for (const Form& form : forms) {
      const size_t size = form.word * words_per_entry;
      if (table.content.size() % size == 0 && is_name(name_of(table, 0, form)) &&
          is_name(name_of(table, table.content.size() / size - 1, form)))
        return form;
    }
    throw Error({path_, 0}, "the entries of " + std::string(table.name) + " lead to no names",
                "name the kernel's headers instead");
  }

  /// True if every entry is a distance to something.
  bool are_distances(const elf::Section& crcs) const {
    for (size_t at = 0; crcs.content.size() - at >= crc_size; at += crc_size)
      if (content_at(distance(crcs.address + at, crcs.content.substr(at, crc_size))).size() <
          crc_size)
        return false;
    return true;
  }

  std::uint32_t crc_of(const elf::Section& crcs, size_t entry, bool distances) const {
    const std::string_view bytes = crcs.content.substr(entry * crc_size, crc_size);
    if (!distances) return static_cast<std::uint32_t>(number(bytes));
    const std::string_view there = content_at(distance(crcs.address + entry * crc_size, bytes));
    return static_cast<std::uint32_t>(number(there.substr(0, crc_size)));
  }

  size_t add_table(KernelSymbols& kernel, const std::string& suffix, ExportLicense license) const {
    const elf::Section* const table = image_.find_section("__ksymtab" + suffix);
    if (!table || table->content.empty()) return 0;
    const Form form = form_of(*table);
    const size_t count = table->content.size() / (form.word * words_per_entry);
    const elf::Section* const crcs = image_.find_section("__kcrctab" + suffix);
    const elf::Section* const flags = image_.find_section("__kflagstab" + suffix);
    const bool has_crcs = crcs && crcs->content.size() >= count * crc_size;
    const bool has_flags = flags && flags->content.size() >= count;
    const bool distances = has_crcs && are_distances(*crcs);
    for (size_t i = 0; i < count; ++i) {
      const std::string_view name = name_of(*table, i, form);
      if (name.empty()) continue;
      KernelExport entry;
      entry.owner = "vmlinux";
      entry.license = license;
      if (has_flags && (flags->content[i] & 1) != 0) entry.license = ExportLicense::gpl_only;
      if (has_crcs) entry.crc = crc_of(*crcs, i, distances);
      const std::uint64_t name_space = target(*table, (i * words_per_entry + 2) * form.word, form);
      entry.name_space = std::string(name_space == 0 ? std::string_view() : string_at(name_space));
      kernel.exports.insert_or_assign(std::string(name), std::move(entry));
    }
    return count;
  }

  const elf::Object& image_;
  const std::string& path_;
};

/// The release in the banner "Linux version RELEASE (…".
std::string release_in(std::string_view content) {
  constexpr std::string_view mark = "Linux version ";
  for (size_t at = content.find(mark); at != std::string_view::npos;
       at = content.find(mark, at + 1)) {
    const std::string_view rest = content.substr(at + mark.size());
    const size_t end = rest.find_first_of(std::string_view(" \0\n%", 4));
    if (end != std::string_view::npos && end > 0 && rest[0] >= '0' && rest[0] <= '9')
      return std::string(rest.substr(0, end));
  }
  return {};
}

/// The string that same_magic compares with: the one that starts with the release and a space.
std::optional<std::string> vermagic_in(std::string_view content, const std::string& release) {
  if (release.empty()) return std::nullopt;
  const std::string mark = std::string(1, '\0') + release + " ";
  const size_t at = content.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = content.substr(at + 1);
  constexpr size_t longest = 256;
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos || end > longest) return std::nullopt;
  return std::string(rest.substr(0, end));
}

}  // namespace

void add_kernel_image(KernelSymbols& kernel, std::string_view content, const std::string& path) {
  const elf::Object image = elf::read_object(content, path);
  ImageReader(image, path).add_to(kernel);
  if (kernel.release.empty()) kernel.release = release_in(content);
  if (!kernel.vermagic) kernel.vermagic = vermagic_in(content, kernel.release);
}

}  // namespace kbx::symbols
