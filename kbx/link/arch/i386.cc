#include "kbx/link/arch/i386.h"

#include <elf.h>

#include "kbx/link/arch/i386_rewrite.h"
#include "kbx/link/arch/relocation_type.h"

/// The relocations of i386 by number: System V ABI, Intel386 Architecture Processor Supplement,
/// "Relocation Types"; which values are refused is GNU ld 2.40's choice: none of 32 bits.
namespace kbx::link {
namespace {

constexpr RelocationType types[] = {
    {"R_386_NONE", {}, Range::any},
    {"R_386_32", word(Origin::symbol, 4), Range::any},
    {"R_386_PC32", distance(Origin::symbol, 4), Range::any},
    {"R_386_GOT32", simpler(got_distance(Origin::got_entry, 4)), Range::any},
    {"R_386_PLT32", branch(4), Range::any},
    {},  // COPY
    {},  // GLOB_DAT
    {},  // JUMP_SLOT
    {},  // RELATIVE
    {"R_386_GOTOFF", got_distance(Origin::symbol, 4), Range::any},
    {"R_386_GOTPC", distance(Origin::got_base, 4), Range::any},
    {},  // 32PLT
    {},
    {},
    {},  // TLS_TPOFF
    {"R_386_TLS_IE", simpler(word(Origin::got_thread_offset, 4)), Range::any},
    {"R_386_TLS_GOTIE", simpler(got_distance(Origin::got_thread_offset, 4)), Range::any},
    {"R_386_TLS_LE", value(Origin::thread_offset, 4), Range::any},
    {"R_386_TLS_GD", simpler(got_distance(Origin::got_module_offset, 4)), Range::any},
    {"R_386_TLS_LDM", simpler(got_distance(Origin::got_own_module, 4)), Range::any},
    {"R_386_16", value(Origin::symbol, 2), Range::bit_field},
    {"R_386_PC16", distance(Origin::symbol, 2), Range::bit_field},
    {"R_386_8", value(Origin::symbol, 1), Range::bit_field},
    {"R_386_PC8", distance(Origin::symbol, 1), Range::with_sign},
    {},  // TLS_GD_32 and seven more that no assembler gives
    {},
    {},
    {},
    {},
    {},
    {},
    {},
    {"R_386_TLS_LDO_32", simpler(value(Origin::module_offset, 4)), Range::any},
    {"R_386_TLS_IE_32", simpler(got_distance(Origin::got_thread_distance, 4)), Range::any},
    {"R_386_TLS_LE_32", value(Origin::thread_distance, 4), Range::any},
    {},  // TLS_DTPMOD32
    {},  // TLS_DTPOFF32
    {},  // TLS_TPOFF32
    {"R_386_SIZE32", value(Origin::size, 4), Range::any},
    {"R_386_TLS_GOTDESC", simpler(got_distance(Origin::got_descriptor, 4)), Range::any},
    {"R_386_TLS_DESC_CALL", simpler({}), Range::any},
    {},  // TLS_DESC
    {},  // IRELATIVE
    {"R_386_GOT32X", simpler(got_distance(Origin::got_entry, 4)), Range::any},
};

/// By I386Rewrite; the names are those of the types they come from.
constexpr RelocationType rewrites[] = {
    {"R_386_GOT32X or thread-local access", value(Origin::none, 1), Range::any},
    {"R_386_GOT32X", value(Origin::got_entry, 4), Range::any},
    {"R_386_GOT32X", got_distance(Origin::symbol, 4), Range::any},
    {"R_386_GOT32X", value(Origin::symbol, 4), Range::any},
    {"R_386_GOT32X", distance(Origin::symbol, 4), Range::any},
    {"R_386_GOT32X", distance(Origin::symbol, 4), Range::any},
    {"R_386_TLS_GD", got_distance(Origin::got_thread_distance, 4), Range::any},
    {"R_386_TLS_GD", got_distance(Origin::got_thread_offset, 4), Range::any},
    {"R_386_TLS_GD", value(Origin::thread_distance, 4), Range::any},
    {"R_386_TLS_LDM", value(Origin::none, 4), Range::any},
    {"R_386_TLS_IE", value(Origin::thread_offset, 4), Range::any},
    {"R_386_TLS_IE_32", value(Origin::thread_distance, 4), Range::any},
    {"R_386_TLS_GOTDESC", got_distance(Origin::got_thread_distance, 4), Range::any},
    {"R_386_TLS_GOTDESC", got_distance(Origin::got_thread_offset, 4), Range::any},
    {"R_386_TLS_GOTDESC", value(Origin::thread_offset, 4), Range::any},
    {"R_386_TLS_DESC_CALL", value(Origin::none, 2), Range::any},
    {"R_386_TLS_DESC_CALL", value(Origin::none, 2), Range::any},
};
static_assert(std::size(rewrites) == i386_rewrite_end - i386_refused);

const RelocationType* find(std::uint32_t type) {
  if (type >= i386_refused && type < i386_rewrite_end) return &rewrites[type - i386_refused];
  if (type >= std::size(types) || types[type].name.empty()) return nullptr;
  return &types[type];
}

const Rule* rule(std::uint32_t type) {
  const RelocationType* const found = find(type);
  return found ? &found->rule : nullptr;
}

std::string_view type_name(std::uint32_t type) {
  switch (type) {
    case R_386_RELATIVE:
      return "R_386_RELATIVE";
    case R_386_IRELATIVE:
      return "R_386_IRELATIVE";
    default:
      break;
  }
  const RelocationType* const found = find(type);
  return found ? found->name : std::string_view();
}

std::uint32_t simplify(const Use& use, bool& covers_next) {
  covers_next = false;
  switch (use.type) {
    case R_386_GOT32:
    case R_386_GOT32X:
      return simplify_i386_load(use);
    case R_386_TLS_LDO_32:
      // After local dynamic code became local, what it adds is an offset from the thread pointer.
      return use.is_shared || !use.is_code ? use.type : R_386_TLS_LE;
    default:
      return simplify_i386_tls(use, covers_next);
  }
}

std::int64_t implicit_addend(std::uint32_t type, const char* place) {
  const RelocationType* const found = find(type);
  if (!found || found->rule.size == 0) return 0;
  return read_little_signed(place, found->rule.size);
}

Fit apply(const Patch& patch) {
  if (patch.type == i386_refused || patch.type >= i386_general_to_initial)
    return apply_i386_tls(patch);
  if (patch.type >= i386_got_address) return apply_i386_load(patch);
  const RelocationType* const found = find(patch.type);
  if (!found) return Fit::no_match;
  // Addresses have 32 bits and wrap.
  const auto wrapped = static_cast<std::int32_t>(patch.value);
  return write_field(patch, found->rule.size, static_cast<std::uint64_t>(std::int64_t{wrapped}),
                     found->range);
}

unsigned reach(std::uint32_t type) {
  const RelocationType* const found = find(type);
  return found ? found->rule.size * 8U : 0;
}

/// Behind the entry's first instruction the dynamic linker's resolver is called.
std::uint64_t lazy_got_value(const PltPlace& place) {
  return place.address + 6;
}

/// The entry does nothing else.
std::uint64_t tracked_lazy_got_value(const PltPlace& place) {
  return place.address;
}

constexpr Machine values() {
  Machine machine;
  machine.number = EM_386;
  machine.uses_rela = false;
  machine.image_base = 0x08048000;
  machine.load_alignment = 0x1000;
  machine.plt_header_size = 16;
  machine.plt_entry_size = 16;
  machine.names_sections = false;
  machine.indirect_entry_size = 8;
  machine.indirect_alignment = 8;
  machine.plt_section_entry = 4;
  machine.direct_entry_size = 8;
  machine.has_table_always = true;
  machine.leaves_distances = true;
  machine.has_lazy_descriptors = true;
  machine.plt_unwind = {4, 4, 8, 11};
  machine.dynamic_linker = "/usr/lib/libc.so.1";
  machine.refused = i386_refused;
  machine.initial_type = R_386_TLS_IE_32;
  machine.local_type = R_386_TLS_LE_32;
  machine.rule = rule;
  machine.type_name = type_name;
  machine.simplify = simplify;
  machine.implicit_addend = implicit_addend;
  machine.apply = apply;
  machine.emitted = emitted_i386_load;
  machine.reach = reach;
  machine.write_plt_header = write_i386_plt_header;
  machine.write_plt_entry = write_i386_plt_entry;
  machine.write_direct_entry = write_i386_direct_entry;
  machine.lazy_got_value = lazy_got_value;
  DynamicTypes& dynamic = machine.dynamic;
  dynamic.address = R_386_32;
  dynamic.relative = R_386_RELATIVE;
  dynamic.copy = R_386_COPY;
  dynamic.got = R_386_GLOB_DAT;
  dynamic.jump = R_386_JMP_SLOT;
  dynamic.indirect = R_386_IRELATIVE;
  dynamic.module = R_386_TLS_DTPMOD32;
  dynamic.module_offset = R_386_TLS_DTPOFF32;
  dynamic.thread_offset = R_386_TLS_TPOFF;
  dynamic.thread_distance = R_386_TLS_TPOFF32;
  dynamic.descriptor = R_386_TLS_DESC;
  return machine;
}

/// .plt for the resolver alone, .plt.sec for calls.
constexpr Machine tracked(Machine machine) {
  machine.indirect_entry_size = 16;
  machine.indirect_alignment = 16;
  machine.direct_entry_size = 16;
  machine.has_second_plt = true;
  machine.write_plt_header = write_i386_tracked_header;
  machine.write_plt_entry = write_i386_tracked_entry;
  machine.write_direct_entry = write_i386_tracked_direct_entry;
  machine.lazy_got_value = tracked_lazy_got_value;
  machine.plt_unwind.push_end = 9;
  return machine;
}

constexpr Machine tracked_i386 = tracked(values());

constexpr Machine with_tracked() {
  Machine machine = values();
  machine.tracked = &tracked_i386;
  return machine;
}

constexpr Machine i386 = with_tracked();

}  // namespace

const Machine& i386_machine() {
  return i386;
}

}  // namespace kbx::link
