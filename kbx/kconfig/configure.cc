#include "kbx/kconfig/configure.h"

#include <optional>

#include "kbx/kconfig/deep_stack.h"
#include "kbx/kconfig/dependency_loops.h"
#include "kbx/kconfig/dialogue.h"
#include "kbx/kconfig/finalize.h"
#include "kbx/kconfig/names.h"
#include "kbx/kconfig/parser.h"
#include "kbx/kconfig/read_config.h"
#include "kbx/kconfig/solver.h"
#include "kbx/kconfig/write_auto_conf.h"
#include "kbx/kconfig/write_config.h"

namespace kbx::kconfig {
namespace {

class Run {
 public:
  Run(const Request& request, Model& model, const Environment& environment, const Console& console,
      bool terminal)
      : request_(request),
        model_(model),
        environment_(environment),
        console_(console),
        terminal_(terminal),
        solver_(model, console),
        notice_([this](const std::string& text) {
          if (!request_.silent) std::fprintf(console_.out, "#\n# %s\n#\n", text.c_str());
        }),
        reader_(solver_, environment, console, notice_) {
    solver_.is_changed = true;
  }

  int run() {
    read();
    const bool strict =
        model_.dialect.strictness_variables && has_variable(environment_, "KCONFIG_WERROR");
    if (reader_.warnings() > 0 && strict) return 1;
    bool keeps_config = false;
    if (request_.sync && !variable(environment_, "KCONFIG_NOSILENTUPDATE").empty()) {
      if (solver_.is_changed) {
        std::fputs("\n*** The configuration requires explicit update.\n\n", console_.err);
        return 1;
      }
      keeps_config = true;
    }
    change();
    if (solver_.unmet_dependencies() > 0 && strict) return 1;
    return write(keeps_config);
  }

 private:
  void read() {
    switch (request_.mode) {
      case Mode::from_file:
        if (reader_.read(request_.file)) return;
        std::fprintf(console_.err, "***\n*** Can't find default configuration \"%s\"!\n***\n",
                     request_.file.c_str());
        throw Stop{};
      case Mode::all_no:
        return read_seed("allno.config");
      case Mode::all_yes:
        return read_seed("allyes.config");
      case Mode::all_mod:
        return read_seed("allmod.config");
      case Mode::all_default:
        return read_seed("alldef.config");
      case Mode::random:
        return read_seed("allrandom.config");
      default:
        reader_.read(std::nullopt);
    }
  }

  /// KCONFIG_ALLCONFIG: values that are given beforehand.
  void read_seed(const std::string& usual) {
    if (request_.seed) return reader_.read_text("merged fragments", *request_.seed);
    if (!has_variable(environment_, "KCONFIG_ALLCONFIG")) return;
    const std::string name = variable(environment_, "KCONFIG_ALLCONFIG");
    if (!name.empty() && name != "1") {
      if (reader_.read_values(name)) return;
      std::fprintf(console_.err, "*** Can't read seed configuration \"%s\"!\n", name.c_str());
      throw Stop{};
    }
    if (reader_.read_values(usual) || reader_.read_values("all.config")) return;
    std::fprintf(console_.err,
                 "*** KCONFIG_ALLCONFIG set, but no \"%s\" or \"all.config\" file found\n",
                 usual.c_str());
    throw Stop{};
  }

  void change() {
    const auto set_new = [this](NewValue value) {
      set_new_symbols(solver_, value, environment_, console_);
    };
    const auto question = [this](Questions questions) {
      ask(model_, solver_, questions, environment_, console_, !terminal_);
    };
    switch (request_.mode) {
      case Mode::all_no:
        return set_new(NewValue::no);
      case Mode::all_yes:
        return set_new(NewValue::yes);
      case Mode::all_mod:
        return set_new(NewValue::mod);
      case Mode::all_default:
      case Mode::from_file:
        return set_new(NewValue::by_default);
      case Mode::random:
        return set_new(NewValue::random);
      case Mode::yes_to_mod:
        return rewrite_tristates(solver_, Tristate::yes, Tristate::mod);
      case Mode::mod_to_yes:
        return rewrite_tristates(solver_, Tristate::mod, Tristate::yes);
      case Mode::mod_to_no:
        return rewrite_tristates(solver_, Tristate::mod, Tristate::no);
      case Mode::ask_all:
        return question(Questions::all);
      case Mode::ask_new:
      case Mode::sync:
        return question(Questions::new_only);
      case Mode::list_new:
        return question(Questions::list);
      case Mode::help_new:
        return question(Questions::list_help);
      default:
        return;
    }
  }

  int write(bool keeps_config) {
    if (request_.mode == Mode::list_new || request_.mode == Mode::help_new) return 0;
    if (request_.mode == Mode::save_minimal) {
      if (write_defconfig(request_.file, solver_, environment_, console_)) return 0;
      std::fprintf(console_.err, "n*** Error while saving defconfig to: %s\n\n",
                   request_.file.c_str());
      return 1;
    }
    if (!keeps_config && !write_config(solver_, environment_, console_, notice_)) {
      std::fputs("\n*** Error during writing of the configuration.\n\n", console_.err);
      return 1;
    }
    if (!write_auto_conf(solver_, environment_, console_, request_.sync) && request_.sync) {
      std::fputs("\n*** Error during sync of the configuration.\n\n", console_.err);
      return 1;
    }
    return 0;
  }

  const Request& request_;
  Model& model_;
  const Environment& environment_;
  Console console_;
  bool terminal_;
  Solver solver_;
  Notice notice_;
  ConfigReader reader_;
};

}  // namespace

int configure(const Request& request, const Dialect& dialect, const Environment& environment,
              const Shell& shell, const Console& console, bool terminal) {
  int status = 0;
  on_deep_stack([&] {
    try {
      Model model(dialect);
      parse(model, {request.kconfig, environment, shell}, console);
      finalize(model, console);
      if (!check_dependency_loops(model, console)) throw Stop{};
      status = Run(request, model, environment, console, terminal).run();
    } catch (const Stop& stop) {
      status = stop.status;
    }
  });
  std::fflush(console.out);
  return status;
}

}  // namespace kbx::kconfig
