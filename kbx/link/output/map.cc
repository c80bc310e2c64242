#include "kbx/link/output/map.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/script/print.h"

/// The link map, which tools parse by its columns: GNU ld 2.40's text. The script's places in their
/// order, with what went into each and the symbols there; the inputs stand where the script ends,
/// or before it if the linker's own order is used.
namespace kbx::link {
namespace {

constexpr std::size_t name_column = 16;
constexpr std::size_t member_column = 30;

/// `text` filled up to `column`; on a line of its own if nothing would be left between.
std::string padded(std::string text, std::size_t column) {
  if (text.size() >= column - 1) return text + "\n" + std::string(column, ' ');
  text.resize(column, ' ');
  return text;
}

std::string number(std::uint64_t value) {
  return fmt::format("{:>10}", fmt::format("{:#x}", value));
}

class MapWriter {
 public:
  MapWriter(const Options& options, Plan& plan, const Resolver& resolver)
      : options_(options), plan_(plan), resolver_(resolver) {}

  std::string write(const std::vector<std::string>& properties) {
    find_symbols();
    write_members();
    for (const std::string& line : properties) text_ += line + "\n";
    write_discarded();
    text_ += "\nMemory Configuration\n\n";
    text_ += "Name             Origin             Length             Attributes\n";
    text_ += "*default*        0x0000000000000000 0xffffffffffffffff\n";
    text_ += "\nLinker script and memory map\n\n";
    write_places();
    return text_;
  }

 private:
  void find_symbols() {
    resolver_.symbols().for_each([&](Symbol& symbol) {
      if (symbol.section && !symbol.is_from_script) symbols_[symbol.section].push_back(&symbol);
    });
    for (auto& [section, symbols] : symbols_)
      std::stable_sort(symbols.begin(), symbols.end(),
                       [](const Symbol* a, const Symbol* b) { return a->value < b->value; });
  }

  void write_members() {
    if (resolver_.members().empty()) return;
    text_ += "Archive member included to satisfy reference by file (symbol)\n\n";
    for (const auto& [member, reason] : resolver_.members())
      text_ += padded(member, member_column) + reason + "\n";
  }

  void write_discarded() {
    std::string lines;
    const auto add = [&](std::string_view name, std::uint64_t size, const InputFile& file) {
      lines += padded(fmt::format(" {}", name), name_column) +
               fmt::format("0x{:016x} {} {}\n", 0, number(size), file.path);
    };
    for (const InputFile* file : resolver_.files())
      for (const InputSection* section : file->sections)
        if (!section->output && !(section->traits & (trait_linker_created | trait_keep)))
          add(section->name, section->size, *file);
    if (!lines.empty()) text_ += "\nDiscarded input sections\n\n" + lines;
  }

  // The script and its inputs.

  void write_places() {
    const auto script =
        std::find_if(options_.inputs.begin(), options_.inputs.end(),
                     [](const Input& input) { return input.kind == Input::Kind::script; });
    for (auto input = options_.inputs.begin(); input != script; ++input) write_input(*input);
    const Slot* last = nullptr;
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next)
      if (slot->script) last = slot;
    if (!last) write_rest(script);
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) {
      write_slot(*slot);
      if (slot == last) write_rest(script);
    }
  }

  void write_rest(std::vector<Input>::const_iterator input) {
    for (; input != options_.inputs.end(); ++input) write_input(*input);
    text_ += fmt::format("OUTPUT({} {})\n", options_.output, target());
  }

  void write_input(const Input& input) {
    switch (input.kind) {
      case Input::Kind::file:
      case Input::Kind::just_symbols:
        text_ += "LOAD " + input.name + "\n";
        break;
      case Input::Kind::library:
        text_ += "LOAD " + resolver_.library_path(input) + "\n";
        break;
      case Input::Kind::start_group:
        text_ += "START GROUP\n";
        break;
      case Input::Kind::end_group:
        text_ += "END GROUP\n";
        break;
      case Input::Kind::script:
        break;
    }
  }

  std::string_view target() const {
    const MachineFormat format = resolver_.format();
    for (const command::Emulation& known : command::emulations())
      if (MachineFormat{known.machine, known.is_64bit, known.is_big_endian} == format)
        return known.target;
    return "elf";
  }

  // Sections.

  void write_slot(const Slot& slot) {
    text_ += "\n";
    if (slot.section)
      text_ += padded(std::string(slot.name), name_column) +
               fmt::format("0x{:016x} {}\n", slot.section->address, number(slot.section->size));
    else
      text_ += std::string(slot.name) + "\n";
    std::uint64_t at = 0;
    for (const Item& item : slot.items) {
      if (item.statement) {
        script::InputSections input = std::get<script::InputSections>(*item.statement);
        input.keep = false;
        text_ += " " + script::print(input) + "\n";
      }
      for (const InputSection* section : item.inputs) {
        write_fill(*slot.section, at, section->output_offset);
        write_section(*section);
        at = section->output_offset + section->size;
      }
    }
  }

  void write_fill(const OutputSection& output, std::uint64_t from, std::uint64_t to) {
    if (from >= to) return;
    text_ += padded(" *fill*", name_column) +
             fmt::format("0x{:016x} {} \n", output.address + from, number(to - from));
  }

  void write_section(const InputSection& section) {
    const std::uint64_t address = section.output->address + section.output_offset;
    text_ += padded(fmt::format(" {}", section.name), name_column) +
             fmt::format("0x{:016x} {} {}\n", address, number(section.size), section.file->path);
    constexpr std::size_t size_column = name_column + 19;
    if (section.edit && section.size != section.content.size())
      text_ += std::string(size_column, ' ') + number(section.content.size()) +
               " (size before relaxing)\n";
    const auto symbols = symbols_.find(&section);
    if (symbols == symbols_.end()) return;
    for (const Symbol* symbol : symbols->second)
      text_ += std::string(name_column, ' ') + fmt::format("0x{:016x}", address + symbol->value) +
               std::string(name_column, ' ') + std::string(symbol->name) + "\n";
  }

  const Options& options_;
  Plan& plan_;
  const Resolver& resolver_;
  std::unordered_map<const InputSection*, std::vector<const Symbol*>> symbols_;
  std::string text_;
};

[[noreturn]] void refuse(const std::string& what) {
  throw Error("-Map cannot show " + what + " of a script yet", "use the toolchain's ld");
}

}  // namespace

void check_map(const Options& options, Plan& plan) {
  if (options.ibt || options.shadow_stack || options.lam_u48 || options.lam_u57)
    throw Error("-Map cannot show what -z ibt, -z shstk and -z lam-u57 do yet",
                "use the toolchain's ld");
  if (options.define_common) refuse("commons that -d placed, or the like,");
  for (const Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    if (!slot->is_output_section()) refuse("assignments and assertions");
    if (slot->start) refuse("--section-start and the like, or addresses");
    if (slot->script && slot->script->load_address) refuse("load addresses");
    if (slot->script && slot->script->placement.fill && slot->name != ".text" &&
        slot->name != ".init" && slot->name != ".fini")
      refuse("fill values");
    for (const Item& item : slot->items) {
      if (!item.statement) continue;
      const auto* input = std::get_if<script::InputSections>(item.statement);
      if (!input) refuse("assignments and data");
      for (const script::SectionPattern& pattern : input->sections)
        if (pattern.name == "COMMON") refuse("the pattern COMMON");
    }
  }
}

std::string link_map(const Options& options, Plan& plan, const Resolver& resolver,
                     const std::vector<std::string>& properties) {
  return MapWriter(options, plan, resolver).write(properties);
}

}  // namespace kbx::link
