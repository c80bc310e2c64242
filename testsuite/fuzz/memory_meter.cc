#include "testsuite/fuzz/memory_meter.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include "testsuite/fuzz/fuzz.h"
#include <malloc.h>

/// operator new and delete of the whole program, counting. A limit of the address space (setrlimit)
/// would do for an ordinary program, but AddressSanitizer reserves terabytes of it.
namespace kbx::fuzz {
namespace {

std::atomic<std::size_t> held{0};
std::atomic<std::size_t> peak{0};
std::atomic<std::size_t> bound{~std::size_t{0}};

void* take(std::size_t size) {
  require(size < bound && held + size < bound, "more memory asked for than the bound allows\n");
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (!memory) throw std::bad_alloc();
  const std::size_t now = held += malloc_usable_size(memory);
  if (now > peak) peak = now;
  return memory;
}

void give_back(void* memory) {
  if (memory) held -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

std::size_t memory_peak() {
  return peak;
}

void reset_memory_peak() {
  peak = held.load();
}

void set_memory_bound(std::size_t bytes) {
  bound = bytes;
}

}  // namespace kbx::fuzz

void* operator new(std::size_t size) {
  return kbx::fuzz::take(size);
}
void* operator new[](std::size_t size) {
  return kbx::fuzz::take(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return kbx::fuzz::take(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return kbx::fuzz::take(size);
}
void operator delete(void* memory) noexcept {
  kbx::fuzz::give_back(memory);
}
void operator delete[](void* memory) noexcept {
  kbx::fuzz::give_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  kbx::fuzz::give_back(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  kbx::fuzz::give_back(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  kbx::fuzz::give_back(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  kbx::fuzz::give_back(memory);
}
