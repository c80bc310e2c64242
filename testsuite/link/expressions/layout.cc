// A layout of one object's sections that is just enough to put expressions to the test: reads a
// script, gives addresses in passes as GNU ld does, and prints what the symbols came to. What it
// has no use for (regions, overlays, headers) it refuses with 77.
//
//     link-expressions SCRIPT [section NAME SIZE ALIGNMENT | symbol NAME SECTION VALUE | wanted
//     NAME]...
//
//     link-expressions --parse SCRIPT...
//
// The second form says of each script `accepted` or `refused`. SECTION is ABS, COMMON or one of the
// sections. Prints NAME VALUE SECTION in hexadecimal.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <set>

#include "kbx/base/file.h"
#include "kbx/link/script/expression.h"
#include "kbx/link/script/parse.h"
#include "kbx/link/script/pattern.h"
#include "kbx/link/script/print.h"

using namespace kbx;
using namespace kbx::link::script;

namespace {

struct InputSection {
  std::string name;
  std::uint64_t size = 0;
  std::uint64_t alignment = 1;
  int output = -1;  // the index of its output section
  std::uint64_t offset = 0;
};

struct OutputState {
  std::string name;
  std::uint64_t address = 0;
  std::uint64_t load_address = 0;
  std::uint64_t size = 0;
  std::uint64_t alignment = 1;
  bool has_address = false;
  bool has_load_expression = false;
  bool exists = false;
};

struct SymbolEntry {
  int input = -1;  // the index of an object's section; -1: absolute or the script's
  std::uint64_t offset = 0;
  bool common = false;
  bool by_object = false;
  bool from_dot = false;
  int pass = -1;             // in which pass the script set it
  int after = -1;            // the output section before it
  bool before_next = false;  // it belongs to the one behind it
  Value value{0, absolute};
};

struct Unsupported {};

class Layout {
 public:
  std::vector<InputSection> inputs;
  std::map<std::string, SymbolEntry> symbols;
  std::set<std::string> wanted;

  void run(const Script& script);
  void print() const;

 private:
  Environment environment(Phase phase, Base section);
  SymbolState state_of(const std::string& name) const;
  OutputState& output(const std::string& name);
  void pass(const Script& script, Phase phase);
  void save_page();
  void assign(const Assignment& assignment, Phase phase, Base section);
  void section(const OutputSection& node, Phase phase);
  void place(const InputSections& node, Base section);
  void place(InputSection& input, Base section);

  std::vector<OutputState> outputs_;
  std::uint64_t dot_ = 0;
  int pass_ = 0;
  int last_section_ = -1;
  bool dot_was_assigned_ = false;
  bool sane_ = false;
  DataSegment data_segment_;
};

std::uint64_t aligned(std::uint64_t value, std::uint64_t alignment) {
  return alignment <= 1 ? value : (value + alignment - 1) / alignment * alignment;
}

SymbolState Layout::state_of(const std::string& name) const {
  const auto found = symbols.find(name);
  if (found == symbols.end()) return {};
  const SymbolEntry& entry = found->second;
  SymbolState state;
  state.kind = SymbolState::Kind::defined;
  state.value = entry.value;
  state.set_in_this_pass = entry.pass == pass_;
  if (entry.pass >= 0 || entry.input < 0) return state;
  const InputSection& input = inputs[static_cast<size_t>(entry.input)];
  if (input.output < 0) state.kind = SymbolState::Kind::discarded;
  state.value = {input.offset + entry.offset, input.output};
  return state;
}

OutputState& Layout::output(const std::string& name) {
  const auto found = std::ranges::find(outputs_, name, &OutputState::name);
  if (found != outputs_.end()) return *found;
  OutputState state;
  state.name = name;
  outputs_.push_back(state);
  return outputs_.back();
}

Environment Layout::environment(Phase phase, Base section) {
  Environment result;
  result.phase = phase;
  result.dot = dot_;
  result.section = section;
  result.sane_expressions = sane_;
  result.symbol = [this](const std::string& name) { return state_of(name); };
  result.is_defined = [this](const std::string& name) {
    const auto found = symbols.find(name);
    return found != symbols.end() && (found->second.by_object || found->second.pass == pass_);
  };
  result.find_section = [this](const std::string& name) -> std::optional<SectionState> {
    const auto found = std::ranges::find(outputs_, name, &OutputState::name);
    if (found == outputs_.end()) return std::nullopt;
    SectionState state;
    state.base = static_cast<Base>(found - outputs_.begin());
    state.exists = found->exists;
    state.has_address = found->has_address;
    if (found->has_address) state.load_address = found->load_address;
    state.has_load_expression = found->has_load_expression;
    state.size = found->size;
    state.alignment = found->alignment;
    return state;
  };
  result.region = [](const std::string& /*name*/) {
    return RegionState{0, ~std::uint64_t{0}};  // GNU ld warns of a region that is not defined
  };
  result.size_of_headers = []() -> std::uint64_t { throw Unsupported(); };
  result.data_segment = &data_segment_;
  result.address_of = [this](Base base) { return outputs_[static_cast<size_t>(base)].address; };
  return result;
}

void Layout::assign(const Assignment& assignment, Phase phase, Base section) {
  const Environment now = environment(phase, section);
  if (assignment.symbol == ".") {
    if (const auto next = evaluate_dot(assignment, now)) dot_ = *next;
    if (section == absolute) dot_was_assigned_ = true;
    if (section != absolute && keeps_section(assignment, now))
      outputs_[static_cast<size_t>(section)].exists = true;
    return;
  }
  const bool provides = assignment.kind == AssignmentKind::provide ||
                        assignment.kind == AssignmentKind::provide_hidden;
  const auto found = symbols.find(assignment.symbol);
  if (provides &&
      (!wanted.contains(assignment.symbol) || (found != symbols.end() && found->second.by_object)))
    return;
  const Result result = evaluate_assignment(assignment, now);
  if (!result.value && found != symbols.end()) return;
  SymbolEntry& entry = symbols[assignment.symbol];
  entry.value = result.value.value_or(Value{0, section});
  entry.from_dot = result.from_dot;
  entry.pass = pass_;
  entry.after = section == absolute ? last_section_ : section;
  entry.before_next = section == absolute && (dot_was_assigned_ || last_section_ < 0);
}

void Layout::place(InputSection& input, Base section) {
  OutputState& state = outputs_[static_cast<size_t>(section)];
  state.alignment = std::max(state.alignment, input.alignment);
  dot_ = aligned(dot_, input.alignment);
  input.offset = dot_ - state.address;
  input.output = section;
  dot_ += input.size;
  state.exists = true;
}

void Layout::place(const InputSections& node, Base section) {
  for (InputSection& input : inputs) {
    if (input.output >= 0 && input.output != section) continue;
    const bool matches = std::ranges::any_of(node.sections, [&](const SectionPattern& pattern) {
      return SectionNamePattern(pattern.name).matches(input.name);
    });
    if (matches) place(input, section);
  }
}

void Layout::section(const OutputSection& node, Phase phase) {
  if (node.name == "/DISCARD/" || node.type != SectionType::normal || node.subalign)
    throw Unsupported();
  OutputState& state = output(node.name);
  const auto section = static_cast<Base>(&state - outputs_.data());
  const std::uint64_t shift = last_section_ < 0
                                  ? 0
                                  : outputs_[static_cast<size_t>(last_section_)].load_address -
                                        outputs_[static_cast<size_t>(last_section_)].address;
  if (node.align) {
    const Result result = evaluate(*node.align, environment(phase, absolute));
    if (result.value) state.alignment = std::max(state.alignment, result.value->number);
  }
  dot_ = aligned(dot_, state.alignment);
  if (node.address) {
    const Environment now = environment(phase, absolute);
    const Result result = evaluate(*node.address, now);
    if (result.value) dot_ = address_of(*result.value, now);
  }
  state.address = dot_;
  state.has_load_expression = node.load_address.has_value();
  state.load_address = dot_ + shift;
  if (node.load_address) {
    const Environment now = environment(phase, absolute);
    const Result result = evaluate(*node.load_address, now);
    if (result.value) state.load_address = address_of(*result.value, now);
  }
  state.has_address = phase != Phase::mark;
  for (const Statement& statement : node.statements) {
    if (const auto* assignment = std::get_if<Assignment>(&statement)) {
      assign(*assignment, phase, section);
    } else if (const auto* wild = std::get_if<InputSections>(&statement)) {
      place(*wild, section);
    } else if (const auto* assertion = std::get_if<Assertion>(&statement)) {
      check(*assertion, environment(phase, section));
    } else if (const auto* data = std::get_if<Data>(&statement)) {
      constexpr std::uint64_t sizes[] = {1, 2, 4, 8, 8};
      evaluate(data->value, environment(phase, section));
      dot_ += sizes[static_cast<size_t>(data->kind)];
      outputs_[static_cast<size_t>(section)].exists = true;
    } else if (!std::holds_alternative<Fill>(statement)) {
      throw Unsupported();
    }
  }
  OutputState& done = outputs_[static_cast<size_t>(section)];
  done.size = dot_ - done.address;
  if (!done.exists) return;
  last_section_ = section;
  dot_was_assigned_ = false;
}

void Layout::pass(const Script& script, Phase phase) {
  ++pass_;
  dot_ = 0;
  last_section_ = -1;
  dot_was_assigned_ = false;
  if (phase <= Phase::allocating)
    for (OutputState& state : outputs_) state.has_address = false;
  for (const Command& command : script.commands) {
    if (const auto* assignment = std::get_if<Assignment>(&command)) {
      assign(*assignment, phase, absolute);
    } else if (const auto* assertion = std::get_if<Assertion>(&command)) {
      check(*assertion, environment(phase, absolute));
    } else if (const auto* feature = std::get_if<Feature>(&command)) {
      sane_ = feature->name == "SANE_EXPR";
    } else if (const auto* sections = std::get_if<Sections>(&command)) {
      for (const SectionsItem& item : sections->items) {
        if (const auto* each = std::get_if<Assignment>(&item)) {
          assign(*each, phase, absolute);
        } else if (const auto* output_section = std::get_if<OutputSection>(&item)) {
          section(*output_section, phase);
        } else if (const auto* inner = std::get_if<Assertion>(&item)) {
          check(*inner, environment(phase, absolute));
        } else {
          throw Unsupported();
        }
      }
    } else {
      throw Unsupported();
    }
  }
}

/// Whether the data segment can do without one page. To end its relro part on a page is not for
/// this layout.
void Layout::save_page() {
  DataSegment& segment = data_segment_;
  if (segment.relro_end != 0) throw Unsupported();
  const std::uint64_t mask = segment.common_page_size - 1;
  const std::uint64_t first = -segment.base & mask;
  const std::uint64_t last = segment.end & mask;
  const bool saves = first != 0 && last != 0 && (segment.base & ~mask) != (segment.end & ~mask) &&
                     first + last <= segment.common_page_size;
  segment.state = saves ? DataSegment::State::adjust : DataSegment::State::done;
}

void Layout::run(const Script& script) {
  outputs_.reserve(100);
  data_segment_.relro = true;  // ld's default here
  for (const Phase phase : {Phase::mark, Phase::allocating, Phase::assigning, Phase::allocating,
                            Phase::assigning, Phase::final}) {
    pass(script, phase);
    if (data_segment_.state == DataSegment::State::end_seen) save_page();
  }
}

void Layout::print() const {
  for (const auto& [name, entry] : symbols) {
    SymbolState state = state_of(name);
    Base base = state.value.base;
    std::uint64_t address = state.value.number;
    if (base >= 0) address += outputs_[static_cast<size_t>(base)].address;
    if (base == absolute && entry.from_dot) {
      const auto from = outputs_.begin() + entry.after + (entry.before_next ? 1 : 0);
      const auto found =
          std::find_if(from, outputs_.end(), [](const auto& each) { return each.exists; });
      if (found != outputs_.end())
        base = static_cast<Base>(found - outputs_.begin());
      else
        base = entry.after;
    }
    // Which section GNU ld gives the symbols of one that is empty is not for this layout.
    if (base >= 0 && !outputs_[static_cast<size_t>(base)].exists) throw Unsupported();
    const std::string where = base < 0 ? "ABS" : outputs_[static_cast<size_t>(base)].name;
    std::printf("%s\t%llx\t%s\n", name.c_str(), static_cast<unsigned long long>(address),
                where.c_str());
  }
}

void read_arguments(Layout& layout, const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size();) {
    const auto number = [&](size_t at) { return std::stoull(words.at(at), nullptr, 16); };
    if (words[i] == "section") {
      layout.inputs.push_back({words.at(i + 1), number(i + 2), number(i + 3), -1, 0});
      i += 4;
    } else if (words[i] == "symbol") {
      SymbolEntry& entry = layout.symbols[words.at(i + 1)];
      entry.by_object = true;
      const auto found = std::ranges::find(layout.inputs, words.at(i + 2), &InputSection::name);
      if (found == layout.inputs.end()) {
        entry.value = {number(i + 3), absolute};
      } else {
        entry.input = static_cast<int>(found - layout.inputs.begin());
        entry.offset = number(i + 3);
      }
      i += 4;
    } else {
      layout.wanted.insert(words.at(i + 1));
      i += 2;
    }
  }
}

/// Whether each script is one, and what is printed of it reads as the same.
int parse_all(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    bool accepted = true;
    try {
      const Script script = parse_script(read_file(file), file);
      if (parse_script(kbx::link::script::print(script), "printed") != script) return 1;
    } catch (const Error&) {
      accepted = false;
    }
    std::printf("%s\t%s\n", accepted ? "accepted" : "refused", file.c_str());
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const std::vector<std::string> words(arguments + 2, arguments + count);
  if (std::string_view(arguments[1]) == "--parse") return parse_all(words);
  try {
    Layout layout;
    read_arguments(layout, words);
    layout.run(parse_script(read_file(arguments[1]), arguments[1]));
    layout.print();
  } catch (const Unsupported&) {
    return 77;
  } catch (const Error& error) {
    std::cerr << error.to_string() << '\n';
    return 1;
  }
}
