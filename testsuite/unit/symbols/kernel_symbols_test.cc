#include "kbx/symbols/kernel_symbols.h"

#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/symbols/abidw.h"
#include "kbx/symbols/kernel_diff.h"
#include "kbx/symbols/loader_relocations.h"
#include "kbx/symbols/system_map.h"

namespace {

using kbx::symbols::ChangeKind;
using kbx::symbols::ExportLicense;
using kbx::symbols::KernelDiff;
using kbx::symbols::KernelSymbols;
using kbx::symbols::SymbolChange;

KernelSymbols from_map(std::string_view text) {
  KernelSymbols kernel;
  kbx::symbols::add_system_map(kernel, text, "System.map");
  return kernel;
}

KernelSymbols from_abidw(std::string_view text) {
  KernelSymbols kernel;
  kbx::symbols::add_abidw(kernel, text, "abi.xml");
  return kernel;
}

KernelSymbols from_symvers(std::string_view text) {
  KernelSymbols kernel;
  kbx::symbols::add_symvers(kernel, text, "Module.symvers");
  kernel.complete = true;
  return kernel;
}

}  // namespace

TEST_CASE("of a list only what is wanted is kept, and that the rest has CRCs is remembered") {
  KernelSymbols kernel;
  const kbx::symbols::SymbolChoice wanted({"b"});
  CHECK(kbx::symbols::add_symvers(kernel,
                                  "0x00000001\ta\tvmlinux\tEXPORT_SYMBOL\t\n"
                                  "0x00000000\tb\tvmlinux\tEXPORT_SYMBOL\t\n",
                                  "Module.symvers", wanted) == 2);
  CHECK(kernel.exports.size() == 1);
  CHECK(kernel.find("b") != nullptr);
  CHECK(kernel.has_crcs());
}

TEST_CASE("System.map tells exports and licences") {
  const KernelSymbols kernel = from_map(
      "                 w __weak_one\n"
      "0000000000000001 A __crc_old_style\n"
      "ffffffff81000000 T _printk\n"
      "ffffffff82000000 R __start___ksymtab\n"
      "ffffffff82000000 r __ksymtab__printk\n"
      "ffffffff8200000c r __ksymtab_old_style\n"
      "ffffffff82000018 R __start___ksymtab_gpl\n"
      "ffffffff82000018 R __stop___ksymtab\n"
      "ffffffff82000018 r __ksymtab_kernel_kobj\n"
      "ffffffff82000024 R __stop___ksymtab_gpl\n");
  CHECK(kernel.exports.size() == 3);
  REQUIRE(kernel.find("_printk"));
  CHECK(kernel.find("_printk")->license == ExportLicense::any);
  CHECK_FALSE(kernel.find("_printk")->crc);
  CHECK(kernel.find("old_style")->crc == 1);
  CHECK(kernel.find("kernel_kobj")->license == ExportLicense::gpl_only);
  CHECK_FALSE(kernel.complete);
}

TEST_CASE("System.map that is none, or is Debian's empty one") {
  CHECK_THROWS_AS(from_map("not a map\n"), kbx::Error);
  CHECK_THROWS_AS(
      from_map("ffffffffffffffff B The real System.map is in the linux-image-dbg package\n"),
      kbx::Error);
  CHECK_THROWS_AS(from_map(""), kbx::Error);
}

TEST_CASE("abidw's XML tells symbols, CRCs and owners") {
  const KernelSymbols kernel = from_abidw(
      "<abi-corpus-group architecture='elf-arm-aarch64'>"
      "<abi-corpus path='vmlinux' architecture='elf-arm-aarch64'>"
      "<elf-function-symbols>"
      "<elf-symbol name='_printk' is-defined='yes' crc='0x92997ed8'/>"
      "<elf-symbol name='elsewhere' is-defined='no'/>"
      "<elf-symbol name='dma_buf_get' is-defined='yes' crc='18' namespace='DMA_BUF'/>"
      "</elf-function-symbols>"
      "<elf-variable-symbols><elf-symbol name='jiffies' is-defined='yes'/></elf-variable-symbols>"
      "</abi-corpus>"
      "<abi-corpus path='drivers/zram.ko'><elf-function-symbols>"
      "<elf-symbol name='zram_one' crc='0x1'/></elf-function-symbols></abi-corpus>"
      "</abi-corpus-group>");
  CHECK(kernel.exports.size() == 4);
  CHECK(kernel.find("_printk")->crc == 0x92997ed8);
  CHECK(kernel.find("dma_buf_get")->crc == 18);
  CHECK(kernel.find("dma_buf_get")->name_space == "DMA_BUF");
  CHECK_FALSE(kernel.find("jiffies")->crc);
  CHECK(kernel.find("zram_one")->owner == "zram.ko");
  REQUIRE(kernel.machine);
  CHECK(kernel.machine->number == EM_AARCH64);
}

TEST_CASE("XML that tells nothing") {
  CHECK_THROWS_AS(from_abidw("<abi-corpus>"), kbx::Error);
  CHECK_THROWS_AS(from_abidw("<html></html>"), kbx::Error);
  CHECK_THROWS_AS(from_abidw("<abi-corpus><elf-function-symbols><elf-symbol name='a' crc='x'/>"
                             "</elf-function-symbols></abi-corpus>"),
                  kbx::Error);
}

TEST_CASE("what changed between two kernels") {
  const KernelSymbols before = from_symvers(
      "0x00000001\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n"
      "0x00000002\tchanged\tvmlinux\tEXPORT_SYMBOL\t\n"
      "0x00000003\tgone\tdrivers/some-driver\tEXPORT_SYMBOL\t\n"
      "0x00000004\tclosed\tvmlinux\tEXPORT_SYMBOL\t\n"
      "0x00000005\tspaced\tvmlinux\tEXPORT_SYMBOL_GPL\t\n"
      "0x00000006\topened\tvmlinux\tEXPORT_SYMBOL_GPL\tOLD\n"
      "0x00000007\tmoved\tvmlinux\tEXPORT_SYMBOL_GPL\t\n");
  const KernelSymbols after = from_symvers(
      "0x00000001\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n"
      "0x00000012\tchanged\tvmlinux\tEXPORT_SYMBOL\t\n"
      "0x00000004\tclosed\tvmlinux\tEXPORT_SYMBOL_GPL\t\n"
      "0x00000005\tspaced\tvmlinux\tEXPORT_SYMBOL_GPL\tNEW\n"
      "0x00000006\topened\tvmlinux\tEXPORT_SYMBOL\t\n"
      "0x00000007\tmoved\tlib/moved\tEXPORT_SYMBOL_GPL\t\n"
      "0x00000008\tadded\tvmlinux\tEXPORT_SYMBOL\t\n");
  const KernelDiff diff = kbx::symbols::compare_kernels(before, after);
  CHECK(diff.has_crc_evidence);
  CHECK_FALSE(diff.is_same());
  const std::vector<SymbolChange> wanted = {
      {ChangeKind::gone, "gone", "some_driver", ""},
      {ChangeKind::crc, "changed", "0x00000002", "0x00000012"},
      {ChangeKind::gpl_only, "closed", "EXPORT_SYMBOL", "EXPORT_SYMBOL_GPL"},
      {ChangeKind::name_space, "spaced", "", "NEW"},
      {ChangeKind::other_owner, "moved", "vmlinux", "moved"}};
  CHECK(diff.changes == wanted);
  CHECK(kbx::symbols::compare_kernels(after, after).is_same());

  kbx::symbols::ModuleFacts module;
  module.info = {{"license", "GPL"}};
  module.needs = {{"closed", false}, {"changed", false}};
  CHECK(kbx::symbols::diff_for_module(diff, module).changes ==
        std::vector<SymbolChange>{wanted[1]});
  module.info = {{"license", "Proprietary"}};
  CHECK(kbx::symbols::diff_for_module(diff, module).changes ==
        std::vector<SymbolChange>{wanted[1], wanted[2]});
}

TEST_CASE("without CRCs kernels are not called the same") {
  const KernelSymbols zero = from_symvers("0x00000000\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n");
  const KernelSymbols one = from_symvers("0x00000001\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n");
  const KernelDiff diff = kbx::symbols::compare_kernels(one, zero);
  CHECK(diff.changes.empty());
  CHECK_FALSE(diff.has_crc_evidence);
}

TEST_CASE("relocations that loaders apply") {
  using kbx::symbols::loader_applies;
  using kbx::symbols::Machine;
  CHECK(loader_applies(Machine{EM_X86_64, true, false}, R_X86_64_PLT32, true) == true);
  CHECK(loader_applies(Machine{EM_X86_64, true, false}, R_X86_64_PLT32, false) == false);
  CHECK(loader_applies(Machine{EM_386, false, false}, R_386_PC32, false) == true);
  CHECK(loader_applies(Machine{EM_AARCH64, true, false}, R_AARCH64_CALL26, true) == true);
  CHECK(loader_applies(Machine{EM_AARCH64, true, false}, R_AARCH64_TLSDESC, true) == false);
  CHECK(loader_applies(Machine{EM_S390, true, true}, R_390_PLT32DBL, true) == true);
  CHECK(loader_applies(Machine{EM_S390, true, true}, R_390_COPY, true) == false);
  CHECK(loader_applies(Machine{EM_RISCV, true, false}, R_RISCV_ALIGN, true) == false);
  constexpr std::uint32_t pcrel_64 = 109;
  constexpr std::uint32_t relax = 100;
  CHECK(loader_applies(Machine{EM_LOONGARCH, true, false}, pcrel_64, true) == true);
  CHECK(loader_applies(Machine{EM_LOONGARCH, true, false}, R_LARCH_SOP_POP_32_U, true) == true);
  CHECK(loader_applies(Machine{EM_LOONGARCH, true, false}, R_LARCH_SUB8, true) == false);
  CHECK(loader_applies(Machine{EM_LOONGARCH, true, false}, relax, true) == false);
  CHECK_FALSE(loader_applies(Machine{EM_68K, false, true}, 1, true).has_value());
}

TEST_CASE("names of modules") {
  using kbx::symbols::module_name_of;
  CHECK(module_name_of("kernel/lib/crc-itu-t.ko.xz") == "crc_itu_t");
  CHECK(module_name_of("drivers/net/foo") == "foo");
  CHECK(module_name_of("hello.ko") == "hello");
}
