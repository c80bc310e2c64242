#include "kbx/kconfig/write_auto_conf.h"

#include <cerrno>
#include <string>
#include <string_view>

#include <fcntl.h>

#include "kbx/base/descriptor.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/kconfig/names.h"
#include "kbx/kconfig/option_text.h"
#include "kbx/kconfig/read_config.h"

namespace kbx::kconfig {
namespace {

/// What make reads to know when auto.conf is stale.
std::string dependency_text(const Model& model, const std::string& auto_conf) {
  std::string files;
  std::string variables;
  const bool old = model.dialect.old_dependency_file;
  const auto add_file = [&](std::string_view file) {
    files += '\t';
    files += file;
    files += " \\\n";
  };
  if (old)
    for (auto file = model.files.rbegin(); file != model.files.rend(); ++file) add_file(*file);
  else
    for (const std::string_view file : model.files) add_file(file);
  const std::string target = old ? auto_conf : "$(autoconfig)";
  for (const auto& [name, value] : model.variables)
    variables += (old ? "ifneq \"$(" : "\nifneq \"$(") + name + ")\" \"" + value + "\"\n" + target +
                 ": FORCE\nendif\n";
  if (model.dialect.fixed_dependency_file) {
    files.erase(files.size() - 3, 2);  // no " \" behind the last one
    return "deps_config := \\\n" + files + "\n" + auto_conf + ": \\\n\t$(deps_config)\n\n" +
           variables + "\n$(deps_config): ;\n";
  }
  if (old)
    return "deps_config := \\\n" + files + "\n" + auto_conf + ": $(deps_config)\n\n" + variables +
           "\n$(deps_config): ;\n";
  return "autoconfig := " + auto_conf + "\n\ndeps_config := \\\n" + files +
         "\n$(autoconfig): $(deps_config)\n$(deps_config): ;\n" + variables;
}

class AutoConf {
 public:
  AutoConf(Solver& solver, const Environment& environment, const Console& console)
      : solver_(solver),
        environment_(environment),
        console_(console),
        prefix_(option_prefix(environment)),
        name_(auto_conf_name(environment)) {}

  void write() {
    const Model& model = solver_.model();
    write_file_atomically(
        model.dialect.fixed_dependency_file ? "include/config/auto.conf.cmd" : name_ + ".cmd",
        dependency_text(model, name_));
    if (!model.dialect.choice_is_symbol) compute_all();
    touch_changed();
    compute_all();
    const std::string title(model.root()->prompt->text);
    constexpr std::string_view warning = " Automatically generated file; DO NOT EDIT.\n";
    write_list(variable(environment_, "KCONFIG_AUTOHEADER", "include/generated/autoconf.h"),
               (model.dialect.open_headings ? "/*\n *\n *" : "/*\n *") + std::string(warning) +
                   " * " + title + (model.dialect.open_headings ? "\n *\n */\n" : "\n */\n"),
               header_line);
    if (model.dialect.rust_configuration)
      write_list(variable(environment_, "KCONFIG_RUSTCCFG", "include/generated/rustc_cfg"), "",
                 rust_lines);
    write_list(name_, "#\n#" + std::string(warning) + "# " + title + "\n#\n", auto_conf_line);
  }

 private:
  using Line = std::string (*)(const Symbol&, const Solver&, std::string_view);

  void compute_all() {
    for (const Symbol* symbol : solver_.model().ordered) solver_.value(*symbol);
  }

  void write_list(const std::string& file, std::string text, Line line) const {
    for (const Symbol* symbol : solver_.model().ordered)
      if (symbol->is_named() && solver_.state(*symbol).is_written)
        text += line(*symbol, solver_, prefix_);
    write_file_atomically(file, text);
  }

  void touch(std::string_view name) const {
    const std::size_t slash = name_.rfind('/');
    const bool nested = solver_.model().dialect.nested_marks;
    const std::string path =
        name_.substr(0, slash == std::string::npos ? 0 : slash + 1) + option_mark(name, nested);
    if (nested) make_folders(dir_name(path));
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0) throw system_error("cannot write " + path, errno);
  }

  void touch_changed() {
    const Model& model = solver_.model();
    ConfigReader reader(solver_, environment_, console_, [](const std::string&) {});
    reader.read_automatic(name_, [this](std::string_view name) {
      if (name.find('/') == std::string_view::npos) touch(name);
    });
    if (model.dialect.choice_is_symbol) solver_.value(*model.modules);
    for (const Symbol* symbol : model.ordered) {
      if (model.dialect.choice_is_symbol) solver_.value(*symbol);
      if (!symbol->is_choice && symbol->is_named() && symbol != model.defconfig_list &&
          has_changed(*symbol))
        touch(symbol->name);
    }
  }

  bool has_changed(const Symbol& symbol) const {
    const SymbolState& state = solver_.state(symbol);
    const GivenValue& before = solver_.given(symbol, Origin::automatic);
    const bool logical = is_logical(symbol.type);
    if (!state.is_written) return before.is_set;
    if (!before.is_set) return !logical || state.tristate != Tristate::no;
    return logical ? state.tristate != before.tristate : state.text != before.text;
  }

  Solver& solver_;
  const Environment& environment_;
  Console console_;
  std::string prefix_;
  std::string name_;
};

}  // namespace

bool write_auto_conf(Solver& solver, const Environment& environment, const Console& console,
                     bool overwrite) {
  if (!overwrite && exists(auto_conf_name(environment))) return true;
  try {
    AutoConf(solver, environment, console).write();
    return true;
  } catch (const Error& error) {
    std::fprintf(console.err, "%s\n", error.to_string().c_str());
    return false;
  }
}

}  // namespace kbx::kconfig
