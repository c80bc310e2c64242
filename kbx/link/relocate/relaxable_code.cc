#include "kbx/link/relocate/relaxable_code.h"

#include <algorithm>

#include <elf.h>

#include "kbx/link/input/shape.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {
namespace {

/// True if the code that such a relocation stands at has shorter forms.
bool has_shorter_forms(std::uint32_t type, bool is_position_independent) {
  switch (type) {
    case R_RISCV_CALL:
    case R_RISCV_CALL_PLT:
    case R_RISCV_HI20:
    case R_RISCV_LO12_I:
    case R_RISCV_LO12_S:
    case R_RISCV_TPREL_HI20:
    case R_RISCV_TPREL_ADD:
    case R_RISCV_TPREL_LO12_I:
    case R_RISCV_TPREL_LO12_S:
      return true;
    case R_RISCV_PCREL_HI20:
    case R_RISCV_PCREL_LO12_I:
    case R_RISCV_PCREL_LO12_S:
      return !is_position_independent;
    default:
      return false;
  }
}

class Finder {
 public:
  Finder(bool shortens, bool is_position_independent)
      : shortens_(shortens), is_position_independent_(is_position_independent) {}

  template <typename Shape>
  void look_at(InputFile& file) {
    std::vector<RelaxableCode*> by_index;
    for (InputSection* section : file.sections) {
      if (section->is_discarded || section->content.size() != section->size) continue;
      if (!wants<Shape>(section->rela.content)) continue;
      all_.push_back(std::make_unique<RelaxableCode>(*section));
      read<Shape>(*all_.back());
      if (by_index.size() <= section->index) by_index.resize(section->index + std::size_t{1});
      by_index[section->index] = all_.back().get();
    }
    if (!by_index.empty()) add_symbols(file, by_index);
  }

  std::vector<std::unique_ptr<RelaxableCode>> take() { return std::move(all_); }

 private:
  /// Most sections have neither marker, and their tables are read no further than for that.
  template <typename Shape>
  bool wants(std::string_view table) const {
    bool result = false;
    for_each_relocation<Shape, typename Shape::Rela>(
        table, false, [&](std::size_t, const Relocation& relocation) {
          result = result || relocation.type == R_RISCV_ALIGN ||
                   (shortens_ && relocation.type == R_RISCV_RELAX);
        });
    return result;
  }

  template <typename Shape>
  void read(RelaxableCode& code) const {
    std::vector<Relocation>& all = code.section.relocations;
    for_each_relocation<Shape, typename Shape::Rela>(
        code.section.input().rela.content, false,
        [&](std::size_t, const Relocation& relocation) { all.push_back(relocation); });
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      if (all[i].type == R_RISCV_ALIGN) code.paddings.push_back(i);
      const bool is_marked = i + 1 < all.size() && all[i + 1].type == R_RISCV_RELAX &&
                             all[i + 1].offset == all[i].offset;
      if (shortens_ && is_marked && has_shorter_forms(all[i].type, is_position_independent_))
        code.open.push_back(i);
    }
    std::ranges::stable_sort(code.paddings, {}, [&](std::uint32_t i) { return all[i].offset; });
  }

  static void add_symbols(const InputFile& file, const std::vector<RelaxableCode*>& by_index) {
    const auto code_at = [&](std::uint32_t index) {
      return index < by_index.size() ? by_index[index] : nullptr;
    };
    for (std::uint32_t i = 1; i < file.first_global && i < file.symbols.size(); ++i)
      if (RelaxableCode* const code = code_at(file.symbols[i].section))
        code->section.locals.push_back(i);
    for (Symbol* symbol : file.globals) {
      if (!symbol->section || symbol->section->file != &file) continue;
      RelaxableCode* const code = code_at(symbol->section->index);
      if (code && &code->section.input() == symbol->section)
        code->section.globals.push_back(symbol);
    }
    for (RelaxableCode* code : by_index) {
      if (!code) continue;
      std::vector<Symbol*>& globals = code->section.globals;
      std::ranges::sort(globals);
      globals.erase(std::unique(globals.begin(), globals.end()), globals.end());
    }
  }

  bool shortens_;
  bool is_position_independent_;
  std::vector<std::unique_ptr<RelaxableCode>> all_;
};

}  // namespace

std::vector<std::unique_ptr<RelaxableCode>> find_relaxable_code(
    const std::vector<InputFile*>& files, bool shortens, bool is_position_independent) {
  Finder finder(shortens, is_position_independent);
  for (InputFile* file : files) {
    if (file->is_just_symbols || file->is_binary || file->shared) continue;
    with_shape(file->is_64bit, file->is_big_endian,
               [&]<typename Shape>(Shape) { finder.look_at<Shape>(*file); });
  }
  return finder.take();
}

}  // namespace kbx::link
