#include "kbx/kconfig/driver_options.h"

#include <algorithm>
#include <cstdlib>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/similar.h"
#include "kbx/base/text.h"
#include "kbx/kconfig/dependency_loops.h"
#include "kbx/kconfig/dialogue.h"
#include "kbx/kconfig/finalize.h"
#include "kbx/kconfig/parser.h"
#include "kbx/kconfig/read_config.h"
#include "kbx/kconfig/reason.h"
#include "kbx/kconfig/write_config.h"

namespace kbx::kconfig {
namespace {

constexpr const char* file_name = "Kconfig";
constexpr std::string_view prefix = "CONFIG_";

/// One meaning of a driver's Kconfig for all kernels: the newest language.
Dialect language() {
  return {};
}

/// The file and line that a message begins with are taken off it.
Error located(std::string_view text, const std::string& folder) {
  const std::size_t colon = text.find(':');
  const std::size_t second = colon == std::string_view::npos ? colon : text.find(':', colon + 1);
  if (second != std::string_view::npos)
    if (const auto line = parse_number(text.substr(colon + 1, second - colon - 1)))
      return Error(Location{absolute_path(text.substr(0, colon), folder), static_cast<int>(*line)},
                   std::string(trim(text.substr(second + 1))));
  return Error(Location{join_path(folder, file_name), 0}, std::string(text));
}

}  // namespace

bool has_kconfig(const std::string& folder) {
  return is_regular_file(join_path(folder, file_name));
}

std::string_view option_name(std::string_view text) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

DriverOptions::DriverOptions(DriverKconfig from, std::vector<std::string>* files_read)
    : from_(std::move(from)), model_(language()) {
  // What conf takes from its environment is not for a driver's configuration.
  std::erase_if(from_.environment, [](const auto& entry) {
    return entry.first.starts_with("KCONFIG_") || entry.first == prefix;
  });
  from_.environment["srctree"] = from_.folder;
  console_.err = ::open_memstream(&said_, &said_size_);
  if (!console_.err) throw Error("out of memory");
  try {
    parse_files();
  } catch (...) {
    if (files_read) *files_read = files();
    std::fclose(console_.err);
    std::free(said_);
    throw;
  }
}

DriverOptions::~DriverOptions() {
  solver_.reset();
  std::fclose(console_.err);
  std::free(said_);
}

void DriverOptions::fail() {
  const std::string text = take_messages();
  throw located(trim(text), from_.folder);
}

void DriverOptions::parse_files() {
  try {
    parse(model_, {file_name, from_.environment, from_.shell, from_.folder}, console_);
    add_kernel_options(model_, from_.kernel);
    finalize(model_, console_);
    if (!check_dependency_loops(model_, console_)) throw Stop{};
  } catch (const Stop&) {
    fail();
  }
  solver_ = std::make_unique<Solver>(model_, console_);
  solver_->forget_all();
  list_options();
}

void DriverOptions::list_options() {
  for (const Menu& menu : model_.menus)
    if (menu.symbol && !menu.symbol->is_choice &&
        by_name_.emplace(menu.symbol->name, menu.symbol).second)
      options_.push_back(menu.symbol);
  for (const Property& property : model_.properties)
    if (property.kind == PropertyKind::select || property.kind == PropertyKind::imply)
      selections_[property.value_symbol()].push_back(&property);
}

const std::vector<const Property*>& DriverOptions::selections_of(const Symbol& symbol) const {
  static const std::vector<const Property*> none;
  const auto found = selections_.find(&symbol);
  return found == selections_.end() ? none : found->second;
}

std::string DriverOptions::take_messages() {
  std::fflush(console_.err);
  std::string text(said_, said_size_);
  std::rewind(console_.err);
  std::fflush(console_.err);
  return text;
}

bool DriverOptions::read(const std::string& file) {
  ConfigReader reader(*solver_, from_.environment, console_, [](const std::string&) {});
  const bool found = exists(file) && reader.read(file);
  config_file_ = found ? file : "";
  solver_->forget_all();
  return found;
}

void DriverOptions::set_all_modules() {
  // All are asked for at once, as by allmodconfig: what cannot be the solver takes back.
  for (const Symbol* symbol : options_) {
    if (!is_logical(symbol->type) || solver_->choice_of(*symbol)) continue;
    const bool modular = solver_->effective_type(*symbol) == Type::tristate;
    GivenValue& given = solver_->state(*symbol).user;
    given.tristate = modular ? Tristate::mod : Tristate::yes;
    given.is_set = true;
  }
  solver_->forget_all();
}

const Symbol* DriverOptions::find(std::string_view name) const {
  const auto found = by_name_.find(option_name(name));
  return found == by_name_.end() ? nullptr : found->second;
}

std::string_view DriverOptions::closest(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const Symbol* symbol : options_) names.push_back(symbol->name);
  return closest_name(name, names);
}

const Symbol& DriverOptions::option_to_set(const Assignment& assignment) const {
  if (const Symbol* symbol = find(assignment.name)) return *symbol;
  const std::string name(option_name(assignment.name));
  if (const std::string* value = from_.kernel.find(name))
    throw Error(name + " is an option of the kernel: it is " + *value + " in " + from_.kernel.name +
                    ", and nothing can change it here",
                "only the options of " + join_path(from_.folder, file_name) + " can be set");
  const std::string close(closest(name));
  throw Error("there is no option " + name + " in " + join_path(from_.folder, file_name),
              close.empty() ? "kbx config --list shows those that there are"
                            : "did you mean " + close + "?");
}

bool DriverOptions::try_to_set(const Symbol& symbol, const Assignment& assignment) {
  solver_->value(symbol);
  if (!is_logical(symbol.type)) {
    if (solver_->state(symbol).visible == Tristate::no) return false;
    return solver_->set(symbol, assignment.unset ? "" : std::string_view(assignment.value));
  }
  const std::string_view value = assignment.unset ? "n" : std::string_view(assignment.value);
  if (value != "y" && value != "m" && value != "n") return false;
  // n is what an option has that cannot be reached.
  if (value == "n" && solver_->text_of(symbol) == "n") {
    solver_->state(symbol).user.is_set = true;
    solver_->state(symbol).user.tristate = Tristate::no;
    return true;
  }
  const Menu* choice = choice_around(symbol);
  if (choice && value == "y" && solver_->state(symbol).visible != Tristate::no) {
    solver_->choose(*choice, symbol);
    return true;
  }
  return solver_->set(symbol, value);
}

void DriverOptions::refuse(const Symbol& symbol, const Assignment& assignment) {
  const std::string value = assignment.unset ? "n" : assignment.value;
  const Location where =
      symbol.definitions.empty() ? Location{} : location(symbol.definitions.front()->place);
  throw Error(where,
              std::string(symbol.name) + " cannot be " + (value.empty() ? "empty" : value) +
                  why_not(symbol, value, *this),
              "kbx config why " + std::string(symbol.name) + " tells all of it");
}

void DriverOptions::set(const std::vector<Assignment>& assignments) {
  std::vector<std::pair<const Symbol*, const Assignment*>> open;
  for (const Assignment& assignment : assignments)
    open.emplace_back(&option_to_set(assignment), &assignment);
  const auto wanted = open;
  for (bool progress = true; progress && !open.empty();) {
    const std::size_t before = open.size();
    std::erase_if(open, [&](const auto& entry) { return try_to_set(*entry.first, *entry.second); });
    progress = open.size() < before;
  }
  if (!open.empty()) refuse(*open.front().first, *open.front().second);
  // A later one may have taken back what an earlier one did.
  for (const auto& [symbol, assignment] : wanted) {
    solver_->value(*symbol);
    const std::string_view value =
        is_logical(symbol->type) && assignment->unset ? "n" : std::string_view(assignment->value);
    const std::string_view now = solver_->text_of(*symbol);
    if (is_logical(symbol->type) && now != value) refuse(*symbol, *assignment);
  }
}

void DriverOptions::ask(bool everything) {
  try {
    kconfig::ask(model_, *solver_, everything ? Questions::all : Questions::new_only,
                 from_.environment, Console{}, false);
  } catch (const Stop&) {
    throw Error("the questions are not all answered, so nothing was written");
  }
}

std::string DriverOptions::config_text() {
  solver_->forget_all();
  ChangedInput untold(*solver_, from_.environment);  // what cannot be was refused when it was set
  return kconfig::config_text(*solver_, from_.environment, untold);
}

void DriverOptions::check_selections() {
  for (const Property& property : model_.properties) {
    if (property.kind != PropertyKind::select || !property.menu->symbol) continue;
    const Symbol& target = *property.value_symbol();
    const Symbol& owner = *property.menu->symbol;
    if (!target.is_fixed || solver_->value(target).tristate != Tristate::no) continue;
    const Tristate active =
        both(solver_->value(owner).tristate, solver_->evaluate(property.condition));
    if (active == Tristate::no) continue;
    const std::string name(owner.name);
    throw Error(location(property.place),
                name + " selects " + std::string(target.name) + ", which the kernel " +
                    from_.kernel.name + " lacks",
                "without " + name + ": kbx config --unset " + name + "; or say `depends on " +
                    std::string(target.name) +
                    "` there, since a kernel that is built cannot be given options");
  }
}

Location DriverOptions::location(const Place& place) const {
  return {absolute_path(place.file, from_.folder), place.line};
}

std::vector<std::string> DriverOptions::files() const {
  std::vector<std::string> paths;
  for (const std::string_view file : model_.files)
    paths.push_back(absolute_path(file, from_.folder));
  return paths;
}

}  // namespace kbx::kconfig
