#include "kbx/link/output/map_places.h"

#include <algorithm>
#include <unordered_map>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/arch/special_sections.h"
#include "kbx/link/command/emulation.h"
#include "kbx/link/layout/merged_sections.h"
#include "kbx/link/layout/sizing.h"
#include "kbx/link/output/map_expression.h"
#include "kbx/link/output/map_lines.h"
#include "kbx/link/relocate/wants.h"
#include "kbx/link/script/expression.h"

/// What the link did with each statement, in the order of the statements: the inputs of the command
/// line stand where they were given, before or behind a script of -T. Values are those that the
/// statements have when all is done, with the location counter running along once more.
namespace kbx::link {
namespace {

constexpr std::size_t value_width = 34;

/// A symbol in a section.
struct Label {
  std::uint64_t offset = 0;
  std::string_view name;
};

class PlaceWriter {
 public:
  explicit PlaceWriter(const MapSource& source)
      : source_(source),
        script_(source.script),
        is_64bit_(source.resolver.format().is_64bit),
        is_demangled_(source.options.demangle.value_or(true)) {}

  std::string write() {
    find_symbols();
    script_.begin_showing();
    const Slot* last = nullptr;
    for (Slot* slot = source_.plan.slots.first(); slot; slot = slot->next)
      if (is_statement(*slot) && !is_definition(*slot)) last = slot;
    if (!last) write_rest();
    for (Slot* slot = source_.plan.slots.first(); slot; slot = slot->next) {
      if (is_definition(*slot)) continue;
      if (last && is_statement(*slot)) write_inputs(slot->input);
      write_slot(*slot);
      if (slot == last) write_rest();
    }
    return std::move(text_);
  }

 private:
  void find_symbols() {
    source_.resolver.symbols().for_each([&](Symbol& symbol) {
      if (!symbol.section || !is_defined(symbol.binding) || symbol.is_from_script ||
          symbol.is_section_bound)
        return;
      MergedPlace place{symbol.section, symbol.value};
      if (symbol.section->merge) place = merged_place(*symbol.section, symbol.value);
      symbols_[place.section].push_back({place.offset, symbol.name});
    });
    find_entries();
    for (auto& [section, symbols] : symbols_) std::ranges::stable_sort(symbols, {}, &Label::offset);
  }

  /// In a program a function of a shared object is where its PLT entry is.
  void find_entries() {
    const InputFile* owner = source_.resolver.dynamic_owner();
    const std::uint16_t machine = source_.resolver.format().machine;
    const bool counts_in_pie = machine == EM_X86_64 || machine == EM_386;
    if (!owner || !(source_.options.kind == OutputKind::executable ||
                    (source_.options.kind == OutputKind::pie && counts_in_pie)))
      return;
    source_.resolver.symbols().for_each([&](Symbol& symbol) {
      if (!symbol.places || symbol.is_defined_in_object || symbol.binding == Binding::indirect)
        return;
      const auto add = [&](std::string_view table, std::uint32_t offset) {
        const InputSection* section = offset == Places::none ? nullptr : owner->find(table);
        if (section) symbols_[section].push_back({offset, symbol.name});
      };
      const Places& places = *symbol.places;
      if (places.second != Places::none)
        add(".plt.sec", places.second);
      else
        add(".plt", places.plt);
      add(".plt.got", places.direct);
    });
  }

  // What the command line gives.

  /// Part of the script; no orphan.
  static bool is_statement(const Slot& slot) {
    return slot.script || slot.assignment || slot.assertion || slot.insert;
  }

  /// --defsym.
  static bool is_definition(const Slot& slot) {
    return slot.assignment && slot.input == Slot::no_input;
  }

  /// The inputs of the command line up to `end`, with what the options between them say.
  void write_inputs(std::size_t end) {
    const std::vector<std::string>& lines = source_.resolver.input_lines();
    const std::size_t count = source_.options.inputs.size();
    for (; next_input_ <= std::min(end, count); ++next_input_) {
      write_definitions(next_input_);
      const std::size_t stop = next_input_ + 1 < source_.lines_before.size()
                                   ? source_.lines_before[next_input_ + 1]
                                   : lines.size();
      for (; next_line_ < stop; ++next_line_) text_ += lines[next_line_] + "\n";
    }
  }

  void write_rest() {
    write_inputs(source_.options.inputs.size());
    text_ += fmt::format("OUTPUT({} {})\n", source_.options.output, target());
    if (has_veneer_file(source_.resolver.format().machine)) text_ += "LOAD linker stubs\n";
  }

  /// --defsym, --section-start and -b before that input.
  void write_definitions(std::size_t input) {
    std::size_t number = 0;
    for (Slot* slot = source_.plan.slots.first(); slot; slot = slot->next) {
      if (!is_definition(*slot)) continue;
      if (source_.options.definitions[number++].place == input)
        write_assignment(*slot->assignment, nullptr);
    }
    for (const Definition& address : source_.options.section_addresses)
      if (address.place == input) text_ += address_text(address);
    for (const Definition& format : source_.options.formats)
      if (format.place == input) text_ += "TARGET(" + format.name + ")\n";
  }

  static std::string address_text(const Definition& address) {
    const std::string_view digits = address.value;
    const bool has_prefix = digits.starts_with("0x") || digits.starts_with("0X");
    const std::size_t first = digits.find_first_not_of('0', has_prefix ? 2 : 0);
    return fmt::format("Address of section {} set to 0x{}\n", address.name,
                       first == std::string_view::npos ? "0" : digits.substr(first));
  }

  std::string_view target() const {
    if (!source_.named_format.empty()) return source_.named_format;
    const MachineFormat format = source_.resolver.format();
    return command::target_of(format.machine, format.is_64bit, format.is_big_endian);
  }

  // Places.

  void write_slot(const Slot& slot) {
    if (slot.assignment) return write_assignment(*slot.assignment, nullptr);
    if (slot.assertion) return write_assertion(*slot.assertion, nullptr);
    if (!slot.is_output_section()) return;
    text_ += "\n";
    if (slot.section)
      write_head(slot, *slot.section);
    else
      text_ += std::string(slot.name) + "\n";
    fill_.clear();
    if (slot.script && slot.script->placement.fill)
      fill_ = source_.script.fill()(*slot.script->placement.fill);
    std::uint64_t at = 0;
    for (const Item& item : slot.items) at = write_item(slot, item, at);
  }

  void write_head(const Slot& slot, const OutputSection& section) {
    text_ += map_column(std::string(slot.name), map_name_column) +
             map_address(section.address, is_64bit_) + " " + map_size(section.size);
    if (section.address != section.load_address && is_final())
      text_ += " load address " + map_address(section.load_address, is_64bit_);
    text_ += "\n";
    dot_ = section.address;
    if (slot.after) dot_ = script_.show(*slot.after, dot_, nullptr).value;
  }

  bool is_final() const { return source_.options.kind != OutputKind::relocatable; }

  /// Gives where in the section the item ends.
  std::uint64_t write_item(const Slot& slot, const Item& item, std::uint64_t at) {
    if (item.statement)
      if (const auto* input = std::get_if<script::InputSections>(item.statement))
        text_ += " " + map_text(*input) + "\n";
    for (const InputSection* section : item.inputs) {
      if (section->had_gap) write_fill(*section->output, at, section->output_offset);
      write_section(*section);
      at = section->output_offset + section->size;
    }
    if (item.statement) write_statement(slot, item, at);
    return at;
  }

  void write_statement(const Slot& slot, const Item& item, std::uint64_t& at) {
    const script::Statement& statement = *item.statement;
    if (const auto* assignment = std::get_if<script::Assignment>(&statement)) {
      write_assignment(*assignment, slot.section);
      if (item.had_gap && slot.section) write_fill(*slot.section, at, at + item.gap);
      at += item.gap;
    } else if (const auto* assertion = std::get_if<script::Assertion>(&statement)) {
      write_assertion(*assertion, slot.section);
    } else if (const auto* data = std::get_if<script::Data>(&statement)) {
      write_data(slot, item, *data);
      at = item.offset + data_size(data->kind);
    } else if (const auto* text = std::get_if<script::Asciz>(&statement)) {
      at = item.offset + text->text.size() + 1;
    } else if (const auto* fill = std::get_if<script::Fill>(&statement)) {
      fill_ = source_.script.fill()(fill->value);
      text_ += " FILL mask 0x" + fill_text() + "\n";
    } else if (std::holds_alternative<script::CreateObjectSymbols>(statement)) {
      text_ += " CREATE_OBJECT_SYMBOLS\n";
    }
  }

  void write_value(const ShownValue& shown, const std::string& what) {
    std::string value;
    switch (shown.kind) {
      case ShownValue::Kind::known:
        value = map_address(shown.value, is_64bit_);
        break;
      case ShownValue::Kind::own:
        value = "[" + map_address(shown.value, is_64bit_) + "]";
        break;
      case ShownValue::Kind::unresolved:
        value = "[unresolved]";
        break;
      case ShownValue::Kind::not_provided:
        value = "[!provide]";
        break;
      case ShownValue::Kind::undefined:
        value = "*undef*";
        break;
    }
    text_ +=
        std::string(map_name_column, ' ') + fmt::format("{:<{}}", value, value_width) + what + "\n";
  }

  void write_assignment(const script::Assignment& assignment, OutputSection* section) {
    const ShownValue shown = script_.show(assignment, dot_, section);
    if (assignment.symbol == "." && shown.kind == ShownValue::Kind::known) dot_ = shown.value;
    write_value(shown, map_text(assignment));
  }

  void write_assertion(const script::Assertion& assertion, OutputSection* section) {
    write_value(script_.show(assertion, dot_, section), map_text(assertion));
  }

  void write_data(const Slot& slot, const Item& item, const script::Data& data) {
    const auto name = [&] {
      switch (data.kind) {
        case script::DataKind::byte:
          return "BYTE";
        case script::DataKind::short_:
          return "SHORT";
        case script::DataKind::long_:
          return "LONG";
        case script::DataKind::quad:
          return "QUAD";
        case script::DataKind::squad:
          break;
      }
      return "SQUAD";
    };
    const std::uint64_t address = (slot.section ? slot.section->address : 0) + item.offset;
    text_ += std::string(map_name_column, ' ') +
             fmt::format("{} {} {} {:#x}", map_address(address, is_64bit_),
                         map_size(data_size(data.kind)), name(), item.value);
    if (!is_constant_in_map(data.value)) text_ += " " + map_text(data.value);
    text_ += "\n";
    dot_ = address + data_size(data.kind);
  }

  std::string fill_text() const {
    std::string text;
    for (const char byte : fill_) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return text;
  }

  /// A gap; also one of no size, where an earlier pass of the layout had one.
  void write_fill(const OutputSection& output, std::uint64_t from, std::uint64_t to) {
    if (from > to) return;
    text_ += map_column(" *fill*", map_name_column) +
             fmt::format("{} {} {}\n", map_address(output.address + from, is_64bit_),
                         map_size(to - from), fill_text());
    dot_ = output.address + to;
  }

  void write_section(const InputSection& section) {
    const std::uint64_t address = section.output ? start_of(section) : dot_;
    std::uint64_t size = section.output ? section.size : 0;
    if (section.merge) size = merged_size_in_map(section);
    const std::string shown = map_address(address, is_64bit_);
    text_ += map_column(fmt::format(" {}", section.name), map_name_column) +
             fmt::format("{} {} {}\n", shown, map_size(size), section.file->path);
    const bool is_changed =
        (section.edit || section.merge || section.unwind_end) && !section.content.empty();
    if (is_changed && size != section.content.size())
      text_ += std::string(map_name_column + 1 + shown.size(), ' ') +
               map_size(section.content.size()) + " (size before relaxing)\n";
    if (!section.output) return;
    write_symbols(section, address);
    dot_ = std::max(dot_, address + section.size);
  }

  void write_symbols(const InputSection& section, std::uint64_t address) {
    const auto symbols = symbols_.find(&section);
    if (symbols == symbols_.end()) return;
    for (const Label& label : symbols->second)
      text_ += std::string(map_name_column, ' ') + map_address(address + label.offset, is_64bit_) +
               std::string(map_name_column, ' ') + map_symbol(label.name, is_demangled_) + "\n";
  }

  const MapSource& source_;
  ScriptState& script_;
  bool is_64bit_;
  bool is_demangled_;
  std::unordered_map<const InputSection*, std::vector<Label>> symbols_;
  std::string text_;
  std::string fill_;       // what fills gaps here
  std::uint64_t dot_ = 0;  // the location counter, as far as the map has come
  std::size_t next_input_ = 0;
  std::size_t next_line_ = 0;
};

}  // namespace

std::string map_places(const MapSource& source) {
  return PlaceWriter(source).write();
}

}  // namespace kbx::link
