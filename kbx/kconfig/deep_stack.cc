// Values, menus and macros are walked by recursion, as deep as the files say: a symbol that selects
// one that selects one, thirty thousand times, is a valid input. The stack of a thread costs only
// the pages that are touched, so one is taken that no such chain fills.

#include "kbx/kconfig/deep_stack.h"

#include <csignal>
#include <cstddef>
#include <exception>

#include <pthread.h>

namespace kbx::kconfig {
namespace {

constexpr std::size_t stack_size = std::size_t{1} << 30;

struct Job {
  const std::function<void()>& work;
  std::exception_ptr failure;
};

void* run(void* argument) {
  auto& job = *static_cast<Job*>(argument);
  try {
    job.work();
  } catch (...) {
    job.failure = std::current_exception();
  }
  return nullptr;
}

}  // namespace

void on_deep_stack(const std::function<void()>& work) {
  Job job{work, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_size);
  pthread_t thread{};
  const int status = pthread_create(&thread, &attributes, run, &job);
  pthread_attr_destroy(&attributes);
  // Where memory is limited the stack of the caller has to do.
  if (status != 0) return work();
  // Signals are for the thread that works: who waits for keys has to see that the screen changed.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pthread_join(thread, nullptr);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (job.failure) std::rethrow_exception(job.failure);
}

}  // namespace kbx::kconfig
