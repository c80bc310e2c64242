#include "kbx/base/pack.h"

#include <doctest/doctest.h>

using namespace kbx;

TEST_CASE("what was written is read in the same order") {
  PackWriter writer;
  writer.number(7);
  writer.text("a b");
  writer.text("");
  writer.number(~std::uint64_t{0});
  writer.text(std::string("\0x", 2));
  PackReader reader(writer.content());
  CHECK(reader.number() == 7);
  CHECK(reader.text() == "a b");
  CHECK(reader.text().empty());
  CHECK(reader.number() == ~std::uint64_t{0});
  CHECK_FALSE(reader.is_at_end());
  CHECK(reader.text() == std::string("\0x", 2));
  CHECK(reader.is_at_end());
}

TEST_CASE("what may be missing is read as it was written") {
  FileStamp stamp;
  stamp.modified_ns = -5;
  stamp.size = 6;
  stamp.inode = 7;
  stamp.kind = 8;
  PackWriter writer;
  writer.stamp(stamp);
  writer.stamp(std::nullopt);
  writer.optional_text("");
  writer.optional_text(std::nullopt);
  PackReader reader(writer.content());
  CHECK(reader.stamp() == stamp);
  CHECK_FALSE(reader.stamp());
  CHECK(reader.optional_text() == "");
  CHECK_FALSE(reader.optional_text());
  CHECK(reader.is_at_end());
}

TEST_CASE("what is not there reads as nothing") {
  PackWriter writer;
  writer.number(1000);
  writer.text("text");
  for (std::size_t size = 0; size < writer.content().size(); ++size) {
    PackReader reader(std::string_view(writer.content()).substr(0, size));
    reader.number();
    CHECK(reader.text().empty());
    CHECK_FALSE(reader.is_whole());
    CHECK(reader.number() == 0);
    CHECK_FALSE(reader.is_at_end());
  }
  PackReader counts(writer.content());
  CHECK(counts.count() == 0);
  CHECK_FALSE(counts.is_whole());
}

TEST_CASE("a sealed content is whole or nothing") {
  const std::string text = sealed("kind 1", "content");
  CHECK(unsealed("kind 1", text) == "content");
  CHECK(unsealed("kind 2", text).empty());
  CHECK(unsealed("kind 11", text).empty());
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK(unsealed("kind 1", text.substr(0, size)).empty());
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string other = text;
    other[at] = static_cast<char>(other[at] ^ 1);
    CHECK(unsealed("kind 1", other).empty());
  }
}
