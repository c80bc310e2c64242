// What kbx wrote for its own later runs: stamp, record, Ninja's log, the caches of probes and of
// trees. The first byte says which; the seals of sealed files are made right, so that what lies
// behind them is reached.
#include "testsuite/fuzz/fuzz.h"

#include "kbx/base/hash.h"
#include "kbx/base/pack.h"
#include "kbx/base/text.h"
#include "kbx/kbuild/tree_cache.h"
#include "kbx/kernel/probe_cache.h"
#include "kbx/ninja/record.h"
#include "kbx/ninja/stamp.h"

namespace {

using kbx::fuzz::Scratch;

void read_stamp(const Scratch& scratch, std::string_view body) {
  // Patterns would be looked for in the whole file system.
  if (body.find_first_of("*?[") != std::string_view::npos) return;
  kbx::write_file_atomically(scratch.at("build.ninja"), "");
  std::string facts = "kbx stamp 1\n" + std::string(body) + "\n";
  facts += "end\t" + kbx::content_hash(facts) + "\n";
  kbx::write_file_atomically(scratch.at("stamp"), facts);
  kbx::ninja::fresh(scratch.path(), "request", {{"NAME", "value"}});
}

void read_record(const Scratch& scratch, std::string_view body) {
  kbx::write_file_atomically(scratch.at("outputs"), body);
  kbx::ninja::Layout layout;
  layout.state = scratch.path();
  const auto record = kbx::ninja::read_record(layout);
  if (record) record->find("a.o");
}

void read_log(const Scratch& scratch, std::string_view body) {
  kbx::write_file_atomically(scratch.at(".ninja_log"), body);
  kbx::ninja::Layout layout;
  layout.state = scratch.path();
  for (const auto& [name, entry] : kbx::ninja::read_ninja_log(layout)) entry.last_possible_ns();
}

void read_probes(const Scratch& scratch, std::string_view body) {
  const std::string file = scratch.at("probes");
  kbx::write_file_atomically(file,
                             "kbx-probes-1 " + kbx::content_hash(body) + "\n" + std::string(body));
  kbx::kernel::ProbeCache cache(file);
  cache.remember({"a", "b", "c", "d"}, {0, "output"});
  cache.save();
  const kbx::kernel::ProbeCache again(file);
  kbx::fuzz::require(again.size() == cache.size(), "results were lost\n");
}

void read_tree(const Scratch& scratch, std::string_view body) {
  const std::string folder = scratch.at("trees");
  const kbx::Environment environment = {{"NAME", "value"}};
  const kbx::kbuild::TreeCache cache(folder, environment, "/driver");
  const kbx::kbuild::ProcessCall process;
  cache.remember(process, {process}, {});
  const auto files = kbx::list_folder(folder);
  kbx::fuzz::require(files.size() == 1, "one question, several files\n");
  kbx::kbuild::Inputs inputs;
  kbx::fuzz::require(cache.find(process, inputs).has_value(), "nothing was remembered\n");
  kbx::write_file_atomically(kbx::join_path(folder, files[0]), kbx::sealed("kbx tree 2", body));
  cache.find(process, inputs);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scratch scratch;
  if (size == 0) return 0;
  const std::string_view body = kbx::fuzz::text_of(data + 1, size - 1);
  kbx::fuzz::allow_errors([&] {
    switch (data[0]) {
      case 's':
        return read_stamp(scratch, body);
      case 'r':
        return read_record(scratch, body);
      case 'l':
        return read_log(scratch, body);
      case 'p':
        return read_probes(scratch, body);
      case 't':
        return read_tree(scratch, body);
      default:
        return;
    }
  });
  return 0;
}
