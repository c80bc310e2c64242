#include "kbx/symbols/symvers_index.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "kbx/base/cache.h"
#include "kbx/base/error.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"

/// A kernel's Module.symvers has some 30,000 rows, and a build asks for a few dozen of them, in
/// modpost and in the check of the result. So the places of its rows are kept: a table with open
/// addressing, at most half full, of offsets into the text, by the hash of the symbol.
///
/// The file: Head, then `slots` offsets of 32 bits, each one more than that of a row, 0 for a free
/// slot, all in the byte order of the machine. An index belongs to one state of one file, which the
/// stamp in its head tells, and is damaged if its hash does not fit. A row is still read from the
/// text itself, so an index never tells what the list does not.
namespace kbx::symbols {
namespace {

/// With a number of the format; another byte order reads it as another number.
constexpr std::uint64_t magic = 0x0001'6b62'7853'796dU;

/// Below, reading all is as fast.
constexpr std::size_t least_size = std::size_t{128} << 10U;

/// No row is shorter, so that the slots take no more room than the text.
constexpr std::size_t least_row = std::string_view("0\ts\t\tEXPORT_SYMBOL\n").size();

struct Head {
  std::uint64_t mark = magic;
  std::int64_t modified_ns = 0;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  SymversIndex::Facts facts;
  std::uint64_t hash = 0;  // of the slots, and of this with 0 in its place
};
static_assert(std::is_trivially_copyable_v<Head> && sizeof(Head) == 56);

std::uint64_t hash_of(Head head, std::string_view slots) {
  head.hash = short_hash(slots);
  char bytes[sizeof head];
  std::memcpy(bytes, &head, sizeof head);
  return short_hash({bytes, sizeof bytes});
}

Head head_for(const FileStamp& stamp) {
  Head head;
  head.modified_ns = stamp.modified_ns;
  head.size = stamp.size;
  head.inode = stamp.inode;
  return head;
}

std::string_view slots_of(std::string_view kept) {
  return kept.substr(sizeof(Head));
}

std::uint32_t slot_at(std::string_view slots, std::size_t number) {
  std::uint32_t value = 0;
  std::memcpy(&value, slots.data() + number * sizeof value, sizeof value);
  return value;
}

/// The row that begins at `offset`, if one does.
std::string_view line_at(std::string_view text, std::size_t offset) {
  if (offset >= text.size() || (offset > 0 && text[offset - 1] != '\n')) return {};
  return text.substr(offset, text.find('\n', offset) - offset);
}

/// The second column.
std::string_view symbol_of(std::string_view line) {
  const std::size_t start = line.find('\t') + 1;
  return line.substr(start, line.find('\t', start) - start);
}

std::optional<SymversIndex::Facts> facts_in(std::string_view kept, const FileStamp& stamp) {
  Head head;
  if (kept.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, kept.data(), sizeof head);
  const Head wanted = head_for(stamp);
  if (head.mark != wanted.mark || head.modified_ns != wanted.modified_ns ||
      head.size != wanted.size || head.inode != wanted.inode)
    return std::nullopt;
  const std::string_view slots = slots_of(kept);
  if (!std::has_single_bit(head.facts.slots) || slots.size() / 4 != head.facts.slots ||
      slots.size() % 4 != 0 || head.facts.rows > head.facts.slots / 2 ||
      head.hash != hash_of(head, slots))
    return std::nullopt;
  return head.facts;
}

/// A table while it is filled.
class Slots {
 public:
  Slots(std::string_view text, std::size_t rows)
      : text_(text), offsets_(std::bit_ceil(std::max<std::size_t>(rows, 16) * 2)) {}

  /// False if that symbol has a row already.
  bool add(const SymversRow& row, std::size_t offset) {
    const std::size_t mask = offsets_.size() - 1;
    for (std::size_t at = short_hash(row.symbol) & mask;; at = (at + 1) & mask) {
      if (offsets_[at] == 0) {
        offsets_[at] = static_cast<std::uint32_t>(offset + 1);
        return true;
      }
      if (symbol_of(line_at(text_, offsets_[at] - 1)) == row.symbol) return false;
    }
  }

  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(offsets_.data()), offsets_.size() * sizeof offsets_[0]};
  }
  std::size_t size() const { return offsets_.size(); }

 private:
  std::string_view text_;
  std::vector<std::uint32_t> offsets_;
};

/// The content of an index; nothing if a reader would have something to say about the text.
std::optional<std::string> content_for(std::string_view text, const std::string& path,
                                       const FileStamp& stamp) {
  if (text.size() >= UINT32_MAX) return std::nullopt;
  const auto rows = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  if (rows > text.size() / least_row + 1) return std::nullopt;
  Head head = head_for(stamp);
  Slots slots(text, rows);
  bool is_plain = true;
  try {
    read_symvers(text, path, [&](const SymversRow& row) {
      ++head.facts.rows;
      if (row.crc != 0) head.facts.has_crcs = 1;
      if (row.module == "vmlinux") head.facts.names_kernel = 1;
      const std::size_t symbol = static_cast<std::size_t>(row.symbol.data() - text.data());
      const std::size_t line = text.rfind('\n', symbol) + 1;  // npos + 1 is 0
      is_plain = is_plain && is_usual_license(row.license) && slots.add(row, line);
    });
  } catch (const Error&) {
    return std::nullopt;
  }
  if (!is_plain) return std::nullopt;
  head.facts.slots = static_cast<std::uint32_t>(slots.size());
  head.hash = hash_of(head, slots.bytes());
  std::string content(sizeof head, '\0');
  std::memcpy(content.data(), &head, sizeof head);
  return content.append(slots.bytes());
}

}  // namespace

std::string index_cache(const Environment& environment) {
  try {
    return join_path(cache_folder(environment), "symvers");
  } catch (const Error&) {
    return {};
  }
}

SymversIndex::SymversIndex(std::string path, MappedFile text, MappedFile kept, const Facts& facts)
    : path_(std::move(path)), text_(std::move(text)), kept_(std::move(kept)), facts_(facts) {}

std::optional<SymversIndex> SymversIndex::open(const std::string& path, const std::string& cache) {
  const auto stamp = stamp_of(path);
  if (cache.empty() || !stamp || stamp->size < least_size) return std::nullopt;
  const std::string file = join_path(cache, content_hash(absolute_path(path, current_folder())));
  try {
    MappedFile text(path);
    if (text.content().size() != stamp->size) return std::nullopt;
    for (const bool is_made : {false, true}) {
      if (is_made) {
        const auto content = content_for(text.content(), path, *stamp);
        if (!content) return std::nullopt;
        write_file_atomically(file, *content);
      } else if (!exists(file)) {
        continue;
      }
      MappedFile kept(file);
      if (const auto facts = facts_in(kept.content(), *stamp))
        return SymversIndex(path, std::move(text), std::move(kept), *facts);
    }
  } catch (const Error&) {  // a list that cannot be read, a cache folder that cannot be written
  }
  return std::nullopt;
}

std::optional<SymversRow> SymversIndex::find(std::string_view symbol) const {
  const std::string_view slots = slots_of(kept_.content());
  const std::size_t mask = facts_.slots - 1;
  const std::size_t first = short_hash(symbol) & mask;
  for (std::size_t i = 0; i < facts_.slots; ++i) {
    const std::uint32_t slot = slot_at(slots, (first + i) & mask);
    if (slot == 0) break;
    const std::string_view line = line_at(text_.content(), slot - 1);
    if (symbol_of(line) == symbol) return parse_symvers_row(line, path_, 0);
  }
  return std::nullopt;
}

}  // namespace kbx::symbols
