#include "kbx/link/resolve/symbol_table.h"

#include <algorithm>
#include <iterator>

/// The table of global symbols, with the order of BFD's string hash table (bfd/hash.c in GNU
/// binutils 2.40, whose behaviour is followed here): chains with the newest entry in front, 4051
/// buckets at first, the next prime of a fixed row when more than three quarters are in use, and
/// chains that move head first when it grows, but entries of one hash together.
namespace kbx::link {
namespace {

constexpr std::size_t first_size = 4051;

/// The largest primes below the powers of two.
constexpr std::uint64_t sizes[] = {
    31,       61,        127,       251,       509,        1021,       2039,
    4093,     8191,      16381,     32749,     65521,      131071,     262139,
    524287,   1048573,   2097143,   4194301,   8388593,    16777213,   33554393,
    67108859, 134217689, 268435399, 536870909, 1073741789, 2147483647, 4294967291,
};

std::size_t next_size(std::size_t size) {
  const auto* next = std::upper_bound(std::begin(sizes), std::end(sizes), size);
  return next == std::end(sizes) ? 0 : static_cast<std::size_t>(*next);
}

}  // namespace

SymbolTable::SymbolTable(Arena& arena) : buckets_(first_size, nullptr), arena_(arena) {}

std::uint64_t SymbolTable::hash(std::string_view name) {
  std::uint64_t hash = 0;
  for (const char character : name) {
    const std::uint32_t byte = static_cast<unsigned char>(character);
    hash += byte + (byte << 17);
    hash ^= hash >> 2;
  }
  const auto length = static_cast<std::uint32_t>(name.size());
  hash += length + (length << 17);
  hash ^= hash >> 2;
  return hash;
}

Symbol* SymbolTable::find(std::string_view name) const {
  const std::uint64_t wanted = hash(name);
  for (Symbol* symbol = buckets_[wanted % buckets_.size()]; symbol; symbol = symbol->next)
    if (symbol->hash == wanted && symbol->name == name)
      return symbol->binding == Binding::indirect ? symbol->target : symbol;
  return nullptr;
}

Symbol* SymbolTable::add(std::string_view name, std::uint64_t wanted) {
  Symbol*& head = buckets_[wanted % buckets_.size()];
  for (Symbol* symbol = head; symbol; symbol = symbol->next)
    if (symbol->hash == wanted && symbol->name == name) return symbol;
  auto* symbol = arena_.make<Symbol>();
  symbol->name = name;
  symbol->hash = wanted;
  symbol->next = head;
  head = symbol;
  ++count_;
  if (!is_frozen_ && count_ > buckets_.size() * 3 / 4) grow();
  return symbol;
}

void SymbolTable::grow() {
  const std::size_t size = next_size(buckets_.size());
  if (size == 0) {
    is_frozen_ = true;
    return;
  }
  std::vector<Symbol*> larger(size, nullptr);
  for (Symbol* head : buckets_)
    while (head) {
      Symbol* first = head;
      Symbol* last = first;
      while (last->next && last->next->hash == first->hash) last = last->next;
      head = last->next;
      Symbol*& place = larger[first->hash % size];
      last->next = place;
      place = first;
    }
  buckets_ = std::move(larger);
}

}  // namespace kbx::link
