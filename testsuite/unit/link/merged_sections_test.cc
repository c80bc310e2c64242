#include "kbx/link/layout/merged_sections.h"

#include <deque>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "kbx/link/layout/output_section.h"

// The expected bytes are those of GNU ld 2.40 for the same sections.

using namespace kbx::link;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

/// Sections of files that go into one output section.
class Inputs {
 public:
  Inputs() : output_(outputs_.add(".rodata")) {}

  InputSection& add(std::string_view content, std::uint8_t power = 0, std::uint64_t width = 1,
                    bool has_strings = true) {
    InputFile& file = files_.emplace_back();
    InputSection& section = sections_.emplace_back();
    section.file = &file;
    section.name = ".rodata.str";
    section.traits = trait_alloc | trait_contents | trait_merge;
    if (has_strings) section.traits |= trait_strings;
    section.content = content;
    section.size = content.size();
    section.alignment_power = power;
    section.entry_size = width;
    section.output = output_;
    file.sections.push_back(&section);
    return section;
  }

  void merge(unsigned threads = 1) {
    std::vector<InputFile*> files;
    for (InputFile& file : files_) files.push_back(&file);
    merged_.merge(files, threads);
  }

  void settle(std::uint64_t address) {
    output_->address = address;
    merged_.settle(1);
  }

  static std::string written(const InputSection& section) {
    std::string bytes(static_cast<std::size_t>(section.size), '?');
    write_merged(section, bytes.data());
    return bytes;
  }

 private:
  OutputSections outputs_;
  OutputSection* output_;
  std::deque<InputFile> files_;
  std::deque<InputSection> sections_;
  MergedSections merged_;
};

}  // namespace

TEST_CASE("a string stays where it stood first, and not where it is the end of another") {
  Inputs inputs;
  InputSection& first = inputs.add("bar\0foo\0"sv);
  InputSection& second = inputs.add("foo\0rebar\0new\0"sv);
  inputs.merge();
  CHECK(Inputs::written(first) == "foo\0"s);
  CHECK(Inputs::written(second) == "rebar\0new\0"s);
  CHECK(merged_place(first, 0).section == &second);
  CHECK(merged_place(first, 1).offset == 3);
  CHECK(merged_place(second, 0).section == &first);
  CHECK(merged_place(second, 4).offset == 0);
}

TEST_CASE("nothing stays of a section whose strings are all elsewhere") {
  Inputs inputs;
  InputSection& first = inputs.add("a\0b\0"sv, 2);
  InputSection& second = inputs.add("a\0"sv, 2);
  inputs.merge();
  CHECK(first.size == 4);
  CHECK(second.size == 0);
  CHECK(second.alignment_power == 0);
  CHECK(merged_place(second, 2).offset == 0);
  CHECK_FALSE(is_beyond_merged(second, 2));
  CHECK(is_beyond_merged(second, 3));
}

TEST_CASE("the more aligned copy of a string is the one that stays") {
  Inputs inputs;
  InputSection& first = inputs.add("x\0ab\0"sv, 2);
  InputSection& second = inputs.add("ab\0"sv, 2);
  inputs.merge();
  CHECK(Inputs::written(first) == "x\0"s);
  CHECK(Inputs::written(second) == "ab\0"s);
  CHECK(merged_place(first, 2).section == &second);
}

TEST_CASE("the last section is padded where all inputs were") {
  Inputs inputs;
  InputSection& first = inputs.add("abc\0xy\0\0"sv, 2);
  InputSection& second = inputs.add("q\0\0\0"sv, 2);
  inputs.merge();
  CHECK(Inputs::written(first) == "abc\0xy\0"s);
  CHECK(Inputs::written(second) == "q\0\0\0"s);
}

TEST_CASE("constants keep their order") {
  Inputs inputs;
  InputSection& first = inputs.add("22221111"sv, 2, 4, false);
  InputSection& second = inputs.add("11113333"sv, 2, 4, false);
  inputs.merge();
  CHECK(Inputs::written(first) == "22221111"s);
  CHECK(Inputs::written(second) == "3333"s);
  CHECK(merged_place(second, 2).section == &first);
  CHECK(merged_place(second, 2).offset == 6);
}

TEST_CASE("a missing terminator is there all the same") {
  Inputs inputs;
  InputSection& first = inputs.add("one\0two"sv);
  inputs.merge();
  CHECK(Inputs::written(first) == "one\0two\0"s);
}

TEST_CASE("the number of threads changes nothing") {
  std::string first;
  std::string second;
  for (int i = 0; i < 30000; ++i) {
    first += "name" + std::to_string(i * 7 % 20000) + '\0';
    second += std::to_string(i) + '\0';
  }
  std::string results[2];
  for (const unsigned threads : {1u, 3u}) {
    Inputs inputs;
    InputSection& a = inputs.add(first);
    InputSection& b = inputs.add(second);
    inputs.merge(threads);
    results[threads / 2] = Inputs::written(a) + Inputs::written(b);
    CHECK(merged_place(b, 0).section->merge != nullptr);
  }
  CHECK(results[0] == results[1]);
}

TEST_CASE("addresses that were worked out once are those of the places") {
  Inputs inputs;
  InputSection& first = inputs.add("bar\0\0\0foo\0"sv, 2);
  InputSection& second = inputs.add("foo\0rebar\0new\0"sv, 2);
  inputs.merge();
  inputs.settle(0x1000);
  for (InputSection* section : {&first, &second})
    for (std::uint64_t offset = 0; offset <= section->content.size(); ++offset) {
      const MergedPlace place = merged_place(*section, offset);
      CHECK(merged_address(*section, offset) == start_of(*place.section) + place.offset);
    }
}
