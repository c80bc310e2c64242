// A Kconfig file: parsed, finalized, solved, shown and written, in the oldest and the newest
// dialect. No command runs, and open(2), which `source` uses, is wrapped by the linker: only files
// of a scratch folder are there.
#include <cerrno>
#include <cstdarg>
#include <cstdio>

#include "testsuite/fuzz/fuzz.h"
#include <fcntl.h>

#include "kbx/kconfig/dependency_loops.h"
#include "kbx/kconfig/finalize.h"
#include "kbx/kconfig/help_text.h"
#include "kbx/kconfig/new_values.h"
#include "kbx/kconfig/parser.h"
#include "kbx/kconfig/write_config.h"

namespace {

using namespace kbx::kconfig;

const kbx::fuzz::Scratch& scratch() {
  static const kbx::fuzz::Scratch folder;
  return folder;
}

bool reading = false;

Dialect oldest() {
  Dialect dialect;
  dialect.choice_is_symbol = dialect.old_positions = dialect.lenient_lines = true;
  dialect.option_statement = dialect.special_symbols = dialect.choice_type_statement = true;
  dialect.modules_statement = dialect.conditional_depends = dialect.transitional = false;
  dialect.one_inclusion_per_file = dialect.strict_entries = false;
  return dialect;
}

void configure(const std::string& file, const Dialect& dialect, const Console& console) {
  const kbx::Environment environment = {{"E", "$(A) e"}, {"KCONFIG_WARN_CHANGED_INPUT", "1"}};
  const Shell shell = [](const std::string& command) { return command.substr(0, 100); };
  Model model(dialect);
  reading = true;
  parse(model, {file, environment, shell}, console);
  reading = false;
  finalize(model, console);
  if (!check_dependency_loops(model, console)) return;
  Solver solver(model, console);
  for (const NewValue value :
       {NewValue::by_default, NewValue::yes, NewValue::mod, NewValue::random})
    set_new_symbols(solver, value, environment, console);
  ChangedInput changed(solver, environment);
  config_text(solver, environment, changed);
  defconfig_text(solver, environment, changed);
  changed.tell(console);
  for (const Menu& menu : model.menus)
    if (menu.symbol) help_text(menu, model, solver, environment, console);
}

}  // namespace

extern "C" int __real_open(const char* path, int flags, ...);   // NOLINT
extern "C" int __wrap_open(const char* path, int flags, ...);   // NOLINT
extern "C" int __wrap_open(const char* path, int flags, ...) {  // NOLINT
  if (reading && path != scratch().at("Kconfig")) {
    errno = ENOENT;
    return -1;
  }
  va_list more;
  va_start(more, flags);
  const int mode = va_arg(more, int);
  va_end(more);
  return __real_open(path, flags, mode);
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::FILE* const nowhere = std::fopen("/dev/null", "w");
  const std::string file = scratch().at("Kconfig");
  kbx::overwrite_file(file, kbx::fuzz::text_of(data, size));
  for (const Dialect& dialect : {Dialect{}, oldest()}) {
    try {
      configure(file, dialect, {stdin, nowhere, nowhere});
    } catch (const Stop&) {  // told
    }
    reading = false;
  }
  return 0;
}
