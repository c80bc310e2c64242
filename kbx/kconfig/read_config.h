#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kbx/base/process.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

/// Shows a message of the kind that -s silences.
using Notice = std::function<void(const std::string& text)>;

/// Reads .config and files like it into a solver.
class ConfigReader {
 public:
  ConfigReader(Solver& solver, const Environment& environment, const Console& console,
               const Notice& notice);

  /// The configuration in `name`; without a name the .config, or the first file of
  /// KCONFIG_DEFCONFIG_LIST that is there. Compares what is given with what comes out. False if
  /// there is no such file.
  bool read(const std::optional<std::string>& name);
  /// Only takes over what the file says.
  bool read_values(const std::optional<std::string>& name);
  /// The same of a text; `name` is for messages.
  void read_text(const std::string& name, std::string_view text);
  /// What the last build used. `unknown` is called with the names of options that are gone.
  bool read_automatic(const std::string& name,
                      const std::function<void(std::string_view)>& unknown);

  /// Faults of the file that was read last.
  int warnings() const { return warnings_; }

 private:
  void load(Origin origin, std::string_view content);
  void reset(Origin origin);
  void take_line(Origin origin, std::string_view line);
  void take(Origin origin, std::string_view name, std::string_view text);
  bool assign(Origin origin, const Symbol& symbol, std::string_view text);
  bool assign_text(Origin origin, const Symbol& symbol, std::string_view text);
  void note_choice(Origin origin, const Symbol& symbol);
  bool agrees(const Symbol& symbol) const;
  const Symbol* find(std::string_view name);
  bool open(const std::string& name, std::string& content) const;
  bool open_default(std::string& content);
  void warn(const std::string& text);

  Solver& solver_;
  const Environment& environment_;
  Console console_;
  Notice notice_;
  std::string prefix_;
  std::unordered_map<std::string_view, const Symbol*> symbols_;
  std::function<void(std::string_view)> unknown_;
  std::string file_;
  int line_ = 0;
  int warnings_ = 0;
};

}  // namespace kbx::kconfig
