#include "kbx/link/dynamic/versions.h"

#include <string>

#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/link/script/parse.h"

using namespace kbx;
using namespace kbx::link;

// What is expected here is what readelf --dyn-syms shows of GNU ld 2.40's -shared.

namespace {

VersionScripts scripts(std::string_view text) {
  VersionScripts result;
  result.add(script::parse_version_script(text, "t.map", {}));
  return result;
}

/// "VERSION", "local VERSION", or "none".
std::string choice(std::string_view text, std::string_view name) {
  VersionScripts all = scripts(text);
  const VersionChoice found = all.find(name);
  if (!found.version) return "none";
  return (found.is_hidden ? "local " : "") + found.version->name;
}

std::string error_of(std::string_view text) {
  try {
    scripts(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("exact names come before wildcards, and * comes last") {
  CHECK(choice("V1 { global: f*; local: foo; };", "foo") == "local V1");
  CHECK(choice("V1 { global: f*; local: foo; };", "fab") == "V1");
  CHECK(choice("V1 { global: f*; local: foo; };", "bar") == "none");
  CHECK(choice("V1 { global: f*; local: foo; *; };", "star") == "local V1");
  CHECK(choice("V1 { global: foo; local: f*; };", "foo") == "V1");
  CHECK(choice("V1 { global: foo; local: f*; };", "fab") == "local V1");
  CHECK(choice("V1 { global: *; local: foo; };", "bar") == "V1");
  CHECK(choice("V1 { global: *; local: foo; };", "foo") == "local V1");
  CHECK(choice("V1 { global: foo; }; V2 { global: f*; local: *; };", "foo") == "V1");
  CHECK(choice("V1 { global: foo; }; V2 { global: f*; local: *; };", "fab") == "V2");
  CHECK(choice("V1 { foo; }; V2 { foo; };", "foo") == "V1");
}

TEST_CASE("the anonymous node is no version") {
  VersionScripts all = scripts("{ global: foo; local: *; };");
  REQUIRE(all.find("foo").version);
  CHECK(all.find("foo").version->number == 0);
  CHECK_FALSE(all.find("foo").is_hidden);
  CHECK(all.find("bar").is_hidden);
}

TEST_CASE("C++ names are compared as a person writes them") {
  const char* text = "V1 { global: extern \"C++\" { \"ns::f(int)\"; ns::g*; }; f; local: *; };";
  CHECK(choice(text, "_ZN2ns1fEi") == "V1");
  CHECK(choice(text, "_ZN2ns1fEv") == "local V1");
  CHECK(choice(text, "_ZN2ns1gEv") == "V1");
  CHECK(choice(text, "f") == "V1");
}

TEST_CASE("quoted patterns and backslashes are names") {
  CHECK(choice("V1 { global: \"f*\"; local: *; };", "foo") == "local V1");
  CHECK(choice("V1 { global: \"f*\"; local: *; };", "f*") == "V1");
}

TEST_CASE("versions inherit, and are numbered in their order") {
  VersionScripts all = scripts("V1 { global: a; }; V2 { global: b; } V1; V3 { } V1 V2;");
  REQUIRE(all.versions().size() == 3);
  CHECK(all.versions()[0].number == 1);
  CHECK(all.versions()[2].number == 3);
  CHECK(all.versions()[2].before.size() == 2);
  CHECK_FALSE(all.versions()[2].has_patterns);
}

TEST_CASE("broken sets of versions") {
  CHECK(error_of("{ foo; }; V1 { bar; };") ==
        "anonymous version tag cannot be combined with other version tags");
  CHECK(error_of("V1 { foo; }; V1 { bar; };") == "duplicate version tag `V1'");
  CHECK(error_of("V1 { foo; } V0;") == "unable to find version dependency `V0'");
}
