// Writing configurations.
//
// A .config lists the options that could be set, in the order of the menus, with each visible menu
// and comment as a heading. Lines and blank lines are where conf puts them: a menu's end is noted
// if the menu can be seen, and what follows such a note begins with a blank line.

#include "kbx/kconfig/write_config.h"

#include <cerrno>
#include <cstdio>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/kconfig/names.h"
#include "kbx/kconfig/option_text.h"

namespace kbx::kconfig {
namespace {

class ConfigText {
 public:
  ConfigText(Solver& solver, const Environment& environment, ChangedInput& changed)
      : solver_(solver),
        changed_(changed),
        prefix_(option_prefix(environment)),
        done_(solver.model().symbols.size()) {}

  std::string make() {
    const Menu* root = solver_.model().root();
    text_ = "#\n# Automatically generated file; DO NOT EDIT.\n# " +
            std::string(root->prompt->text) + "\n#\n";
    for (const Menu* menu = root->children; menu;) {
      if (menu->symbol)
        add_symbol(*menu->symbol);
      else if (solver_.is_visible(*menu))
        add_heading(*menu);
      menu = following(menu);
    }
    return std::move(text_);
  }

 private:
  void add_heading(const Menu& menu) {
    text_ += "\n#\n# " + std::string(menu.prompt->text) + "\n#\n";
    after_end_ = false;
  }

  void add_symbol(const Symbol& symbol) {
    if (symbol.is_choice || done_[symbol.id]) return;
    const bool is_written = solver_.value(symbol).is_written;
    changed_.look_at(symbol);
    // Where a choice is a symbol it may still make members of it appear.
    done_[symbol.id] = is_written || !solver_.model().dialect.choice_is_symbol;
    if (!is_written) return;
    if (after_end_) text_ += '\n';
    after_end_ = false;
    text_ += config_line(symbol, solver_, prefix_);
  }

  const Menu* following(const Menu* menu) {
    if (menu->children) return menu->children;
    const bool is_skipped = solver_.model().dialect.ends_of_filled_menus;
    for (const Menu* first = menu; menu; menu = menu->parent) {
      if (menu != first || !is_skipped) add_end(*menu);
      if (menu->next) return menu->next;
    }
    return nullptr;
  }

  void add_end(const Menu& menu) {
    if (menu.symbol || &menu == solver_.model().root() || !solver_.is_visible(menu)) return;
    if (menu.prompt->kind != PropertyKind::menu) return;
    text_ += "# end of " + std::string(menu.prompt->text) + "\n";
    after_end_ = true;
  }

  Solver& solver_;
  ChangedInput& changed_;
  std::string prefix_;
  std::vector<bool> done_;
  std::string text_;
  bool after_end_ = false;
};

/// True if a member of a choice has its value by default.
bool is_default_member(const Symbol& symbol, Solver& solver) {
  const Symbol* choice = solver.choice_of(symbol);
  if (!choice || solver.default_member(*choice) != &symbol) return false;
  if (solver.model().dialect.choice_is_symbol &&
      (choice->is_optional || symbol.type != Type::boolean))
    return false;
  return solver.state(symbol).tristate == Tristate::yes;
}

/// The file beside `name` that is written first.
std::string aside(const std::string& name) {
  return name + "." + std::to_string(::getpid()) + ".tmp";
}

/// Gives what is in place the name of the old one, too: at no time there is none.
void keep_as_old(const std::string& name) {
  const std::string old = name + ".old";
  ::unlink(old.c_str());
  if (::link(name.c_str(), old.c_str()) != 0) std::rename(name.c_str(), old.c_str());
}

/// True if a file may be put in the place of `name`: there is none, or one that nothing points to.
bool may_replace(const std::string& name) {
  if (!is_folder(dir_name(name))) return false;
  struct stat info {};
  return ::lstat(name.c_str(), &info) != 0 || (S_ISREG(info.st_mode) && info.st_nlink == 1);
}

}  // namespace

std::string config_text(Solver& solver, const Environment& environment, ChangedInput& changed) {
  return ConfigText(solver, environment, changed).make();
}

std::string defconfig_text(Solver& solver, const Environment& environment, ChangedInput& changed) {
  std::vector<bool> done(solver.model().symbols.size());
  const std::string prefix = option_prefix(environment);
  std::string text;
  solver.forget_all();
  for (const Menu* menu = solver.model().root()->children; menu; menu = next_entry(menu, nullptr)) {
    const Symbol* symbol = menu->symbol;
    if (!symbol) {
      if (solver.model().dialect.choice_is_symbol) solver.is_visible(*menu);
      continue;
    }
    if (symbol->is_choice || done[symbol->id]) continue;
    const bool is_written = solver.value(*symbol).is_written;
    changed.look_at(*symbol);
    done[symbol->id] = is_written || !solver.model().dialect.choice_is_symbol;
    if (!is_written) continue;
    if (!solver.is_changeable(*symbol)) continue;
    const std::string now(solver.text_of(*symbol));
    if (now == solver.default_text(*symbol)) continue;
    if (is_default_member(*symbol, solver)) continue;
    text += config_line(*symbol, solver, prefix);
  }
  return text;
}

bool write_defconfig(const std::string& file, Solver& solver, const Environment& environment,
                     const Console& console) {
  ChangedInput changed(solver, environment);
  try {
    const std::string text = defconfig_text(solver, environment, changed);
    if (may_replace(file))
      write_file_atomically(file, text);
    else
      overwrite_file(file, text);
    changed.tell(console);
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool write_config(Solver& solver, const Environment& environment, const Console& console,
                  const Notice& notice) {
  const std::string name = configuration_name(environment);
  if (name.empty()) {
    std::fputs("config name is empty\n", console.err);
    return false;
  }
  if (is_folder(name)) {
    std::fprintf(console.err, "%s: Is a directory\n", name.c_str());
    return false;
  }
  const bool in_place = !variable(environment, "KCONFIG_OVERWRITECONFIG").empty();
  try {
    make_folders(dir_name(name));
    if (!solver.is_changed) solver.forget_all();
    ChangedInput changed(solver, environment);
    const std::string text = config_text(solver, environment, changed);
    changed.tell(console);
    if (in_place) {
      overwrite_file(name, text);
    } else {
      const auto before = read_file_if_present(name);
      if (before && *before == text) {
        notice("No change to " + name);
        solver.is_changed = false;
        return true;
      }
      overwrite_file(aside(name), text);
      if (before) keep_as_old(name);
      if (std::rename(aside(name).c_str(), name.c_str()) != 0)
        throw system_error("cannot rename to " + name, errno);
    }
  } catch (const Error& error) {
    if (!in_place) ::unlink(aside(name).c_str());
    std::fprintf(console.err, "%s\n", error.to_string().c_str());
    return false;
  }
  notice("configuration written to " + name);
  solver.is_changed = false;
  return true;
}

}  // namespace kbx::kconfig
