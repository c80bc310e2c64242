#include "kbx/kconfig/help_text.h"

#include <vector>

#include "kbx/kconfig/builder.h"
#include "kbx/kconfig/expression_text.h"
#include "kbx/kconfig/help_lines.h"
#include "kbx/kconfig/names.h"
#include "kbx/kconfig/simplify.h"

namespace kbx::kconfig {
namespace {

constexpr std::size_t most_levels = 8;

class Help {
 public:
  Help(Model& model, Solver& solver, const Console& console)
      : model_(model), solver_(solver), simplifier_(model, console) {}

  std::string of(const Symbol& symbol) {
    if (symbol.is_named()) add_head(symbol);
    // Definitions with a prompt come first.
    for (const Menu* menu : symbol.definitions)
      if (menu->prompt) {
        add_place(*menu);
        add_prompt(*menu->prompt);
      }
    for (const Menu* menu : symbol.definitions)
      if (!menu->prompt) {
        add_place(*menu);
        add_condition("  Depends on: ", menu->depends);
      }
    add_targets(symbol, PropertyKind::select, "Selects: ");
    add_sources(symbol.selectors, "Selected by");
    add_targets(symbol, PropertyKind::imply, "Implies: ");
    add_sources(symbol.implications, "Implied by");
    return text_ + "\n\n";
  }

 private:
  void add_head(const Symbol& symbol) {
    text_ += "Symbol: " + std::string(symbol.name) + " [=" + std::string(solver_.text_of(symbol)) +
             "]\nType  : " + std::string(type_name(symbol.type)) + "\n";
    if (symbol.type != Type::integer && symbol.type != Type::hex) return;
    if (const Property* range = solver_.range_of(symbol))
      text_ += "Range : " + shown_expression(range->value, solver_) + "\n";
  }

  void add_place(const Menu& menu) {
    text_ +=
        "Defined at " + std::string(menu.place.file) + ":" + std::to_string(menu.place.line) + "\n";
  }

  void add_condition(const char* title, const Expression* condition) {
    if (!is_yes(condition, model_)) text_ += title + shown_expression(condition, solver_) + "\n";
  }

  void add_prompt(const Property& prompt) {
    text_ += "  Prompt: " + std::string(prompt.text) + "\n";
    add_condition("  Depends on: ", prompt.menu->depends);
    if (!simplifier_.equal(prompt.menu->depends, prompt.condition))
      add_condition("  Visible if: ", prompt.condition);
    std::vector<const Menu*> levels;
    bool accessible = false;
    const Menu* innermost = model_.dialect.locations_above ? prompt.menu->parent : prompt.menu;
    for (const Menu* menu = innermost; menu != model_.root() && levels.size() < most_levels;
         menu = menu->parent) {
      levels.push_back(menu);
      // conf looks whether each can be seen, which has values computed.
      if (model_.dialect.choice_is_symbol || !accessible)
        accessible = solver_.is_visible(*menu) || accessible;
    }
    if (!levels.empty()) text_ += "  Location:\n";
    std::size_t indent = 4;
    for (auto level = levels.rbegin(); level != levels.rend(); ++level, indent += 2)
      add_level(**level, indent);
  }

  void add_level(const Menu& menu, std::size_t indent) {
    const Symbol* symbol = menu.symbol;
    text_ += std::string(indent, ' ') + "-> ";
    if (menu.prompt)
      text_ += menu.prompt->text;
    else
      text_ += symbol && symbol->is_named() ? std::string(symbol->name) : "(null)";
    if (symbol)
      text_ += " (" + shown_name(*symbol) + " [=" + std::string(solver_.text_of(*symbol)) + "])";
    text_ += "\n";
  }

  void add_targets(const Symbol& symbol, PropertyKind kind, const char* title) {
    bool any = false;
    for (const Property* property = symbol.properties; property; property = property->next) {
      if (property->kind != kind) continue;
      text_ += any ? " && " : title;
      any = true;
      text_ += shown_expression(property->value, solver_);
    }
    if (any) text_ += "\n";
  }

  void add_sources(const Expression* sources, const std::string& title) {
    if (!sources) return;
    text_ += shown_alternatives(sources, Tristate::yes, title + " [y]:\n", solver_);
    text_ += shown_alternatives(sources, Tristate::mod, title + " [m]:\n", solver_);
    text_ += shown_alternatives(sources, Tristate::no, title + " [n]:\n", solver_);
  }

  Model& model_;
  Solver& solver_;
  Simplifier simplifier_;
  std::string text_;
};

}  // namespace

std::string help_text(const Menu& menu, Model& model, Solver& solver,
                      const Environment& environment, const Console& console) {
  std::string text;
  if (menu.has_help() && menu.symbol && menu.symbol->is_named())
    text += option_prefix(environment) + std::string(menu.symbol->name) + ":\n\n";
  text += menu.has_help() ? shown_help(menu.help) : "There is no help available for this option.";
  text += "\n";
  if (menu.symbol) text += Help(model, solver, console).of(*menu.symbol);
  return text;
}

}  // namespace kbx::kconfig
