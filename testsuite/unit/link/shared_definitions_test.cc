#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/input/shared_object.h"
#include "kbx/link/resolve/definitions.h"

using namespace kbx;
using namespace kbx::link;

namespace {

/// A name of a file: "foo", "foo@@V1" or "foo@V1" in a shared object.
struct Name {
  std::string_view name;
  std::uint32_t section = 1;  // SHN_UNDEF: a reference
  std::uint8_t binding = STB_GLOBAL;
  std::uint8_t other = STV_DEFAULT;
  std::uint8_t type = STT_FUNC;
  std::uint64_t size = 4;
};

class Link {
 public:
  explicit Link(OutputKind kind = OutputKind::executable) {
    options.kind = kind;
    definitions.emplace(options, say, arena);
  }

  InputFile& object(const std::vector<Name>& names) {
    InputFile& file = make(names);
    definitions->add(file);
    return file;
  }

  InputFile& shared(const std::vector<Name>& names, bool as_needed = false) {
    InputFile& file = make(names);
    SharedObject& object = objects.emplace_back();
    file.shared = &object;
    object.soname = file.path;
    object.versions.resize(2);
    object.symbol_versions.assign(file.symbols.size(), 1);
    for (std::size_t i = 1; i < file.symbols.size(); ++i) {
      InputSymbol& symbol = file.symbols[i];
      const std::size_t at = symbol.name.find('@');
      if (at == std::string_view::npos) continue;
      const bool is_hidden = symbol.name.substr(at, 2) != "@@";
      const std::string_view version = symbol.name.substr(at + (is_hidden ? 1 : 2));
      object.symbol_versions[i] =
          static_cast<std::uint16_t>(object.versions.size() | (is_hidden ? 0x8000 : 0));
      object.versions.push_back({version, 0, 0});
      symbol.name = symbol.name.substr(0, at);
    }
    if (as_needed && !definitions->wants(file, all)) return file;
    if (!as_needed) definitions->mark_needed(file);
    definitions->add_shared(file);
    all.push_back(&file);
    return file;
  }

  const Symbol& find(std::string_view name) { return *definitions->symbols().find(name); }

  Options options;
  Say say{[](const std::string&) {}, [](const std::string&) {}};
  Arena arena;
  std::deque<InputFile> files;
  std::deque<SharedObject> objects;
  std::deque<InputSection> sections;
  std::vector<InputFile*> all;
  std::optional<Definitions> definitions;

 private:
  InputFile& make(const std::vector<Name>& names) {
    InputFile& file = files.emplace_back();
    file.path = "file" + std::to_string(files.size());
    file.is_64bit = true;
    file.machine = EM_X86_64;
    InputSection& section = sections.emplace_back();
    section.file = &file;
    section.type = SHT_PROGBITS;
    section.index = 1;
    file.by_index = {nullptr, &section};
    file.symbols.emplace_back();
    for (const Name& name : names)
      file.symbols.push_back({name.name, name.section == common_section ? 8u : 0u, name.size,
                              name.section, name.binding, name.type, name.other});
    file.first_global = 1;
    file.globals.assign(names.size(), nullptr);
    return file;
  }
};

}  // namespace

TEST_CASE("an object's definition wins over a shared object's, wherever it stands") {
  for (const bool is_first : {true, false}) {
    Link link;
    InputFile* object = nullptr;
    if (is_first) object = &link.object({{"f"}});
    link.shared({{"f"}});
    if (!is_first) object = &link.object({{"f"}});
    CHECK(link.find("f").file == object);
    CHECK_FALSE(is_from_shared(link.find("f")));
    CHECK(link.find("f").is_referenced_in_shared);
    CHECK(link.find("f").is_dynamic);
  }
}

TEST_CASE("of two shared objects the first wins, even if it is weak") {
  Link link;
  link.object({{"f", SHN_UNDEF}});
  const InputFile& first = link.shared({{"f", 1, STB_WEAK}});
  link.shared({{"f"}});
  CHECK(link.find("f").file == &first);
  CHECK(link.find("f").is_dynamic);
}

TEST_CASE("the default version is what a name without version means") {
  Link link;
  link.object({{"foo", SHN_UNDEF}});
  link.shared({{"foo@@V2"}, {"foo@V1"}});
  CHECK(link.find("foo").name == "foo@@V2");
  CHECK(link.find("foo@V2").name == "foo@@V2");
  CHECK(link.find("foo@V1").name == "foo@V1");
  CHECK(link.find("foo").is_dynamic);
  CHECK_FALSE(link.find("foo@V1").is_dynamic);
  CHECK(link.find("foo").is_referenced_strongly);
}

TEST_CASE("a definition makes the versioned name another name of itself") {
  Link link;
  link.shared({{"foo@@V2"}});
  const InputFile& object = link.object({{"foo"}});
  CHECK(link.find("foo").name == "foo");
  CHECK(link.find("foo@@V2").name == "foo");
  CHECK(link.find("foo").file == &object);
  CHECK(link.find("foo").is_dynamic);
}

TEST_CASE("a hidden symbol has nothing to do with a shared object's") {
  Link link;
  link.object({{"f", 1, STB_GLOBAL, STV_HIDDEN}});
  link.shared({{"f"}});
  CHECK_FALSE(link.find("f").is_dynamic);
  Link other;
  other.shared({{"f"}});
  other.object({{"f", SHN_UNDEF, STB_GLOBAL, STV_HIDDEN}});
  CHECK(other.find("f").binding != Binding::defined);
}

TEST_CASE("a common symbol gives way to data of a shared object, not to a function") {
  Link link;
  link.object({{"c", common_section, STB_GLOBAL, STV_DEFAULT, STT_OBJECT, 8}});
  link.shared({{"c", 1, STB_GLOBAL, STV_DEFAULT, STT_OBJECT, 16}});
  CHECK(is_from_shared(link.find("c")));
  Link other;
  other.object({{"c", common_section, STB_GLOBAL, STV_DEFAULT, STT_OBJECT, 8}});
  other.shared({{"c"}});
  CHECK(other.find("c").binding == Binding::common);
}

TEST_CASE("--as-needed") {
  Link link;
  link.object({{"f", SHN_UNDEF}, {"w", SHN_UNDEF, STB_WEAK}, {"own"}});
  CHECK_FALSE(link.shared({{"g"}}, true).shared->is_needed);
  CHECK_FALSE(link.shared({{"own"}}, true).shared->is_needed);
  CHECK_FALSE(link.shared({{"w"}}, true).shared->is_needed);
  CHECK(link.shared({{"f@@V1"}}, true).shared->is_needed);
  CHECK_FALSE(link.shared({{"f"}}, true).shared->is_needed);
  REQUIRE(link.definitions->dynamic_names().size() == 2);
  CHECK(link.definitions->dynamic_names()[0].symbol == &link.find("f"));
  CHECK(link.definitions->dynamic_names()[1].shared->path == "file5");
}

TEST_CASE("names with versions in objects") {
  Link link(OutputKind::shared);
  link.object({{"foo@@V2"}, {"foo@V1"}, {"foo", SHN_UNDEF}});
  CHECK(link.find("foo").name == "foo@@V2");
  CHECK(link.find("foo@V1").has_hidden_version);
  CHECK(link.find("foo@V2").name == "foo@@V2");
  Link twice(OutputKind::shared);
  twice.object({{"foo"}, {"foo@@V2"}});
  CHECK_THROWS_AS(twice.definitions->finish(), Error);
}

TEST_CASE("what may be preempted") {
  Link link(OutputKind::shared);
  link.object({{"f"},
               {"h", 1, STB_GLOBAL, STV_HIDDEN},
               {"p", 1, STB_GLOBAL, STV_PROTECTED},
               {"u", SHN_UNDEF}});
  CHECK(is_preemptible(link.find("f"), link.options));
  CHECK_FALSE(is_preemptible(link.find("h"), link.options));
  CHECK(is_preemptible(link.find("p"), link.options));
  CHECK_FALSE(is_preemptible(link.find("p"), link.options, true));
  CHECK(is_preemptible(link.find("u"), link.options));
  link.options.symbolic = Symbolic::all;
  CHECK_FALSE(is_preemptible(link.find("f"), link.options));
  CHECK(is_preemptible(link.find("u"), link.options));
  link.options.symbolic = Symbolic::none;
  link.options.kind = OutputKind::pie;
  CHECK_FALSE(is_preemptible(link.find("f"), link.options));
}
