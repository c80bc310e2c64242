#include "kbx/link/arch/x86_64.h"

#include <elf.h>

#include "kbx/link/arch/relocation_type.h"
#include "kbx/link/arch/x86_64_rewrite.h"

/// The relocations of x86-64 by number: System V ABI, AMD64 Architecture Processor Supplement,
/// table 4.10; which values are refused is GNU ld 2.40's choice.
namespace kbx::link {
namespace {

/// GNU ld takes the dynamic linker's types for errors in inputs, and so does who finds no name
/// here.
constexpr RelocationType types[] = {
    {"R_X86_64_NONE", {}, Range::any},
    {"R_X86_64_64", word(Origin::symbol, 8), Range::any},
    {"R_X86_64_PC32", distance(Origin::symbol, 4), Range::with_sign},
    {"R_X86_64_GOT32", got_distance(Origin::got_entry, 4), Range::with_sign},
    {"R_X86_64_PLT32", branch(4), Range::with_sign},
    {},  // COPY
    {},  // GLOB_DAT
    {},  // JUMP_SLOT
    {},  // RELATIVE
    {"R_X86_64_GOTPCREL", simpler(distance(Origin::got_entry, 4)), Range::with_sign},
    {"R_X86_64_32", value(Origin::symbol, 4), Range::without_sign},
    {"R_X86_64_32S", only_static(value(Origin::symbol, 4)), Range::with_sign},
    {"R_X86_64_16", value(Origin::symbol, 2), Range::bit_field},
    {"R_X86_64_PC16", distance(Origin::symbol, 2), Range::bit_field},
    {"R_X86_64_8", value(Origin::symbol, 1), Range::bit_field},
    {"R_X86_64_PC8", distance(Origin::symbol, 1), Range::with_sign},
    {},  // DTPMOD64
    {"R_X86_64_DTPOFF64", value(Origin::module_offset, 8), Range::any},
    {"R_X86_64_TPOFF64", value(Origin::thread_offset, 8), Range::any},
    {"R_X86_64_TLSGD", simpler(distance(Origin::got_module_offset, 4)), Range::with_sign},
    {"R_X86_64_TLSLD", simpler(distance(Origin::got_own_module, 4)), Range::with_sign},
    {"R_X86_64_DTPOFF32", simpler(value(Origin::module_offset, 4)), Range::with_sign},
    {"R_X86_64_GOTTPOFF", simpler(distance(Origin::got_thread_offset, 4)), Range::with_sign},
    {"R_X86_64_TPOFF32", value(Origin::thread_offset, 4), Range::with_sign},
    {"R_X86_64_PC64", distance(Origin::symbol, 8), Range::any},
    {"R_X86_64_GOTOFF64", got_distance(Origin::symbol, 8), Range::any},
    {"R_X86_64_GOTPC32", distance(Origin::got_base, 4), Range::with_sign},
    {"R_X86_64_GOT64", got_distance(Origin::got_entry, 8), Range::any},
    {"R_X86_64_GOTPCREL64", distance(Origin::got_entry, 8), Range::any},
    {"R_X86_64_GOTPC64", distance(Origin::got_base, 8), Range::any},
    {"R_X86_64_GOTPLT64", got_distance(Origin::got_entry, 8), Range::any},
    {"R_X86_64_PLTOFF64", got_distance(Origin::plt, 8), Range::any},
    {"R_X86_64_SIZE32", value(Origin::size, 4), Range::without_sign},
    {"R_X86_64_SIZE64", value(Origin::size, 8), Range::any},
    {"R_X86_64_GOTPC32_TLSDESC", simpler(distance(Origin::got_descriptor, 4)), Range::bit_field},
    {"R_X86_64_TLSDESC_CALL", simpler({}), Range::any},
    {},  // TLSDESC
    {},  // IRELATIVE
    {},  // RELATIVE64
    {"R_X86_64_PC32_BND", distance(Origin::symbol, 4), Range::with_sign},
    {"R_X86_64_PLT32_BND", branch(4), Range::with_sign},
    {"R_X86_64_GOTPCRELX", simpler(distance(Origin::got_entry, 4)), Range::with_sign},
    {"R_X86_64_REX_GOTPCRELX", simpler(distance(Origin::got_entry, 4)), Range::with_sign},
};

/// By X86_64Rewrite; the names are those of the types they come from or amount to.
constexpr RelocationType rewrites[] = {
    {"thread-local access", value(Origin::none, 1), Range::any},
    {"R_X86_64_GOTPCREL", distance(Origin::symbol, 4), Range::with_sign},
    {"R_X86_64_GOTPCRELX", distance(Origin::symbol, 4), Range::with_sign},
    {"R_X86_64_GOTPCRELX", distance(Origin::symbol, 4), Range::with_sign},
    {"R_X86_64_GOTPCRELX", value(Origin::symbol, 4), Range::without_sign},
    {"R_X86_64_REX_GOTPCRELX", value(Origin::symbol, 4), Range::with_sign},
    {"R_X86_64_REX_GOTPCRELX", value(Origin::symbol, 4), Range::with_sign},
    {"R_X86_64_TLSGD", distance(Origin::got_thread_offset, 4), Range::with_sign},
    {"R_X86_64_TLSGD", value(Origin::thread_offset, 4), Range::with_sign},
    {"R_X86_64_TLSLD", value(Origin::none, 4), Range::any},
    {"R_X86_64_GOTTPOFF", value(Origin::thread_offset, 4), Range::with_sign},
    {"R_X86_64_GOTPC32_TLSDESC", distance(Origin::got_thread_offset, 4), Range::with_sign},
    {"R_X86_64_GOTPC32_TLSDESC", value(Origin::thread_offset, 4), Range::with_sign},
    {"R_X86_64_TLSDESC_CALL", value(Origin::none, 2), Range::any},
    {"R_X86_64_TLSGD", distance(Origin::got_thread_offset, 4), Range::with_sign},
    {"R_X86_64_TLSGD", value(Origin::thread_offset, 4), Range::with_sign},
    {"R_X86_64_TLSLD", value(Origin::none, 4), Range::any},
};
static_assert(std::size(rewrites) == x86_64_rewrite_end - x86_64_refused);

/// A pointer of x32, which is an address of 32 bits with or without a sign.
constexpr RelocationType x32_pointer{"R_X86_64_32", word(Origin::symbol, 4), Range::bit_field};

const RelocationType* x86_64_type(std::uint32_t type) {
  if (type >= x86_64_refused && type < x86_64_rewrite_end) return &rewrites[type - x86_64_refused];
  if (type >= std::size(types) || types[type].name.empty()) return nullptr;
  return &types[type];
}

const RelocationType* x32_type(std::uint32_t type) {
  return type == R_X86_64_32 ? &x32_pointer : x86_64_type(type);
}

template <const RelocationType* (*find)(std::uint32_t)>
const Rule* rule(std::uint32_t type) {
  const RelocationType* const found = find(type);
  return found ? &found->rule : nullptr;
}

std::string_view type_name(std::uint32_t type) {
  switch (type) {
    case R_X86_64_RELATIVE:
      return "R_X86_64_RELATIVE";
    case R_X86_64_IRELATIVE:
      return "R_X86_64_IRELATIVE";
    case R_X86_64_RELATIVE64:
      return "R_X86_64_RELATIVE64";
    default:
      break;
  }
  const RelocationType* const found = x86_64_type(type);
  return found ? found->name : std::string_view();
}

template <bool is_x32>
std::uint32_t simplify(const Use& use, bool& covers_next) {
  covers_next = false;
  switch (use.type) {
    case R_X86_64_GOTPCREL:
    case R_X86_64_GOTPCRELX:
    case R_X86_64_REX_GOTPCRELX:
      return simplify_x86_64_load(use, is_x32);
    case R_X86_64_DTPOFF32:
      // After local dynamic code became local, what it adds is an offset from the thread pointer.
      return use.is_shared || !use.is_code ? use.type : R_X86_64_TPOFF32;
    default:
      return simplify_x86_64_tls(use, covers_next, is_x32);
  }
}

std::int64_t no_addend(std::uint32_t /*type*/, const char* /*place*/) {
  return 0;
}

template <const RelocationType* (*find)(std::uint32_t)>
Fit apply(const Patch& patch) {
  if (patch.type == x86_64_refused || patch.type > x32_immediate_rex)
    return apply_x86_64_tls(patch);
  if (patch.type >= x86_64_lea) return apply_x86_64_load(patch);
  const RelocationType* const found = find(patch.type);
  if (!found) return Fit::no_match;
  return write_field(patch, found->rule.size, patch.value, found->range);
}

unsigned reach(std::uint32_t type) {
  const RelocationType* const found = x86_64_type(type);
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

/// .plt for the resolver alone, .plt.sec for calls.
constexpr Machine tracked(Machine machine) {
  machine.indirect_entry_size = 16;
  machine.indirect_alignment = 16;
  machine.direct_entry_size = 16;
  machine.has_second_plt = true;
  machine.write_plt_entry = write_x86_64_tracked_entry;
  machine.write_direct_entry = write_x86_64_tracked_direct_entry;
  machine.lazy_got_value = tracked_lazy_got_value;
  machine.plt_unwind.push_end = 9;
  return machine;
}

constexpr Machine common() {
  Machine machine;
  machine.number = EM_X86_64;
  machine.image_base = 0x400000;
  machine.load_alignment = 0x1000;
  machine.plt_header_size = 16;
  machine.plt_entry_size = 16;
  machine.names_sections = false;
  machine.indirect_entry_size = 8;
  machine.indirect_alignment = 8;
  machine.direct_entry_size = 8;
  machine.plt_is_relative = true;
  machine.has_table_always = true;
  machine.leaves_distances = true;
  machine.has_lazy_descriptors = true;
  machine.write_descriptor_entry = write_x86_64_descriptor_entry;
  machine.checks_overflow = true;
  machine.plt_unwind = {8, 7, 16, 11};
  machine.applies_relative = true;
  machine.type_name = type_name;
  machine.implicit_addend = no_addend;
  machine.emitted = emitted_x86_64_load;
  machine.reach = reach;
  machine.write_plt_header = write_x86_64_plt_header;
  machine.write_plt_entry = write_x86_64_plt_entry;
  machine.write_direct_entry = write_x86_64_direct_entry;
  machine.lazy_got_value = lazy_got_value;
  DynamicTypes& dynamic = machine.dynamic;
  dynamic.address = R_X86_64_64;
  dynamic.relative = R_X86_64_RELATIVE;
  dynamic.copy = R_X86_64_COPY;
  dynamic.got = R_X86_64_GLOB_DAT;
  dynamic.jump = R_X86_64_JUMP_SLOT;
  dynamic.indirect = R_X86_64_IRELATIVE;
  dynamic.module = R_X86_64_DTPMOD64;
  dynamic.module_offset = R_X86_64_DTPOFF64;
  dynamic.thread_offset = R_X86_64_TPOFF64;
  dynamic.descriptor = R_X86_64_TLSDESC;
  return machine;
}

constexpr Machine with_64_bits() {
  Machine machine = common();
  machine.dynamic_linker = "/lib/ld64.so.1";
  machine.refused = x86_64_refused;
  machine.initial_type = R_X86_64_GOTTPOFF;
  machine.local_type = R_X86_64_TPOFF32;
  machine.rule = rule<x86_64_type>;
  machine.simplify = simplify<false>;
  machine.apply = apply<x86_64_type>;
  return machine;
}

constexpr Machine with_32_bits() {
  Machine machine = common();
  machine.dynamic_linker = "/lib/ldx32.so.1";
  machine.table_word = 8;  // code jumps to all 64 bits
  machine.dynamic.address = R_X86_64_32;
  machine.dynamic.relative_wide = R_X86_64_RELATIVE64;
  machine.rule = rule<x32_type>;
  machine.simplify = simplify<true>;
  machine.apply = apply<x32_type>;
  return machine;
}

constexpr Machine with(Machine machine, const Machine& tracked) {
  machine.tracked = &tracked;
  return machine;
}

constexpr Machine tracked_x86_64 = tracked(with_64_bits());
constexpr Machine tracked_x32 = tracked(with_32_bits());
constexpr Machine x86_64 = with(with_64_bits(), tracked_x86_64);
constexpr Machine x32 = with(with_32_bits(), tracked_x32);

}  // namespace

const Machine& x86_64_machine() {
  return x86_64;
}

const Machine& x32_machine() {
  return x32;
}

}  // namespace kbx::link
