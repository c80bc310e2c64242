#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/kconfig/driver_options.h"

namespace kbx::kconfig {

/// A condition that holds an option down, as its file states it.
struct Obstacle {
  std::string text;  // "depends on PCI [=y] && FOO [=n]"
  Location where;
  Tristate value = Tristate::no;    // what the condition comes to
  std::vector<std::string> causes;  // "FOO is n: …", an operand of it that is not y each
};

/// Why an option has the value that it has.
struct Story {
  std::string value;                // "y", "m", "n", or a text
  std::string origin;               // where it comes from, a sentence
  Location origin_place;            // or nowhere
  std::vector<Obstacle> obstacles;  // that keep it out of reach, or below y
  struct Selection {
    std::string text;  // "selected by FOO [=y]"
    Location where;
  };
  std::vector<Selection> selections;  // that hold it up
  std::string range;                  // "[1 16]", of a number
};

Story tell(const Symbol& symbol, DriverOptions& options);

/// The same for people, several lines. `name` may be the kernel's, too. Throws Error for a name
/// that neither knows.
std::string why(std::string_view name, DriverOptions& options);

/// The rest of a sentence "X cannot be VALUE…": the first reason; "" if there is none.
std::string why_not(const Symbol& symbol, std::string_view value, DriverOptions& options);

}  // namespace kbx::kconfig
