#include "kbx/menu/lines.h"

#include <algorithm>
#include <cctype>

#include "kbx/base/error.h"
#include "kbx/base/text.h"
#include "kbx/kconfig/help_lines.h"
#include "kbx/kconfig/reason.h"

namespace kbx::menu {
namespace {

using kconfig::DriverOptions;
using kconfig::Menu;
using kconfig::PropertyKind;
using kconfig::Symbol;
using kconfig::Tristate;
using kconfig::Type;

bool has_page(const Menu& entry) {
  return entry.prompt && entry.prompt->kind == PropertyKind::menu;
}

/// The value in the brackets of its type; where it cannot be changed, between dashes.
std::string mark(DriverOptions& options, const Menu& entry) {
  const Symbol& symbol = *entry.symbol;
  kconfig::Solver& solver = options.solver();
  const kconfig::SymbolState& state = solver.value(symbol);
  const std::string value(solver.text_of(symbol));
  if (!is_logical(symbol.type)) return "(" + value + ")";
  const std::string letter = value == "y" ? "*" : value == "m" ? "M" : " ";
  if (kconfig::choice_around(symbol)) return value == "y" ? "(X)" : "( )";
  if (state.visible <= state.selected) return "-" + letter + "-";
  return solver.effective_type(symbol) == Type::boolean ? "[" + letter + "]" : "<" + letter + ">";
}

std::string text_of(DriverOptions& options, const Menu& entry) {
  const std::string prompt(entry.prompt->text);
  if (!entry.symbol)
    return entry.prompt->kind == PropertyKind::comment ? "*** " + prompt + " ***"
                                                       : "    " + prompt + "  --->";
  if (entry.symbol->is_choice) return "    " + prompt;
  return mark(options, entry) + " " + prompt + (has_page(entry) ? "  --->" : "");
}

class Page {
 public:
  explicit Page(DriverOptions& options) : options_(options) {}

  void add(const Menu& top, int depth) {
    for (const Menu* entry = top.children; entry; entry = entry->next) {
      const bool shown = entry->prompt != nullptr;
      if (shown) {
        const bool seen = options_.solver().is_visible(*entry);
        lines.push_back({entry, depth, text_of(options_, *entry), seen, has_page(*entry)});
      }
      if (!shown || !has_page(*entry)) add(*entry, depth + (shown ? 1 : 0));
    }
  }

  std::vector<Line> lines;

 private:
  DriverOptions& options_;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

std::vector<Line> lines_of(DriverOptions& options, const Menu& top) {
  Page page(options);
  page.add(top, 0);
  return std::move(page.lines);
}

std::string remark(DriverOptions& options, const Menu& entry) {
  if (!entry.symbol || entry.symbol->is_choice) return "";
  const kconfig::Story story = tell(*entry.symbol, options);
  std::string text = "CONFIG_" + std::string(entry.symbol->name) + ": ";
  for (const kconfig::Obstacle& obstacle : story.obstacles) {
    if (obstacle.value != Tristate::no) continue;
    text += "out of reach: " + obstacle.text;
    if (!obstacle.causes.empty()) text += "; " + obstacle.causes.front();
    return text;
  }
  if (!story.selections.empty()) return text + story.selections.front().text;
  return text + (story.range.empty() ? "" : "range " + story.range + "; ") + story.origin;
}

std::string help_page(DriverOptions& options, const Menu& entry) {
  std::string text = std::string(entry.prompt->text) + "\n\n";
  text += entry.has_help() ? kconfig::shown_help(entry.help) : "There is no help for this entry.\n";
  if (!text.ends_with('\n')) text += '\n';
  if (entry.symbol && !entry.symbol->is_choice) text += "\n" + why(entry.symbol->name, options);
  return text;
}

std::vector<const Menu*> search(DriverOptions& options, std::string_view word) {
  const std::string wanted = lower(kconfig::option_name(word));
  std::vector<const Menu*> found;
  for (const Symbol* symbol : options.options())
    for (const Menu* entry : symbol->definitions)
      if (entry->prompt && (lower(symbol->name).find(wanted) != std::string::npos ||
                            lower(entry->prompt->text).find(wanted) != std::string::npos))
        found.push_back(entry);
  return found;
}

const Menu& page_of(const DriverOptions& options, const Menu& entry) {
  const Menu* page = entry.parent;
  while (page && !has_page(*page)) page = page->parent;
  return page ? *page : *options.root();
}

bool is_text(const Menu& entry) {
  return entry.symbol && !entry.symbol->is_choice && !is_logical(entry.symbol->type);
}

std::string set(DriverOptions& options, const Menu& entry, std::string_view value) {
  if (!entry.symbol || entry.symbol->is_choice) return "";
  try {
    options.set({{std::string(entry.symbol->name), std::string(value)}});
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

bool turn(DriverOptions& options, const Menu& entry) {
  if (!entry.symbol || entry.symbol->is_choice || is_text(entry)) return false;
  kconfig::Solver& solver = options.solver();
  solver.value(*entry.symbol);
  if (kconfig::choice_around(*entry.symbol)) return set(options, entry, "y").empty();
  const auto now = static_cast<int>(solver.state(*entry.symbol).tristate);
  for (int step = 1; step <= 2; ++step) {
    const auto next = static_cast<Tristate>((now + step) % 3);
    if (solver.is_in_range(*entry.symbol, next)) return solver.set(*entry.symbol, next);
  }
  return false;
}

}  // namespace kbx::menu
