#pragma once
#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// Puts input sections into output sections, and makes these of what goes into them.
class Joiner {
 public:
  Joiner(Plan& plan, const Options& options)
      : plan_(plan),
        is_relocatable_(options.kind == OutputKind::relocatable),
        keeps_groups_(is_relocatable_ && !options.force_group_allocation),
        strips_debugging_(options.strip != Strip::nothing),
        unique_patterns_(options.unique_patterns) {}

  bool is_relocatable() const { return is_relocatable_; }

  /// True if the section is one of a group that the output keeps.
  bool is_in_group(const InputSection& section) const {
    return keeps_groups_ && section.next_in_group != nullptr;
  }

  /// True if the section keeps an output section of its own, whatever the script says of its name.
  bool is_unique(const InputSection& section) const;

  /// True if the options drop the section, wherever the script would put it.
  bool is_dropped(const InputSection& section) const;

  /// Adds `section` to what `slot` becomes and to what `item` took; or discards it if the slot or
  /// the options do.
  void add(Slot& slot, InputSection& section, Item& item);

  /// An assignment or data in an output section makes it, even if nothing goes into it.
  void make_section_for(Slot& slot, bool is_data);

  /// So does ADDR or LOADADDR of it in an expression.
  void make_mentioned(const script::Expression& expression);

 private:
  OutputSection* make_section(Slot& slot, Traits traits);
  Traits joined_traits(const Slot& slot, const InputSection& section) const;
  void start(OutputSection& output, const InputSection& section) const;

  Plan& plan_;
  bool is_relocatable_;
  bool keeps_groups_;
  bool strips_debugging_;
  const std::vector<std::string>& unique_patterns_;
};

}  // namespace kbx::link
