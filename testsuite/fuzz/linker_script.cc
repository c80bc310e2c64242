// A linker script: what is read and printed has to be read as the same, and every expression comes
// to the same twice. A first line "#version" or "#dynamic" makes the rest a version script or a
// dynamic list, "#include" a script that includes itself.
#include "testsuite/fuzz/fuzz.h"

#include "kbx/link/script/expression.h"
#include "kbx/link/script/parse.h"
#include "kbx/link/script/pattern.h"
#include "kbx/link/script/print.h"

namespace {

using namespace kbx::link::script;

/// Symbols and sections whose values depend on their names only.
Environment environment(Phase phase, Base section, DataSegment& segment) {
  Environment result;
  result.phase = phase;
  result.section = section;
  result.dot = 0x1234;
  result.data_segment = &segment;
  result.symbol = [](const std::string& name) {
    SymbolState state;
    state.kind = name.size() % 3 == 0 ? SymbolState::Kind::undefined : SymbolState::Kind::defined;
    state.value = {name.size() * 0x101, static_cast<Base>(name.size() % 4) - 1};
    return state;
  };
  result.find_section = [](const std::string& name) {
    SectionState state;
    state.base = static_cast<Base>(name.size() % 3);
    state.has_address = name.size() % 2 == 0;
    state.size = name.size();
    return state;
  };
  result.address_of = [](Base base) { return static_cast<std::uint64_t>(base) * 0x1000; };
  result.region = [](const std::string& name) { return RegionState{name.size(), 0x100}; };
  result.assertion_failed = [](const Place&, const std::string&) {};
  return result;
}

void evaluate_all(const Assignment& assignment, Base section) {
  for (const Phase phase : {Phase::first, Phase::mark, Phase::allocating, Phase::final}) {
    kbx::fuzz::allow_errors([&] {
      DataSegment segment;
      DataSegment again;
      const Environment first = environment(phase, section, segment);
      const Environment second = environment(phase, section, again);
      kbx::fuzz::require(
          evaluate(assignment.value, first).value == evaluate(assignment.value, second).value,
          "an expression comes to two values\n");
      if (assignment.symbol != ".") {
        const auto result = evaluate_assignment(assignment, first);
        kbx::fuzz::require(!result.value || result.value->base != plain_number,
                           "a symbol has no base\n");
      } else {
        keeps_section(assignment, first);
        evaluate_dot(assignment, first);
      }
      fill_bytes(assignment.value, first);
    });
  }
}

void look_at(const Statement& statement) {
  if (const auto* assignment = std::get_if<Assignment>(&statement)) evaluate_all(*assignment, 1);
  if (const auto* input = std::get_if<InputSections>(&statement)) {
    const FileNames file{"dir/a.o", "a.o", "dir/lib.a", "-l"};
    file_matches(input->file, file);
    for (const SectionPattern& pattern : input->sections) {
      const SectionNamePattern name(pattern.name);
      kbx::fuzz::require(!name.is_literal() || name.matches(pattern.name),
                         "a literal name does not match itself\n");
      static_cast<void>(name.matches(".text.unlikely.a"));
    }
  }
}

void look_at(const Script& script) {
  for (const Command& command : script.commands) {
    if (const auto* assignment = std::get_if<Assignment>(&command))
      evaluate_all(*assignment, absolute);
    const auto* sections = std::get_if<Sections>(&command);
    if (sections == nullptr) continue;
    for (const SectionsItem& item : sections->items)
      if (const auto* section = std::get_if<OutputSection>(&item))
        for (const Statement& statement : section->statements) look_at(statement);
  }
}

template <typename Parse>
void read_twice(std::string_view text, const Parse& parse) {
  kbx::fuzz::allow_errors([&] {
    const auto first = parse(text);
    const std::string printed = print(first);
    bool same = false;
    kbx::fuzz::allow_errors([&] { same = parse(printed) == first; });
    kbx::fuzz::require(same, "what is printed is read as something else\n");
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(first)>, Script>) look_at(first);
  });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = kbx::fuzz::text_of(data, size);
  ParseOptions options;
  options.warn = [](const kbx::Location&, const std::string&) {};
  if (text.starts_with("#version\n")) {
    read_twice(text, [&](std::string_view each) {
      return parse_version_script(each, "fuzz", options.warn);
    });
  } else if (text.starts_with("#dynamic\n")) {
    read_twice(text, [&](std::string_view each) {
      return parse_dynamic_list(each, "fuzz", options.warn);
    });
  } else {
    if (text.starts_with("#include\n")) {
      // Half of it each time, so that it ends well too.
      options.include = [&](const std::string& name) {
        return std::optional(IncludedFile{name, std::string(text.substr(text.size() / 2))});
      };
    }
    read_twice(text, [&](std::string_view each) { return parse_script(each, "fuzz", options); });
  }
  return 0;
}
