#include "kbx/symbols/mod_template.h"

#include <map>
#include <set>

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>
#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/process.h"
#include "kbx/base/text.h"
#include "kbx/elf/object.h"
#include "kbx/elf/relocations.h"
#include "kbx/symbols/mod_c_reader.h"

using namespace kbx;
using namespace kbx::symbols;

namespace {

/// A kernel's headers as far as a .mod.c needs them. References between sections are relative or
/// not, as CONFIG_HAVE_ARCH_PREL32_RELOCATIONS has it.
constexpr const char* module_header = R"(
#define NULL ((void *)0)
typedef unsigned int u32;
#define __visible __attribute__((externally_visible))
#ifdef __clang__
#undef __visible
#define __visible
#endif
#define __used __attribute__((used))
#define __section(name) __attribute__((section(name)))
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define MODULE_INFO(tag, text) static const char JOIN(JOIN(info_, tag), __COUNTER__)[] \
  __used __section(".modinfo") __attribute__((aligned(1))) = #tag "=" text
#define MODULE_ALIAS(text) MODULE_INFO(alias, text)
struct modversion_info { unsigned long crc; char name[64 - sizeof(unsigned long)]; };
struct arch { unsigned long a, b; };
#define MODULE_ARCH_INIT { 1, 2 }
struct module {
  int state; void *list[2]; char name[64 - sizeof(unsigned long)]; long more[9];
  int (*init)(void); char rest[200]; struct arch arch; void (*exit)(void); int last;
} __attribute__((aligned(64)));
int init_module(void); void cleanup_module(void);
)";

constexpr const char* note_header = R"(
#define BUILD_SALT static const struct { int a, b, c; char d[8]; } note_7 \
  __used __section(".note.Linux") __attribute__((aligned(4))) = { 6, 4, 0x100, "Linux" }
#define BUILD_LTO_INFO static const struct { int a, b, c; char d[8]; } note_8 \
  __used __section(".note.Linux") __attribute__((aligned(4))) = { 6, 4, 0x101, "Linux" }
)";

constexpr const char* export_header = R"(
#define S2(x) #x
#define S(x) S2(x)
#ifdef RELATIVE
#define REF(x) ".long " x " - .\n"
#define ALIGN ".balign 4\n"
#elif __SIZEOF_POINTER__ == 8
#define REF(x) ".quad " x "\n"
#define ALIGN ".balign 8\n"
#else
#define REF(x) ".long " x "\n"
#define ALIGN ".balign 4\n"
#endif
#define ENTRY(sym, suffix, ns) asm( \
  ".section \"__ksymtab_strings\",\"aMS\",%progbits,1\n" \
  "__kstrtab_" #sym ": .asciz \"" #sym "\"\n__kstrtabns_" #sym ": .asciz \"" ns "\"\n.previous\n" \
  ".section \"___ksymtab" suffix "+" #sym "\",\"a\"\n" ALIGN "__ksymtab_" #sym ":\n" \
  REF(#sym) REF("__kstrtab_" #sym) REF("__kstrtabns_" #sym) ".previous\n")
#define CRC(sym, crc, suffix) asm(".section \"___kcrctab" suffix "+" #sym "\",\"a\"\n.balign 4\n" \
  "__crc_" #sym ": .long " #crc "\n.previous\n")
)";

constexpr const char* suffix_macros =
    "#define KSYMTAB_FUNC(s, g, n) ENTRY(s, g, n)\n#define KSYMTAB_DATA(s, g, n) ENTRY(s, g, n)\n"
    "#define SYMBOL_CRC(s, c, g) CRC(s, c, g)\n";

constexpr const char* flag_macros =
    "#define KSYMTAB_FUNC(s, n) ENTRY(s, \"\", n)\n#define KSYMTAB_DATA(s, n) ENTRY(s, \"\", n)\n"
    "#define SYMBOL_CRC(s, c) CRC(s, c, \"\")\n"
    "#define SYMBOL_FLAGS(s, f) asm(\".section \\\"___kflagstab+\" #s \"\\\",\\\"a\\\"\\n\" "
    "\"__flags_\" #s \": .byte \" #f \"\\n.previous\\n\")\n";

struct Tree {
  const char* name;
  Dialect dialect;
};

/// The four dialects that are known.
std::vector<Tree> trees() {
  Dialect d510;
  d510.crcs_in_cmd_files = d510.exports_in_section = d510.license_by_suffix = false;
  d510.common_object = d510.lto_note = d510.basic_by_option = false;
  d510.retpoline_option = "CONFIG_RETPOLINE";
  Dialect d61 = d510;
  d61.crcs_in_cmd_files = d61.license_by_suffix = d61.lto_note = true;
  Dialect d612 = d61;
  d612.exports_in_section = d612.common_object = true;
  Dialect d73 = d612;
  d73.license_by_suffix = false;
  d73.basic_by_option = true;
  return {{"5.10", d510}, {"6.1", d61}, {"6.12", d612}, {"7.3", d73}};
}

/// A compiler with headers of a made-up tree.
class Compiler {
 public:
  Compiler(std::vector<std::string> command, const Dialect& dialect, bool relative)
      : command_(std::move(command)) {
    folder_.file("linux/module.h", module_header);
    folder_.file("linux/build-salt.h", note_header);
    for (const char* name : {"linux/elfnote-lto.h", "linux/compiler.h"}) folder_.file(name, "");
    folder_.file("linux/vermagic.h", "#define VERMAGIC_STRING \"1.2.3 SMP \"\n");
    folder_.file(
        "linux/export-internal.h",
        std::string(export_header) + (dialect.license_by_suffix ? suffix_macros : flag_macros));
    command_.insert(command_.end(), {"-O2", "-ffreestanding", "-fno-pic", "-I" + folder_.path(),
                                     "-DCONFIG_MODULE_UNLOAD", "-DCONFIG_RETPOLINE"});
    if (relative) command_.emplace_back("-DRELATIVE");
  }

  std::string compile(const std::string& text, const std::string& name) {
    const std::string source = folder_.file(name + ".mod.c", text);
    Command command;
    command.arguments = command_;
    command.arguments.insert(command.arguments.end(), {"-DKBUILD_MODNAME=\"" + name + "\"", "-c",
                                                       "-o", folder_.at("a.o"), source});
    command.capture_errors = true;
    const CommandResult result = run(command);
    INFO(result.errors);
    REQUIRE(result.status == 0);
    return read_file(folder_.at("a.o"));
  }

 private:
  test::TemporaryFolder folder_;
  std::vector<std::string> command_;
};

bool is_metadata(std::string_view section) {
  return section == ".modinfo" || section == "__versions" || section == "__version_ext_crcs" ||
         section == "__version_ext_names";
}

/// What depends on the length of texts or on functions that are declared, and matters to nobody.
bool is_open(std::string_view line) {
  return line.starts_with(".ARM.attributes ") || line.starts_with("$");
}

/// All that matters to a linker and a kernel, one line each.
std::multiset<std::string> told(const std::string& bytes) {
  std::multiset<std::string> lines;
  const elf::Object object = elf::read_object(bytes, "a.o");
  const auto place = [&](const elf::Symbol& symbol) {
    return symbol.reserved_section ? fmt::format("reserved {}", symbol.section)
                                   : std::string(object.sections[symbol.section].name);
  };
  lines.insert(fmt::format("{} {} {} {}", object.is_64bit, object.is_big_endian, object.machine,
                           object.flags));
  for (const elf::Section& section : object.sections) {
    if (section.type == SHT_REL || section.type == SHT_RELA) {
      const std::string_view owner = object.sections[section.info].name;
      for (const elf::Relocation& entry : elf::read_relocations(object, section, "a.o"))
        lines.insert(fmt::format(
            "{} {:x}: {} {} {:+}", owner, entry.offset, entry.type,
            entry.symbol->type == STT_SECTION ? place(*entry.symbol) : entry.symbol->name,
            entry.addend));
    } else if (section.type != SHT_NULL && section.type != SHT_SYMTAB &&
               section.type != SHT_STRTAB && section.type != 0x6fff4c03) {
      std::string content;
      for (const char c : section.content)
        content += fmt::format("{:02x}", static_cast<unsigned char>(c));
      lines.insert(fmt::format("{} type {} flags {} align {} entry {} size {}: {}", section.name,
                               section.type, section.flags,
                               section.name.starts_with("__version_ext") ? 0 : section.alignment,
                               section.entry_size, section.size, content));
    }
  }
  for (const elf::Symbol& symbol : object.symbols)
    if (symbol.type != STT_SECTION && !(symbol.binding == STB_LOCAL && is_metadata(place(symbol))))
      lines.insert(fmt::format("{} {} {} {} {} {} {}", symbol.name, symbol.value, symbol.size,
                               symbol.binding, symbol.type, symbol.visibility, place(symbol)));
  std::erase_if(lines, is_open);
  return lines;
}

ModC plain_module() {
  ModC module;
  module.has_init = module.has_exit = module.with_crcs = true;
  module.versions = std::vector<ModC::Version>{{"module_layout", 0x12345678}, {"_printk", 7}};
  return module;
}

ModC rich_module(const Dialect& dialect) {
  ModC module = plain_module();
  module.has_exit = false;
  module.exports = {{"kbx_a", false, true, "", 0x01020304},
                    {"kbx_data", true, false, "NS", 0},
                    {"kbx_another_function", true, true, "", 0xffffffff},
                    {"kbx_b", false, true, "module:one,two*", 5}};
  if (!dialect.exports_in_section)
    for (ModC::Export& symbol : module.exports) {
      symbol.is_function = false;
      symbol.name_space = {};
    }
  if (!dialect.crcs_in_cmd_files) module.exports.clear();
  if (dialect.basic_by_option)
    module.extended_versions =
        std::vector<ModC::Version>{{"module_layout", 0x12345678}, {"some_name", 0}};
  module.depends = {"one", "two", "three"};
  module.aliases = {"pci:v00001234d00005678sv*sd*bc*sc*i*", "of:N*T*Cvendor,device"};
  module.source_version = "42052A67A19022EDB830A3E";
  return module;
}

/// Compares with what the compiler makes of the same texts.
void check_against(const std::vector<std::string>& command, const Tree& tree, bool relative) {
  CAPTURE(join(command, " "));
  CAPTURE(std::string(tree.name));
  CAPTURE(relative);
  Compiler compiler(command, tree.dialect, relative);
  const ModTemplate from =
      read_template(compiler.compile(specimen_text(tree.dialect), specimen_name()), tree.dialect);
  int number = 0;
  for (const ModC& module : {ModC(), plain_module(), rich_module(tree.dialect)}) {
    CAPTURE(number++);
    const std::string text = mod_c_text(module, tree.dialect);
    const auto understood = read_mod_c(text, tree.dialect);
    REQUIRE(understood.has_value());
    const auto wanted = told(compiler.compile(text, "kbx_sample"));
    const auto got = told(metadata_object(from, *understood, "kbx_sample", "kbx_sample.mod.c"));
    std::string difference;
    for (const std::string& line : wanted)
      if (!got.contains(line)) difference += "- " + line + "\n";
    for (const std::string& line : got)
      if (!wanted.contains(line)) difference += "+ " + line + "\n";
    CHECK(difference == "");
    CHECK(got.size() == wanted.size());
  }
}

}  // namespace

TEST_CASE("a metadata object is the compiler's, in every dialect") {
  for (const Tree& tree : trees())
    for (const bool relative : {true, false}) {
      check_against({"gcc"}, tree, relative);
    }
}

TEST_CASE("a metadata object is the compiler's, for every kind of machine") {
  if (find_program("clang", current_environment()["PATH"]).empty()) {
    MESSAGE("skipped: clang is not installed");
    return;
  }
  for (const char* target :
       {"i686-linux-gnu", "x86_64-linux-gnu", "arm-linux-gnueabihf", "aarch64-linux-gnu",
        "mips-linux-gnu", "mips64el-linux-gnuabi64", "powerpc-linux-gnu", "powerpc64le-linux-gnu",
        "powerpc64-linux-gnu", "s390x-linux-gnu", "riscv64-linux-gnu"})
    for (const Tree& tree : trees())
      check_against({"clang", std::string("--target=") + target}, tree,
                    std::string_view(target) != "mips-linux-gnu");
}

TEST_CASE("a text that is not modpost's is not read") {
  for (const Tree& tree : trees()) {
    const std::string text = mod_c_text(rich_module(tree.dialect), tree.dialect);
    REQUIRE(read_mod_c(text, tree.dialect).has_value());
    CHECK(!read_mod_c(text + "\n", tree.dialect));
    CHECK(!read_mod_c(text + "MODULE_INFO(own, \"x\");\n", tree.dialect));
    CHECK(!read_mod_c("#define X\n" + text, tree.dialect));
    CHECK(!read_mod_c(replace_all(text, ".init = init_module", ".init = other"), tree.dialect));
    CHECK(!read_mod_c(text.substr(0, text.size() / 2), tree.dialect));
    CHECK(!read_mod_c("", tree.dialect));
  }
}

TEST_CASE("what has no place in the template is refused") {
  const Tree tree = trees()[2];
  Compiler compiler({"gcc"}, tree.dialect, true);
  const ModTemplate from =
      read_template(compiler.compile(specimen_text(tree.dialect), specimen_name()), tree.dialect);
  const auto refused = [&](const ModC& module, const std::string& name) {
    CHECK_THROWS_AS(metadata_object(from, module, name, "a.mod.c"), Error);
  };
  const std::string long_name(56, 'n');
  CHECK_NOTHROW(metadata_object(from, plain_module(), long_name.substr(1), "a.mod.c"));
  refused(plain_module(), long_name);
  refused(plain_module(), "a\"b");
  ModC module = plain_module();
  module.versions->push_back({long_name, 1});
  refused(module, "a");
  module = plain_module();
  module.aliases = {"a\\b"};
  refused(module, "a");
  module = plain_module();
  module.aliases = {"a\xc3\xa4"};
  refused(module, "a");
}

TEST_CASE("an object with anything unexpected in it is no template") {
  const Tree tree = trees()[2];
  Compiler compiler({"gcc"}, tree.dialect, true);
  const std::string text = specimen_text(tree.dialect);
  for (const char* more :
       {"int more(void) { return 1; }\n", "int global = 5;\n",
        "static const char t[] __used __section(\".modinfo\") = \"tag=x\";\n",
        "static void *const p __used __section(\".other\") = &__this_module;\n",
        "static const char n[] __used __section(\".other\") = \"kbx_specimen\";\n",
        "static const u32 v __used __section(\"__versions\") = 1;\n",
        "asm(\".section \\\"___ksymtab+kbx_specimen_1\\\", \\\"a\\\"\\n.long "
        "1\\n.previous\\n\");\n"}) {
    CAPTURE(std::string(more));
    CHECK_THROWS_AS(read_template(compiler.compile(text + more, specimen_name()), tree.dialect),
                    Error);
  }
  CHECK_THROWS_AS(read_template(compiler.compile(text, "kbx_other"), tree.dialect), Error);
  CHECK_THROWS_AS(read_template(compiler.compile(text, specimen_name()), trees()[3].dialect),
                  Error);
  CHECK_THROWS_AS(read_template("BC\xc0\xde bitcode", tree.dialect), Error);
  CHECK_THROWS_AS(read_template("", tree.dialect), Error);
}
