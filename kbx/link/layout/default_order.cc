#include "kbx/link/layout/default_order.h"

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/text.h"
#include "kbx/link/layout/order_words.h"

/// The layout of final links without a script, as GNU ld 2.40's Linux emulations have it: what is
/// read-only first (headers, what the dynamic linker reads, code, constants, unwind tables), then
/// on another page what is read-only once it is relocated, then data, then what has no content; at
/// last what is not in memory. The machines differ in where they have their PLT and GOT, in small
/// data, and in the names that their compilers and libraries know.
namespace kbx::link {
namespace {

using script::AssignmentKind;

/// Where the GOT stands among the data.
enum class Got {
  split,  // .got before the end of what becomes read-only, .got.plt behind it
  whole,  // one .got behind that end, with -z now before it
  small,  // one .got behind .data, near small data
  relro,  // PowerPC's .got and TOC, before it
};

/// What is different between the machines.
struct Style {
  bool is_64bit = true;
  bool has_rel = false;
  bool has_rela = true;
  bool has_ifunc_in_plt = true;  // IRELATIVE relocations stand in .rel.plt
  bool has_relr = false;
  bool has_small_data = false;
  bool has_large_data = false;
  bool has_stack_names = false;  // ARM's names of the ends of .bss
  bool separates_code = false;   // by default
  Got got = Got::whole;
  std::string_view got_split = "0";  // the bytes of .got.plt that become read-only
  std::string_view nop;              // what fills gaps in code
  std::string_view further_code;     // in .text
  std::string_view folder;           // of libraries, below lib
  std::string_view word_folders;     // lib64, lib32
};

Style style_of(const Machine& machine) {
  Style style;
  style.word_folders = "64";
  switch (machine.number) {
    case EM_386:
      style.is_64bit = false;
      style.has_rel = true;
      style.has_rela = false;
      style.has_relr = style.separates_code = true;
      style.got = Got::split;
      style.got_split = "SIZEOF(.got.plt) >= 12 ? 12 : 0";
      style.folder = "i386-linux-gnu";
      style.word_folders = "32";
      break;
    case EM_AARCH64:
      style.has_stack_names = true;
      style.got = Got::split;
      style.got_split = "24";
      style.nop = "0x1f2003d5";
      style.folder = "aarch64-linux-gnu";
      style.word_folders = "";
      break;
    case EM_ARM:
      style.is_64bit = style.has_ifunc_in_plt = false;
      style.has_rel = style.has_stack_names = true;
      style.further_code = "| .glue_7t | .glue_7 | .vfp11_veneer | .v4_bx";
      style.folder = "arm-linux-gnueabihf";
      style.word_folders = "";
      break;
    case EM_RISCV:
      style.is_64bit = machine.dynamic.address == R_RISCV_64;
      style.has_small_data = true;
      style.got = Got::small;
      style.folder = "riscv64-linux-gnu";
      style.word_folders = "64/lp64d 64";
      break;
    case EM_PPC64:
      style.has_small_data = style.has_relr = true;
      style.has_ifunc_in_plt = false;
      style.got = Got::relro;
      style.further_code = "| .sfpr .glink";
      style.folder = "powerpc64le-linux-gnu";
      break;
    case EM_S390:
      style.nop = "0x07070707";
      style.folder = "s390x-linux-gnu";
      break;
    default:
      style.is_64bit = machine.dynamic.relative_wide == 0;  // not x32
      style.has_relr = style.has_large_data = style.separates_code = true;
      style.got = Got::split;
      style.got_split = "SIZEOF(.got.plt) >= 24 ? 24 : 0";
      style.folder = "x86_64-linux-gnu";
      break;
  }
  return style;
}

constexpr std::string_view debug_names =
    ".debug .line .debug_srcinfo .debug_sfnames .debug_aranges .debug_pubnames .debug_info "
    ".debug_abbrev .debug_line .debug_frame .debug_str .debug_loc .debug_macinfo .debug_weaknames "
    ".debug_funcnames .debug_typenames .debug_varnames .debug_pubtypes .debug_ranges .debug_addr "
    ".debug_line_str .debug_loclists .debug_macro .debug_names .debug_rnglists .debug_str_offsets "
    ".debug_sup";

class Order {
 public:
  Order(const Options& options, const Machine& machine)
      : machine_(machine), style_(style_of(machine)) {
    // GNU ld's -n and -N know no other kinds of output.
    is_plain_ = !options.paged || options.writable_text;
    writable_text_ = options.writable_text;
    is_shared_ = !is_plain_ && options.kind == OutputKind::shared;
    is_pie_ = !is_plain_ && options.kind == OutputKind::pie;
    combines_ = !is_plain_ && options.combine_relocations;
    separates_ = !is_plain_ && options.separate_code.value_or(style_.separates_code);
    const bool has_relro = options.relro.value_or(true);
    if (machine.number == EM_S390 && !is_plain_ && has_relro) style_.got = Got::split;
    got_is_readonly_ =
        combines_ && (options.dynamic_flags & DF_BIND_NOW) && (separates_ || has_relro);
    relocated_ = relocated_names();
  }

  script::Sections make() {
    add_start();
    add_dynamic();
    add_code();
    add_constants();
    add_relro();
    add_data();
    add_empty();
    add_unallocated();
    return std::move(sections_);
  }

 private:
  script::OutputSection& add(std::string_view name, std::string_view words) {
    sections_.items.emplace_back(output_section(name, words));
    return std::get<script::OutputSection>(sections_.items.back());
  }
  void add_each(std::string_view names) {
    for (const std::string_view name : split_words(names)) add(name, name);
  }
  void add_aligned(std::string_view name, std::string_view words, std::string_view alignment) {
    add(name, words).align = expression(alignment);
  }
  void assign(std::string_view name, std::string_view text,
              AssignmentKind kind = AssignmentKind::plain) {
    sections_.items.emplace_back(assignment(kind, name, text));
  }
  void move_to(std::string_view text) { assign(".", text); }
  void provide(std::string_view name) { assign(name, ".", AssignmentKind::provide); }
  /// A name that an executable has in any case.
  void mark(std::string_view name) {
    assign(name, ".", is_shared_ ? AssignmentKind::provide : AssignmentKind::plain);
  }
  std::string marked(std::string_view name, std::string_view words) const {
    if (is_shared_) return std::string(words);
    return fmt::format("=__{}_start | {} | =__{}_end", name, words, name);
  }
  void fill(script::OutputSection& section) const {
    if (!style_.nop.empty()) section.placement.fill = expression(style_.nop);
  }

  void add_start() {
    const std::string base =
        fmt::format("SEGMENT_START(\"text-segment\", {:#x})",
                    is_shared_ || is_pie_ ? std::uint64_t{0} : machine_.image_base);
    if (!is_shared_) assign("__executable_start", base, AssignmentKind::provide);
    move_to(base + " + SIZEOF_HEADERS");
    if (!is_shared_) add_each(".interp");
    add_each(".note.gnu.build-id");
  }

  // What the dynamic linker reads.

  std::string relocated_names() const {
    std::string names = machine_.number == EM_PPC64 ? "opd " : "";
    names +=
        "init text/t fini rodata/r data.rel.ro/d.rel.ro data/d tdata/td tbss/tb ctors dtors got ";
    if (machine_.number == EM_PPC64) names += "toc toc1 tocbss branch_lt ";
    if (style_.has_small_data) names += "sdata/s sbss/sb sdata2/s2 sbss2/sb2 ";
    names += "bss/b ";
    if (style_.has_large_data) names += "ldata/l lbss/lb lrodata/lr ";
    return names + (style_.has_ifunc_in_plt ? "ifunc" : "iplt");
  }

  std::string relocations(std::string_view prefix, std::string_view name) const {
    const std::string words = fmt::format(".{}.{}", prefix, name);
    const bool has_ends = !is_shared_ && !is_pie_ && name == "iplt";
    return has_ends ? marked(fmt::format("{}_iplt", prefix), words) : words;
  }

  void add_combined(std::string_view prefix) {
    std::string words;
    for (const std::string_view name : split_words(relocated_)) {
      if (prefix == "rela" && name.starts_with("data.rel.ro")) continue;
      words += (words.empty() ? "" : " | ") + relocations(prefix, name);
    }
    add(fmt::format(".{}.dyn", prefix), words);
  }

  void add_dynamic() {
    add_each(".hash .gnu.hash .dynsym .dynstr .gnu.version .gnu.version_d .gnu.version_r");
    std::vector<std::string_view> prefixes;
    if (style_.has_rel) prefixes.emplace_back("rel");
    if (style_.has_rela) prefixes.emplace_back("rela");
    if (combines_) {
      for (const std::string_view prefix : prefixes) add_combined(prefix);
    } else {
      for (const std::string_view name : split_words(relocated_))
        for (const std::string_view prefix : prefixes)
          add(fmt::format(".{}.{}", prefix, name.substr(0, name.find('/'))),
              relocations(prefix, name));
    }
    for (const std::string_view prefix : prefixes) {
      std::string words = fmt::format(".{}.plt", prefix);
      if (style_.has_ifunc_in_plt) words += " | " + relocations(prefix, "iplt");
      add(fmt::format(".{}.plt", prefix), words);
    }
    if (style_.has_relr) add_each(".relr.dyn");
  }

  // Code and constants.

  void add_page() {
    if (separates_) move_to("ALIGN(CONSTANT(MAXPAGESIZE))");
  }

  void add_plt() {
    if (!style_.has_ifunc_in_plt) {
      add_each(".plt .iplt");
      return;
    }
    script::OutputSection& plt = add(".plt", ".plt | .iplt");
    if (machine_.number == EM_AARCH64) plt.align = expression("16");
    if (style_.has_large_data || machine_.number == EM_386) add_each(".plt.got .plt.sec");
  }

  void add_code() {
    add_page();
    fill(add(".init", "!~.init"));
    if (style_.got != Got::relro) add_plt();
    const std::string further(style_.further_code);
    fill(add(".text",
             ".text.unlikely .text.*_unlikely .text.unlikely.* | .text.exit .text.exit.* | "
             ".text.startup .text.startup.* | .text.hot .text.hot.* | ^.text.sorted.* | "
             ".text .stub .text.* .gnu.linkonce.t.* | .gnu.warning" +
                 further));
    fill(add(".fini", "!~.fini"));
    for (const std::string_view name : {"__etext", "_etext", "etext"}) provide(name);
    add_page();
    if (separates_)
      move_to(
          "SEGMENT_START(\"rodata-segment\", ALIGN(CONSTANT(MAXPAGESIZE)) + "
          "(. & (CONSTANT(MAXPAGESIZE) - 1)))");
  }

  void add_constants() {
    add(".rodata", ".rodata/r");
    add_each(".rodata1");
    if (style_.has_small_data && !is_shared_) {
      add(".sdata2", ".sdata2/s2");
      add(".sbss2", ".sbss2/sb2");
    }
    if (machine_.number == EM_ARM) {
      add(".ARM.extab", ".ARM.extab* .gnu.linkonce.armextab.*");
      add(".ARM.exidx", "=__exidx_start | .ARM.exidx* .gnu.linkonce.armexidx.* | =__exidx_end");
    }
    add(".eh_frame_hdr", ".eh_frame_hdr | .eh_frame_entry .eh_frame_entry.*");
    add_unwind(script::Constraint::only_if_ro, ".eh_frame .sframe .gcc_except_table .gnu_extab");
  }

  void add_unwind(script::Constraint constraint, std::string_view names) {
    const auto add_one = [&](std::string_view name, std::string_view words) {
      add(name, words).constraint = constraint;
    };
    const bool is_readonly = constraint == script::Constraint::only_if_ro;
    for (const std::string_view name : split_words(names)) {
      if (name == ".eh_frame")
        add_one(name, "!.eh_frame | .eh_frame.*");
      else if (name == ".sframe")
        add_one(name, ".sframe | .sframe.*");
      else if (name == ".gnu_extab")
        add_one(name, is_readonly ? ".gnu_extab*" : ".gnu_extab");
      else
        add_one(name, ".gcc_except_table .gcc_except_table.*");
    }
    add_one(".exception_ranges", ".exception_ranges*");
  }

  // Data.

  void add_array(std::string_view name, std::string_view older) {
    add(fmt::format(".{}", name),
        marked(name, older.empty() ? fmt::format("!.{}", name)
                                   : fmt::format("!&.{0}.* &.{1}.* | !.{0} %.{1}", name, older)));
  }

  void add_functions(std::string_view name) {
    add(fmt::format(".{}", name),
        fmt::format("!*crtbegin.o:.{0} | !*crtbegin?.o:.{0} | !-.{0} | !^.{0}.* | !.{0}", name));
  }

  void add_relro() {
    move_to(writable_text_ ? "."
                           : "DATA_SEGMENT_ALIGN(CONSTANT(MAXPAGESIZE), CONSTANT(COMMONPAGESIZE))");
    add_unwind(script::Constraint::only_if_rw, ".eh_frame .sframe .gnu_extab .gcc_except_table");
    add(".tdata", is_shared_ ? ".tdata/td" : "=__tdata_start | .tdata/td");
    add(".tbss", ".tbss/tb | .tcommon");
    add_array("preinit_array", "");
    add_array("init_array", "ctors");
    add_array("fini_array", "dtors");
    add_functions("ctors");
    add_functions("dtors");
    add(".jcr", "!.jcr");
    add(".data.rel.ro",
        ".data.rel.ro.local* .gnu.linkonce.d.rel.ro.local.* | .data.rel.ro/d.rel.ro");
    add_each(".dynamic");
    if (style_.got == Got::relro) add_toc();
    const bool has_split = style_.got == Got::split && !got_is_readonly_;
    if (has_split) add(".got", ".got | .igot");
    const bool is_whole = style_.got == Got::split || style_.got == Got::whole;
    if (is_whole && got_is_readonly_) add_whole_got();
    if (!writable_text_)
      move_to(fmt::format("DATA_SEGMENT_RELRO_END({}, .)", has_split ? style_.got_split : "0"));
    if (has_split) add(".got.plt", ".got.plt | .igot.plt");
    if (style_.got == Got::whole && !got_is_readonly_) add_whole_got();
  }

  void add_whole_got() { add(".got", ".got.plt | .igot.plt | .got | .igot"); }

  /// The room that stands between the start of a row of sections and .got, so that this begins on
  /// a boundary of 256 bytes.
  static std::string room_before_got(std::string_view names) {
    std::string size;
    std::string close;
    for (const std::string_view name : split_words(names)) {
      const bool is_last = names.ends_with(name);
      size += fmt::format("(-MAX(ALIGNOF({0}), 8) & (-SIZEOF({0})", name);
      if (!is_last) size += " + ";
      close += "))";
    }
    return size + close;
  }

  void add_toc() {
    script::OutputSection& opd = add(".opd", "!.opd");
    opd.align = expression("8");
    add_aligned(".toc1", ".toc1", "8");
    add(".branch_lt", ".branch_lt").address = expression(
        fmt::format("ALIGNOF(.branch_lt) < 256 && SIZEOF(.got) != 0 ? . + (({} - .) & 255) : "
                    "ALIGN(MAX(ALIGNOF(.branch_lt), SIZEOF(.got) != 0 ? 256 : 8))",
                    room_before_got(got_is_readonly_ ? ".branch_lt .plt .iplt" : ".branch_lt")));
    if (got_is_readonly_) add_plt();
    add_aligned(".got", ".got .toc", "256");
  }

  void add_small_data(bool is_riscv) {
    std::string words = is_shared_ ? ".sdata2/s2 | .sdata/s" : ".sdata/s";
    if (is_riscv)
      words = std::string(is_shared_ ? "" : ":__SDATA_BEGIN__ | ") +
              ".srodata.cst16 | .srodata.cst8 | .srodata.cst4 | .srodata.cst2 | "
              ".srodata .srodata.* | " +
              words;
    add(".sdata", words);
  }

  void add_small_bss() {
    add(".sbss", std::string(is_shared_ ? ".sbss2/sb2 | " : "") + ".dynsbss | .sbss/sb | .scommon");
  }

  void add_data() {
    if (style_.got == Got::relro) {
      add_aligned(".toc", ".toc", "8");
      add_small_data(false);
      add_aligned(".tocbss", ".tocbss", "8");
      add_small_bss();
      if (!got_is_readonly_) add_plt();
    }
    std::string start;
    if (style_.has_stack_names) start = "+__data_start | ";
    if (machine_.number == EM_RISCV && !is_shared_) start = ":__DATA_BEGIN__ | ";
    script::Constructors constructors;
    constructors.sorted = true;
    add(".data", start + ".data/d").statements.emplace_back(constructors);
    add_each(".data1");
    if (style_.got == Got::small) {
      add_whole_got();
      add_small_data(true);
    }
    mark("_edata");
    provide("edata");
    move_to(".");
  }

  // What has no content.

  void add_empty() {
    const std::string alignment = style_.is_64bit ? "8" : "4";
    const script::Statement align =
        assignment(AssignmentKind::plain, ".", fmt::format("ALIGN(. != 0 ? {} : 1)", alignment));
    const std::string align_outside = fmt::format("ALIGN({})", alignment);
    mark("__bss_start");
    if (style_.has_stack_names) mark("__bss_start__");
    if (style_.got == Got::small) add_small_bss();
    add(".bss", ".dynbss | .bss/b | COMMON").statements.push_back(align);
    if (style_.has_large_data) add(".lbss", ".dynlbss | .lbss/lb | LARGE_COMMON");
    if (style_.has_stack_names)
      for (const std::string_view name : {"_bss_end__", "__bss_end__"}) mark(name);
    move_to(align_outside);
    move_to("SEGMENT_START(\"ldata-segment\", .)");
    if (style_.has_large_data) {
      const script::Expression page =
          expression("ALIGN(CONSTANT(MAXPAGESIZE)) + (. & (CONSTANT(MAXPAGESIZE) - 1))");
      add(".lrodata", ".lrodata/lr").address = page;
      script::OutputSection& data = add(".ldata", ".ldata/l");
      data.address = page;
      data.statements.push_back(align);
    }
    move_to(align_outside);
    if (style_.has_stack_names) mark("__end__");
    if (machine_.number == EM_RISCV && !is_shared_) {
      assign("__BSS_END__", ".");
      assign("__global_pointer$",
             "MIN(__SDATA_BEGIN__ + 0x800, MAX(__DATA_BEGIN__ + 0x800, __BSS_END__ - 0x800))");
    }
    mark("_end");
    provide("end");
    if (!writable_text_) move_to("DATA_SEGMENT_END(.)");
  }

  // What is not in memory.

  void add_at_zero(std::string_view name, std::string_view words) {
    add(name, words).address = expression("0");
  }

  void add_unallocated() {
    for (const std::string_view name :
         split_words(".stab .stabstr .stab.excl .stab.exclstr .stab.index .stab.indexstr .comment"))
      add_at_zero(name, name);
    add(".gnu.build.attributes", ".gnu.build.attributes .gnu.build.attributes.*");
    for (const std::string_view name : split_words(debug_names)) {
      std::string words(name);
      if (name == ".debug_info") words += " .gnu.linkonce.wi.*";
      if (name == ".debug_line") words += " .debug_line.* .debug_line_end";
      add_at_zero(name, words);
    }
    if (machine_.number == EM_AARCH64)
      add_at_zero(".ARM.attributes", "!.ARM.attributes | !.gnu.attributes");
    else
      add_at_zero(".gnu.attributes", "!.gnu.attributes");
    if (style_.has_stack_names) add_at_zero(".note.gnu.arm.ident", "!.note.gnu.arm.ident");
    add("/DISCARD/", ".note.GNU-stack | .gnu_debuglink | .gnu.lto_*");
  }

  const Machine& machine_;
  Style style_;
  bool is_plain_ = false;  // -n, -N
  bool writable_text_ = false;
  bool is_shared_ = false;
  bool is_pie_ = false;
  bool combines_ = false;
  bool separates_ = false;
  bool got_is_readonly_ = false;
  std::string relocated_;  // the sections that have relocations, as words
  script::Sections sections_;
};

}  // namespace

script::Sections default_order(const Options& options, const Machine& machine) {
  return Order(options, machine).make();
}

std::vector<std::string> default_folders(const Machine& machine) {
  const Style style = style_of(machine);
  std::vector<std::string> folders;
  const auto add = [&](std::string_view name) {
    for (const std::string_view parent : {"/usr/local/", "/", "/usr/"})
      folders.push_back(fmt::format("={}lib{}", parent, name));
  };
  add("/" + std::string(style.folder));
  if (machine.number == EM_X86_64) folders.push_back(fmt::format("=/usr/lib/{}64", style.folder));
  for (const std::string_view word : split_words(style.word_folders)) add(word);
  add("");
  for (const std::string_view word : split_words(style.word_folders))
    folders.push_back(fmt::format("=/usr/{}/lib{}", style.folder, word));
  folders.push_back(fmt::format("=/usr/{}/lib", style.folder));
  return folders;
}

script::Script default_script(const Options& options, const Machine& machine) {
  script::Script script;
  script::Entry entry;
  entry.symbol = "_start";
  script.commands.emplace_back(entry);
  for (std::string& folder : default_folders(machine)) {
    script::SearchDir search;
    search.folder = std::move(folder);
    script.commands.emplace_back(search);
  }
  script.commands.emplace_back(default_order(options, machine));
  return script;
}

}  // namespace kbx::link
