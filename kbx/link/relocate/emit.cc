#include "kbx/link/relocate/emit.h"

#include <cstring>

#include <elf.h>

#include "kbx/link/input/eh_frame.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/layout/merged_sections.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/output/relocate.h"

namespace kbx::link {
namespace {

/// What a relocation against a section symbol adds to the output section's.
std::int64_t moved_addend(InputSection& section, std::uint64_t value, std::int64_t addend) {
  if (!section.merge) return addend + static_cast<std::int64_t>(section.output_offset + value);
  const MergedPlace place = merged_place(section, value + static_cast<std::uint64_t>(addend));
  return static_cast<std::int64_t>(place.section->output_offset + place.offset);
}

template <typename Shape, typename Entry>
class Emitter {
 public:
  Emitter(const Applying& applying, const FileOutput& output, InputSection& section,
          const char* content, char* place)
      : applying_(applying),
        output_(output),
        section_(section),
        content_(content),
        place_(place),
        base_(start_of(section)) {}

  void run(std::string_view table) {
    walk_relocations<Shape, Entry>(table, [&](const Relocation& relocation, std::uint32_t next) {
      emit(relocation, next);
      return false;
    });
  }

 private:
  static constexpr bool has_addend = sizeof(Entry) == sizeof(typename Shape::Rela);

  void emit(const Relocation& relocation, std::uint32_t next) {
    if (is_dangling(output_, relocation.symbol)) {
      if (!(section_.traits & trait_debugging)) write(base_ + relocation.offset, 0, 0, 0);
      return;
    }
    std::uint64_t offset = relocation.offset;
    if (section_.edit && !moved_offset(*section_.edit, offset)) {
      write(base_ + last_offset_, 0, 0, 0);
      return;
    }
    last_offset_ = offset;
    std::uint32_t type = relocation.type;
    std::int64_t addend = relocation.addend;
    if (const Emitted emitted = rewritten(relocation, next, offset); emitted.type != 0) {
      type = emitted.type;
      addend = emitted.addend;
      offset += static_cast<std::uint64_t>(emitted.moved);
    }
    const std::uint32_t symbol = target(relocation.symbol, addend);
    write(base_ + offset, symbol, type, addend);
  }

  Emitted rewritten(const Relocation& relocation, std::uint32_t next, std::uint64_t offset) const {
    const Machine& machine = applying_.kind.machine;
    if (!machine.emitted || !(section_.traits & trait_alloc)) return {};
    const Decision decision = decide(applying_.kind, section_, relocation, next, has_addend);
    if (decision.type == relocation.type) return {};
    return machine.emitted(decision.type, content_ + offset);
  }

  std::uint32_t target(std::uint32_t symbol, std::int64_t& addend) const {
    if (symbol == 0) return 0;
    if (symbol >= output_.locals.size()) {
      const Referent referent = refer(*output_.file, symbol);
      return referent.global->index;
    }
    const LocalTarget& local = output_.locals[symbol];
    if (local.is_section && local.section)
      addend = moved_addend(*local.section, output_.file->symbols[symbol].value, addend);
    return local.symbol;
  }

  void write(std::uint64_t offset, std::uint32_t symbol, std::uint32_t type, std::int64_t addend) {
    Entry entry{};
    entry.r_offset = Shape::native(static_cast<typename Shape::Word>(offset));
    entry.r_info = Shape::native(RelocationInfo<Shape>::make(symbol, type, false));
    if constexpr (has_addend)
      entry.r_addend = Shape::native(static_cast<typename Shape::SignedWord>(addend));
    std::memcpy(place_, &entry, sizeof entry);
    place_ += sizeof entry;
  }

  const Applying& applying_;
  const FileOutput& output_;
  InputSection& section_;
  const char* content_;
  char* place_;
  std::uint64_t base_;
  std::uint64_t last_offset_ = 0;
};

}  // namespace

template <typename Shape, typename Entry>
void emit_relocations(const Applying& applying, const FileOutput& output, InputSection& section,
                      const char* content, char* place) {
  constexpr bool is_rela = sizeof(Entry) == sizeof(typename Shape::Rela);
  const std::string_view table = is_rela ? section.rela.content : section.rel.content;
  const std::uint32_t first = is_rela ? section.first_rela : section.first_rel;
  Emitter<Shape, Entry>(applying, output, section, content, place + first * sizeof(Entry))
      .run(table);
}

#define KBX_EMIT(Is64Bit, IsBigEndian)                                                            \
  template void emit_relocations<Shape<Is64Bit, IsBigEndian>, Shape<Is64Bit, IsBigEndian>::Rel>(  \
      const Applying&, const FileOutput&, InputSection&, const char*, char*);                     \
  template void emit_relocations<Shape<Is64Bit, IsBigEndian>, Shape<Is64Bit, IsBigEndian>::Rela>( \
      const Applying&, const FileOutput&, InputSection&, const char*, char*);
KBX_EMIT(true, false)
KBX_EMIT(true, true)
KBX_EMIT(false, false)
KBX_EMIT(false, true)
#undef KBX_EMIT

}  // namespace kbx::link
