#pragma once
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/output/executable.h"
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// .eh_frame of a final link, which is edited, and .eh_frame_hdr, by which it is searched.
class UnwindOutput {
 public:
  explicit UnwindOutput(LinkState& state) : state_(state) {}

  /// Adds .eh_frame_hdr if it is asked for and there is something to find.
  void add_header();

  /// True if the script leaves an unwind table with an entry. Sections must be placed.
  bool has_table() const;

  /// Takes the header away again where the script leaves no table, else gives it its symbol.
  void settle_header(bool has_table);

  /// Drops from .eh_frame what is there twice, or is of what is gone. True if there is a table.
  bool edit(bool is_position_independent);

  /// Where the header is; null if there is none.
  const OutputSection* header_output() const { return header_ ? header_->output : nullptr; }

  /// Writes the header, when .eh_frame is written.
  void fill_header(const BytesOf& bytes_of) const;

 private:
  LinkState& state_;
  InputSection* header_ = nullptr;
  UnwindTable table_;
};

}  // namespace kbx::link
