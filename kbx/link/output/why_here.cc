#include "kbx/link/output/why_here.h"

#include <map>
#include <tuple>

#include <fmt/format.h>

#include "kbx/base/path.h"
#include "kbx/link/layout/pattern.h"
#include "kbx/link/script/print.h"

/// --why-here asks about a name: input sections are called so, or an output section, or both. Each
/// input section gets one line:
///
///     FILE(SECTION): in OUTPUT at ADDRESS, by PATTERN at SCRIPT:LINE
///     FILE(SECTION): in OUTPUT at ADDRESS, an orphan: no pattern takes it
///     FILE(SECTION): dropped, by PATTERN in /DISCARD/ at SCRIPT:LINE
///     FILE(SECTION): dropped, FILE has the same group or section
///     FILE(SECTION): dropped, nothing needs it
///
/// and an output section one for itself and one for each pattern in it that took nothing:
///
///     OUTPUT: at ADDRESS, SIZE bytes, by SCRIPT:LINE
///     OUTPUT: PATTERN at SCRIPT:LINE takes nothing
namespace kbx::link {
namespace {

/// FILE(SECTION), or SECTION alone.
struct Question {
  std::string_view file;
  std::string_view section;
};

Question question_of(std::string_view text) {
  const std::size_t open = text.rfind('(');
  if (!text.ends_with(')') || open == std::string_view::npos || open == 0) return {{}, text};
  return {text.substr(0, open), text.substr(open + 1, text.size() - open - 2)};
}

bool is_meant(const InputFile& file, std::string_view name) {
  return name.empty() || file.path == name || base_name(file.path) == name ||
         file.member_name == name;
}

std::string at(const script::Place& place) {
  const std::string where = place.location().to_string();
  return where.empty() ? "of the linker's own order" : "at " + where;
}

/// One pattern of a statement, as a script would have it alone.
std::string pattern_text(const script::InputSections& input, std::size_t number) {
  script::InputSections one = input;
  if (number < input.sections.size()) one.sections = {input.sections[number]};
  return script::print(one);
}

script::Place pattern_place(const script::InputSections& input, std::size_t number) {
  return number < input.sections.size() ? input.sections[number].place : input.place;
}

const script::InputSections& statement_of(const PatternTable::Place& place) {
  return std::get<script::InputSections>(*place.slot->items[place.item].statement);
}

class Explainer {
 public:
  Explainer(Plan& plan, const std::vector<InputFile*>& files)
      : plan_(plan), files_(files), patterns_(plan.slots) {
    for (const InputFile* file : files_)
      for (const InputSection* section : file->sections)
        if (const PatternTable::Place* place = find(*section); place && is_taken(*section, *place))
          ++count_[{place->slot, place->item, place->pattern}];
  }

  std::vector<std::string> explain(const std::string& text) {
    lines_.clear();
    const Question question = question_of(text);
    for (const InputFile* file : files_)
      for (const InputSection* section : file->sections)
        if (section->name == question.section && is_meant(*file, question.file)) explain(*section);
    if (question.file.empty())
      for (const Slot* slot : plan_.slots.named(question.section)) explain(*slot);
    if (lines_.empty())
      lines_.push_back(text + ": neither an input nor the output has a section of that name");
    return std::move(lines_);
  }

 private:
  const PatternTable::Place* find(const InputSection& section) const {
    return patterns_.find(section, false);
  }

  static bool is_taken(const InputSection& section, const PatternTable::Place& place) {
    return section.output || (place.slot->name == "/DISCARD/" && !section.kept);
  }

  void explain(const InputSection& section) {
    std::string line = fmt::format("{}({}): ", section.file->path, section.name);
    const PatternTable::Place* place = find(section);
    std::string by;
    if (place) {
      const script::InputSections& input = statement_of(*place);
      by = fmt::format("by {}{} {}", pattern_text(input, place->pattern),
                       section.output ? "" : " in /DISCARD/",
                       at(pattern_place(input, place->pattern)));
    }
    if (section.output)
      line += fmt::format(
          "in {} at {:#x}, {}", section.output->name, start_of(section),
          place && place->slot->section == section.output ? by : "an orphan: no pattern takes it");
    else if (section.kept)
      line += fmt::format("dropped, {} has the same group or section", section.kept->file->path);
    else if (place && place->slot->name == "/DISCARD/")
      line += "dropped, " + by;
    else
      line += "dropped, nothing needs it";
    lines_.push_back(std::move(line));
  }

  void explain(const Slot& slot) {
    const bool is_there = slot.section && !slot.section->is_removed;
    const std::string by =
        slot.script ? at(slot.script->place) : std::string("of orphans, behind the script's");
    if (is_there)
      lines_.push_back(fmt::format("{}: at {:#x}, {:#x} bytes, the place {}", slot.name,
                                   slot.section->address, slot.section->size, by));
    else
      lines_.push_back(fmt::format("{}: not in the output, the place {}", slot.name, by));
    for (std::size_t i = 0; i < slot.items.size(); ++i)
      if (slot.items[i].statement)
        if (const auto* input = std::get_if<script::InputSections>(slot.items[i].statement))
          explain_unused(slot, i, *input);
  }

  void explain_unused(const Slot& slot, std::size_t item, const script::InputSections& input) {
    const std::size_t count = input.sections.empty() ? 1 : input.sections.size();
    for (std::size_t i = 0; i < count; ++i)
      if (count_.find({&slot, item, i}) == count_.end())
        lines_.push_back(fmt::format("{}: {} {} takes nothing", slot.name, pattern_text(input, i),
                                     at(pattern_place(input, i))));
  }

  Plan& plan_;
  const std::vector<InputFile*>& files_;
  PatternTable patterns_;
  std::map<std::tuple<const Slot*, std::size_t, std::size_t>, std::size_t> count_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> why_here(const Options& options, Plan& plan,
                                  const std::vector<InputFile*>& files) {
  std::vector<std::string> lines;
  if (options.why_here.empty()) return lines;
  Explainer explainer(plan, files);
  for (const std::string& text : options.why_here)
    for (std::string& line : explainer.explain(text)) lines.push_back(std::move(line));
  return lines;
}

}  // namespace kbx::link
