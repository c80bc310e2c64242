#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/kconfig/driver_options.h"

/// What a menu of options shows, as plain values; nothing of terminals.
namespace kbx::menu {

struct Line {
  const kconfig::Menu* entry = nullptr;
  int depth = 0;
  std::string text;        // "<M> Meter  --->"
  bool reachable = false;  // it can be set; or, without a symbol, it is shown by the files
  bool opens = false;      // has a page of its own
};

/// The lines of the page of `top`: its entries with a prompt, also those that cannot be reached.
std::vector<Line> lines_of(kconfig::DriverOptions& options, const kconfig::Menu& top);

/// One line about an entry: why it cannot be reached, else where its value comes from.
std::string remark(kconfig::DriverOptions& options, const kconfig::Menu& entry);

/// Help, and all that `kbx config why` tells.
std::string help_page(kconfig::DriverOptions& options, const kconfig::Menu& entry);

/// The entries whose name or prompt has `word` in it, large or small.
std::vector<const kconfig::Menu*> search(kconfig::DriverOptions& options, std::string_view word);

/// The page that an entry is on.
const kconfig::Menu& page_of(const kconfig::DriverOptions& options, const kconfig::Menu& entry);

/// True if the value is edited as a text.
bool is_text(const kconfig::Menu& entry);
/// The value after the one of now, of those that the option may have. False if there is none.
bool turn(kconfig::DriverOptions& options, const kconfig::Menu& entry);
/// Gives the option a value; "" if that was done, else why not.
std::string set(kconfig::DriverOptions& options, const kconfig::Menu& entry,
                std::string_view value);

}  // namespace kbx::menu
