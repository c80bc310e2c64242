#include "kbx/link/input/property.h"

#include <algorithm>

#include <fmt/format.h>

#include "kbx/link/input/object.h"
#include "kbx/link/input/shape.h"

/// Program properties (.note.gnu.property): reading, merging as GNU ld 2.40 does, writing.
///
/// Each kind of property merges by its number. AND: every input must have it, and bits are
/// intersected. OR: any input may have it, bits are united. OR_AND: every input must have it, bits
/// are united. Properties are kept sorted by number, as the format asks.
namespace kbx::link {
namespace {

constexpr std::uint32_t stack_size = 1;
constexpr std::uint32_t no_copy_on_protected = 2;
constexpr std::uint32_t generic_and = 0xb0000000;
constexpr std::uint32_t generic_or = 0xb0008000;
constexpr std::uint32_t generic_last = 0xb000ffff;
constexpr std::uint32_t needed_1 = generic_or;
constexpr std::uint32_t indirect_access_bit = 1;
constexpr std::uint32_t aarch64_feature_1 = 0xc0000000;
constexpr std::uint32_t x86_compat_isa_used = 0xc0000000;
constexpr std::uint32_t x86_compat_isa_needed = 0xc0000001;
constexpr std::uint32_t x86_and = 0xc0000002;
constexpr std::uint32_t x86_or = 0xc0008000;
constexpr std::uint32_t x86_isa_needed = 0xc0008002;
constexpr std::uint32_t x86_or_and = 0xc0010000;
constexpr std::uint32_t x86_last = 0xc0017fff;
constexpr std::uint32_t property_note = 5;  // NT_GNU_PROPERTY_TYPE_0

enum class Merge { unknown, largest, presence, all_must, any_may, united_if_all };

Merge merge_of(std::uint32_t type, std::uint16_t machine) {
  if (type == stack_size) return Merge::largest;
  if (type == no_copy_on_protected) return Merge::presence;
  if (type >= generic_and && type < generic_or) return Merge::all_must;
  if (type >= generic_or && type <= generic_last) return Merge::any_may;
  if (machine == EM_AARCH64) return type == aarch64_feature_1 ? Merge::all_must : Merge::unknown;
  if (machine != EM_X86_64 && machine != EM_386) return Merge::unknown;
  if (type == x86_compat_isa_used) return Merge::united_if_all;
  if (type == x86_compat_isa_needed) return Merge::any_may;
  if (type >= x86_and && type < x86_or) return Merge::all_must;
  if (type >= x86_or && type < x86_or_and) return Merge::any_may;
  if (type >= x86_or_and && type <= x86_last) return Merge::united_if_all;
  return Merge::unknown;
}

/// The property that tells what all files are fit for.
std::uint32_t features_of(std::uint16_t machine) {
  return machine == EM_AARCH64 ? aarch64_feature_1 : x86_and;
}

Property* find(std::vector<Property>& properties, std::uint32_t type) {
  for (Property& property : properties)
    if (property.type == type) return &property;
  return nullptr;
}

Property& find_or_add(std::vector<Property>& properties, std::uint32_t type, std::uint32_t size) {
  if (Property* found = find(properties, type)) {
    found->size = std::max(found->size, size);
    return *found;
  }
  const auto place = std::find_if(properties.begin(), properties.end(),
                                  [&](const Property& property) { return property.type > type; });
  return *properties.insert(place, Property{type, size, 0, false});
}

template <typename Shape>
class PropertyReader {
 public:
  explicit PropertyReader(InputFile& file) : file_(file) {}

  void read(const InputSection& section) {
    // A note's parts are aligned as its section is, to 4 or 8 bytes.
    const std::size_t alignment = section.alignment_power <= 2 ? 4 : 8;
    if (section.alignment_power > 3) return;
    std::string_view rest = section.content;
    while (rest.size() >= 12) {
      const auto name_size = number(rest, 0);
      const auto size = number(rest, 4);
      const auto type = number(rest, 8);
      const std::size_t start = round_up(12 + std::size_t{name_size}, alignment);
      if (name_size > rest.size() - 12 || (size != 0 && start >= rest.size()) ||
          (size != 0 && size > rest.size() - start))
        return;
      if (name_size == 4 && rest.substr(12, 4) == std::string_view("GNU\0", 4) &&
          type == property_note && !read_note(rest.substr(start, size)))
        return;
      const std::size_t next = round_up(start + size, alignment);
      if (next >= rest.size()) return;
      rest.remove_prefix(next);
    }
  }

 private:
  static std::size_t round_up(std::size_t value, std::size_t alignment) {
    return (value + alignment - 1) & ~(alignment - 1);
  }

  static std::uint32_t number(std::string_view bytes, std::size_t at) {
    return Shape::template load<std::uint32_t>(bytes.data() + at);
  }

  bool read_note(std::string_view rest) {
    constexpr std::size_t word = Shape::is_64bit ? 8 : 4;
    if (rest.size() < 8 || rest.size() % word != 0) return false;
    while (!rest.empty()) {
      if (rest.size() < 8) return false;
      const auto type = number(rest, 0);
      const auto size = number(rest, 4);
      rest.remove_prefix(8);
      if (size > rest.size() || !add(type, rest.substr(0, size))) {
        file_.properties.clear();
        return false;
      }
      rest.remove_prefix(std::min(rest.size(), round_up(size, word)));
    }
    return true;
  }

  /// False if the value has a size that its kind cannot have.
  bool add(std::uint32_t type, std::string_view value) {
    constexpr std::size_t word = Shape::is_64bit ? 8 : 4;
    const Merge merge = merge_of(type, file_.machine);
    if (merge == Merge::unknown) return true;
    const std::size_t expected = merge == Merge::largest ? word : merge == Merge::presence ? 0 : 4;
    if (value.size() != expected) return false;
    Property& property =
        find_or_add(file_.properties, type, static_cast<std::uint32_t>(value.size()));
    if (expected == 8) property.value = Shape::template load<std::uint64_t>(value.data());
    if (expected == 4) {
      const auto bits = Shape::template load<std::uint32_t>(value.data());
      property.value = merge == Merge::largest ? bits : property.value | bits;
    }
    return true;
  }

  InputFile& file_;
};

/// Merges `other` (null: the other file has none) into `property`, which may go by that.
void merge_into(Property& property, const Property* other, std::uint16_t machine) {
  switch (merge_of(property.type, machine)) {
    case Merge::largest:
      if (other) property.value = std::max(property.value, other->value);
      break;
    case Merge::all_must:
      property.value = other ? property.value & other->value : 0;
      property.is_removed = property.value == 0;
      break;
    case Merge::any_may:
      if (other) property.value |= other->value;
      property.is_removed = property.value == 0;
      break;
    case Merge::united_if_all:
      if (other)
        property.value |= other->value;
      else
        property.is_removed = true;
      break;
    case Merge::presence:
    case Merge::unknown:
      break;
  }
}

/// True if a property that the files so far do not have comes in with a further file.
bool may_join(const Property& property, std::uint16_t machine) {
  switch (merge_of(property.type, machine)) {
    case Merge::largest:
    case Merge::presence:
      return true;
    case Merge::any_may:
      return property.value != 0;
    default:
      return false;
  }
}

/// What a file has of a property, for the link map.
std::string found_in(const InputFile& file, const std::uint64_t* value) {
  return value ? fmt::format("{} ({:#x})", file.path, *value)
               : fmt::format("{} (not found)", file.path);
}

std::string change(const Property& property, const std::string& one, const std::string& other) {
  const std::string type = fmt::format("{:>10}", fmt::format("{:#x}", property.type));
  if (property.is_removed)
    return fmt::format("Removed property {} to merge {} and {}", type, one, other);
  return fmt::format("Updated property {} ({:#x}) to merge {} and {}", type, property.value, one,
                     other);
}

void merge_file(std::vector<Property>& merged, const InputFile& first, const InputFile& file,
                std::vector<std::string>& log) {
  std::vector<Property> others = file.properties;
  const std::uint16_t machine = first.machine;
  for (Property& property : merged) {
    const Property* other = property.is_removed ? nullptr : find(others, property.type);
    if (property.is_removed) continue;
    const std::uint64_t before = property.value;
    merge_into(property, other, machine);
    if (property.is_removed || property.value != before || (other && other->value != before))
      log.push_back(change(property, found_in(first, &before),
                           found_in(file, other ? &other->value : nullptr)));
  }
  for (const Property& property : others) {
    const Property* present = find(merged, property.type);
    if (present && !present->is_removed) continue;
    // What was merged away above must not come back by the same file.
    if (present) continue;
    if (!may_join(property, machine)) {
      Property gone = property;
      gone.is_removed = true;
      log.push_back(change(gone, found_in(first, nullptr), found_in(file, &property.value)));
      continue;
    }
    find_or_add(merged, property.type, property.size).value = property.value;
  }
  std::erase_if(merged, [](const Property& property) { return property.is_removed; });
}

template <typename Shape>
std::string write(const std::vector<Property>& properties) {
  constexpr std::size_t word = Shape::is_64bit ? 8 : 4;
  std::string note(16, '\0');
  for (const Property& property : properties) {
    const std::size_t size = property.type == stack_size ? word : property.size;
    const std::size_t start = note.size();
    note.resize((start + 8 + size + word - 1) & ~(word - 1));
    char* place = note.data() + start;
    Shape::template store<std::uint32_t>(place, property.type);
    Shape::template store<std::uint32_t>(place + 4, static_cast<std::uint32_t>(size));
    if (size == 4)
      Shape::template store<std::uint32_t>(place + 8, static_cast<std::uint32_t>(property.value));
    if (size == 8) Shape::template store<std::uint64_t>(place + 8, property.value);
  }
  Shape::template store<std::uint32_t>(note.data(), 4);
  Shape::template store<std::uint32_t>(note.data() + 4,
                                       static_cast<std::uint32_t>(note.size() - 16));
  Shape::template store<std::uint32_t>(note.data() + 8, property_note);
  note.replace(12, 4, std::string_view("GNU\0", 4));
  return note;
}

}  // namespace

void read_properties(InputFile& file, const InputSection& section) {
  with_shape(file.is_64bit, file.is_big_endian,
             [&]<typename Shape>(Shape) { PropertyReader<Shape>(file).read(section); });
}

namespace {

/// A note in the last file that has sections.
InputFile* add_note(const std::vector<InputFile*>& files, Arena& arena) {
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    if ((*file)->is_binary || (*file)->sections.empty()) continue;
    InputSection* note =
        add_section(**file, ".note.gnu.property",
                    trait_alloc | trait_load | trait_readonly | trait_contents | trait_data, arena);
    note->type = SHT_NOTE;
    note->alignment_power = (*file)->is_64bit ? 3 : 2;
    return *file;
  }
  return nullptr;
}

}  // namespace

std::uint32_t own_features(const InputFile& file) {
  for (const Property& property : file.properties)
    if (property.type == features_of(file.machine))
      return static_cast<std::uint32_t>(property.value);
  return 0;
}

InputFile* merge_properties(const std::vector<InputFile*>& files, const GivenProperties& given,
                            Arena& arena, std::string& content, std::vector<std::string>& log) {
  InputFile* first = nullptr;
  for (InputFile* file : files)
    if (!file->properties.empty() && file->find(".note.gnu.property")) {
      first = file;
      break;
    }
  const bool is_indirect = given.indirect_access.value_or(false);
  if (!first && ((given.features | given.needed_level) != 0 || is_indirect))
    first = add_note(files, arena);
  if (!first) return nullptr;
  log.emplace_back("\nMerging program properties\n");
  std::vector<Property> merged = first->properties;
  for (InputFile* file : files) {
    if (file == first || file->is_binary) continue;
    merge_file(merged, *first, *file, log);
    if (file->properties.empty()) continue;
    if (InputSection* section = file->find(".note.gnu.property")) section->is_discarded = true;
  }
  if (given.features != 0)
    find_or_add(merged, features_of(first->machine), 4).value |= given.features;
  if (given.stack_size != 0) {
    const std::uint32_t word = first->is_64bit ? 8 : 4;
    std::uint64_t& size = find_or_add(merged, stack_size, word).value;
    size = std::max(size, given.stack_size);
  }
  if (given.needed_level != 0) find_or_add(merged, x86_isa_needed, 4).value |= given.needed_level;
  if (is_indirect) find_or_add(merged, needed_1, 4).value |= indirect_access_bit;
  std::erase_if(merged, [&](const Property& property) {
    const Merge merge = merge_of(property.type, first->machine);
    return property.value == 0 && property.type >= x86_compat_isa_used &&
           (merge == Merge::any_may || merge == Merge::all_must) && first->machine != EM_AARCH64;
  });
  // Refused, it leaves the property without the bit.
  if (Property* needed = find(merged, needed_1); needed && given.indirect_access && !is_indirect)
    needed->value &= ~std::uint64_t{indirect_access_bit};
  if (merged.empty()) {
    first->find(".note.gnu.property")->is_discarded = true;
    return nullptr;
  }
  content = with_shape(first->is_64bit, first->is_big_endian,
                       [&]<typename Shape>(Shape) { return write<Shape>(merged); });
  return first;
}

namespace {

/// Where in the content of such a note the value of that property is; 0 if it has none.
std::size_t place_of(std::string_view content, std::uint32_t type, const MachineFormat& format) {
  const auto word = [&](std::size_t at) {
    return with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
      return Shape::template load<std::uint32_t>(content.data() + at);
    });
  };
  const std::size_t alignment = format.is_64bit ? 8 : 4;
  std::size_t at = 16;  // behind the note's header and name
  while (at < content.size() && content.size() - at >= 12) {
    if (word(at) == type) return at + 8;
    at += (8 + std::size_t{word(at + 4)} + alignment - 1) / alignment * alignment;
  }
  return 0;
}

std::uint32_t value_in(std::string_view content, std::uint32_t type, const MachineFormat& format) {
  const std::size_t place = place_of(content, type, format);
  if (place == 0) return 0;
  return with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    return Shape::template load<std::uint32_t>(content.data() + place);
  });
}

}  // namespace

std::uint32_t features_in(std::string_view content, const MachineFormat& format) {
  return value_in(content, features_of(format.machine), format);
}

bool has_indirect_access(const InputFile& file) {
  return std::ranges::any_of(file.properties, [](const Property& property) {
    return property.type == needed_1 && (property.value & indirect_access_bit) != 0;
  });
}

bool needs_indirect_access(std::string_view content, const MachineFormat& format) {
  return (value_in(content, needed_1, format) & indirect_access_bit) != 0;
}

void forget_indirect_access(std::string& content, const MachineFormat& format) {
  const std::size_t place = place_of(content, needed_1, format);
  if (place == 0) return;
  const std::uint32_t value = value_in(content, needed_1, format) & ~indirect_access_bit;
  with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    Shape::template store<std::uint32_t>(content.data() + place, value);
  });
}

}  // namespace kbx::link
