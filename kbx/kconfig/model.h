#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/base/arena_list.h"
#include "kbx/base/records.h"
#include "kbx/kconfig/dialect.h"
#include "kbx/kconfig/expression.h"

/// What Kconfig files say, as plain data. The parser (parser.h) makes it, the finalizer
/// (finalize.h) gives every entry the conditions that it inherits; from then on it is only read.
/// Values are not part of it: those are the solver's (solver.h).
namespace kbx::kconfig {

enum class Type : std::uint8_t { unknown, boolean, tristate, integer, hex, string };

/// A type whose values are n, m and y, as opposed to texts.
constexpr bool is_logical(Type type) {
  return type == Type::boolean || type == Type::tristate;
}

/// "bool", "integer", …: the words of conf's messages.
std::string_view type_name(Type type);

/// Where a statement stands. `file` is the name that `source` gave.
struct Place {
  std::string_view file;
  int line = 0;
};

struct Menu;

enum class PropertyKind : std::uint8_t {
  prompt,
  comment,
  menu,
  default_value,
  select,
  imply,
  range,
  definition,  // where a symbol is defined; only with Dialect::choice_is_symbol
};

/// One line below an entry: a prompt, a default, a select, …
struct Property {
  std::uint32_t id = 0;
  PropertyKind kind = PropertyKind::prompt;
  std::string_view text;                  // of a prompt, menu or comment
  const Expression* condition = nullptr;  // "if …", later with all that is inherited; null is yes
  const Expression* value = nullptr;      // of a default; symbol of a select or imply; range
  Menu* menu = nullptr;                   // the entry that it belongs to
  Place place;
  Property* next = nullptr;

  /// The one symbol that `value` is, or null.
  Symbol* value_symbol() const {
    return value && value->operation == Operator::symbol ? value->first : nullptr;
  }
};

/// A configuration option, a constant, or a choice (which has members).
struct Symbol {
  std::string_view name;   // "" for a choice without a name
  std::uint32_t hash = 0;  // of the name, where there is one (symbol_table.h)
  std::uint32_t id = 0;
  Type type = Type::unknown;
  bool is_constant = false;
  bool is_choice = false;
  bool is_optional = false;  // a choice that may have no value
  bool is_transitional = false;
  bool yes_in_allnoconfig = false;
  bool is_choice_member = false;  // lies in a choice that is a menu
  bool is_warned = false;         // its properties have been examined
  bool is_fixed = false;          // has `fixed_value`, whatever is said of it (kernel_options.h)
  std::string_view fixed_value;   // "y", "m", "n" or a text
  Property* properties = nullptr;
  Property* last_property = nullptr;
  ArenaList<Menu*> definitions;
  const Symbol* choice = nullptr;         // that it is a value of; Dialect::choice_is_symbol
  ArenaList<Symbol*> members;             // of a choice
  const Expression* depends = nullptr;    // of all its definitions, joined by ||
  const Expression* selectors = nullptr;  // who selects it, when
  const Expression* implications = nullptr;
  const Expression* expression = nullptr;  // that is the symbol alone; made by Expressions

  bool is_named() const { return name.data() != nullptr; }
};

/// A `depends on` or an `if`, as it stands in the file.
struct StatedDependency {
  const Expression* condition = nullptr;
  Place place;
};

/// An entry of the tree of menus: config, menuconfig, choice, menu, comment or if.
struct Menu {
  Menu* next = nullptr;
  Menu* parent = nullptr;
  Menu* children = nullptr;
  Symbol* symbol = nullptr;
  Property* prompt = nullptr;
  const Expression* visibility = nullptr;  // "visible if"
  const Expression* depends = nullptr;
  ArenaList<StatedDependency> stated;  // what `depends` is made of, if the entry itself says it
  const Menu* stated_in = nullptr;     // the block that it is written in, "if" blocks included
  std::string_view help;               // as it stands (help_lines.h); without data(): none
  Place place;
  std::uint32_t id = 0;

  bool has_help() const { return help.data() != nullptr; }
};

/// An environment variable that was looked at while parsing, in order.
using UsedVariable = std::pair<std::string, std::string>;

struct Model {
  explicit Model(const Dialect& language) : dialect(language) {}

  Dialect dialect;
  Arena arena;  // all that follows lies in it
  Expressions expressions{arena};
  Records<Symbol> symbols{arena};  // in order of first mention; the first three are y, m, n
  Records<Property> properties{arena};
  Records<Menu> menus{arena};           // the first is the root
  std::vector<std::string_view> files;  // in order of first inclusion; one that is missing, too
  std::vector<UsedVariable> variables;
  Symbol* modules = nullptr;
  /// Its defaults name the files that stand in for a missing .config; with
  /// Dialect::special_symbols. It is never written.
  Symbol* defconfig_list = nullptr;
  /// Named symbols and choices as conf walks over them: in the order of its hash table.
  std::vector<Symbol*> ordered;

  Symbol* yes() { return &symbols[2]; }
  Symbol* mod() { return &symbols[1]; }
  Symbol* no() { return &symbols[0]; }
  Menu* root() { return &menus.front(); }
  const Menu* root() const { return &menus.front(); }
};

/// The entry after `menu` in a walk that goes into children first; null at the end of `top`'s (of
/// the whole tree if that is null).
const Menu* next_entry(const Menu* menu, const Menu* top);

/// The choice that a symbol with a prompt lies in, or null; Dialect::choice_is_symbol is not set.
const Menu* choice_around(const Symbol& symbol);

}  // namespace kbx::kconfig
