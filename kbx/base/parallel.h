#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace kbx {

/// How many threads this machine runs at a time, at least 1.
inline unsigned processors() {
  return std::max(1U, std::thread::hardware_concurrency());
}

/// Calls `work(i)` for each i below `count` on up to `threads` threads, this one included, in no
/// order. Comes back when all are done; rethrows the error of the lowest i that threw, after which
/// no higher i is started. Work on different i must not touch the same data. Work that takes a
/// second number gets that of its thread, below max(`threads`, 1).
template <typename Work>
void parallel_for(std::size_t count, unsigned threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  std::mutex guard;
  std::size_t failed_at = count;
  std::exception_ptr failure;
  const auto run = [&]([[maybe_unused]] std::size_t thread) {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        if constexpr (std::is_invocable_v<const Work&, std::size_t, std::size_t>)
          work(i, thread);
        else
          work(i);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(guard);
        if (i < failed_at) {
          failed_at = i;
          failure = std::current_exception();
        }
        next = count;
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    const std::size_t most = std::min<std::size_t>(threads, count);
    for (std::size_t i = 1; i < most; ++i) helpers.emplace_back(run, i);
    run(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace kbx
