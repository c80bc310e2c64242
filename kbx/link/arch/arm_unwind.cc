#include "kbx/link/arch/arm_unwind.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include <elf.h>

#include "kbx/link/input/shape.h"
#include "kbx/link/layout/output_section.h"

/// The index of unwind tables: an entry for each function, of two words, the distance to the code
/// and what to do, sorted by code. One entry holds until the next, so that code without entries
/// needs one that says so, and one that repeats what the last one said is of no use.
namespace kbx::link {
namespace {

/// How the last entry so far tells to unwind.
enum class Unwind { unknown, cannot, inlined, table };

std::uint32_t word(const InputSection& section, std::size_t offset) {
  const char* place = section.content.data() + offset;
  return section.file->is_big_endian ? Shape<false, true>::load<std::uint32_t>(place)
                                     : Shape<false, false>::load<std::uint32_t>(place);
}

Unwind kind_of(std::uint32_t second_word) {
  if (second_word == 1) return Unwind::cannot;
  return second_word & 0x80000000 ? Unwind::inlined : Unwind::table;
}

/// GNU ld 2.40 knows its own .plt, too, by the type that the name has.
bool is_code(const InputSection& section) {
  if (section.is_discarded || !section.output) return false;
  if (section.traits & trait_linker_created) return section.name == ".plt";
  return section.type == SHT_PROGBITS && (section.flags & SHF_EXECINSTR);
}

std::vector<const InputSection*> code_sections(const std::vector<InputFile*>& files) {
  std::vector<const InputSection*> code;
  for (const InputFile* file : files)
    for (const InputSection* section : file->sections)
      if (is_code(*section)) code.push_back(section);
  const auto address = [](const InputSection* section) { return start_of(*section); };
  std::stable_sort(code.begin(), code.end(), [&](const InputSection* a, const InputSection* b) {
    return address(a) < address(b);
  });
  return code;
}

class IndexEditor {
 public:
  IndexEditor(bool is_final, bool merges_equal, std::deque<EhFrameEdit>* edits)
      : is_final_(is_final), merges_equal_(merges_equal), edits_(edits) {}

  bool run(const std::vector<InputFile*>& files) {
    std::unordered_map<const InputSection*, InputSection*> index_of;
    for (const InputFile* file : files)
      for (InputSection* section : file->sections)
        if (section->type == SHT_ARM_EXIDX && section->linked_to)
          index_of[section->linked_to] = section;
    for (const InputSection* code : code_sections(files)) {
      const auto found = index_of.find(code);
      if (found == index_of.end()) {
        if (last_ != Unwind::cannot && last_index_ && code->size != 0) end_last();
      } else if (found->second->output) {
        look_at(*found->second, *code);
      }
    }
    if (is_final_ && last_index_ && last_ != Unwind::cannot) end_last();
    return has_changed_;
  }

 private:
  void end_last() {
    last_index_->unwind_end = last_code_;
    last_index_->size += unwind_entry_size;
    last_ = Unwind::cannot;
    has_changed_ = true;
  }

  void look_at(InputSection& index, const InputSection& code) {
    const std::size_t count = index.content.size() / unwind_entry_size;
    const bool starts_late = count != 0 && word(index, 0) != code.address;
    if ((last_ == Unwind::inlined || last_ == Unwind::table) && starts_late) end_last();
    std::vector<bool> is_needless(count);
    for (std::size_t i = 0; i < count; ++i)
      is_needless[i] = repeats(word(index, i * unwind_entry_size + sizeof(std::uint32_t)));
    if (is_final_ && std::find(is_needless.begin(), is_needless.end(), true) != is_needless.end())
      drop(index, is_needless);
    last_index_ = &index;
    last_code_ = &code;
  }

  /// True if an entry says what the one before it said.
  bool repeats(std::uint32_t second_word) {
    const Unwind kind = kind_of(second_word);
    const bool is_equal =
        kind == last_ && (kind == Unwind::cannot || (kind == Unwind::inlined && merges_equal_ &&
                                                     second_word == last_instructions_));
    if (kind == Unwind::inlined) last_instructions_ = second_word;
    last_ = kind;
    return is_equal;
  }

  void drop(InputSection& index, const std::vector<bool>& is_needless) {
    EhFrameEdit& edit = edits_->emplace_back();
    edit.section = &index;
    edit.size = index.content.size();
    for (std::size_t i = 0; i < is_needless.size(); ++i) {
      EhFrameEntry entry;
      entry.offset = i * unwind_entry_size;
      entry.size = unwind_entry_size;
      entry.new_offset = edit.new_size;
      entry.is_removed = is_needless[i];
      if (!entry.is_removed) edit.new_size += unwind_entry_size;
      edit.entries.push_back(entry);
    }
    index.edit = &edit;
    index.size = edit.new_size;
    has_changed_ = true;
  }

  bool is_final_;
  bool merges_equal_;
  std::deque<EhFrameEdit>* edits_;
  bool has_changed_ = false;
  Unwind last_ = Unwind::unknown;
  std::uint32_t last_instructions_ = 0;
  InputSection* last_index_ = nullptr;
  const InputSection* last_code_ = nullptr;
};

}  // namespace

bool end_unwind_index(const std::vector<InputFile*>& files) {
  return IndexEditor(false, false, nullptr).run(files);
}

bool edit_unwind_index(const std::vector<InputFile*>& files, bool merges_equal,
                       std::deque<EhFrameEdit>& edits) {
  return IndexEditor(true, merges_equal, &edits).run(files);
}

void write_unwind_index(const InputSection& index, char* place) {
  for (const EhFrameEntry& entry : index.edit->entries)
    if (!entry.is_removed)
      std::memcpy(place + entry.new_offset, index.content.data() + entry.offset,
                  static_cast<std::size_t>(entry.size));
}

void write_unwind_end(const InputSection& index, char* place) {
  const InputSection& code = *index.unwind_end;
  const std::uint64_t end = index.size - unwind_entry_size;
  const std::uint64_t here = start_of(index) + end;
  const std::uint64_t behind = start_of(code) + code.size;
  with_shape(false, index.file->is_big_endian, [&]<typename Shape>(Shape) {
    Shape::template store<std::uint32_t>(place + end,
                                         static_cast<std::uint32_t>(behind - here) & 0x7fffffff);
    Shape::template store<std::uint32_t>(place + end + 4, 1);
  });
}

}  // namespace kbx::link
