#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/input/file.h"
#include "kbx/link/script/script.h"

namespace kbx::link {

struct Slot;

/// A region of MEMORY while sections are put into it.
struct MemoryRegion {
  std::vector<std::string_view> names;  // its own, then those of REGION_ALIAS
  Traits takes = 0;                     // a section of any of these goes here by itself
  Traits refuses = 0;
  std::uint64_t origin = 0;
  std::uint64_t length = ~std::uint64_t{0};
  const script::MemoryRegion* declaration = nullptr;  // null: all of memory

  std::uint64_t next = 0;  // the first free address, in this pass
  Slot* last = nullptr;    // the last section that addresses of loading follow, in this pass
  bool overflows = false;  // a section did not fit
  std::string_view name() const { return names.front(); }
};

/// The regions of a script, after ld's manual, chapter "MEMORY Command". What is in no region is in
/// one that has no name and is all of memory.
class MemoryRegions {
 public:
  MemoryRegions();

  /// Declares what the command names. The command must live as long.
  void add(const script::Memory& memory);
  /// Gives a region one more name. Throws Error if there is no such region, or the name is taken.
  void add_alias(const script::RegionAlias& alias);

  MemoryRegion* whole() { return &regions_.front(); }
  const MemoryRegion* whole() const { return &regions_.front(); }
  /// The region of that name, or null.
  MemoryRegion* find(std::string_view name);
  const MemoryRegion* find(std::string_view name) const;
  /// The same for what a section asks for at `place`; a name that nothing declared is all of memory
  /// once more, and noted for a warning. The name must live as long.
  MemoryRegion* wanted(std::string_view name, const script::Place& place);
  /// Where a section with these traits goes that asks for no region.
  MemoryRegion* fitting(Traits traits);

  /// True if the script has a MEMORY command.
  bool are_declared() const { return regions_.size() > 1; }
  /// All of memory, then those of MEMORY in order.
  const std::deque<MemoryRegion>& all() const { return regions_; }

  /// Gives origins and lengths their values.
  void evaluate(const std::function<std::uint64_t(const script::Expression&)>& value);
  /// Before a pass over the sections.
  void reset();
  /// "file:line: warning: memory region `x' not declared", once each.
  std::vector<std::string> take_warnings() { return std::move(warnings_); }

 private:
  std::deque<MemoryRegion> regions_;
  std::vector<std::string> warnings_;
};

}  // namespace kbx::link
