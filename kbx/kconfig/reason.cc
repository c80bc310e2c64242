// Why an option is what it is.
//
// The solver works on conditions that are simplified and joined with all that lies around them. To
// tell a person why, each condition is taken as it was stated, with its place (Menu::stated), from
// the option outwards through the blocks that it is written in, and those that are not y are told,
// with the operands that make them so.

#include "kbx/kconfig/reason.h"

#include <algorithm>

#include "kbx/base/path.h"
#include "kbx/kconfig/builder.h"
#include "kbx/kconfig/expression_text.h"

namespace kbx::kconfig {
namespace {

std::string shown(const Location& where) {
  if (where.file.empty()) return "";
  Location near = where;
  const std::string relative = relative_path(where.file, current_folder());
  if (!relative.starts_with("../..")) near.file = relative;
  return "  (" + near.to_string() + ")";
}

class Teller {
 public:
  explicit Teller(DriverOptions& options) : options_(options), solver_(options.solver()) {}

  Story of(const Symbol& symbol) {
    Story story;
    solver_.value(symbol);
    may_be_limited_ = solver_.effective_type(symbol) == Type::tristate;
    story.value = solver_.text_of(symbol);
    add_obstacles(symbol, story);
    add_selections(symbol, story);
    add_origin(symbol, story);
    if (symbol.type == Type::integer || symbol.type == Type::hex)
      if (const Property* range = solver_.range_of(symbol))
        story.range = shown_expression(range->value, solver_);
    return story;
  }

 private:
  void add_obstacles(const Symbol& symbol, Story& story) {
    bool seen_prompt = false;
    for (const Menu* menu : symbol.definitions) {
      if (!menu->prompt) continue;
      seen_prompt = true;
      const std::size_t before = story.obstacles.size();
      for (const Menu* around = menu; around; around = around->stated_in) {
        for (const StatedDependency& stated : around->stated)
          add_condition(around->symbol || around->prompt ? "depends on " : "if ", stated.condition,
                        stated.place, story);
        if (around->visibility)
          add_condition("visible if ", around->visibility, around->place, story);
      }
      const bool told = story.obstacles.size() > before;
      if (!told && solver_.evaluate(menu->prompt->condition) == Tristate::no)
        add_condition("its prompt is shown if ", menu->prompt->condition, menu->prompt->place,
                      story);
      if (story.obstacles.size() == before) {  // this definition can be reached
        story.obstacles.clear();
        return;
      }
    }
    if (seen_prompt || symbol.definitions.empty()) return;
    Obstacle obstacle;
    obstacle.text =
        "it has no prompt, so it cannot be set: its value follows from its defaults "
        "and from what selects it";
    obstacle.where = options_.location(symbol.definitions.front()->place);
    story.obstacles.push_back(std::move(obstacle));
  }

  void add_condition(const char* kind, const Expression* condition, const Place& place,
                     Story& story) {
    const Tristate value = solver_.evaluate(condition);
    if (value == Tristate::yes) return;
    // Only a tristate is held down to m.
    if (value == Tristate::mod && !may_be_limited_) return;
    Obstacle obstacle;
    obstacle.text = kind + shown_expression(condition, solver_);
    obstacle.where = options_.location(place);
    obstacle.value = value;
    add_causes(condition, obstacle.causes);
    story.obstacles.push_back(std::move(obstacle));
  }

  /// The symbols that a condition which is not y hangs on.
  void add_causes(const Expression* condition, std::vector<std::string>& causes) {
    if (condition->operation == Operator::either || condition->operation == Operator::both) {
      for (const Expression* side : {condition->left, condition->right})
        if (solver_.evaluate(side) != Tristate::yes) add_causes(side, causes);
      return;
    }
    if (condition->operation == Operator::negation) return add_symbols(condition->left, causes);
    add_symbols(condition, causes);
  }

  void add_symbols(const Expression* expression, std::vector<std::string>& causes) {
    switch (expression->operation) {
      case Operator::either:
      case Operator::both:
        add_symbols(expression->left, causes);
        add_symbols(expression->right, causes);
        return;
      case Operator::negation:
        add_symbols(expression->left, causes);
        return;
      default:
        break;
    }
    for (const Symbol* symbol : {expression->first, expression->second})
      if (symbol && !symbol->is_constant && symbol->type != Type::unknown && symbol->is_named())
        if (std::string text = cause(*symbol); std::ranges::find(causes, text) == causes.end())
          causes.push_back(std::move(text));
  }

  std::string cause(const Symbol& symbol) {
    solver_.value(symbol);
    const std::string name(symbol.name);
    const KernelOptions& kernel = options_.from().kernel;
    if (symbol.is_fixed) {
      if (kernel.find(name))
        return name + " is " + std::string(symbol.fixed_value) + " in the kernel " + kernel.name;
      return name + " is n: the kernel " + kernel.name + " lacks it";
    }
    std::string text = name + " is " + std::string(solver_.text_of(symbol));
    if (!symbol.definitions.empty())
      text += ", an option of this driver" +
              shown(options_.location(symbol.definitions.front()->place));
    return text;
  }

  void add_selections(const Symbol& symbol, Story& story) {
    for (const Property* property : options_.selections_of(symbol)) {
      if (!property->menu->symbol) continue;
      const bool selects = property->kind == PropertyKind::select;
      const Symbol& owner = *property->menu->symbol;
      const Tristate active =
          both(solver_.value(owner).tristate, solver_.evaluate(property->condition));
      if (active == Tristate::no) continue;
      story.selections.push_back({std::string(selects ? "selected by " : "implied by ") +
                                      std::string(owner.name) + ", which is " +
                                      std::string(solver_.text_of(owner)),
                                  options_.location(property->place)});
    }
  }

  const Property* default_in_force(const Symbol& symbol) {
    for (const Property* property = symbol.properties; property; property = property->next)
      if (property->kind == PropertyKind::default_value &&
          solver_.evaluate(property->condition) != Tristate::no)
        return property;
    return nullptr;
  }

  void add_origin(const Symbol& symbol, Story& story) {
    const SymbolState& state = solver_.state(symbol);
    const GivenValue& given = state.user;
    if (given.is_set && state.visible != Tristate::no) {
      const std::string asked(is_logical(symbol.type) ? letter_of(given.tristate) : given.text);
      story.origin = asked == story.value
                         ? "it is set so in the configuration"
                         : "the configuration has " + asked + ", which it cannot be";
      story.origin_place.file = options_.config_file();
      return;
    }
    if (state.selected != Tristate::no) {
      story.origin = "it is selected";
      return;
    }
    if (solver_.choice_of(symbol)) {
      story.origin = story.value == "y" ? "it is what its choice has by default"
                                        : "its choice has another one";
      return;
    }
    if (const Property* property = default_in_force(symbol)) {
      story.origin = "by default";
      story.origin_place = options_.location(property->place);
      return;
    }
    story.origin = state.visible == Tristate::no ? "it cannot be reached"
                                                 : "nothing sets it, and it has no default";
  }

  DriverOptions& options_;
  Solver& solver_;
  bool may_be_limited_ = false;  // to m
};

std::string kernel_text(const std::string& name, const KernelOptions& kernel) {
  const std::string* value = kernel.find(name);
  return "CONFIG_" + name + "=" + (value ? *value : "n") + "\n  an option of the kernel " +
         kernel.name + ", which is built: it cannot be changed" + shown({kernel.file, 0}) + "\n";
}

}  // namespace

Story tell(const Symbol& symbol, DriverOptions& options) {
  return Teller(options).of(symbol);
}

std::string why_not(const Symbol& symbol, std::string_view value, DriverOptions& options) {
  const Story story = tell(symbol, options);
  const auto said = [&](const Obstacle& obstacle) {
    std::string text = ": " + obstacle.text + shown(obstacle.where);
    for (const std::string& cause : obstacle.causes) text += "; " + cause;
    return text;
  };
  for (const Obstacle& obstacle : story.obstacles)
    if (obstacle.value == Tristate::no) return said(obstacle);
  if (!is_logical(symbol.type))
    return story.range.empty() ? ": that is no value of type " + std::string(type_name(symbol.type))
                               : ": its range is " + story.range;
  if (value != "y" && value != "m" && value != "n") return ": it is y, m or n";
  if (value == "n" || (value == "m" && story.value == "y"))
    for (const Story::Selection& selection : story.selections)
      return ": it is " + selection.text + shown(selection.where);
  if (value == "m" && symbol.type == Type::boolean) return ": it is a bool, so y or n";
  if (value == "m" && options.solver().effective_type(symbol) == Type::boolean)
    return ": the kernel " + options.from().kernel.name + " knows no modules";
  for (const Obstacle& obstacle : story.obstacles) return said(obstacle);
  return "";
}

std::string why(std::string_view full_name, DriverOptions& options) {
  const std::string name(option_name(full_name));
  const KernelOptions& kernel = options.from().kernel;
  const Symbol* symbol = options.find(name);
  if (!symbol) {
    const auto mentioned = std::ranges::find_if(options.model().symbols, [&](const Symbol& one) {
      return one.is_fixed && one.name == name;
    });
    if (kernel.find(name) || mentioned != options.model().symbols.end())
      return kernel_text(name, kernel);
    const std::string close(options.closest(name));
    throw Error(
        "neither this driver nor the kernel " + kernel.name + " has an option " + name,
        close.empty() ? "kbx config --list shows the driver's" : "did you mean " + close + "?");
  }
  const Story story = tell(*symbol, options);
  const bool is_text = symbol->type == Type::string;
  std::string text = "CONFIG_" + name + "=" + (is_text ? "\"" + story.value + "\"" : story.value) +
                     "\n  " + story.origin + shown(story.origin_place) + "\n";
  for (const Menu* menu : symbol->definitions)
    text += "  " + std::string(type_name(symbol->type)) +
            (menu->prompt ? " \"" + std::string(menu->prompt->text) + "\"" : "") +
            shown(options.location(menu->place)) + "\n";
  for (const Story::Selection& selection : story.selections)
    text += "  " + selection.text + shown(selection.where) + "\n";
  if (!story.range.empty()) text += "  range " + story.range + "\n";
  for (const Obstacle& obstacle : story.obstacles) {
    const bool hidden = obstacle.value == Tristate::no;
    text += std::string(obstacle.causes.empty() ? "  "
                        : hidden                ? "  out of reach: "
                                                : "  at most m: ") +
            obstacle.text + shown(obstacle.where) + "\n";
    for (const std::string& cause : obstacle.causes) text += "    " + cause + "\n";
  }
  if (kernel.find(name))
    text += "  the kernel " + kernel.name + " has an option of that name, too; here the driver's " +
            "counts\n";
  return text;
}

}  // namespace kbx::kconfig
