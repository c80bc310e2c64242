// A .config for a model with options of every type. What is written from it reads as itself.
#include <cstdio>
#include <map>

#include "testsuite/fuzz/fuzz.h"

#include "kbx/kconfig/finalize.h"
#include "kbx/kconfig/parser.h"
#include "kbx/kconfig/read_config.h"
#include "kbx/kconfig/write_config.h"

namespace {

using namespace kbx::kconfig;

constexpr const char* kconfig =
    "config MODULES\n\tbool \"modules\"\n\tmodules\n"
    "config A\n\tbool \"a\"\nconfig T\n\ttristate \"t\"\nconfig S\n\tstring \"s\"\n"
    "config I\n\tint \"i\"\nconfig H\n\thex \"h\"\n"
    "choice\n\tprompt \"pick\"\nconfig P\n\tbool \"p\"\nconfig Q\n\tbool \"q\"\nendchoice\n";

void read_kconfig(Model& model, const std::string& file, const Console& console) {
  parse(model, {file, {}, [](const std::string&) { return std::string(); }}, console);
  finalize(model, console);
}

/// The configuration that `text` becomes, and whether something was told.
std::string rewritten(const std::string& folder, std::string_view text, const Model& model,
                      const Console& console, int& warnings) {
  const std::string file = folder + "/config";
  kbx::overwrite_file(file, text);
  Solver solver(model, console);
  const kbx::Environment environment;
  ConfigReader reader(solver, environment, console, [](const std::string&) {});
  reader.read(file);
  warnings = reader.warnings();
  ChangedInput changed(solver, environment);
  solver.forget_all();
  return config_text(solver, environment, changed);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const kbx::fuzz::Scratch scratch;
  static std::FILE* const nowhere = std::fopen("/dev/null", "w");
  const Console console{stdin, nowhere, nowhere};
  kbx::overwrite_file(scratch.at("Kconfig"), kconfig);
  Dialect older;
  older.choice_is_symbol = older.lenient_lines = true;
  for (const Dialect& dialect : {Dialect{}, older}) {
    Model model(dialect);
    read_kconfig(model, scratch.at("Kconfig"), console);
    int warnings = 0;
    const std::string once =
        rewritten(scratch.path(), kbx::fuzz::text_of(data, size), model, console, warnings);
    const std::string twice = rewritten(scratch.path(), once, model, console, warnings);
    kbx::fuzz::require(once == twice, "a written configuration reads as another one\n");
  }
  return 0;
}
