#include "kbx/base/error.h"
#include "kbx/link/command/option.h"

namespace kbx::link::command {
namespace {

// Bits of DT_FLAGS, DT_FLAGS_1 and DT_GNU_FLAGS_1 (glibc's elf.h).
constexpr std::uint32_t df_origin = 0x1, df_bind_now = 0x8;
constexpr std::uint32_t df_1_now = 0x1, df_1_global = 0x2, df_1_nodelete = 0x8,
                        df_1_loadfltr = 0x10, df_1_initfirst = 0x20, df_1_noopen = 0x40,
                        df_1_origin = 0x80, df_1_interpose = 0x400, df_1_nodeflib = 0x800,
                        df_1_nodump = 0x1000, df_1_globaudit = 0x1000000;
constexpr std::uint32_t df_gnu_1_unique = 0x1;

template <std::uint32_t bit>
void flag(Reading& reading, const std::string&) {
  reading.options.dynamic_flags_1 |= bit;
}

template <auto member>
void read_page_size(Reading& reading, const std::string& value) {
  const auto size = number(value);
  if (!size || (*size & (*size - 1)) != 0)
    throw Error(std::string("invalid ") +
                    (member == &Options::max_page_size ? "maximum" : "common") + " page size `" +
                    value + "'",
                "a power of 2, as 4096 or 0x1000");
  reading.options.*member = *size;
}

void read_stack_size(Reading& reading, const std::string& value) {
  reading.options.stack_size = number(value);
  if (!reading.options.stack_size) throw Error("invalid stack size `" + value + "'");
}

void read_visibility(Reading& reading, const std::string& value) {
  Visibility& visibility = reading.options.start_stop_visibility;
  if (value == "default")
    visibility = Visibility::by_default;
  else if (value == "internal")
    visibility = Visibility::internal;
  else if (value == "hidden")
    visibility = Visibility::hidden;
  else if (value == "protected")
    visibility = Visibility::protected_;
  else
    throw Error("invalid visibility in `-z start-stop-visibility=" + value +
                "'; must be default, internal, hidden, or protected");
}

template <unsigned level>
void read_level(Reading& reading, const std::string&) {
  reading.options.isa_level = level;
}

template <auto... members>
void read_report(Reading& reading, const std::string& value) {
  PropertyReport report = PropertyReport::none;
  if (value == "warning")
    report = PropertyReport::warning;
  else if (value == "error")
    report = PropertyReport::error;
  else if (value != "none")
    throw Error("invalid option for -z …-report=: " + value, "none, warning and error are known");
  ((reading.options.*members = report), ...);
}

void read_padding(Reading& reading, const std::string& value) {
  CallPadding& padding = reading.options.call_padding;
  padding.is_behind = value.starts_with("suffix-");
  if (value == "prefix-addr" || value == "suffix-nop") {
    padding.byte = padding.is_behind ? 0x90 : 0x67;
    return;
  }
  const bool has_kind = value.starts_with("prefix-") || padding.is_behind;
  const auto byte = has_kind ? number(value.substr(7)) : std::nullopt;
  if (!byte)
    throw Error("unsupported option: -z call-nop=" + value,
                "prefix-addr, suffix-nop, prefix-NUMBER and suffix-NUMBER are known");
  padding.byte = static_cast<std::uint8_t>(*byte);
}

constexpr Keyword rows[] = {
    {"defs", "", set<&Options::unresolved_in_objects, Unresolved::report>, "as --no-undefined"},
    {"undefs", "", set<&Options::unresolved_in_objects, Unresolved::ignore>,
     "ignore undefined symbols of objects"},
    {"muldefs", "", set<&Options::allow_multiple_definition, true>,
     "of several definitions take the first"},
    {"max-page-size=", "SIZE", read_page_size<&Options::max_page_size>,
     "the greatest page that the system may have"},
    {"common-page-size=", "SIZE", read_page_size<&Options::common_page_size>,
     "the page that it most often has"},
    {"stack-size=", "SIZE", read_stack_size, "the size of the stack"},
    {"execstack", "", set<&Options::executable_stack, true>, "the stack has to be executable"},
    {"noexecstack", "", set<&Options::executable_stack, false>, "the stack need not be executable"},
    {"separate-code", "", set<&Options::separate_code, true>, "code gets pages of its own"},
    {"noseparate-code", "", set<&Options::separate_code, false>,
     "code may share pages with data that is read only"},
    {"relro", "", set<&Options::relro, true>,
     "make read-only after loading what only loading writes"},
    {"norelro", "", set<&Options::relro, false>, "do not"},
    {"text", "", set<&Options::text_relocations, TextRelocations::error>,
     "refuse dynamic relocations in read-only segments"},
    {"notext", "", set<&Options::text_relocations, TextRelocations::allowed>, "allow them"},
    {"textoff", "", set<&Options::text_relocations, TextRelocations::allowed>, "allow them"},
    {"common", "", set<&Options::common_type, true>, "common symbols have the type STT_COMMON"},
    {"nocommon", "", set<&Options::common_type, false>, "they have STT_OBJECT"},
    {"unique-symbol", "", set<&Options::unique_local_names, true>,
     "give local symbols of one name different names"},
    {"nounique-symbol", "", set<&Options::unique_local_names, false>, "do not, the default"},
    {"start-stop-gc", "", set<&Options::start_stop_gc, true>,
     "a use of __start_X does not keep the sections X"},
    {"nostart-stop-gc", "", set<&Options::start_stop_gc, false>, "it does, the default"},
    {"start-stop-visibility=", "KIND", read_visibility,
     "of __start_X and __stop_X: default, internal, hidden, protected"},
    {"now", "",
     [](Reading& reading, const std::string&) {
       reading.options.dynamic_flags |= df_bind_now;
       reading.options.dynamic_flags_1 |= df_1_now;
     },
     "look all symbols up at loading"},
    {"lazy", "",
     [](Reading& reading, const std::string&) {
       reading.options.dynamic_flags &= ~df_bind_now;
       reading.options.dynamic_flags_1 &= ~df_1_now;
     },
     "look functions up at their first call, the default"},
    {"origin", "",
     [](Reading& reading, const std::string&) {
       reading.options.dynamic_flags |= df_origin;
       reading.options.dynamic_flags_1 |= df_1_origin;
     },
     "$ORIGIN is used"},
    {"global", "", flag<df_1_global>, "symbols are for objects loaded later too"},
    {"globalaudit", "", flag<df_1_globaudit>, "all objects are to be audited"},
    {"initfirst", "", flag<df_1_initfirst>, "initialize this object first"},
    {"interpose", "", flag<df_1_interpose>, "symbols go before those of other objects"},
    {"loadfltr", "", flag<df_1_loadfltr>, "load filtered objects at once"},
    {"nodefaultlib", "", flag<df_1_nodeflib>, "look for no libraries in the system's folders"},
    {"nodelete", "", flag<df_1_nodelete>, "never unload the object"},
    {"nodlopen", "", flag<df_1_noopen>, "dlopen() may not load it"},
    {"nodump", "", flag<df_1_nodump>, "dldump() may not dump it"},
    {"unique", "", set<&Options::gnu_flags_1, df_gnu_1_unique>, "load the object only once"},
    {"nounique", "", set<&Options::gnu_flags_1, std::uint32_t{0}>,
     "once for each namespace, the default"},
    {"combreloc", "", set<&Options::combine_relocations, true>,
     "sort dynamic relocations into one section, the default"},
    {"nocombreloc", "", set<&Options::combine_relocations, false>, "do not"},
    {"nocopyreloc", "", set<&Options::copy_relocations, false>, "make no copy relocations"},
    {"dynamic-undefined-weak", "", set<&Options::dynamic_undefined_weak, true>,
     "leave undefined weak symbols to the loader"},
    {"nodynamic-undefined-weak", "", set<&Options::dynamic_undefined_weak, false>, "they are 0"},
    {"noextern-protected-data", "", set<&Options::extern_protected_data, false>,
     "x86: programs do not refer to protected data directly"},
    {"indirect-extern-access", "", set<&Options::indirect_extern_access, true>,
     "x86: programs refer to other objects indirectly"},
    {"noindirect-extern-access", "", set<&Options::indirect_extern_access, false>,
     "x86: they may do so directly, the default"},
    {"pack-relative-relocs", "", set<&Options::relr, true>,
     "write relative relocations in the packed form"},
    {"nopack-relative-relocs", "", set<&Options::relr, false>, "do not, the default"},
    {"report-relative-reloc", "", set<&Options::report_relative_relocations, true>,
     "tell of relative relocations"},
    {"force-bti", "", set<&Options::force_bti, true>,
     "AArch64: the output has BTI, and inputs without it are told"},
    {"pac-plt", "", set<&Options::pac_plt, true>, "AArch64: sign what .plt jumps to"},
    {"ibt", "", set<&Options::ibt, true>, "x86: the output is marked as fit for IBT"},
    {"ibtplt", "", set<&Options::ibt_plt, true>, "x86: .plt is made for IBT"},
    {"shstk", "", set<&Options::shadow_stack, true>,
     "x86: the output is marked as fit for shadow stacks"},
    {"lam-u48", "", set<&Options::lam_u48, true>,
     "x86-64: the output is marked as fit for LAM_U48"},
    {"lam-u57", "", set<&Options::lam_u57, true>,
     "x86-64: the output is marked as fit for LAM_U57"},
    {"cet-report=", "HOW", read_report<&Options::cet_report>,
     "x86: tell of inputs without IBT or shadow stack"},
    {"lam-u48-report=", "HOW", read_report<&Options::lam_u48_report>,
     "x86-64: tell of inputs without LAM_U48"},
    {"lam-u57-report=", "HOW", read_report<&Options::lam_u57_report>,
     "x86-64: tell of inputs without LAM_U57"},
    {"lam-report=", "HOW", read_report<&Options::lam_u48_report, &Options::lam_u57_report>,
     "x86-64: tell of both"},
    {"call-nop=", "PADDING", read_padding, "x86: how a call that became shorter is padded"},
    {"noreloc-overflow", "", set<&Options::reloc_overflow_check, false>,
     "x86-64: allow values that do not fit"},
    {"x86-64-baseline", "", read_level<1>, "x86-64: every processor will do"},
    {"x86-64-v2", "", read_level<2>, "x86-64: the output needs this level"},
    {"x86-64-v3", "", read_level<3>, "x86-64: the output needs this level"},
    {"x86-64-v4", "", read_level<4>, "x86-64: the output needs this level"},
};

}  // namespace

std::span<const Keyword> keywords() {
  return rows;
}

void read_keyword(Reading& reading, const std::string& word) {
  const std::size_t sign = word.find('=');
  const std::string name = word.substr(0, sign == std::string::npos ? sign : sign + 1);
  for (const Keyword& keyword : rows)
    if (keyword.name == name) {
      keyword.read(reading, sign == std::string::npos ? "" : word.substr(sign + 1));
      return;
    }
  if (word.starts_with("x86-64-v"))
    throw Error("invalid x86-64 ISA level: " + word, "x86-64-v2, -v3 and -v4 are known");
  reading.say("warning: -z " + word + " ignored");
}

}  // namespace kbx::link::command
