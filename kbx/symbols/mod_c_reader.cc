#include "kbx/symbols/mod_c_reader.h"

#include <charconv>

#include "kbx/base/text.h"

/// The way back from MODULE.mod.c to values. Lines are recognized generously, and then the text is
/// written anew from what was understood: if that gives the same bytes, everything was.
namespace kbx::symbols {
namespace {

/// Takes `word` off the front of `text`.
bool skip(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

/// Takes what comes before `end`, and `end` itself.
std::string_view take_until(std::string_view& text, std::string_view end) {
  const size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
  return taken;
}

std::uint32_t take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const int base = skip(text, "0x") ? 16 : 10;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

class Reader {
 public:
  explicit Reader(const Dialect& dialect) : dialect_(dialect) {}

  ModC read(std::string_view text) {
    for (const std::string_view line : split_lines(text)) take(line);
    return std::move(module_);
  }

 private:
  void take(std::string_view line) {
    if (skip(line, "MODULE_ALIAS(\"")) {
      if (line.ends_with("\");")) module_.aliases.emplace_back(line.substr(0, line.size() - 3));
    } else if (skip(line, "\t{ ")) {
      const std::uint32_t crc = take_number(line);
      skip(line, ", \"");
      if (module_.versions) module_.versions->push_back({take_until(line, "\" }"), crc});
    } else if (skip(line, "MODULE_INFO(")) {
      take_info(line);
    } else if (line.starts_with("KSYMTAB_") || line.starts_with("SYMBOL_")) {
      take_export(line);
    } else if (line == "\t.init = init_module,") {
      module_.has_init = true;
    } else if (line == "\t.exit = cleanup_module,") {
      module_.has_exit = true;
    } else {
      take_table(line);
    }
  }

  void take_info(std::string_view line) {
    const std::string_view tag = take_until(line, ", ");
    skip(line, "\"");
    const std::string_view value = take_until(line, "\");");
    if (tag == "intree") module_.in_tree = true;
    if (tag == "staging") module_.module = "drivers/staging";
    if (tag == "test") module_.module = "tools/testing";
    if (tag == "srcversion") module_.source_version = value;
    if (tag == "depends" && !value.empty()) module_.depends = split(value, ',');
  }

  void take_export(std::string_view line) {
    const bool is_function = line.starts_with("KSYMTAB_FUNC(");
    if (is_function || line.starts_with("KSYMTAB_DATA(")) {
      take_until(line, "(");
      ModC::Export& symbol = module_.exports.emplace_back();
      symbol.is_function = is_function;
      symbol.name = take_until(line, ", \"");
      if (dialect_.license_by_suffix) symbol.gpl_only = take_until(line, "\", \"") == "_gpl";
      symbol.name_space = take_until(line, "\");");
    } else if (skip(line, "SYMBOL_FLAGS(")) {
      take_until(line, ", ");
      if (!module_.exports.empty()) module_.exports.back().gpl_only = take_number(line) == 1;
    } else if (skip(line, "SYMBOL_CRC(")) {
      const std::string_view name = take_until(line, ", ");
      const std::uint32_t crc = take_number(line);
      if (!dialect_.exports_in_section) {
        ModC::Export& symbol = module_.exports.emplace_back();
        symbol.name = name;
        symbol.gpl_only = skip(line, ", \"_gpl\"");
      }
      if (crcs_ < module_.exports.size()) module_.exports[crcs_].crc = crc;
      ++crcs_;
    }
  }

  void take_table(std::string_view line) {
    if (line.starts_with("static const struct modversion_info ")) {
      module_.versions.emplace();
    } else if (line.starts_with("static const u32 ")) {
      module_.extended_versions.emplace();
    } else if (module_.extended_versions && line.starts_with("\t0x")) {
      skip(line, "\t");
      module_.extended_versions->push_back({"", take_number(line)});
    } else if (module_.extended_versions && skip(line, "\t\"")) {
      if (extended_names_ < module_.extended_versions->size())
        (*module_.extended_versions)[extended_names_].name = take_until(line, "\\0\"");
      ++extended_names_;
    }
  }

  const Dialect& dialect_;
  ModC module_;
  size_t crcs_ = 0;
  size_t extended_names_ = 0;
};

}  // namespace

std::optional<ModC> read_mod_c(std::string_view text, const Dialect& dialect) {
  ModC module = Reader(dialect).read(text);
  // Without exports it only shows in an empty line.
  for (const bool with_crcs : {true, false}) {
    module.with_crcs = with_crcs;
    if (mod_c_text(module, dialect) == text) return module;
  }
  return std::nullopt;
}

}  // namespace kbx::symbols
