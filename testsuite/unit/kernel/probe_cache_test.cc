#include "kbx/kernel/probe_cache.h"

#include <chrono>

#include "scratch.h"
#include <doctest/doctest.h>

using namespace kbx;
using namespace kbx::kernel;

namespace {

Probe probe(const std::string& command) {
  return {"gcc", command, "/", ""};
}

}  // namespace

TEST_CASE("results come back from the file as they were") {
  const Scratch scratch;
  const std::string file = scratch.at("probes/x");
  const ProbeResult odd{3, std::string("a\n\0b 1 2\n", 9)};
  {
    ProbeCache cache(file);
    cache.remember(probe("one"), odd);
    cache.remember(probe("two"), {0, ""});
    cache.save();
  }
  const ProbeCache cache(file);
  REQUIRE(cache.find(probe("one")));
  CHECK(*cache.find(probe("one")) == odd);
  CHECK(*cache.find(probe("two")) == ProbeResult{0, ""});
  CHECK_FALSE(cache.find(probe("three")));
}

TEST_CASE("each part of a probe tells it from others") {
  ProbeCache cache("");
  cache.remember({"a", "b", "c", "d"}, {});
  CHECK(cache.find({"a", "b", "c", "d"}));
  for (const Probe& other :
       {Probe{"x", "b", "c", "d"}, Probe{"a", "x", "c", "d"}, Probe{"a", "b", "x", "d"},
        Probe{"a", "b", "c", "x"}, Probe{"ab", "", "c", "d"}})
    CHECK_FALSE(cache.find(other));
}

TEST_CASE("a file that is cut off or changed counts as empty and is written anew") {
  const Scratch scratch;
  const std::string file = scratch.at("x");
  ProbeCache cache(file);
  cache.remember(probe("one"), {1, "output"});
  cache.save();
  const std::string whole = read_file(file);
  for (size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    scratch.file("x", whole.substr(0, at));
    CHECK(ProbeCache(file).size() == 0);
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    scratch.file("x", changed);
    CHECK(ProbeCache(file).size() == 0);
  }
  ProbeCache next(file);
  next.remember(probe("two"), {});
  next.save();
  CHECK(ProbeCache(file).size() == 1);
}

TEST_CASE("two that save keep each other's results") {
  const Scratch scratch;
  ProbeCache a(scratch.at("x"));
  ProbeCache b(scratch.at("x"));
  a.remember(probe("a"), {});
  b.remember(probe("b"), {});
  a.save();
  b.save();
  CHECK(ProbeCache(scratch.at("x")).size() == 2);
}

TEST_CASE("a command runs once") {
  const Scratch scratch;
  const Environment environment = current_environment();
  ProbeCache cache(scratch.at("x"));
  const Probe counted{"", "echo run >> count; wc -l < count; exit 4", scratch.path(), ""};
  for (int time = 0; time < 3; ++time)
    CHECK(run_probe(cache, counted, environment) == ProbeResult{4, "1\n"});
  run_probe(cache, {"", "no-such-program-at-all", "", ""}, environment);
  CHECK(cache.size() == 1);
}

TEST_CASE("hundreds of results load in no time") {
  const Scratch scratch;
  ProbeCache cache(scratch.at("x"));
  for (int number = 0; number < 600; ++number)
    cache.remember(probe("command " + std::to_string(number)), {0, std::string(60, 'x')});
  cache.save();
  const auto start = std::chrono::steady_clock::now();
  for (int time = 0; time < 20; ++time) CHECK(ProbeCache(scratch.at("x")).size() == 600);
  const auto each = (std::chrono::steady_clock::now() - start) / 20;
  CHECK(each < std::chrono::milliseconds(20));  // well below 1 ms when optimised and alone
  MESSAGE("one load: ", std::chrono::duration_cast<std::chrono::microseconds>(each).count(), " us");
}

TEST_CASE("the cache file is another one when the tree or the compiler changed") {
  const Scratch scratch;
  scratch.debian_tree("root", "6.1-t");
  const Tree tree = find_tree(scratch.at("root"), scratch.places());
  const Environment environment{{"XDG_CACHE_HOME", scratch.at("cache")}};
  const std::string file = probe_cache_file(environment, tree, "gcc");
  CHECK(file == probe_cache_file(environment, tree, "gcc"));
  CHECK(is_below(file, scratch.at("cache/kbx/probes")));
  CHECK(file != probe_cache_file(environment, tree, "clang"));
  write_file_atomically(tree.headers + "/include/config/auto.conf", "CONFIG_ARM=y\n");
  CHECK(file != probe_cache_file(environment, tree, "gcc"));
}
