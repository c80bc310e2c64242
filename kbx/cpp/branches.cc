#include "kbx/cpp/reader.h"

// #if and its kin. What a false condition leaves out is skipped right away, so the conditions of a
// file that are open are all true ones.

namespace kbx::cpp::detail {

bool Reader::is_defined(const Name* name) const {
  if (name->macro) return true;
  const std::string_view text = name->view();
  if (!text.starts_with("__has_")) return false;
  // The compiler was asked for all that are known here.
  for (const std::string_view known : computed_macro_names())
    if (known == text) return false;
  throw Unsure{std::string(text) + ", which is not known"};
}

/// The condition on the rest of the line, of which the newline is taken too.
bool Reader::evaluate() {
  ConditionOperators operators;
  operators.next = [this] { return expander_.next(); };
  operators.identifier = [this](const Token& name, std::int64_t& value) {
    return identifier(name, value);
  };
  operators.warn_undefined = job_.warn_undefined && !buffer().is_system;
  const bool is_true = condition(operators);
  end_line();
  return is_true;
}

/// "defined X", "defined(X)", with "defined" just read.
bool Reader::identifier(const Token& name, std::int64_t& value) {
  if (name.name->view() != "defined") {
    if (name.name->view().starts_with("__has_")) is_defined(name.name);
    // Words that are operators or values in C++ and in newer versions of C.
    if (name.name->view() == "true" || name.name->view() == "false")
      throw Unsure{"true or false in #if"};
    if (name.name->view() == "__VA_ARGS__" || name.name->view() == "__VA_OPT__" ||
        name.name->view() == "_Pragma")
      throw Unsure{"a reserved name in #if"};
    return false;
  }
  ++expander_.prevented;
  Token token = expander_.next();
  const bool has_parenthesis = token.is('(');
  if (has_parenthesis) token = expander_.next();
  if (token.kind != Kind::name) throw Unsure{"\"defined\" without a name"};
  if (has_parenthesis && !expander_.next().is(')')) throw Unsure{"\"defined\" without its \")\""};
  --expander_.prevented;
  value = is_defined(token.name) ? 1 : 0;
  return true;
}

/// Behind the line of an #if, #ifdef or #ifndef.
void Reader::open_condition(bool is_true, const Name* guard) {
  Buffer& top = buffer();
  if (top.guard_state == Guard::fresh) {
    top.guard_state = guard ? Guard::open : Guard::none;
    top.guard = guard;
    top.guard_depth = top.conditions.size();
  }
  top.conditions.push_back({is_true, false});
  if (!is_true) skip_group();
}

/// #elif or #else behind a branch that was taken: the rest is left out.
void Reader::other_branch(bool is_else) {
  Buffer& top = buffer();
  if (top.conditions.empty() || top.conditions.back().had_else)
    throw Unsure{"#else or #elif without #if"};
  if (top.guard_state == Guard::open && top.conditions.size() == top.guard_depth + 1)
    top.guard_state = Guard::none;
  if (is_else) {
    top.conditions.back().had_else = true;
    expect_line_end();
  } else {
    skip_line(top.cursor);
    end_line();
  }
  skip_group();
}

void Reader::close_condition() {
  Buffer& top = buffer();
  if (top.conditions.empty()) throw Unsure{"#endif without #if"};
  top.conditions.pop_back();
  if (top.guard_state == Guard::open && top.conditions.size() == top.guard_depth)
    top.guard_state = Guard::closed;
  expect_line_end();
}

/// Goes on to the name of the next directive and reads it; Directive::none for one that does not
/// matter here.
Directive Reader::skipped_directive() {
  Cursor& cursor = buffer().cursor;
  for (;;) {
    skip_white(cursor, true);
    if (cursor.at == cursor.end) throw Unsure{"#if without #endif"};
    if (*cursor.at == '#') break;
    if (*cursor.at == '%' && cursor.at[1] == ':') throw Unsure{"a digraph for #"};
    skip_line(cursor);
    end_line();
  }
  ++cursor.at;
  skip_white(cursor, false);
  const char* end = cursor.at;
  while (is_name_character(*end)) ++end;
  if (*end == '\\' && behind_splice(end)) return line_token().name->directive;
  const Name* name = names_.find(cursor.at, static_cast<std::size_t>(end - cursor.at));
  cursor.at = end;
  return name ? name->directive : Directive::none;
}

/// Leaves out text up to the branch that is to be read, or behind the #endif.
void Reader::skip_group() {
  Buffer& top = buffer();
  const auto rest_of_line = [&] {
    skip_line(top.cursor);
    end_line();
  };
  for (std::size_t depth = 0;;) {
    const Directive which = skipped_directive();
    const bool is_ours = depth == 0;
    Condition& ours = top.conditions.back();
    switch (which) {
      case Directive::if_condition:
      case Directive::ifdef:
      case Directive::ifndef:
        ++depth;
        rest_of_line();
        continue;
      case Directive::endif:
        if (is_ours) return close_condition();
        --depth;
        rest_of_line();
        continue;
      case Directive::elif:
      case Directive::else_branch:
      case Directive::elifdef:
      case Directive::elifndef:
        break;
      default:
        rest_of_line();
        continue;
    }
    if (!is_ours) {
      rest_of_line();
      continue;
    }
    if (top.guard_state == Guard::open && top.conditions.size() == top.guard_depth + 1)
      top.guard_state = Guard::none;
    if (ours.had_else) throw Unsure{"#else or #elif behind #else"};
    if (which == Directive::else_branch) {
      ours.had_else = true;
      expect_line_end();
      if (ours.was_taken) continue;
      ours.was_taken = true;
      return;
    }
    if (which != Directive::elif) throw Unsure{"#elifdef, which is not in every version of C"};
    if (ours.was_taken) {
      rest_of_line();
    } else if (evaluate()) {
      ours.was_taken = true;
      return;
    }
  }
}

}  // namespace kbx::cpp::detail
