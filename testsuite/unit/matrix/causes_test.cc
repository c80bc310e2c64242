#include "kbx/matrix/causes.h"

#include <doctest/doctest.h>

using namespace kbx::matrix;

namespace {

CellResult failed(const std::string& driver, const std::string& kernel, const Fault& fault) {
  CellResult cell;
  cell.name = driver + "/" + kernel;
  cell.driver = driver;
  cell.kernel = kernel;
  cell.error = fault;
  return cell;
}

const Fault no_kernel{"", 0, "there is no such kernel"};

}  // namespace

TEST_CASE("a driver's error is one cause on all kernels, on whatever line") {
  const std::vector<CellResult> cells = {failed("a", "6.1", {"a.c", 3, "'x' undeclared"}),
                                         failed("a", "6.12", {"a.c", 9, "'x' undeclared"}),
                                         failed("b", "6.12", {"a.c", 3, "'x' undeclared"})};
  const std::vector<Cause> causes = causes_of(cells);
  REQUIRE(causes.size() == 2);
  CHECK(causes[0].driver == "a");
  CHECK(causes[0].cells == std::vector<std::size_t>{0, 1});
  CHECK(name_within(causes[0], cells[1]) == "6.12");
  CHECK(causes[1].driver == "b");
}

TEST_CASE("what is wrong with a kernel is one cause for all drivers") {
  const std::vector<CellResult> cells = {failed("a", "none", no_kernel),
                                         failed("b", "none", no_kernel)};
  const std::vector<Cause> causes = causes_of(cells);
  REQUIRE(causes.size() == 1);
  CHECK(causes[0].driver.empty());
  CHECK(name_within(causes[0], cells[1]) == "b/none");
}

TEST_CASE("of one driver alone it is that driver's cause") {
  const std::vector<CellResult> cells = {failed("a", "none", no_kernel)};
  CHECK(causes_of(cells)[0].driver == "a");
}

TEST_CASE("cells that failed without a word have nothing in common") {
  std::vector<CellResult> cells = {failed("a", "6.1", {}), failed("b", "6.1", {})};
  for (CellResult& cell : cells) cell.error.reset();
  CHECK(causes_of(cells).size() == 2);
}
