#include "kbx/link/phases/discarded_tables.h"

#include <fmt/format.h>

#include "kbx/base/error.h"

namespace kbx::link {

void refuse_discarded_tables(const LinkageSections& tables, const DynamicSections& dynamic) {
  const auto is_gone = [](const InputSection* section) { return section && section->is_discarded; };
  for (const InputSection* table :
       {tables.got_plt, tables.got, tables.plt, tables.direct_plt, tables.second_plt,
        tables.indirect_plt, tables.indirect_got, tables.copies, tables.readonly_copies})
    if (is_gone(table) && table->size != 0)
      throw Error(fmt::format("discarded output section: `{}'", table->name),
                  "code of the input goes through it: take it out of /DISCARD/, or compile so "
                  "that nothing needs it");
  // Without .dynstr nothing tells of the others.
  if (!dynamic.strings || is_gone(dynamic.strings)) return;
  for (const InputSection* section : {dynamic.hash, dynamic.gnu_hash, dynamic.symbols})
    if (is_gone(section))
      throw Error(fmt::format("could not find section {}", section->name),
                  ".dynamic tells of it: take it out of /DISCARD/, or discard .dynstr and "
                  ".dynamic too");
}

}  // namespace kbx::link
