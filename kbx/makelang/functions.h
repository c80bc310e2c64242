#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/makelang/expand.h"

namespace kbx::makelang {

/// The arguments of a function: expanded, or as written if the function expands them itself.
using Arguments = std::vector<std::string_view>;

struct Function {
  std::string_view name;
  int minimum;   // arguments that there must be
  int maximum;   // commas after that many belong to the last one; 0: any number
  bool expands;  // the arguments are expanded before the call
  void (*run)(Expander&, std::string& out, const Arguments&);
};

/// The function of that name, or null (manual, "Functions for Transforming Text").
const Function* find_function(std::string_view name);
/// Runs a function, or throws if there are too few arguments.
void run_function(const Function& function, Expander& expander, std::string& out,
                  const Arguments& arguments);

/// White space at both ends taken off.
std::string_view strip(std::string_view text);
/// Takes the next word off the front of `text`; empty at its end.
std::string_view next_word(std::string_view& text);

namespace functions {
void subst(Expander&, std::string&, const Arguments&);
void patsubst(Expander&, std::string&, const Arguments&);
void strip(Expander&, std::string&, const Arguments&);
void findstring(Expander&, std::string&, const Arguments&);
void filter(Expander&, std::string&, const Arguments&);
void filter_out(Expander&, std::string&, const Arguments&);
void sort(Expander&, std::string&, const Arguments&);
void word(Expander&, std::string&, const Arguments&);
void wordlist(Expander&, std::string&, const Arguments&);
void words(Expander&, std::string&, const Arguments&);
void firstword(Expander&, std::string&, const Arguments&);
void lastword(Expander&, std::string&, const Arguments&);
void dir(Expander&, std::string&, const Arguments&);
void notdir(Expander&, std::string&, const Arguments&);
void suffix(Expander&, std::string&, const Arguments&);
void basename(Expander&, std::string&, const Arguments&);
void addsuffix(Expander&, std::string&, const Arguments&);
void addprefix(Expander&, std::string&, const Arguments&);
void join(Expander&, std::string&, const Arguments&);
void wildcard(Expander&, std::string&, const Arguments&);
void realpath(Expander&, std::string&, const Arguments&);
void abspath(Expander&, std::string&, const Arguments&);
void if_(Expander&, std::string&, const Arguments&);
void or_(Expander&, std::string&, const Arguments&);
void and_(Expander&, std::string&, const Arguments&);
void intcmp(Expander&, std::string&, const Arguments&);
void foreach (Expander&, std::string&, const Arguments&);
void let(Expander&, std::string&, const Arguments&);
void file(Expander&, std::string&, const Arguments&);
void call(Expander&, std::string&, const Arguments&);
void value(Expander&, std::string&, const Arguments&);
void eval(Expander&, std::string&, const Arguments&);
void origin(Expander&, std::string&, const Arguments&);
void flavor(Expander&, std::string&, const Arguments&);
void error(Expander&, std::string&, const Arguments&);
void warning(Expander&, std::string&, const Arguments&);
void info(Expander&, std::string&, const Arguments&);
void shell(Expander&, std::string&, const Arguments&);
}  // namespace functions

}  // namespace kbx::makelang
