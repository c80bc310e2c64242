#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace kbx::fuzz {

/// Where a run's chance comes from; the same for the same seed everywhere.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}

  /// A number less than `bound`, which must not be 0.
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  std::uint64_t bits() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

/// An altered file, and in words what was done to it.
struct Mutant {
  std::string content;
  std::string what;
  /// Nothing that a module is judged by was touched: every answer has to stay the same.
  bool is_neutral = false;
};

/// Alters an ELF file (or, where it is none, bytes of it) in one to four ways that a broken disk,
/// a broken tool or somebody hostile might.
Mutant mutate(std::string_view original, Chance& chance);

}  // namespace kbx::fuzz
