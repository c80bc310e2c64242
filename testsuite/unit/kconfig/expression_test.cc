#include "kbx/kconfig/expression.h"

#include "testsuite/unit/kconfig/given.h"
#include <doctest/doctest.h>

#include "kbx/kconfig/model.h"
#include "kbx/kconfig/simplify.h"

using namespace kbx;
using namespace kbx::kconfig;

TEST_CASE("equal expressions are one object") {
  Arena arena;
  Expressions make(arena);
  Symbol a;
  Symbol b;
  CHECK(make.symbol(&a) == make.symbol(&a));
  CHECK(make.both(make.symbol(&a), make.symbol(&b)) == make.both(make.symbol(&a), make.symbol(&b)));
  CHECK(make.both(make.symbol(&a), make.symbol(&b)) != make.both(make.symbol(&b), make.symbol(&a)));
  CHECK(make.both(nullptr, make.symbol(&a)) == make.symbol(&a));
}

TEST_CASE("what an expression needs, holds and rejects") {
  test::Given given("config A\n\ttristate\nconfig B\n\tbool\n");
  Model& model = given.model;
  Expressions& make = model.expressions;
  Symbol* a = &given.symbol("A");
  const Expression* is_a = make.symbol(a);
  const Expression* is_b = make.symbol(&given.symbol("B"));
  CHECK(needs_symbol(make.both(is_b, is_a), a, model));
  CHECK(!needs_symbol(make.either(is_b, is_a), a, model));
  CHECK(contains_symbol(make.either(is_b, is_a), a));
  CHECK(rejects_symbol(make.either(is_b, make.negation(is_a)), a, model));
  CHECK(rejects_symbol(make.compare(Operator::unequal, a, model.yes()), a, model));
  CHECK(!rejects_symbol(make.compare(Operator::unequal, a, model.no()), a, model));
}

TEST_CASE("that a condition is n is said of each of its symbols") {
  test::Given given("config A\n\ttristate\nconfig B\n\tbool\n");
  Expressions& make = given.model.expressions;
  Symbol* a = &given.symbol("A");
  Symbol* b = &given.symbol("B");
  const Expression* a_is_no = make.compare(Operator::equal, a, given.model.no());
  const Expression* b_is_no = make.compare(Operator::equal, b, given.model.no());
  Simplifier simplifier(given.model, given.told.console());
  CHECK(simplifier.is_no(make.both(make.symbol(a), make.symbol(b))) ==
        make.either(a_is_no, b_is_no));
}
