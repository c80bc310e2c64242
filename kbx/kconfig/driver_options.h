#pragma once
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/base/process.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/kernel_options.h"
#include "kbx/kconfig/macros.h"
#include "kbx/kconfig/model.h"
#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

/// What the options of a driver are made from.
struct DriverKconfig {
  std::string folder;  // absolute; its Kconfig is read, and names in it begin here
  KernelOptions kernel;
  Environment environment;  // what macros see
  Shell shell;
};

/// True if the folder has options of its own: a file Kconfig.
bool has_kconfig(const std::string& folder);

/// The options of a driver, on top of a kernel that is built already, and their values.
class DriverOptions {
 public:
  /// Reads the Kconfig files. Throws Error with the place of what is wrong in them; `files_read`
  /// then has what was read so far, and what was looked for.
  explicit DriverOptions(DriverKconfig from, std::vector<std::string>* files_read = nullptr);
  ~DriverOptions();
  DriverOptions(const DriverOptions&) = delete;
  DriverOptions& operator=(const DriverOptions&) = delete;

  /// Takes over the values of a .config; false if there is no such file, and all is as by default.
  bool read(const std::string& file);
  /// Every tristate that may be m is m, every bool that may be y is y.
  void set_all_modules();

  /// "X=m" with or without CONFIG_ before it, or "X" alone to let its default count again.
  struct Assignment {
    std::string name;
    std::string value;
    bool unset = false;  // n, or "" where there is no n
  };
  /// Does all of them, in whatever order their dependencies ask for. Throws Error, with the reason,
  /// if one cannot be done.
  void set(const std::vector<Assignment>& assignments);

  /// Asks line by line on standard input and output: for `everything`, or for what is new.
  void ask(bool everything);

  /// The text of a .config: the driver's options only.
  std::string config_text();
  /// Throws Error for an option that selects what the kernel lacks.
  void check_selections();

  /// The driver's own options, as the files have them.
  const std::vector<const Symbol*>& options() const { return options_; }
  /// The option with that name, with or without CONFIG_; null if the driver defines none.
  const Symbol* find(std::string_view name) const;
  /// The name of the option that `name`, without CONFIG_, may be meant to be; "" if none is close.
  std::string_view closest(std::string_view name) const;
  /// The lines that select or imply a symbol, as the files have them.
  const std::vector<const Property*>& selections_of(const Symbol& symbol) const;
  /// The place of a statement, to be opened.
  Location location(const Place& place) const;

  const Menu* root() const { return model_.root(); }
  Model& model() { return model_; }
  Solver& solver() { return *solver_; }
  const DriverKconfig& from() const { return from_; }
  /// The .config that was read last, or "".
  const std::string& config_file() const { return config_file_; }
  /// The Kconfig files, absolute.
  std::vector<std::string> files() const;
  /// Warnings since the last call.
  std::string take_messages();

 private:
  void parse_files();
  void list_options();
  [[noreturn]] void fail();
  bool try_to_set(const Symbol& symbol, const Assignment& assignment);
  [[noreturn]] void refuse(const Symbol& symbol, const Assignment& assignment);
  const Symbol& option_to_set(const Assignment& assignment) const;

  DriverKconfig from_;
  Model model_;
  char* said_ = nullptr;
  std::size_t said_size_ = 0;
  Console console_;
  std::unique_ptr<Solver> solver_;
  std::vector<const Symbol*> options_;
  std::unordered_map<std::string_view, const Symbol*> by_name_;
  std::unordered_map<const Symbol*, std::vector<const Property*>> selections_;
  std::string config_file_;
};

/// The name of an option without CONFIG_.
std::string_view option_name(std::string_view text);

}  // namespace kbx::kconfig
