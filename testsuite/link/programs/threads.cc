// Storage of threads: initialised, zero, with constructors, of this file and of another, in each
// access model.
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

extern thread_local int of_other;
extern __thread char far_away[100];
int bump_other();

static thread_local int counter = 40;
static thread_local long zero[64];
static std::atomic<int> constructed{0};

struct Counted {
  Counted() { ++constructed; }
  std::string text = "of a thread";
};
thread_local Counted counted;

static int work(int number) {
  counter += number;
  zero[number] = counter;
  far_away[99] = static_cast<char>(number);
  return counter + of_other + bump_other() + far_away[99] +
         static_cast<int>(zero[number] + zero[63]) + static_cast<int>(counted.text.size());
}

int main() {
  std::vector<int> seen(4);
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number)
    threads.emplace_back([number, &seen] { seen[static_cast<unsigned>(number)] = work(number); });
  for (std::thread& thread : threads) thread.join();
  for (int value : seen) std::printf("%d\n", value);
  const int own = work(5);
  std::printf("main %d %d constructed %d\n", own, counter, constructed.load());
}
