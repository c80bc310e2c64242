#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kbx/base/error.h"

namespace kbx::link {

/// The shape of the output file.
enum class OutputKind { executable, relocatable, pie, shared };

/// What is dropped from the symbol table: GNU ld's -X, -x, and neither.
enum class DiscardLocals { by_default, none, temporary, all };

/// -S and -s.
enum class Strip { nothing, debug, all };

/// --orphan-handling: what happens to an input section that no pattern of the script takes.
enum class OrphanHandling { place, discard, warn, error };

/// --unresolved-symbols, --no-undefined, -z defs and the like.
enum class Undefined { by_kind, report, warn, ignore_in_objects, ignore_in_shared, ignore_all };

/// An option whose default depends on the target or on the kind of output.
using Choice = std::optional<bool>;

/// One word of the command line that gives input, with the positional options that hold for it.
struct Input {
  enum class Kind {
    file,          // an object, an archive, a shared object, or a script without -T
    library,       // -lNAME or -l:FILE; looked for along Options::library_folders
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
  std::string value;
};

/// What GNU ld's command line asks for. The words are those of ld(1); what they leave to the target
/// is empty here.
struct Options {
  std::string program = "ld";  // as it was called, for messages
  std::string output = "a.out";
  OutputKind kind = OutputKind::executable;
  std::string emulation;      // -m; "" if it follows from the inputs
  std::string output_format;  // --oformat; "" if it follows from the emulation or a script
  Choice big_endian;          // -EB, -EL
  std::vector<Input> inputs;
  std::string default_script;                // --default-script
  std::vector<std::string> version_scripts;  // --version-script
  std::vector<std::string> dynamic_lists;    // --dynamic-list
  std::vector<std::string> library_folders;  // -L, with the leading = of a sysroot resolved
  std::string sysroot;

  std::string entry;                          // -e
  std::vector<std::string> required_symbols;  // -u
  std::vector<std::string> must_be_defined;   // --require-defined
  std::vector<Definition> definitions;        // --defsym
  std::vector<std::string> wrapped;           // --wrap
  std::vector<std::string> traced;            // -y
  std::vector<Definition> section_addresses;  // --section-start, -Ttext, -Tdata, -Tbss …
  std::string build_id;                       // --build-id: "", "sha1", "md5", "uuid", "0xHEX"
  std::string compress_debug;                 // --compress-debug-sections: "", "zlib", "zstd" …

  Strip strip = Strip::nothing;
  DiscardLocals discard_locals = DiscardLocals::by_default;
  OrphanHandling orphans = OrphanHandling::place;
  Undefined undefined = Undefined::by_kind;
  bool force_group_allocation = false;
  bool gc_sections = false;
  std::vector<std::string> kept_sections;  // --keep-section
  bool emit_relocs = false;
  bool allow_multiple_definition = false;  // -z muldefs
  bool define_common = false;              // -d
  bool sort_common = false;
  bool sort_section_by_alignment = false;
  bool sort_section_by_name = false;
  bool unique_sections = false;  // --unique without a pattern
  std::vector<std::string> unique_patterns;
  bool fatal_warnings = false;
  bool no_warnings = false;
  bool warn_common = false;
  Choice warn_rwx_segments;
  Choice warn_executable_stack;
  bool check_sections = true;
  bool relax = true;

  bool paged = true;           // not -n, -N
  bool writable_text = false;  // -N
  std::optional<std::uint64_t> max_page_size;
  std::optional<std::uint64_t> common_page_size;
  Choice executable_stack;  // -z execstack, -z noexecstack
  Choice relro;
  Choice separate_code;
  bool bind_now = false;
  bool text_relocations = false;  // -z notext
  bool force_bti = false;
  bool nodefaultlib = false;  // -z nodefaultlib
  bool origin = false;

  std::string soname;
  std::string dynamic_linker;
  bool no_dynamic_linker = false;
  bool symbolic = false;  // -Bsymbolic
  bool symbolic_functions = false;
  bool export_dynamic = false;
  bool eh_frame_header = false;
  bool sysv_hash = true;
  bool gnu_hash = false;
  bool relr = false;  // -z pack-relative-relocs, --pack-dyn-relocs=relr
  bool apply_dynamic_relocs = true;
  bool generate_unwind_info = true;
  bool new_dtags = true;
  std::vector<std::string> rpath;
  std::vector<std::string> rpath_link;

  std::string map_file;          // -Map; "-" is standard output
  bool cross_reference = false;  // --cref
  bool print_memory_usage = false;
  bool print_gc_sections = false;
  bool trace = false;  // -t
  bool verbose = false;
  std::vector<std::string> why_live;
  std::vector<std::string> why_here;
  bool pic_veneer = false;
  bool be8 = false;
  bool fix_cortex_a53_843419 = false;
  unsigned threads = 0;  // 0: as many as this process may use
};

}  // namespace kbx::link
