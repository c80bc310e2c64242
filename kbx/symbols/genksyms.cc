#include "kbx/symbols/genksyms.h"

#include <cstdio>

#include "kbx/symbols/genksyms_expand.h"
#include "kbx/symbols/genksyms_parser.h"
#include "kbx/symbols/genksyms_reference.h"

namespace kbx::symbols {

GenksymsResult genksyms(std::string_view preprocessed, const GenksymsOptions& options) {
  using namespace genksyms_detail;
  Arena arena;
  Names names(arena);
  Report report(options);
  SymbolTable symbols(arena, names, report);
  read_reference(options.reference, symbols, names, arena);

  GenksymsResult result;
  Lexer lexer(preprocessed, options.dialect, arena, names, report.position);
  Expander expander(arena, symbols, report);
  Parser parser(lexer, symbols, arena, report, [&](const Name* name) {
    if (const auto crc = expander.export_crc(name))
      result.crcs.push_back({std::string(name->text), *crc});
  });
  parser.parse();

  if (options.dump_types) result.type_dump = type_dump(expander.visited());
  result.messages = std::move(report.messages);
  result.errors = report.errors;
  result.symbol_count = symbols.count();
  return result;
}

std::string genksyms_output(const std::vector<ExportedCrc>& crcs, const GenksymsDialect& dialect,
                            bool relative) {
  std::string text;
  for (const ExportedCrc& exported : crcs) {
    char crc[16];
    std::snprintf(crc, sizeof crc, "0x%08x", static_cast<unsigned>(exported.crc));
    if (dialect.symver_lines)
      text += "#SYMVER " + exported.name + " " + crc + "\n";
    else if (relative)
      text += "SECTIONS { .rodata : ALIGN(4) { __crc_" + exported.name + " = .; LONG(" + crc +
              "); } }\n";
    else
      text += "__crc_" + exported.name + " = " + crc + ";\n";
  }
  return text;
}

}  // namespace kbx::symbols
