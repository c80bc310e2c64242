// Symbols that depend on themselves.
//
// A depth-first walk along everything that a value follows from: what a symbol depends on, who
// selects or implies it, its defaults and the conditions of its properties. The way from the start
// to where the walk is stands on a stack; meeting a symbol of the stack again closes a loop. The
// members of a choice and the choice count as one: each looks at all others.

#include "kbx/kconfig/dependency_loops.h"

#include <algorithm>
#include <string>
#include <vector>

#include "kbx/kconfig/builder.h"
#include "kbx/kconfig/check_properties.h"

namespace kbx::kconfig {
namespace {

enum class Reason { none, depends, selected, implied, value };

struct Step {
  const Symbol* symbol;
  const Property* property = nullptr;  // that the walk goes through
  Reason reason = Reason::none;
};

std::string kind_name(const Property* property) {
  if (!property) return "unknown";
  constexpr const char* names[] = {"prompt", "comment", "menu",  "default",
                                   "select", "imply",   "range", "symbol"};
  return names[static_cast<std::size_t>(property->kind)];
}

std::string written(const Place& place) {
  return std::string(place.file) + ":" + std::to_string(place.line) + ":";
}

class Walk {
 public:
  Walk(const Model& model, const Console& console)
      : model_(model),
        console_(console),
        active_(model.symbols.size()),
        seen_(model.symbols.size()),
        walked_(model.expressions.size()) {}

  bool run() {
    bool right = true;
    if (model_.dialect.choice_is_symbol) {
      for (const Symbol* symbol : model_.ordered)
        if (check(*symbol)) right = false;
      return right;
    }
    for (const Menu* menu = next_entry(model_.root(), nullptr); menu;
         menu = next_entry(menu, nullptr)) {
      if (!menu->symbol) continue;
      if (check(*menu->symbol)) right = false;
      if (!check_transitional(*menu, model_, console_)) right = false;
      if (menu->symbol->is_choice && !check_choice_members(*menu, model_, console_)) right = false;
    }
    return right;
  }

 private:
  const Symbol* choice_of(const Symbol& symbol) const {
    if (model_.dialect.choice_is_symbol) return symbol.choice;
    const Menu* menu = choice_around(symbol);
    return menu ? menu->symbol : nullptr;
  }

  std::vector<const Symbol*> members_of(const Symbol& choice) const {
    if (model_.dialect.choice_is_symbol) return {choice.members.begin(), choice.members.end()};
    std::vector<const Symbol*> members;
    const Menu* top = choice.definitions.front();
    for (const Menu* menu = next_entry(top, top); menu; menu = next_entry(menu, top))
      if (menu->symbol) members.push_back(menu->symbol);
    return members;
  }

  void mark(const Symbol& symbol) { active_[symbol.id] = seen_[symbol.id] = true; }

  /// The symbol that was met again, or null.
  const Symbol* check(const Symbol& symbol) {
    if (active_[symbol.id]) {
      tell(symbol);
      return &symbol;
    }
    if (seen_[symbol.id]) return nullptr;
    if (const Symbol* choice = choice_of(symbol)) {
      stack_.push_back({&symbol});
      const Symbol* again = check(*choice);
      stack_.pop_back();
      return again;
    }
    if (symbol.is_choice) return check_choice(symbol);
    mark(symbol);
    const Symbol* again = check_properties_of(symbol);
    active_[symbol.id] = false;
    return again;
  }

  const Symbol* check_choice(const Symbol& choice) {
    const std::vector<const Symbol*> members = members_of(choice);
    stack_.push_back({&choice});
    for (const Symbol* member : members) mark(*member);
    walked_.assign(walked_.size(), false);  // a member may have been met outside the choice
    mark(choice);
    const Symbol* again = check_properties_of(choice);
    active_[choice.id] = false;
    for (std::size_t i = 0; !again && i < members.size(); ++i)
      again = check_properties_of(*members[i]);
    for (const Symbol* member : members) active_[member->id] = false;
    if (again && choice_of(*again) == &choice) again = &choice;
    stack_.pop_back();
    return again;
  }

  const Symbol* check_properties_of(const Symbol& symbol) {
    stack_.push_back({&symbol});
    const Symbol* again = check(symbol.depends, Reason::depends);
    if (!again) again = check(symbol.selectors, Reason::selected);
    if (!again) again = check(symbol.implications, Reason::implied);
    for (const Property* property = symbol.properties; property && !again;
         property = property->next) {
      if (property->kind == PropertyKind::select || property->kind == PropertyKind::imply) continue;
      stack_.back().property = property;
      again = check(property->condition, Reason::none);
      if (!again && property->kind == PropertyKind::default_value && !symbol.is_choice)
        again = check(property->value, Reason::value);
    }
    stack_.pop_back();
    return again;
  }

  const Symbol* check(const Expression* expression, Reason reason) {
    stack_.back().reason = reason;
    return check(expression);
  }

  const Symbol* check(const Expression* expression) {
    if (!expression) return nullptr;
    switch (expression->operation) {
      case Operator::either:
      case Operator::both:
        return check_junction(*expression);
      case Operator::negation:
        return check(expression->left);
      case Operator::symbol:
        return check(*expression->first);
      default:
        if (const Symbol* again = check(*expression->first)) return again;
        return check(*expression->second);
    }
  }

  /// Conditions are handed down the menus, so that one is met many times.
  const Symbol* check_junction(const Expression& junction) {
    if (walked_[junction.id]) return nullptr;
    if (const Symbol* again = check(junction.left)) return again;
    if (const Symbol* again = check(junction.right)) return again;
    walked_[junction.id] = true;
    return nullptr;
  }

  void tell(const Symbol& met) {
    const Symbol* last = &met;
    const Symbol* choice = choice_of(met);
    if (choice) {
      stack_.push_back({&met});
      last = choice;
    }
    const auto from_end = std::find_if(stack_.rbegin(), stack_.rend(),
                                       [&](const Step& step) { return step.symbol == last; });
    if (from_end == stack_.rend()) {
      // conf leaves what it put on the stack there; nothing comes of it.
      std::fputs("unexpected recursive dependency error\n", console_.err);
    } else {
      for (auto step = from_end.base() - 1; step != stack_.end(); ++step) {
        const Symbol* next = step + 1 == stack_.end() ? last : (step + 1)->symbol;
        if (model_.dialect.loops_with_places)
          tell_with_place(*step, *next, *last);
        else
          tell_step(*step, *next, *last);
      }
      std::fputs(
          "For a resolution refer to Documentation/kbuild/kconfig-language.rst\n"
          "subsection \"Kconfig recursive dependency limitations\"\n\n",
          console_.err);
    }
    if (choice) stack_.pop_back();
  }

  void tell_with_place(const Step& step, const Symbol& next, const Symbol& last) const {
    const Symbol& symbol = *step.symbol;
    const bool in_choice = symbol.is_choice || choice_of(symbol);
    const Property* property = in_choice || !step.property ? symbol.properties : step.property;
    const std::string place = written(property->place);
    if (&symbol == &last)
      std::fprintf(console_.err, "%serror: recursive dependency detected!\n", place.c_str());
    std::string line;
    if (symbol.is_choice)
      line = "choice " + shown_name(symbol) + " contains symbol";
    else if (choice_of(symbol))
      line = "symbol " + shown_name(symbol) + " is part of choice";
    else
      line = "symbol " + shown_name(symbol) + " " + relation(step, property);
    std::fprintf(console_.err, "%s\t%s %s\n", place.c_str(), line.c_str(),
                 shown_name(next).c_str());
  }

  void tell_step(const Step& step, const Symbol& next, const Symbol& last) const {
    if (step.symbol == &last) std::fputs("error: recursive dependency detected!\n", console_.err);
    const std::string name = shown_name(*step.symbol);
    if (next.is_choice) {
      const Place place = next.definitions.front()->place;
      std::fprintf(console_.err, "\tsymbol %s is part of choice block at %s:%d\n", name.c_str(),
                   std::string(place.file).c_str(), place.line);
      return;
    }
    std::fprintf(console_.err, "\tsymbol %s %s %s\n", name.c_str(),
                 relation(step, step.property).c_str(), std::string(next.name).c_str());
  }

  static std::string relation(const Step& step, const Property* property) {
    switch (step.reason) {
      case Reason::depends:
        return "depends on";
      case Reason::selected:
        return "is selected by";
      case Reason::implied:
        return "is implied by";
      case Reason::value:
        return kind_name(property) + " value contains";
      default:
        return kind_name(property) + " is visible depending on";
    }
  }

  const Model& model_;
  Console console_;
  std::vector<bool> active_;
  std::vector<bool> seen_;
  std::vector<bool> walked_;  // by id: all symbols of the expression are seen, and none is active
  std::vector<Step> stack_;
};

}  // namespace

bool check_dependency_loops(const Model& model, const Console& console) {
  return Walk(model, console).run();
}

}  // namespace kbx::kconfig
