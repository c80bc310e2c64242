#include <algorithm>
#include <cstring>

#include <elf.h>

#include "kbx/base/path.h"
#include "kbx/link/dynamic/dynamic_link.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/relocate/referent.h"

/// What is in the sections of a dynamic output: the structures of the System V gABI, chapter 5, and
/// of the LSB's "Symbol Versioning".
namespace kbx::link {
namespace {

constexpr std::uint16_t hidden_version = 0x8000;  // VERSYM_HIDDEN

std::string_view plain_name(std::string_view name) {
  return name.substr(0, name.find('@'));
}

std::uint64_t address_of(const InputSection& section) {
  return (section.output ? section.output->address : 0) + section.output_offset;
}

std::uint64_t address_of(const Symbol& symbol) {
  if (symbol.output_section) return symbol.output_section->address + symbol.value;
  if (symbol.section) return address_in(*symbol.section, symbol.value);
  return symbol.value;
}

/// Structures one behind the other.
template <typename Shape>
class Writer {
 public:
  template <typename Number>
  Writer& put(std::type_identity_t<Number> value) {
    char bytes[sizeof(Number)];
    Shape::template store<Number>(bytes, value);
    text_.append(bytes, sizeof bytes);
    return *this;
  }
  Writer& half(std::uint16_t value) { return put<std::uint16_t>(value); }
  Writer& word(std::uint32_t value) { return put<std::uint32_t>(value); }
  Writer& address(std::uint64_t value) {
    return put<typename Shape::Word>(static_cast<typename Shape::Word>(value));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

const OutputSection* DynamicLink::first_thread_local(const OutputSections& outputs) const {
  const OutputSection* section = outputs.first();
  while (section && !(section->traits & trait_thread_local)) section = section->next;
  return section;
}

OutputSymbol DynamicLink::output_symbol(const Symbol& symbol, const OutputSections& outputs) const {
  OutputSymbol output;
  output.size = symbol.size;
  output.type = symbol.type;
  output.other = symbol.other;
  const bool is_weak =
      symbol.binding == Binding::defined_weak || symbol.binding == Binding::undefined_weak;
  output.binding = is_weak ? STB_WEAK : STB_GLOBAL;
  if (symbol.is_unique && symbol.is_defined_in_object) output.binding = STB_GNU_UNIQUE;
  if (symbol.is_dynamic_local) {
    output.binding = STB_LOCAL;
    output.other &= static_cast<std::uint8_t>(~3u);
  }
  const bool is_defined =
      (symbol.binding == Binding::defined || symbol.binding == Binding::defined_weak) &&
      (!is_from_shared(symbol) || symbol.is_copied);
  if (is_defined) {
    output.section = absolute_section;
    if (symbol.output_section)
      output.section = symbol.output_section->index;
    else if (symbol.section && symbol.section->output)
      output.section = symbol.section->output->index;
    output.value = address_of(symbol);
    if (output.type == STT_COMMON) output.type = STT_OBJECT;
    const OutputSection* threads = first_thread_local(outputs);
    if (symbol.type == STT_TLS && threads) output.value -= threads->address;
    return output;
  }
  output.section = SHN_UNDEF;
  if (symbol.is_referenced_in_object) {
    if (output.type == STT_GNU_IFUNC) output.type = STT_FUNC;
    output.binding = symbol.is_referenced_strongly ? STB_GLOBAL : STB_WEAK;
  }
  if (is_from_shared(symbol)) output.size = 0;
  return output;
}

std::string DynamicLink::symbol_bytes(
    const OutputSections& outputs,
    const std::function<void(const Symbol& symbol, OutputSymbol& output)>& adjust) const {
  const MachineFormat format = resolver_.format();
  return with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    using Raw = typename Shape::Symbol;
    std::string bytes(symbols_.size() * sizeof(Raw), '\0');
    for (std::size_t i = 1; i < symbols_.size(); ++i) {
      OutputSymbol symbol;
      if (symbols_[i]) {
        symbol = output_symbol(*symbols_[i], outputs);
        if (adjust) adjust(*symbols_[i], symbol);
      } else {
        const OutputSection& section = *tables_.section_symbols[i - 1];
        symbol.section = section.index;
        symbol.type = STT_SECTION;
        symbol.value = section.address;
      }
      Raw raw{};
      raw.st_name = Shape::native(strings_.offset(symbol_names_[i]));
      raw.st_value = Shape::native(static_cast<typename Shape::Word>(symbol.value));
      raw.st_size = Shape::native(static_cast<typename Shape::Word>(symbol.size));
      raw.st_info = static_cast<unsigned char>(symbol.binding << 4 | (symbol.type & 0xf));
      raw.st_other = symbol.other;
      const std::uint32_t section = symbol.section >= first_reserved_section
                                        ? symbol.section - first_reserved_section + SHN_LORESERVE
                                        : symbol.section;
      raw.st_shndx = Shape::native(static_cast<std::uint16_t>(section));
      std::memcpy(bytes.data() + i * sizeof raw, &raw, sizeof raw);
    }
    return bytes;
  });
}

std::uint16_t DynamicLink::version_of(const Symbol& symbol) const {
  if (!symbol.is_defined_in_object && symbol.binding != Binding::common) {
    if (is_from_shared(symbol))
      for (const NeededVersion& need : needs_)
        for (const NeededVersion::Version& version : need.versions)
          if (need.file == symbol.file && version.shared_number == symbol.shared_version)
            return version.number;
    return VER_NDX_GLOBAL;
  }
  unsigned number = symbol.version ? symbol.version->number + 1u : VER_NDX_GLOBAL;
  if (options_.default_symbol_versions) ++number;
  if (symbol.has_hidden_version) number |= hidden_version;
  return static_cast<std::uint16_t>(number);
}

std::string DynamicLink::version_bytes() const {
  const MachineFormat format = resolver_.format();
  return with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    Writer<Shape> writer;
    writer.half(VER_NDX_LOCAL);
    for (std::size_t i = 1; i < first_named(); ++i) writer.half(VER_NDX_LOCAL);
    for (std::size_t i = first_named(); i < symbols_.size(); ++i)
      writer.half(version_of(*symbols_[i]));
    return writer.take();
  });
}

std::string DynamicLink::definition_bytes() const {
  constexpr std::uint32_t size = sizeof(Elf64_Verdef);
  constexpr std::uint32_t name_size = sizeof(Elf64_Verdaux);
  const MachineFormat format = resolver_.format();
  return with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    Writer<Shape> writer;
    unsigned left = definition_count_;
    const auto start = [&](unsigned flags, unsigned index, std::string_view name,
                           std::uint32_t count, std::uint32_t to_names, std::uint32_t to_next) {
      --left;
      writer.half(VER_DEF_CURRENT).half(static_cast<std::uint16_t>(flags));
      writer.half(static_cast<std::uint16_t>(index)).half(static_cast<std::uint16_t>(count));
      writer.word(sysv_hash(name)).word(to_names).word(left == 0 ? 0 : to_next);
    };
    const auto define = [&](unsigned flags, unsigned index, std::string_view name,
                            const std::vector<std::uint32_t>& names) {
      const auto count = static_cast<std::uint32_t>(names.size());
      start(flags, index, name, count, size, size + count * name_size);
      for (std::uint32_t i = 0; i < count; ++i)
        writer.word(strings_.offset(names[i])).word(i + 1 == count ? 0 : name_size);
    };
    const unsigned first = options_.default_symbol_versions ? 2 : 1;
    // The base version and the default one share their name.
    if (options_.default_symbol_versions) {
      start(VER_FLG_BASE, 1, base_name_, 1, 2 * size, size);
      define(0, 2, base_name_, {base_version_});
    } else {
      define(VER_FLG_BASE, 1, base_name_, {base_version_});
    }
    for (const DefinedVersion& version : scripts_.versions()) {
      if (version.number == 0) continue;
      std::vector<std::uint32_t> names{version_names_.at(&version)};
      for (const DefinedVersion* before : version.before)
        names.push_back(version_names_.at(before));
      const bool is_weak = !version.has_patterns && !version.is_used;
      define(is_weak ? VER_FLG_WEAK : 0, version.number + first, version.name, names);
    }
    return writer.take();
  });
}

std::string DynamicLink::need_bytes() const {
  constexpr std::uint32_t size = sizeof(Elf64_Verneed);
  constexpr std::uint32_t name_size = sizeof(Elf64_Vernaux);
  const MachineFormat format = resolver_.format();
  return with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    Writer<Shape> writer;
    for (const NeededVersion& need : needs_) {
      const auto count = static_cast<std::uint32_t>(need.versions.size());
      const bool is_last = &need == &needs_.back();
      writer.half(VER_NEED_CURRENT).half(static_cast<std::uint16_t>(count));
      writer.word(strings_.offset(need.file_name)).word(size);
      writer.word(is_last ? 0 : size + count * name_size);
      for (const NeededVersion::Version& version : need.versions) {
        writer.word(sysv_hash(version.text)).half(version.flags).half(version.number);
        writer.word(strings_.offset(version.name));
        writer.word(&version == &need.versions.back() ? 0 : name_size);
      }
    }
    return writer.take();
  });
}

std::string DynamicLink::hash_bytes() const {
  std::vector<HashedSymbol> hashed;
  for (const bool is_local : {true, false})
    resolver_.symbols().for_each([&](const Symbol& symbol) {
      if (symbol.binding == Binding::indirect || symbol.dynamic_index == 0) return;
      if (symbol.is_dynamic_local == is_local)
        hashed.push_back({sysv_hash(plain_name(symbol.name)), symbol.dynamic_index});
    });
  const MachineFormat format = resolver_.format();
  return with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    Writer<Shape> writer;
    for (const std::uint32_t word : hash_words(hashed, symbols_.size(), hash_buckets_))
      writer.word(word);
    return writer.take();
  });
}

std::string DynamicLink::dynamic_bytes(
    std::uint64_t relative_count,
    const std::vector<const OutputSection*>& relocation_sections) const {
  // What DT_RELA covers: all relocation sections in memory but for the PLT's.
  std::uint64_t relocations = 0;
  std::uint64_t relocations_size = 0;
  for (const OutputSection* section : relocation_sections) {
    relocations_size += section->size;
    if (relocations == 0 || section->address < relocations) relocations = section->address;
  }
  if (const InputSection* plt = tables_.plt_relocations;
      plt && plt->size != 0 && !tables_.counts_plt_relocations) {
    relocations_size -= std::min(relocations_size, plt->size);
    if (relocations_size == 0)
      relocations = 0;
    else if (relocations == address_of(*plt))
      relocations += plt->size;
  }
  if (relocations_size == 0) relocations = 0;
  std::vector<Entry> late;  // what takes the place of empty entries
  const auto add_late = [&](std::int64_t tag, std::uint64_t value) {
    Entry entry;
    entry.tag = tag;
    entry.value = value;
    late.push_back(entry);
  };
  if (relative_count != 0) add_late(tables_.uses_rela ? DT_RELACOUNT : DT_RELCOUNT, relative_count);
  if (sections_.relr && sections_.relr->size != 0) {
    constexpr std::int64_t relr = 36, relr_size = 35, relr_entry = 37;
    add_late(relr, address_of(*sections_.relr));
    add_late(relr_size, sections_.relr->size);
    add_late(relr_entry, sections_.relr->entry_size);
  }
  std::size_t used = 0;
  const MachineFormat format = resolver_.format();
  return with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    Writer<Shape> writer;
    for (const Entry& planned : entries_) {
      Entry entry = planned;
      if (entry.tag == DT_NULL && used < late.size()) entry = late[used++];
      std::uint64_t value = entry.value;
      if (entry.string != 0) value = strings_.offset(entry.string);
      if (entry.section) value += address_of(*entry.section);
      if (entry.symbol) value = entry.symbol->is_defined_in_object ? address_of(*entry.symbol) : 0;
      if (entry.output) {
        const bool is_address = entry.tag == DT_INIT_ARRAY || entry.tag == DT_FINI_ARRAY ||
                                entry.tag == DT_PREINIT_ARRAY;
        value = is_address ? entry.output->address : entry.output->size;
      }
      const bool tells_of_plt = entry.tag == DT_JMPREL || entry.tag == DT_PLTRELSZ;
      if (tables_.names_plt_output && tables_.plt_relocations && tells_of_plt) {
        const OutputSection* const output = tables_.plt_relocations->output;
        if (output) value = entry.tag == DT_JMPREL ? output->address : output->size;
      }
      if (entry.tag == DT_STRSZ) value = strings_.size();
      if (entry.tag == DT_RELA || entry.tag == DT_REL) value = relocations;
      if (entry.tag == DT_RELASZ || entry.tag == DT_RELSZ) value = relocations_size;
      writer.address(static_cast<std::uint64_t>(entry.tag)).address(value);
    }
    return writer.take();
  });
}

void DynamicLink::set_content(InputSection* section, std::string bytes) {
  if (!section || section->is_discarded) return;
  bytes.resize(static_cast<std::size_t>(section->size));
  section->content = keep(std::move(bytes));
}

void DynamicLink::fill(
    const OutputSections& outputs, std::uint64_t relative_count,
    const std::vector<const OutputSection*>& relocation_sections,
    const std::function<void(const Symbol& symbol, OutputSymbol& output)>& adjust) {
  if (!sections_.dynamic) return;
  const MachineFormat format = resolver_.format();
  const std::string_view path =
      options_.dynamic_linker.empty() ? tables_.interpreter : options_.dynamic_linker;
  set_content(sections_.interpreter, std::string(path));
  set_content(sections_.symbols, symbol_bytes(outputs, adjust));
  std::string strings(static_cast<std::size_t>(strings_.size()), '\0');
  strings_.write(strings.data());
  set_content(sections_.strings, std::move(strings));
  set_content(sections_.versions, version_bytes());
  if (definition_count_ != 0) set_content(sections_.version_definitions, definition_bytes());
  set_content(sections_.version_needs, need_bytes());
  if (sections_.hash) set_content(sections_.hash, hash_bytes());
  if (sections_.gnu_hash)
    set_content(sections_.gnu_hash,
                gnu_hash_content(gnu_hash_, found_, format.is_64bit, format.is_big_endian));
  with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    Writer<Shape> writer;
    for (const std::uint64_t word : relr_) writer.address(word);
    set_content(sections_.relr, writer.take());
  });
  set_content(sections_.dynamic, dynamic_bytes(relative_count, relocation_sections));
}

}  // namespace kbx::link
