#pragma once
#include <string_view>
#include <vector>

#include "kbx/link/link.h"
#include "kbx/link/relocate/decide.h"
#include "kbx/link/resolve/resolver.h"

namespace kbx::link {

/// A relocation that is left to the dynamic linker, at a place in an input section.
struct LeftRelocation {
  // `nothing`: GNU ld keeps room for a relocation and does not fill it
  enum class Kind : std::uint8_t { relative, symbolic, indirect, thread, nothing };
  Kind kind = Kind::relative;
  InputSection* section = nullptr;
  std::uint64_t offset = 0;
  Referent referent;
  std::uint32_t type = 0;  // as the object has it
  std::int64_t addend = 0;
};

/// The name by which code knows the global offset table.
constexpr std::string_view got_symbol = "_GLOBAL_OFFSET_TABLE_";

/// A relocation that needs what nothing defines.
struct UndefinedUse {
  const Symbol* symbol = nullptr;
  const InputSection* section = nullptr;
  std::uint64_t offset = 0;
};

/// What the relocations of a final link want beside the bytes that they change. What they want of
/// single symbols is in Symbol::wants and InputFile::local_wants.
struct ScanResult {
  bool wants_got = false;         // some relocation asks for the table at all
  bool wants_got_base = false;    // … for its address
  bool wants_own_module = false;  // the pair of entries for local dynamic
  bool has_static_thread_model = false;
  const Symbol* unused_call = nullptr;  // what nothing defines; its calls are simplified away
  std::vector<LeftRelocation> left;
  std::vector<const void*> descriptors;  // the symbols that want one, as they came up
  std::vector<UndefinedUse> undefined;
};

/// Notes for undefined weak symbols how they are referred to (see is_zero): through .got, and in
/// other ways. On x86 that is through .got or .plt, and by code that wants the address itself.
void note_weak_references(const Resolver& resolver, const Machine& machine);

/// Looks at every relocation of what may stay of the files, in the order of the files: before
/// sections are placed, but when garbage is collected and symbols are chosen. Throws Error for what
/// cannot be linked.
ScanResult scan_relocations(const Resolver& resolver, const FinalKind& kind);

/// Tells of the undefined references in sections that stayed, when the script has defined all that
/// it defines, and of those of shared objects. Throws Error with them unless options allow them.
void report_undefined(const ScanResult& scan, const SymbolTable& symbols, const Options& options,
                      const Say& say);

}  // namespace kbx::link
