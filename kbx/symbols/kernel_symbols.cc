#include "kbx/symbols/kernel_symbols.h"

#include <algorithm>
#include <array>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/symbols/symvers.h"
#include "kbx/symbols/symvers_index.h"

namespace kbx::symbols {
namespace {

std::string_view name_of(std::uint16_t machine) {
  struct Row {
    std::uint16_t machine;
    std::string_view name;
  };
  constexpr std::array<Row, 12> rows = {{{EM_X86_64, "x86-64"},
                                         {EM_386, "x86 (32 bits)"},
                                         {EM_AARCH64, "AArch64"},
                                         {EM_ARM, "ARM"},
                                         {EM_PPC64, "PowerPC (64 bits)"},
                                         {EM_PPC, "PowerPC (32 bits)"},
                                         {EM_S390, "S/390"},
                                         {EM_MIPS, "MIPS"},
                                         {EM_RISCV, "RISC-V"},
                                         {EM_LOONGARCH, "LoongArch"},
                                         {EM_SPARCV9, "SPARC (64 bits)"},
                                         {EM_PARISC, "PA-RISC"}}};
  for (const Row& row : rows)
    if (row.machine == machine) return row.name;
  return {};
}

KernelExport export_of(const SymversRow& row) {
  KernelExport entry;
  entry.crc = row.crc;
  entry.owner = row.module;
  if (is_export_macro(row.license))
    entry.license = row.license.ends_with("_GPL") ? ExportLicense::gpl_only : ExportLicense::any;
  entry.name_space = std::string(row.name_space);
  return entry;
}

std::string summary_of(const KernelExport& entry) {
  std::string text =
      fmt::format("CRC 0x{:08x} in {}", entry.crc.value_or(0), shown_value(entry.owner));
  if (entry.license == ExportLicense::gpl_only) text += ", for GPL-compatible modules only";
  if (!entry.name_space->empty()) text += ", namespace " + shown_value(*entry.name_space);
  return text;
}

}  // namespace

const KernelExport* KernelSymbols::find(std::string_view symbol) const {
  const auto found = exports.find(symbol);
  return found == exports.end() ? nullptr : &found->second;
}

bool KernelSymbols::has_crcs() const {
  return has_other_crcs || std::any_of(exports.begin(), exports.end(), [](const auto& entry) {
           return entry.second.crc.value_or(0) != 0;
         });
}

std::size_t add_symvers(KernelSymbols& kernel, std::string_view text, const std::string& path,
                        const SymbolChoice& wanted) {
  // What another source told before counts less, but one list has to agree with itself.
  KernelSymbols::Exports listed;
  constexpr size_t usual_row = 64;
  if (wanted.is_everything()) listed.reserve(text.size() / usual_row);
  std::size_t rows = 0;
  read_symvers(text, path, [&](const SymversRow& row) {
    ++rows;
    if (!wanted.contains(row.symbol)) {
      if (row.crc != 0) kernel.has_other_crcs = true;
      return;
    }
    const auto [place, is_new] = listed.try_emplace(std::string(row.symbol), export_of(row));
    if (!is_new && !(place->second == export_of(row)))
      throw Error({path, row.line},
                  fmt::format("{} is exported twice, and not alike: {} here, {} above",
                              shown_value(row.symbol), summary_of(export_of(row)),
                              summary_of(place->second)),
                  "take out the row that does not belong to this kernel, or name its folder of "
                  "headers");
  });
  if (kernel.exports.empty()) {
    kernel.exports = std::move(listed);
  } else {
    for (auto& [name, entry] : listed) kernel.exports.insert_or_assign(name, std::move(entry));
  }
  return rows;
}

std::size_t add_symvers_file(KernelSymbols& kernel, const std::string& path,
                             const SymbolChoice& wanted, const std::string& cache) {
  const auto index = wanted.is_everything() ? std::nullopt : SymversIndex::open(path, cache);
  if (!index) return add_symvers(kernel, MappedFile(path).content(), path, wanted);
  for (const std::string_view symbol : wanted.names())
    if (const auto row = index->find(symbol))
      kernel.exports.insert_or_assign(std::string(symbol), export_of(*row));
  kernel.has_other_crcs = kernel.has_other_crcs || index->has_crcs();
  return index->rows();
}

std::string machine_name(const Machine& machine) {
  std::string text(name_of(machine.number));
  if (text.empty()) text = "machine " + std::to_string(machine.number);
  // Only these come in more than one shape.
  if (machine.number == EM_MIPS || machine.number == EM_RISCV || machine.number == EM_S390 ||
      machine.number == EM_LOONGARCH)
    text += machine.is_64bit ? " (64 bits)" : " (32 bits)";
  const bool either_order = machine.number == EM_MIPS || machine.number == EM_ARM ||
                            machine.number == EM_AARCH64 || machine.number == EM_PPC64;
  if (either_order) text += machine.is_big_endian ? ", big-endian" : ", little-endian";
  return text;
}

std::string module_name_of(std::string_view path) {
  std::string name = base_name(path);
  for (const std::string_view suffix : {".xz", ".gz", ".zst", ".ko", ".o"})
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace kbx::symbols
