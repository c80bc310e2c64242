#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/link/arm_options.h"

namespace kbx::link {

/// The shape of the output file.
enum class OutputKind { executable, relocatable, pie, shared };

/// What is dropped from the symbol table: GNU ld's -X, -x, and neither.
enum class DiscardLocals { by_default, none, temporary, all };

/// -S and -s.
enum class Strip { nothing, debug, all };

/// --orphan-handling: what happens to an input section that no pattern of the script takes.
enum class OrphanHandling { place, discard, warn, error };

/// --unresolved-symbols, --no-undefined, -z defs and the like. By default a shared object may leave
/// symbols undefined and nothing else may; a partial link always may.
enum class Unresolved { by_kind, report, ignore };

/// -z text, -z notext, --warn-textrel: relocations in read-only segments.
enum class TextRelocations { by_default, allowed, warn, error };

/// -Bsymbolic and its kin; --dynamic-list and --export-dynamic-symbol are lists beside it.
enum class Symbolic { none, all, functions };

/// --sort-common.
enum class SortCommon { none, descending, ascending };

/// -z start-stop-visibility.
enum class Visibility { by_default, internal, hidden, protected_ };

/// -z cet-report and its kin: what is done where an input lacks a property.
enum class PropertyReport { none, warning, error };

/// -z call-nop: what fills the byte that a call loses when it no longer goes through .got (x86).
struct CallPadding {
  std::uint8_t byte = 0x67;  // a prefix without effect
  bool is_behind = false;
};

/// An option whose default depends on the target or on the kind of output.
using Choice = std::optional<bool>;

/// One word of the command line that gives input, with the positional options that hold for it.
struct Input {
  enum class Kind {
    file,          // an object, an archive, a shared object, or a script without -T
    library,       // -lNAME or -l:FILE; looked for along Options::search_folders
    script,        // -T
    just_symbols,  // -R FILE, --just-symbols
    start_group,   // up to end_group the archives are searched until nothing new is taken
    end_group,
  };
  Kind kind = Kind::file;
  std::string name;
  std::string format;           // -b; "" stands for ELF, "binary", else the name of a BFD target
  bool whole_archive = false;   // --whole-archive
  bool as_needed = false;       // --as-needed
  bool prefers_static = false;  // -Bstatic
};

/// --defsym, --section-start and their short forms: the text is parsed as a script's.
struct Definition {
  std::string name;
  std::string value;      // of an address: a hexadecimal number, with or without 0x
  std::size_t place = 0;  // how many inputs stand before it on the command line
};

/// A file that is read as some kind of list, in the order of the command line.
using Files = std::vector<std::string>;

/// How code is made safe from the Cortex-A53's erratum 843419.
enum class Erratum843419 : std::uint8_t {
  ignored,
  adr,   // the ADRP becomes an ADR; the link fails if that does not reach
  adrp,  // the instruction that goes wrong moves to a veneer
  both,  // … if an ADR does not reach
};

/// What GNU ld's command line asks for. The words are those of ld(1); what they leave to the target
/// is empty here.
struct Options {
  std::string program = "ld";  // as it was called, for messages
  std::string output = "a.out";
  bool names_output = false;  // -o, or OUTPUT of a script
  OutputKind kind = OutputKind::executable;
  std::string emulation;      // -m; "" if it follows from the inputs
  std::string output_format;  // --oformat; "" if it follows from the emulation or a script
  Choice big_endian;          // -EB, -EL
  std::vector<Input> inputs;
  std::string last_format;          // -b at the end of the command line; "" as in Input
  std::vector<Definition> formats;  // every -b as its name has it, without a value, for -Map
  std::string default_script;       // --default-script
  Files version_scripts;            // --version-script
  Files dynamic_lists;              // --dynamic-list
  Files search_folders;             // -L, with the leading = of a sysroot resolved
  bool only_given_folders = false;  // -nostdlib: no SEARCH_DIR of a script
  std::string sysroot;

  std::string entry;                          // -e
  std::vector<std::string> required_symbols;  // -u
  std::vector<std::string> must_be_defined;   // --require-defined
  std::vector<std::string> may_be_undefined;  // --ignore-unresolved-symbol
  std::vector<Definition> definitions;        // --defsym
  std::vector<std::string> wrapped;           // --wrap
  std::vector<std::string> traced;            // -y
  std::vector<Definition> section_addresses;  // --section-start, -Ttext, -Tdata, -Tbss …
  std::string build_id;                       // --build-id: "", "sha1", "md5", "uuid", "0xHEX"
  std::string package_metadata;               // --package-metadata
  // More bytes than that are a fault of the script; it is far beyond any file that is of use.
  std::uint64_t largest_output = std::uint64_t{1} << 40;
  std::string compress_debug;         // --compress-debug-sections: "", "zlib", "zlib-gnu", "zstd"
  std::string retained_symbols_file;  // --retain-symbols-file

  Strip strip = Strip::nothing;
  DiscardLocals discard_locals = DiscardLocals::by_default;
  OrphanHandling orphans = OrphanHandling::place;
  Unresolved unresolved_in_objects = Unresolved::by_kind;
  Unresolved unresolved_in_shared = Unresolved::by_kind;
  bool unresolved_are_warnings = false;  // --warn-unresolved-symbols
  bool strip_discarded = true;
  bool force_group_allocation = false;
  bool builds_constructors = false;  // -Ur
  bool gc_sections = false;
  bool gc_keep_exported = false;
  bool start_stop_gc = false;  // -z start-stop-gc
  Visibility start_stop_visibility = Visibility::protected_;
  std::vector<std::string> kept_sections;  // --keep-section
  bool emit_relocs = false;
  bool allow_multiple_definition = false;  // -z muldefs
  bool no_multiple_absolute = false;       // --disable-multiple-abs-defs
  bool define_common = false;              // -d
  bool inhibit_common = false;             // --no-define-common
  Choice common_type;                      // -z common: STT_COMMON, -z nocommon: STT_OBJECT
  bool unique_local_names = false;         // -z unique-symbol
  SortCommon sort_common = SortCommon::none;
  bool sort_section_by_alignment = false;
  bool sort_section_by_name = false;
  bool unique_sections = false;  // --unique without a pattern
  std::vector<std::string> unique_patterns;
  std::optional<std::uint64_t> split_by_file;   // bytes
  std::optional<std::uint64_t> split_by_reloc;  // relocations
  bool fatal_warnings = false;
  bool no_warnings = false;
  bool makes_output_despite_errors = false;  // --noinhibit-exec
  bool warn_common = false;
  bool warn_once = false;
  bool warn_section_align = false;
  bool warn_mismatch = true;
  bool warn_search_mismatch = true;
  Choice warn_rwx_segments;
  Choice warn_executable_stack;
  Choice check_sections;
  bool non_contiguous_regions = false;
  bool warn_non_contiguous_regions = false;
  bool allow_undefined_version = true;
  Choice demangle;
  Choice relax;

  bool paged = true;           // not -n, -N
  bool writable_text = false;  // -N
  std::optional<std::uint64_t> max_page_size;
  std::optional<std::uint64_t> common_page_size;
  std::optional<std::uint64_t> stack_size;
  Choice executable_stack;  // -z execstack, -z noexecstack
  Choice relro;
  Choice separate_code;
  TextRelocations text_relocations = TextRelocations::by_default;
  bool force_bti = false;
  bool pac_plt = false;

  std::string soname;
  std::string dynamic_linker;
  bool no_dynamic_linker = false;
  std::string init_function = "_init";
  std::string fini_function = "_fini";
  std::string filter;                          // -F
  std::vector<std::string> auxiliary_filters;  // -f
  std::vector<std::string> audit;              // --audit
  std::vector<std::string> dependency_audit;   // --depaudit
  std::vector<std::string> hidden_libraries;   // --exclude-libs; "ALL" is all of them
  std::uint32_t dynamic_flags = 0;             // DT_FLAGS: -z now, -z origin …
  std::uint32_t dynamic_flags_1 = 0;           // DT_FLAGS_1
  std::uint32_t gnu_flags_1 = 0;               // DT_GNU_FLAGS_1: -z unique
  std::uint64_t spare_dynamic_tags = 5;
  Symbolic symbolic = Symbolic::none;
  bool dynamic_data = false;                  // --dynamic-list-data
  bool dynamic_operators = false;             // --dynamic-list-cpp-new
  bool dynamic_typeinfo = false;              // --dynamic-list-cpp-typeinfo
  std::vector<std::string> exported_symbols;  // --export-dynamic-symbol
  Files exported_symbol_lists;                // --export-dynamic-symbol-list
  bool export_dynamic = false;
  bool default_symbol_versions = false;  // --default-symver
  bool default_imported_versions = false;
  bool eh_frame_header = false;
  bool combine_relocations = true;  // -z combreloc
  bool copy_relocations = true;     // -z nocopyreloc
  Choice dynamic_undefined_weak;
  Choice extern_protected_data;
  Choice indirect_extern_access;
  bool sysv_hash = true;
  bool gnu_hash = true;
  bool optimizes_tables = false;  // -O
  bool relr = false;              // -z pack-relative-relocs, --pack-dyn-relocs=relr
  bool apply_dynamic_relocs = true;
  bool generate_unwind_info = true;
  bool new_dtags = true;
  std::vector<std::string> rpath;
  std::vector<std::string> rpath_link;

  std::string map_file;  // -Map; "-" is standard output
  bool map_shows_discarded = true;
  bool cross_reference = false;  // --cref
  std::string dependency_file;   // --dependency-file
  bool print_memory_usage = false;
  bool print_gc_sections = false;
  unsigned trace = 0;  // how often -t was given
  bool verbose = false;
  bool print_output_format = false;
  bool statistics = false;  // --stats
  std::vector<std::string> why_live;
  std::vector<std::string> why_here;

  // What only some machines have.
  std::optional<std::uint64_t> small_data_size;  // -G
  bool pic_veneer = false;
  /// Bytes of code that share a section of veneers; ±1: as the machine has it. If it is negative,
  /// veneers lie behind the branches that use them.
  std::int64_t stub_group_size = 1;
  bool be8 = false;
  ArmOptions arm;
  bool fix_cortex_a53_835769 = false;
  Erratum843419 fix_cortex_a53_843419 = Erratum843419::ignored;
  bool save_restore_functions = false;
  bool ppc476_workaround = false;
  std::uint64_t ppc476_page = 0;
  bool s390_pgste = false;
  bool ibt = false;
  bool shadow_stack = false;
  bool ibt_plt = false;
  bool lam_u48 = false;
  bool lam_u57 = false;
  CallPadding call_padding;
  PropertyReport cet_report = PropertyReport::none;
  PropertyReport lam_u48_report = PropertyReport::none;
  PropertyReport lam_u57_report = PropertyReport::none;
  unsigned isa_level = 0;  // -z x86-64-v2; 1 is the baseline, 0 not given
  bool reloc_overflow_check = true;
  bool report_relative_relocations = false;
  unsigned threads = 0;  // 0: as many as this process may use
};

}  // namespace kbx::link
