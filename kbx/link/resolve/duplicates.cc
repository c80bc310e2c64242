#include "kbx/link/resolve/duplicates.h"

/// Of each COMDAT group (System V gABI, "Section Groups") and of each .gnu.linkonce section, what
/// they were before there were groups, the first one stays. One kind can stand for the other, as
/// GNU ld 2.40 decides: a compiler that makes groups may meet objects of one that did not.
namespace kbx::link {
namespace {

std::string_view linkonce_key(std::string_view name) {
  constexpr std::string_view start = ".gnu.linkonce.";
  if (name.substr(0, start.size()) != start) return name;
  const std::size_t dot = name.find('.', start.size());
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

}  // namespace

void Duplicates::discard_in(InputFile& file) {
  for (InputSection* section : file.sections)
    if ((section->traits & trait_link_once) && !section->is_discarded && !section->group)
      discard_if_known(*section);
}

/// A group of one member and a .gnu.linkonce section stand for the same thing if they define the
/// same symbols. True if `section`, or the group's member, was discarded for that.
bool Duplicates::discard_by_twin(InputSection& section, const std::vector<InputSection*>& known) {
  const bool is_group = (section.traits & trait_group) != 0;
  const auto only_member = [](InputSection* group) {
    InputSection* member = group->next_in_group;
    return member && member->next_in_group == member ? member : nullptr;
  };
  for (InputSection* other : known) {
    if (((other->traits & trait_group) != 0) == is_group) continue;
    InputSection* own = is_group ? only_member(&section) : &section;
    InputSection* theirs = is_group ? other : only_member(other);
    if (!own || !theirs || !section_symbols_.are_same(*own, *theirs)) continue;
    own->is_discarded = section.is_discarded = true;
    own->kept = theirs;
    return true;
  }
  return false;
}

void Duplicates::discard_if_known(InputSection& section) {
  const bool is_group = (section.traits & trait_group) != 0;
  const std::string_view key =
      is_group ? section.next_in_group->group_name : linkonce_key(section.name);
  std::vector<InputSection*>& known = known_[key];
  for (InputSection* other : known) {
    const bool other_is_group = (other->traits & trait_group) != 0;
    if (is_group != other_is_group || (!is_group && section.name != other->name)) continue;
    section.is_discarded = true;
    section.kept = other;
    if (!is_group) return;
    InputSection* const first = section.next_in_group;
    InputSection* member = first;
    do {
      member->is_discarded = true;
      member->kept = other;
      member = member->next_in_group;
    } while (member != first);
    return;
  }
  if (discard_by_twin(section, known)) {
    known.push_back(&section);
    return;
  }
  // The read-only part of a function's linkonce sections goes with its code.
  if (!is_group && section.name.substr(0, 16) == ".gnu.linkonce.r.")
    for (const InputSection* other : known)
      if (other->name.substr(0, 16) == ".gnu.linkonce.t.") {
        section.is_discarded = other->file != section.file;
        break;
      }
  known.push_back(&section);
}

}  // namespace kbx::link
