#include "kbx/ninja/driver_kconfig.h"

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kconfig/deep_stack.h"
#include "kbx/kernel/config.h"

namespace kbx::ninja {
namespace {

kconfig::KernelOptions kernel_options(const kernel::Tree* tree) {
  kconfig::KernelOptions options;
  if (!tree) {
    // Parts of an image may be modules of it (rules/images.mk).
    options.name = "of images";
    options.values.emplace("CONFIG_MODULES", "y");
    return options;
  }
  options.name = tree->release;
  options.file = join_path(tree->objtree, "include/config/auto.conf");
  options.values = kernel::config_of(*tree).values;
  return options;
}

/// make's words beat makefiles, but sources never see them.
void add_contradictions(kconfig::DriverOptions& options, const std::vector<std::string>& variables,
                        std::vector<std::string>& notes) {
  for (const std::string& variable : variables) {
    const size_t equals = variable.find('=');
    if (equals == std::string::npos || !variable.starts_with("CONFIG_")) continue;
    const kconfig::Symbol* symbol = options.find(std::string_view(variable).substr(0, equals));
    if (!symbol) continue;
    options.solver().value(*symbol);
    const std::string value(options.solver().text_of(*symbol));
    if (variable.substr(equals + 1) == value) continue;
    notes.push_back(variable + " counts in makefiles only, as for make: in the configuration " +
                    std::string(symbol->name) + " is " + value +
                    ", and that is what sources see; kbx config --set changes both");
  }
}

void add_inputs(kconfig::DriverOptions& options, const Environment& environment,
                kbuild::Inputs& inputs) {
  for (const std::string& file : options.files()) inputs.files.emplace_back(file, stamp_of(file));
  for (const auto& [name, value] : options.model().variables) {
    const auto found = environment.find(name);
    inputs.environment.emplace_back(
        name, found == environment.end() ? std::nullopt : std::optional(found->second));
  }
}

/// True if somebody wants the Kconfig to count, or if it did in a build before this one.
bool is_configured(const ConfigPlace& place) {
  const kconfig::DriverFiles made{place.made};
  return place.chosen || exists(place.file) || exists(made.auto_conf());
}

kbuild::DriverConfig left_out(const Error& fault, const ConfigPlace& place,
                              const std::vector<std::string>& files) {
  const std::string_view what = fault.what();
  kbuild::DriverConfig config;
  config.fault = fault;
  config.notes.push_back(fault.location().to_string() + ": " +
                         std::string(what.substr(0, what.find('\n'))) +
                         "; the Kconfig is left out, as by kbuild, since no option of it is "
                         "configured (kbx config does that, and tells all that is wrong)");
  for (const std::string& file : files) config.inputs.files.emplace_back(file, stamp_of(file));
  config.inputs.files.emplace_back(place.file, stamp_of(place.file));
  return config;
}

kbuild::DriverConfig made_configuration(const ConfiguredDriver& driver, const ConfigPlace& place) {
  std::vector<std::string> files_read;
  std::unique_ptr<kconfig::DriverOptions> options;
  try {
    options = driver_options(driver, &files_read);
  } catch (const Error& fault) {
    if (is_configured(place)) throw;
    return left_out(fault, place, files_read);
  }
  options->read(place.file);
  options->check_selections();
  const kconfig::DriverFiles files{place.made};
  kconfig::write_driver_files(*options, files);
  kbuild::DriverConfig config;
  config.definitions = files.auto_conf();
  config.header = files.header();
  for (const kconfig::Symbol* symbol : options->options())
    config.options.emplace("CONFIG_" + std::string(symbol->name),
                           options->location(symbol->definitions.front()->place));
  for (const std::string_view line : split_lines(options->take_messages()))
    if (!trim(line).empty()) config.notes.emplace_back(trim(line));
  add_contradictions(*options, driver.variables, config.notes);
  add_inputs(*options, driver.environment, config.inputs);
  for (const std::string& file : {place.file, files.auto_conf(), files.header(), files.names()})
    config.inputs.files.emplace_back(file, stamp_of(file));
  return config;
}

}  // namespace

ConfigPlace config_place(const std::string& out, const std::string& chosen,
                         const std::string& source, bool several) {
  ConfigPlace place;
  place.made = join_path(out, "config");
  if (several) place.made = join_path(place.made, base_name(source));
  place.chosen = !chosen.empty();
  place.file = join_path(place.chosen ? chosen : place.made, ".config");
  return place;
}

std::unique_ptr<kconfig::DriverOptions> driver_options(const ConfiguredDriver& driver,
                                                       std::vector<std::string>* files_read) {
  kconfig::DriverKconfig from;
  from.folder = driver.source;
  from.kernel = kernel_options(driver.tree);
  from.environment = driver.environment;
  if (driver.tree) {
    from.environment["SRCARCH"] = driver.tree->arch;
    from.environment.try_emplace("ARCH", driver.tree->arch);
    from.environment["KERNELVERSION"] = driver.tree->release;
  }
  from.shell = [source = driver.source,
                environment = driver.environment](const std::string& command) {
    return run(Command{{"/bin/sh", "-c", command}, source, &environment, ""}).output;
  };
  return std::make_unique<kconfig::DriverOptions>(std::move(from), files_read);
}

kbuild::DriverConfig configure(const ConfiguredDriver& driver, const ConfigPlace& place) {
  kbuild::DriverConfig config;
  kconfig::on_deep_stack([&] { config = made_configuration(driver, place); });
  return config;
}

}  // namespace kbx::ninja
