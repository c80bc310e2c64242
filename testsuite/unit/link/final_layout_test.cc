#include "kbx/link/layout/final_layout.h"

#include <deque>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/machine.h"
#include "kbx/link/script/parse.h"

using namespace kbx;
using namespace kbx::link;

/// Layouts of one object under a script. What is expected is what GNU ld 2.40 gives for the same
/// (readelf -lSW, nm), or says.
namespace {

constexpr Traits in_file = trait_alloc | trait_load | trait_contents;
constexpr Traits code = in_file | trait_readonly | trait_code;
constexpr Traits constant = in_file | trait_readonly | trait_data;
constexpr Traits data = in_file | trait_data;

struct Given {
  std::string_view name;
  Traits traits;
  std::uint64_t size;
  std::uint8_t alignment_power;
  std::uint32_t type = SHT_PROGBITS;
};

const std::vector<Given> object = {
    {".text", code, 0x123, 0},
    {".data", data, 0x67, 4},
    {".bss", trait_alloc, 0x1000, 3, SHT_NOBITS},
    {".rodata", constant, 0x45, 5},
    {".tdata", data | trait_thread_local, 4, 2},
    {".tbss", trait_alloc | trait_thread_local, 0x20, 3, SHT_NOBITS},
    {".note.x", constant, 0x14, 2, SHT_NOTE},
    {".comment", trait_contents | trait_readonly, 3, 0},
    {".orphan", constant, 0x10, 0},
    {".vectors", code, 0x40, 0},
    {".init", code, 0x11, 0},
    {".ov1", code, 0x30, 0},
    {".ov2", code, 0x50, 0},
};

/// One layout; what it gave is asked for by name.
class Layout {
 public:
  explicit Layout(std::string_view text, const std::vector<Given>& sections = object) {
    options.output = "out";
    file_.path = "a.o";
    for (const Given& given : sections) add(given);
    script_ = script::parse_script(text, "s.lds", {});
  }

  Layout& wants(std::string_view name) {
    symbols_.add(name)->binding = Binding::undefined;
    return *this;
  }

  Layout& run() {
    for (const script::Command& command : script_.commands) {
      const Slot* slot = add_command(plan, command);
      for (slot = slot->next; slot; slot = slot->next) state_.assign_early(*slot);
    }
    const Say say{[this](const std::string& line) { said.push_back(line); }, {}};
    place_input(plan, {&file_}, options, say);
    const LayoutRules rules = layout_rules(options, *find_machine(EM_X86_64, true, false), true);
    prepare_final_layout(plan, state_, rules, say);
    layout = lay_out(plan, state_, rules, {}, nullptr, say);
    return *this;
  }

  std::string error() {
    try {
      run();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  /// "address offset size" of an output section, "@load address" if that differs; "" without it.
  std::string section(std::string_view name) const {
    const OutputSection* found = plan.sections.find(name);
    if (!found) return "";
    std::string text =
        fmt::format("{:x} {:x} {:x}", found->address, found->file_offset, found->size);
    if (found->load_address != found->address) text += fmt::format(" @{:x}", found->load_address);
    return text;
  }

  std::string names() const {
    std::string text;
    for (const OutputSection* found = plan.sections.first(); found; found = found->next)
      text += (text.empty() ? "" : " ") + std::string(found->name);
    return text;
  }

  std::string symbol(std::string_view name) const {
    const Symbol* found = symbols_.find(name);
    if (!found || found->binding != Binding::defined) return "";
    if (!found->output_section) return fmt::format("{:x}", found->value);
    return fmt::format("{:x} {}", found->value + found->output_section->address,
                       found->output_section->name);
  }

  /// "type offset address load-address file-size memory-size flags alignment".
  std::string segment(std::size_t index) const {
    const Segment& s = layout.file.segments.at(index);
    return fmt::format("{:x} {:x} {:x} {:x} {:x} {:x} {} {:x}", s.type, s.offset, s.address,
                       s.load_address, s.file_size, s.memory_size, s.flags, s.alignment);
  }

  Options options;
  Plan plan;
  FinalLayout layout;
  std::vector<std::string> said;

 private:
  void add(const Given& given) {
    InputSection& section = sections_.emplace_back();
    section.file = &file_;
    section.name = given.name;
    section.index = static_cast<std::uint32_t>(sections_.size());
    section.type = given.type;
    section.traits = given.traits;
    section.alignment_power = given.alignment_power;
    section.size = given.size;
    file_.sections.push_back(&section);
  }

  Arena arena_;
  SymbolTable symbols_{arena_};
  ScriptState state_{plan, symbols_, 64};
  InputFile file_;
  std::deque<InputSection> sections_;
  script::Script script_;
};

constexpr std::string_view kernel = R"(
PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); percpu PT_LOAD FLAGS(6);
        init PT_LOAD FLAGS(7); note PT_NOTE FLAGS(0); }
OFFSET = 0xffffffff80000000;
SECTIONS {
  . = OFFSET + 0x1000000;
  .text : AT(ADDR(.text) - OFFSET) { *(.text) } :text = 0xcccc
  .rodata : AT(ADDR(.rodata) - OFFSET) { *(.rodata) *(.orphan) }
  .note : AT(ADDR(.note) - OFFSET) { *(.note.*) } :text :note
  .after : AT(ADDR(.after) - OFFSET) { *(.vectors) } :text
  . = ALIGN(0x1000);
  .data : AT(ADDR(.data) - OFFSET) { *(.data) } :data
  . = ALIGN(0x1000);
  __per_cpu_load = .;
  .data..percpu 0 : AT(__per_cpu_load - OFFSET) {
    __per_cpu_start = .; *(.tdata) . = ALIGN(64); __per_cpu_end = .; } :percpu
  . = __per_cpu_load + SIZEOF(.data..percpu);
  .init : AT(ADDR(.init) - OFFSET) { *(.init) } :init
  .bss : AT(ADDR(.bss) - OFFSET) { *(.bss) *(.tbss) *(.ov1 .ov2)}
  _end = .;
})";

constexpr std::string_view embedded = R"(
MEMORY { rom (rx) : ORIGIN = 0x8000000, LENGTH = 64K  ram (rw!x) : o = 0x20000000, l = 16K }
REGION_ALIAS("code", rom)
SECTIONS {
  .vectors : { *(.vectors) } > code
  .text : { *(.text) } > code
  .rodata : ALIGN(64) { *(.rodata) } > rom
  _sidata = LOADADDR(.data);
  .data : { _sdata = .; *(.data) . = ALIGN(8); _edata = .; } > ram AT> rom
  .tdata : { *(.tdata) } > ram AT> rom
  .tbss : { *(.tbss) } > ram
  OVERLAY : NOCROSSREFS { .ov1 { *(.ov1) } .ov2 { *(.ov2) } } > ram AT> rom
  .bss (NOLOAD) : { *(.bss) } > ram
  _eram = ORIGIN(ram) + LENGTH(ram);
  /DISCARD/ : { *(.comment) }
})";

}  // namespace

TEST_CASE("A kernel's layout: PHDRS, load addresses, a section at 0") {
  Layout layout(kernel);
  layout.run();
  CHECK(layout.section(".text") == "ffffffff81000000 1000 123 @1000000");
  CHECK(layout.section(".rodata") == "ffffffff81000140 1140 55 @1000140");
  CHECK(layout.section(".note") == "ffffffff81000198 1198 14 @1000198");
  CHECK(layout.section(".after") == "ffffffff810001ac 11ac 40 @10001ac");
  CHECK(layout.section(".data") == "ffffffff81001000 2000 67 @1001000");
  CHECK(layout.section(".data..percpu") == "0 3000 40 @1002000");
  CHECK(layout.section(".init") == "ffffffff81002040 3040 11 @1002040");
  CHECK(layout.section(".bss") == "ffffffff81002058 3058 10a0 @1002058");
  CHECK(layout.section(".comment") == "0 40f8 3");
  CHECK(layout.symbol("__per_cpu_end") == "40 .data..percpu");
  CHECK(layout.symbol("__per_cpu_load") == "ffffffff81002000 .data");
  CHECK(layout.symbol("_end") == "ffffffff810030f8 .init");
  REQUIRE(layout.layout.file.segments.size() == 5);
  CHECK(layout.segment(0) == "1 1000 ffffffff81000000 1000000 1ec 1ec 5 1000");
  CHECK(layout.segment(1) == "1 2000 ffffffff81001000 1001000 67 67 6 1000");
  CHECK(layout.segment(2) == "1 3000 0 1002000 40 40 6 1000");
  CHECK(layout.segment(3) == "1 3040 ffffffff81002040 1002040 10b8 10b8 7 1000");
  CHECK(layout.segment(4) == "4 1198 ffffffff81000198 1000198 14 14 0 4");
  REQUIRE(layout.said.size() == 2);
  CHECK(layout.said[0] == "ld: warning: section `.bss' type changed to PROGBITS");
  CHECK(layout.said[1] == "ld: warning: out has a LOAD segment with RWX permissions");
}

TEST_CASE("An embedded layout: regions, loading from another one, an overlay, orphans") {
  Layout layout(embedded);
  layout.run();
  CHECK(layout.names() ==
        ".vectors .text .init .rodata .orphan .note.x .data .tdata .tbss .ov1 .ov2 .bss");
  CHECK(layout.section(".text") == "8000040 1040 123");
  CHECK(layout.section(".init") == "8000163 1163 11");
  CHECK(layout.section(".rodata") == "8000180 1180 45");
  CHECK(layout.section(".note.x") == "80001d8 11d8 14");
  CHECK(layout.section(".data") == "20000000 2000 68 @80001ec");
  CHECK(layout.section(".tdata") == "20000068 2068 4 @8000254");
  CHECK(layout.section(".ov1") == "20000070 2070 30 @8000258");
  CHECK(layout.section(".ov2") == "20000070 3070 50 @8000288");
  CHECK(layout.symbol("_sidata") == "80001ec");
  CHECK(layout.symbol("_eram").substr(0, 8) == "20004000");
  CHECK(layout.segment(0) == "1 1000 8000000 8000000 1ec 1ec 5 1000");
  CHECK(layout.segment(1) == "1 2000 20000000 80001ec 6c 6c 6 1000");
  CHECK(layout.segment(2) == "1 2070 20000070 8000258 30 30 7 1000");
  CHECK(layout.segment(3) == "1 3070 20000070 8000288 50 1050 7 1000");
  CHECK(layout.segment(4) == "4 11d8 80001d8 80001d8 14 14 4 4");
  CHECK(layout.segment(5) == "7 2068 20000068 8000254 4 24 4 8");
  CHECK(layout.plan.cross_sections.forbids(".ov1", ".ov2"));
  CHECK_FALSE(layout.plan.cross_sections.forbids(".ov1", ".text"));
}

TEST_CASE("A region that is too full is told with what fills it") {
  Layout layout(
      "MEMORY { rom : ORIGIN = 0, LENGTH = 0x150 }\n"
      "SECTIONS { .all : { *(.text) *(.vectors) } > rom .more : { *(.init) } > rom\n"
      "/DISCARD/ : { *(*) } }");
  try {
    layout.run();
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "region `rom' overflowed by 36 bytes");
    CHECK(error.hint() == "`rom' has 336 bytes; in it are .all with 355, .more with 17");
  }
  REQUIRE(layout.said.size() == 1);
  CHECK(layout.said[0] == "ld: out section `.all' will not fit in region `rom'");
}

TEST_CASE("Sections that overlap are refused") {
  Layout layout(
      "SECTIONS { .a 0x1000 : { *(.text) } .b 0x1100 : { *(.data) } /DISCARD/ : { *(*) } }");
  CHECK(layout.error() ==
        "section .b LMA [0000000000001100,0000000000001166] overlaps section .a LMA "
        "[0000000000001000,0000000000001122]");
}

TEST_CASE("Empty sections go, unless dot was assigned in them") {
  Layout layout(
      "SECTIONS { . = 0x1000; .a : { *(.nothing) a = .; } .b : { . = . + 0; } .c : { . += 4; }\n"
      ".d : { . = ALIGN(16); } d = .; .text : { *(.text) } /DISCARD/ : { *(*) } }");
  layout.run();
  CHECK(layout.names() == ".c .d .text");
  CHECK(layout.section(".c") == "1000 1000 4");
  CHECK(layout.section(".d") == "1004 1000 c");
  CHECK(layout.symbol("a") == "1000 .c");
  CHECK(layout.symbol("d") == "1010 .d");
}

TEST_CASE("PROVIDE and values that come later") {
  Layout layout(
      "start = later - 4; later = size + 8; size = SIZEOF(.text);\n"
      "PROVIDE(unused = 1); PROVIDE(used = ADDR(.text));\n"
      "SECTIONS { . = SIZEOF_HEADERS; .text : { *(.text) } /DISCARD/ : { *(*) } }");
  layout.wants("used").run();
  CHECK(layout.symbol("start") == "127");
  CHECK(layout.symbol("unused").empty());
  CHECK(layout.symbol("used") == "78 .text");
  CHECK(layout.segment(0) == "1 0 0 0 19b 19b 5 1000");
}

TEST_CASE("INSERT puts what stands before it elsewhere") {
  Layout layout(
      "SECTIONS { .first : { *(.init) } .second : { *(.vectors) } } INSERT AFTER .text;\n"
      "SECTIONS { .text 0x1000 : { *(.text) } .data : { *(.data) } /DISCARD/ : { *(*) } }");
  layout.run();
  CHECK(layout.names() == ".text .first .second .data");
  CHECK(layout.section(".first") == "1123 1123 11");
  CHECK(layout.section(".second") == "1134 1134 40");
  Layout missing("SECTIONS { .first : { *(.init) } } INSERT BEFORE .nowhere;");
  CHECK(missing.error() == ".nowhere not found for insert");
}

TEST_CASE("Headers that have no room") {
  Layout layout(
      "PHDRS { all PT_LOAD FILEHDR PHDRS; }\n"
      "SECTIONS { . = 0x10; .text : { *(.text) } :all /DISCARD/ : { *(*) } }");
  CHECK(layout.error() == "out: not enough room for program headers, try linking with -N");
  Layout nowhere(
      "PHDRS { all PT_LOAD; }\n"
      "SECTIONS { .text : { *(.text) } :wrong /DISCARD/ : { *(*) } }");
  CHECK(nowhere.error() == "section `.text' assigned to non-existent phdr `wrong'");
}
