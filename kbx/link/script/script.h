#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kbx/base/error.h"

/// A linker script as plain values, in the words of ld's manual, chapter "Linker Scripts". Nothing
/// is interpreted here: names are as written, expressions are trees, and what INCLUDE names stands
/// where the INCLUDE stood. Each node knows its place.
namespace kbx::link::script {

/// Where a node was written. It is no part of what the node says: all places compare equal, so that
/// `==` on two scripts tells whether they mean the same.
struct Place {
  std::shared_ptr<const std::string> file;
  int line = 0;

  Location location() const { return file ? Location{*file, line} : Location{}; }
  bool operator==(const Place& /*other*/) const { return true; }
};

// Expressions.

enum class Operation {
  number,  // number; name has a hexadecimal literal as written, for fill values
  symbol,  // name
  dot,     // .
  // One operand; a unary + leaves no node.
  negate,
  complement,
  logical_not,
  // Two operands.
  multiply,
  divide,
  remainder,
  add,
  subtract,
  shift_left,
  shift_right,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  bit_and,
  bit_xor,
  bit_or,
  logical_and,
  logical_or,
  // Three operands: a ? b : c.
  conditional,
  // Builtins with a name in parentheses.
  address_of,       // ADDR(name)
  load_address_of,  // LOADADDR(name)
  alignment_of,     // ALIGNOF(name)
  size_of,          // SIZEOF(name)
  size_of_headers,  // SIZEOF_HEADERS
  defined,          // DEFINED(name)
  constant,         // CONSTANT(name)
  origin,           // ORIGIN(name)
  length,           // LENGTH(name)
  // Builtins with operands.
  absolute,                // ABSOLUTE(a)
  align,                   // ALIGN(a), BLOCK(a): dot aligned; ALIGN(a, b)
  next,                    // NEXT(a)
  log2_ceil,               // LOG2CEIL(a)
  maximum,                 // MAX(a, b)
  minimum,                 // MIN(a, b)
  segment_start,           // SEGMENT_START(name, a)
  data_segment_align,      // DATA_SEGMENT_ALIGN(a, b)
  data_segment_relro_end,  // DATA_SEGMENT_RELRO_END(a, b)
  data_segment_end,        // DATA_SEGMENT_END(a)
  assertion,               // ASSERT(a, name): name is the message
};

struct Expression {
  Place place;
  Operation operation = Operation::number;
  std::uint64_t number = 0;
  std::string name;
  std::vector<Expression> operands;

  bool operator==(const Expression&) const = default;
};

// Statements that may stand at every level.

enum class AssignmentOperator {
  set,
  add,
  subtract,
  multiply,
  divide,
  shift_left,
  shift_right,
  bit_and,
  bit_or,
  bit_xor,
};

enum class AssignmentKind { plain, hidden, provide, provide_hidden };

/// `symbol = value;` and its relatives. The symbol is "." for the location counter.
struct Assignment {
  Place place;
  AssignmentKind kind = AssignmentKind::plain;
  std::string symbol;
  AssignmentOperator operation = AssignmentOperator::set;
  Expression value;

  bool operator==(const Assignment&) const = default;
};

/// ASSERT(condition, message).
struct Assertion {
  Place place;
  Expression condition;
  std::string message;

  bool operator==(const Assertion&) const = default;
};

/// ENTRY(symbol).
struct Entry {
  Place place;
  std::string symbol;

  bool operator==(const Entry&) const = default;
};

// Inside an output section.

/// SORT_BY_NAME and the others; two words stand for the first within which the second sorts.
enum class Sort {
  unsorted,  // in the order of the input; --sort-section may change it
  none,      // SORT_NONE: --sort-section may not
  name,
  alignment,
  name_alignment,
  alignment_name,
  init_priority,
};

/// Which files: `name` is a wildcard for the file's name, or with a colon `archive:member`,
/// `archive:` (every member), `:file` (a file of no archive).
struct FilePattern {
  std::string name = "*";
  std::vector<std::string> excluded;  // EXCLUDE_FILE
  Sort sort = Sort::unsorted;         // unsorted, none or name
  bool reverse = false;               // REVERSE

  bool operator==(const FilePattern&) const = default;
};

/// Which sections: one wildcard of the list in parentheses. "COMMON" are the common symbols.
struct SectionPattern {
  Place place;
  std::string name;
  std::vector<std::string> excluded;  // EXCLUDE_FILE
  Sort sort = Sort::unsorted;
  bool reverse = false;  // REVERSE

  bool operator==(const SectionPattern&) const = default;
};

/// `file(section section …)`. An empty list of sections stands for all of the file's that nothing
/// took before (the form without parentheses).
struct InputSections {
  Place place;
  bool keep = false;               // KEEP
  std::vector<std::string> flags;  // INPUT_SECTION_FLAGS: SHF_ names, with ! if it must be unset
  FilePattern file;
  std::vector<SectionPattern> sections;

  bool operator==(const InputSections&) const = default;
};

enum class DataKind { byte, short_, long_, quad, squad };

/// BYTE(value) and its relatives.
struct Data {
  Place place;
  DataKind kind = DataKind::byte;
  Expression value;

  bool operator==(const Data&) const = default;
};

/// ASCIZ "text".
struct Asciz {
  Place place;
  std::string text;

  bool operator==(const Asciz&) const = default;
};

/// FILL(value); see fill_bytes in expression.h.
struct Fill {
  Place place;
  Expression value;

  bool operator==(const Fill&) const = default;
};

/// CONSTRUCTORS, SORT(CONSTRUCTORS): nothing in ELF.
struct Constructors {
  Place place;
  bool sorted = false;

  bool operator==(const Constructors&) const = default;
};

/// CREATE_OBJECT_SYMBOLS: a symbol for each input file, at its first input section here.
struct CreateObjectSymbols {
  Place place;

  bool operator==(const CreateObjectSymbols&) const = default;
};

/// LINKER_VERSION: the linker's version string, if --enable-linker-version asks for it.
struct LinkerVersion {
  Place place;

  bool operator==(const LinkerVersion&) const = default;
};

using Statement = std::variant<Assignment, Assertion, InputSections, Data, Asciz, Fill,
                               Constructors, CreateObjectSymbols, LinkerVersion>;

// SECTIONS.

/// What stands in parentheses before an output section's colon.
enum class SectionType {
  normal,
  noload,  // (NOLOAD)
  dsect,   // (DSECT), (COPY), (INFO), (OVERLAY): not allocated
  copy,
  info,
  overlay,
  readonly,  // (READONLY), which may have a type too
  typed,     // (TYPE = value)
};

enum class Constraint { none, only_if_ro, only_if_rw, special };

/// What follows the closing brace of an output section or an overlay.
struct SectionPlacement {
  std::string region;                        // >region
  std::string load_region;                   // AT>region
  std::vector<std::string> program_headers;  // :name :name; "NONE" for no header
  std::optional<Expression> fill;            // =value

  bool operator==(const SectionPlacement&) const = default;
};

/// `.name address (type) : AT(lma) ALIGN(a) … { … } >region AT>region :phdr =fill`.
/// The name "/DISCARD/" takes away what it matches.
struct OutputSection {
  Place place;
  std::string name;
  std::optional<Expression> address;
  SectionType type = SectionType::normal;
  std::optional<Expression> type_value;    // TYPE = value
  std::optional<Expression> load_address;  // AT(…)
  std::optional<Expression> align;         // ALIGN(…)
  bool align_with_input = false;
  std::optional<Expression> subalign;
  Constraint constraint = Constraint::none;
  std::vector<Statement> statements;
  SectionPlacement placement;

  bool operator==(const OutputSection&) const = default;
};

/// One section of an OVERLAY.
struct OverlaySection {
  Place place;
  std::string name;
  std::vector<Statement> statements;
  std::vector<std::string> program_headers;
  std::optional<Expression> fill;

  bool operator==(const OverlaySection&) const = default;
};

/// OVERLAY address : NOCROSSREFS AT(lma) SUBALIGN(a) { … } >region AT>region :phdr =fill.
struct Overlay {
  Place place;
  std::optional<Expression> address;
  bool no_cross_references = false;
  std::optional<Expression> load_address;
  std::optional<Expression> subalign;
  std::vector<OverlaySection> sections;
  SectionPlacement placement;

  bool operator==(const Overlay&) const = default;
};

using SectionsItem = std::variant<Assignment, Assertion, Entry, OutputSection, Overlay>;

/// SECTIONS { … }. A script may have several; they continue one another.
struct Sections {
  Place place;
  std::vector<SectionsItem> items;

  bool operator==(const Sections&) const = default;
};

// MEMORY and PHDRS.

/// The attributes of a region, as bits: of what a section has to have one, or must have none.
enum RegionAttribute : unsigned {
  region_readonly = 1,   // R
  region_writable = 2,   // W
  region_code = 4,       // X
  region_allocated = 8,  // A
  region_loaded = 16,    // I, L
};

struct MemoryRegion {
  Place place;
  std::string name;
  unsigned attributes = 0;            // RegionAttribute bits
  unsigned forbidden_attributes = 0;  // those after !
  Expression origin;
  Expression length;

  bool operator==(const MemoryRegion&) const = default;
};

struct Memory {
  Place place;
  std::vector<MemoryRegion> regions;

  bool operator==(const Memory&) const = default;
};

struct ProgramHeader {
  Place place;
  std::string name;
  Expression type;  // a PT_ name is a number here
  bool file_header = false;
  bool program_headers = false;
  std::optional<Expression> load_address;  // AT(…)
  std::optional<Expression> flags;         // FLAGS(…)

  bool operator==(const ProgramHeader&) const = default;
};

struct ProgramHeaders {
  Place place;
  std::vector<ProgramHeader> headers;

  bool operator==(const ProgramHeaders&) const = default;
};

// Versions.

enum class Language { none, c, cxx, java };

/// One pattern of a version script or a dynamic list. A quoted one is no wildcard. `none` is
/// outside of any extern block, where GNU ld compares plain names as with `c`.
struct VersionPattern {
  Place place;
  std::string pattern;
  bool exact = false;
  Language language = Language::none;

  bool operator==(const VersionPattern&) const = default;
};

struct VersionNode {
  Place place;
  std::string tag;  // "" for the anonymous one
  std::vector<VersionPattern> globals;
  std::vector<VersionPattern> locals;
  std::vector<std::string> predecessors;

  bool operator==(const VersionNode&) const = default;
};

/// VERSION { … }, or a whole version script.
struct Version {
  Place place;
  std::vector<VersionNode> nodes;

  bool operator==(const Version&) const = default;
};

/// A whole dynamic list.
struct DynamicList {
  std::vector<VersionPattern> patterns;

  bool operator==(const DynamicList&) const = default;
};

// Commands outside of SECTIONS.

/// OUTPUT(file).
struct OutputFile {
  Place place;
  std::string file;

  bool operator==(const OutputFile&) const = default;
};

/// OUTPUT_FORMAT(default) or OUTPUT_FORMAT(default, big, little).
struct OutputFormat {
  Place place;
  std::string format;
  std::string big_endian;     // "" in the form with one name
  std::string little_endian;  // ""

  bool operator==(const OutputFormat&) const = default;
};

struct OutputArch {
  Place place;
  std::string arch;

  bool operator==(const OutputArch&) const = default;
};

/// TARGET(name): the BFD target of the input files that follow.
struct Target {
  Place place;
  std::string name;

  bool operator==(const Target&) const = default;
};

struct SearchDir {
  Place place;
  std::string folder;

  bool operator==(const SearchDir&) const = default;
};

/// STARTUP(file): the first input file, wherever the command line has it.
struct Startup {
  Place place;
  std::string file;

  bool operator==(const Startup&) const = default;
};

/// MAP(file).
struct MapFile {
  Place place;
  std::string file;

  bool operator==(const MapFile&) const = default;
};

struct InputName {
  Place place;
  std::string name;
  bool is_library = false;  // written -lNAME; name is what follows -l
  bool as_needed = false;   // in AS_NEEDED(…)

  bool operator==(const InputName&) const = default;
};

/// INPUT(…) and GROUP(…).
struct InputFiles {
  Place place;
  bool group = false;
  std::vector<InputName> names;

  bool operator==(const InputFiles&) const = default;
};

/// EXTERN(symbol …).
struct Extern {
  Place place;
  std::vector<std::string> symbols;

  bool operator==(const Extern&) const = default;
};

enum class AllocationKind { force_common, inhibit_common, force_group };

/// FORCE_COMMON_ALLOCATION, INHIBIT_COMMON_ALLOCATION, FORCE_GROUP_ALLOCATION.
struct Allocation {
  Place place;
  AllocationKind kind = AllocationKind::force_common;

  bool operator==(const Allocation&) const = default;
};

/// NOCROSSREFS(section …), or NOCROSSREFS_TO(to from …).
struct NoCrossReferences {
  Place place;
  bool to_first = false;
  std::vector<std::string> sections;

  bool operator==(const NoCrossReferences&) const = default;
};

struct RegionAlias {
  Place place;
  std::string alias;
  std::string region;

  bool operator==(const RegionAlias&) const = default;
};

/// LD_FEATURE("SANE_EXPR").
struct Feature {
  Place place;
  std::string name;

  bool operator==(const Feature&) const = default;
};

/// INSERT AFTER section, INSERT BEFORE section: what the script said so far in SECTIONS goes there,
/// and the default script stays in force.
struct Insert {
  Place place;
  bool after = false;
  std::string section;

  bool operator==(const Insert&) const = default;
};

using Command =
    std::variant<Assignment, Assertion, Entry, Sections, Memory, ProgramHeaders, Version,
                 OutputFile, OutputFormat, OutputArch, Target, SearchDir, Startup, MapFile,
                 InputFiles, Extern, Allocation, NoCrossReferences, RegionAlias, Feature, Insert>;

struct Script {
  std::vector<Command> commands;

  bool operator==(const Script&) const = default;
};

}  // namespace kbx::link::script
