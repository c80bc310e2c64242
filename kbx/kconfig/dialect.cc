#include "kbx/kconfig/dialect.h"

#include <optional>
#include <string_view>

#include "kbx/base/file.h"
#include "kbx/base/path.h"

namespace kbx::kconfig {
namespace {

/// Tells what stands in the sources of a tree's scripts/kconfig.
class Sources {
 public:
  explicit Sources(const std::string& tree) : folder_(join_path(tree, "scripts/kconfig")) {}

  bool exist() const { return read("parser.y").has_value(); }
  bool mention(const std::string& file, std::string_view text) const {
    const auto content = read(file);
    return content && content->find(text) != std::string::npos;
  }

 private:
  std::optional<std::string> read(const std::string& file) const {
    return read_file_if_present(join_path(folder_, file));
  }

  std::string folder_;
};

}  // namespace

Dialect probe_dialect(const std::string& tree) {
  const Sources sources(tree);
  Dialect dialect;
  if (!sources.exist()) return dialect;
  dialect.choice_is_symbol = sources.mention("expr.h", "P_CHOICE");
  dialect.empty_numbers = sources.mention("symbol.c", "symbol_empty");
  dialect.old_positions = sources.mention("lexer.l", "zconf_lineno");
  dialect.loops_with_places = sources.mention("symbol.c", "contains symbol %s");
  dialect.lenient_lines = sources.mention("confdata.c", "compat_getline");
  dialect.old_dependency_file = sources.mention("confdata.c", "file_list");
  dialect.rust_configuration = sources.mention("confdata.c", "rustc_cfg");
  dialect.stops_at_end_of_input = sources.mention("conf.c", "at end of input");
  dialect.option_statement = sources.mention("parser.y", "T_OPTION ");
  dialect.modules_statement = !dialect.option_statement;
  dialect.conditional_depends = sources.mention("parser.y", "T_ON expr if_expr");
  dialect.one_prompt_per_member = sources.mention("parser.y", "in another entry");
  dialect.transitional = sources.mention("lexer.l", "\"transitional\"");
  dialect.choice_type_statement =
      dialect.choice_is_symbol || sources.mention("parser.y", "choice_option: T_BOOL");
  dialect.strict_entries = sources.mention("parser.y", "zconf_error(\"menuconfig");
  dialect.one_inclusion_per_file = sources.mention("util.c", "repeated inclusion");
  dialect.negation_ends_menu = sources.mention("menu.c", "expr_contains_symbol_negated");
  dialect.tells_changed_input = sources.mention("confdata.c", "KCONFIG_WARN_CHANGED_INPUT");
  dialect.usage_names_arguments = sources.mention("conf.c", "Arguments:");
  dialect.special_symbols = sources.mention("expr.h", "sym_defconfig_list");
  dialect.strictness_variables = sources.mention("confdata.c", "KCONFIG_WERROR");
  dialect.quoted_auto_conf = !sources.mention("confdata.c", "OUTPUT_N_NONE, false");
  dialect.nested_marks = sources.mention("confdata.c", "strcpy(d, \".h\")");
  dialect.fixed_dependency_file =
      sources.mention("confdata.c", "conf_write_dep(\"include/config/auto.conf.cmd\")");
  dialect.open_headings = sources.mention("confdata.c", "struct conf_printer {");
  dialect.ends_of_filled_menus = !sources.mention("confdata.c", "end_check:");
  dialect.locations_above = sources.mention("menu.c", "menu = prop->menu->parent;");
  dialect.short_usage = !sources.mention("conf.c", "Generic options");
  if (sources.mention("expr.h", "9973")) dialect.table_size = 9973;
  return dialect;
}

}  // namespace kbx::kconfig
