#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kbx::ninja {

/// An error of a C compiler that a change of the kernel's interfaces can be the cause of.
struct Complaint {
  enum class About {
    name,       // is not declared, or a type that is not complete
    member,     // a struct or union does not have it
    arguments,  // a function is called with too many, too few, or others
    pointer,    // a function of another type is put where a pointer is wanted
    read_only,  // a member that cannot be assigned to
    header,     // is not there
  };
  About about = About::name;
  std::string name;  // of the member where one is concerned; as in #include <...>
  std::string of;    // tag of the struct or union, where the compiler tells it
  std::string type;  // what a pointer would have to be, as the compiler writes it

  bool operator==(const Complaint&) const = default;
};

/// Reads what gcc or clang printed, line by line, in the C locale or with the quotes of UTF-8: each
/// complaint once, in the order of the text. Only errors count.
std::vector<Complaint> complaints_in(const std::vector<std::string>& lines);

}  // namespace kbx::ninja
