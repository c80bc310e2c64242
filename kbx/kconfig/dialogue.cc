// Questions, line by line.
//
// An option is asked for with its prompt, its name and the values that it may have, the one of the
// moment first; a choice with its members, numbered. An empty answer takes the value of the moment,
// "?" shows help. Without a terminal, answers are echoed and the end of the input counts as an
// empty answer. Each answer may bring new options into sight, so the tree is walked again until
// there was nothing to ask.

#include "kbx/kconfig/dialogue.h"

#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>

#include "kbx/base/text.h"
#include "kbx/kconfig/help_text.h"
#include "kbx/kconfig/names.h"
#include "kbx/kconfig/option_text.h"

namespace kbx::kconfig {
namespace {

std::string stripped(const std::string& line) {
  return std::string(trim(line));
}

class Dialogue {
 public:
  Dialogue(Model& model, Solver& solver, Questions questions, const Environment& environment,
           const Console& console, bool echo)
      : model_(model),
        solver_(solver),
        questions_(questions),
        environment_(environment),
        console_(console),
        echo_(echo) {}

  void run() {
    if (questions_ == Questions::all) {
      start_ = model_.root();
      ask(*model_.root());
      questions_ = Questions::new_only;
    }
    do {
      asked_ = 0;
      look(*model_.root());
    } while (asked_ != 0);
  }

 private:
  template <typename... Values>
  void print(const char* format, Values... values) const {
    std::fprintf(console_.out, format, values...);
  }
  void print_text(std::string_view text) const {
    std::fwrite(text.data(), 1, text.size(), console_.out);
  }
  void indent(int columns) const { print("%*s", columns, ""); }

  std::string_view title(const Menu& menu) const {
    if (menu.prompt) return menu.prompt->text;
    return menu.symbol && menu.symbol->is_named() ? menu.symbol->name : "(null)";
  }

  void print_help(const Menu& menu) {
    const std::string text = help_text(menu, model_, solver_, environment_, console_);
    print("\n%s\n", text.c_str());
  }

  /// A line with its end; what `line_` held if there is none.
  void read_line() {
    char buffer[PATH_MAX];
    std::fflush(console_.out);
    if (std::fgets(buffer, sizeof buffer, console_.in))
      line_ = buffer;
    else
      std::fputs("\nError in reading or end of file.\n", console_.err);
    if (echo_) print_text(line_);
  }

  /// Gets an answer into line_; false if there is nothing to ask, and the value was printed.
  bool answer(const Symbol& symbol, std::string_view value) {
    if (!solver_.state(symbol).user.is_set) print_text("(NEW) ");
    line_ = "\n";
    const bool known = questions_ != Questions::all && solver_.state(symbol).user.is_set;
    if (!solver_.is_changeable(symbol) || known) {
      print_text(value);
      print_text("\n");
      return false;
    }
    read_line();
    return true;
  }

  static std::string_view prompt_of(const Menu& menu) {
    return menu.prompt ? menu.prompt->text : std::string_view();
  }

  void ask_text(const Menu& menu, const Symbol& symbol) {
    for (;;) {
      indent(indent_ - 1);
      print_text(prompt_of(menu));
      print(" (%s) ", std::string(symbol.name).c_str());
      const std::string value(solver_.text_of(symbol));
      print("[%s] ", value.c_str());
      if (!answer(symbol, value)) return;
      if (line_ == "?\n") {
        print_help(menu);
      } else {
        const bool is_empty = line_[0] == '\n';
        if (solver_.set(symbol, is_empty ? std::string_view(value)
                                         : std::string_view(line_).substr(0, line_.size() - 1)))
          return;
      }
      if (model_.dialect.stops_at_end_of_input && std::feof(console_.in)) {
        std::fprintf(console_.err, "\nerror: no value for new symbol '%s' at end of input\n",
                     std::string(symbol.name).c_str());
        throw Stop{};
      }
    }
  }

  void ask_logical(const Menu& menu, const Symbol& symbol) {
    constexpr Tristate values[] = {Tristate::no, Tristate::mod, Tristate::yes};
    for (;;) {
      indent(indent_ - 1);
      print_text(prompt_of(menu));
      print_text(" ");
      if (symbol.is_named()) print("(%s) ", std::string(symbol.name).c_str());
      const Tristate before = solver_.state(symbol).tristate;
      print("[%c", "NMY"[static_cast<std::size_t>(before)]);
      for (const Tristate value : values)
        if (value != before && solver_.is_in_range(symbol, value))
          print("/%c", "nmy"[static_cast<std::size_t>(value)]);
      print_text("/?] ");
      if (!answer(symbol, std::string(solver_.text_of(symbol)))) return;
      const std::string given = stripped(line_);
      Tristate wanted = before;
      if (given == "n" || given == "N" || given == "no" || given == "No")
        wanted = Tristate::no;
      else if (given == "m" || given == "M")
        wanted = Tristate::mod;
      else if (given == "y" || given == "Y" || given == "yes" || given == "Yes")
        wanted = Tristate::yes;
      else if (!given.empty() && given[0] != '?')
        continue;
      if (!given.starts_with('?') && solver_.set(symbol, wanted)) return;
      print_help(menu);
    }
  }

  /// Where a choice is a symbol: its own value first. False if no member is to be chosen.
  bool ask_choice_value(const Menu& menu) {
    const Symbol& symbol = *menu.symbol;
    const bool changeable = solver_.is_changeable(symbol);
    if (changeable) {
      ask_logical(menu, symbol);
      solver_.value(symbol);
    }
    const Tristate value = solver_.state(symbol).tristate;
    if (value == Tristate::mod && !changeable) print_choice_title(menu);
    return value == Tristate::yes;
  }

  void print_choice_title(const Menu& menu) const {
    indent(indent_ - 1);
    print_text(title(menu));
    print_text("\n");
  }

  struct Offer {
    int count = 0;
    int chosen = 0;  // 1 is the first
    bool any_new = false;
  };

  Offer print_members(const Menu& menu, const Symbol* chosen) {
    Offer offer;
    for (const Menu* child = menu.children; child; child = child->next) {
      if (!solver_.is_visible(*child)) continue;
      if (!child->symbol) {
        print("%*c ", indent_, '*');
        print_text(title(*child));
        print_text("\n");
        continue;
      }
      ++offer.count;
      if (child->symbol == chosen) offer.chosen = offer.count;
      print("%*c %d. ", indent_, child->symbol == chosen ? '>' : ' ', offer.count);
      print_text(title(*child));
      if (child->symbol->is_named()) print(" (%s)", std::string(child->symbol->name).c_str());
      if (!solver_.state(*child->symbol).user.is_set) {
        offer.any_new = true;
        print_text(" (NEW)");
      }
      print_text("\n");
    }
    return offer;
  }

  void ask_choice(const Menu& menu) {
    const Symbol& symbol = *menu.symbol;
    const bool old = model_.dialect.choice_is_symbol;
    bool is_new = old && !solver_.state(symbol).user.is_set;
    if (old && !ask_choice_value(menu)) return;
    for (;;) {
      print_choice_title(menu);
      const Symbol* chosen = old ? solver_.state(symbol).chosen : solver_.compute_choice_menu(menu);
      const Offer offer = print_members(menu, chosen);
      if (!old && offer.any_new) is_new = true;
      indent(indent_ - 1);
      print_text("choice");
      int wanted = 0;
      line_.clear();
      if (offer.count == 1) {
        print_text("[1]: 1\n");
        wanted = 1;
      } else {
        print("[1-%d?]: ", offer.count);
        if (!choice_answer(menu, offer, is_new, wanted)) continue;
      }
      const Menu* child = nth_member(menu, wanted);
      if (!child) continue;
      if (line_.ends_with('?')) {
        print_help(*child);
        continue;
      }
      take_member(menu, *child);
      return;
    }
  }

  /// False if the answer was no number; help has been shown then if it was wanted.
  bool choice_answer(const Menu& menu, const Offer& offer, bool is_new, int& wanted) {
    if (questions_ != Questions::all && !is_new) {
      wanted = offer.chosen;
      print("%d\n", wanted);
      return true;
    }
    read_line();
    line_ = stripped(line_);
    if (line_.starts_with('?')) {
      print_help(menu);
      return false;
    }
    if (line_.empty()) {
      wanted = offer.chosen;
      return true;
    }
    wanted = std::atoi(line_.c_str());
    return line_[0] >= '0' && line_[0] <= '9';
  }

  const Menu* nth_member(const Menu& menu, int number) {
    for (const Menu* child = menu.children; child; child = child->next)
      if (child->symbol && solver_.is_visible(*child) && --number == 0) return child;
    return nullptr;
  }

  void take_member(const Menu& menu, const Menu& child) {
    if (!model_.dialect.choice_is_symbol) {
      solver_.choose(menu, *child.symbol);
      return;
    }
    solver_.set(*child.symbol, Tristate::yes);
    for (const Menu* inner = child.children; inner; inner = inner->next) {
      indent_ += 2;
      ask(*inner);
      indent_ -= 2;
    }
  }

  void ask(const Menu& menu) {
    if (!solver_.is_visible(menu)) return;
    const Symbol* symbol = menu.symbol;
    if (menu.prompt && menu.prompt->kind == PropertyKind::menu && questions_ != Questions::all &&
        start_ != &menu) {
      look(menu);
      return;
    }
    if (menu.prompt && menu.prompt->kind != PropertyKind::prompt) {
      print("%*c\n%*c ", indent_, '*', indent_, '*');
      print_text(menu.prompt->text);
      print("\n%*c\n", indent_, '*');
    }
    if (symbol && symbol->is_choice) {
      ask_choice(menu);
      if (!model_.dialect.choice_is_symbol || solver_.state(*symbol).tristate != Tristate::mod)
        return;
    } else if (symbol) {
      if (symbol->type == Type::integer || symbol->type == Type::hex ||
          symbol->type == Type::string)
        ask_text(menu, *symbol);
      else
        ask_logical(menu, *symbol);
    }
    if (symbol) indent_ += 2;
    for (const Menu* child = menu.children; child; child = child->next) ask(*child);
    if (symbol) indent_ -= 2;
  }

  bool is_new(const Symbol& symbol) const {
    const SymbolState& state = solver_.state(symbol);
    if (state.user.is_set) return false;
    return solver_.is_changeable(symbol) ||
           (model_.dialect.choice_is_symbol && symbol.is_choice && state.tristate == Tristate::yes);
  }

  const Menu* menu_around(const Menu& menu) const {
    const Menu* at = &menu;
    while (at != model_.root() && !(at->prompt && at->prompt->kind == PropertyKind::menu))
      at = at->parent;
    return at;
  }

  /// Looks for new options below `menu` and asks for them or lists them.
  void look(const Menu& menu) {
    if (!solver_.is_visible(menu)) return;
    if (menu.symbol && is_new(*menu.symbol)) {
      if (questions_ == Questions::list) {
        if (menu.symbol->is_named())
          print_text(listed_line(*menu.symbol, solver_, option_prefix(environment_)));
      } else if (questions_ == Questions::list_help) {
        print_text("-----\n");
        print_help(menu);
        print_text("-----\n");
      } else {
        if (asked_++ == 0) print_text("*\n* Restart config...\n*\n");
        start_ = menu_around(menu);
        ask(*start_);
      }
    }
    for (const Menu* child = menu.children; child; child = child->next) look(*child);
  }

  Model& model_;
  Solver& solver_;
  Questions questions_;
  const Environment& environment_;
  Console console_;
  bool echo_;
  int indent_ = 1;
  int asked_ = 0;
  const Menu* start_ = nullptr;  // the menu that is asked as a whole
  std::string line_;
};

}  // namespace

void ask(Model& model, Solver& solver, Questions questions, const Environment& environment,
         const Console& console, bool echo) {
  Dialogue(model, solver, questions, environment, console, echo).run();
}

}  // namespace kbx::kconfig
