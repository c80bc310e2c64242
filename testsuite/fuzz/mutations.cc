// Alters object files in thousands of ways and gives each to every reader that kbx has for ELF:
//
//   mutations --objtree FOLDER --srctree FOLDER --symvers FILE [--count N] [--seed N] [--seconds N]
//   [--memory MIB]
//             [--findings FOLDER] [--only N] [--fault KIND] OBJECT...
//
// A result or an Error is a good answer. A crash, a report of a sanitizer, another exception, more
// than --seconds for one input, more than --memory, or another answer than that to the sound object
// where nothing was touched that the answer hangs on, is a fault of kbx: the input is kept in
// --findings, and --seed, --only and the object make it again. --count 0 reads the objects as they
// are. --fault is for the test of this program: one of the inputs meets a reader that has such a
// fault.
//
// The work is done by children, a few hundred inputs each, so that what ends one is told and the
// rest goes on. Readers that take bytes get them in a buffer of just that size, so that
// AddressSanitizer sees the first byte read behind it; in the page that ends a mapped file it would
// see none.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>

#include "testsuite/fuzz/elf_mutator.h"
#include "testsuite/fuzz/memory_meter.h"
#include "testsuite/fuzz/object_readers.h"
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>

namespace {

using kbx::fuzz::Chance;
using kbx::fuzz::Mutant;
using kbx::fuzz::ObjectReader;
using kbx::fuzz::ObjectReaders;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_readers = 32;
constexpr std::uint64_t batch = 250;
constexpr int fault_status = 3;

struct Options {
  std::string objtree;
  std::string srctree;
  std::string symvers;
  std::uint64_t count = 100;
  std::uint64_t seed = 1;
  std::uint64_t seconds = 5;
  std::uint64_t memory_mib = 256;
  std::string findings = ".";
  std::optional<std::uint64_t> only;
  std::string fault;
  std::vector<std::string> objects;
};

/// What parent and child know of each other, in shared memory.
struct Progress {
  std::atomic<std::uint64_t> input;
  std::atomic<std::uint64_t> reader;
  std::atomic<std::int64_t> started_ns;
  std::atomic<std::int64_t> longest_ns;
  std::atomic<std::uint64_t> memory_peak;
  std::atomic<std::uint64_t> neutral;
  std::atomic<std::uint64_t> read[most_readers];
  std::atomic<std::uint64_t> refused[most_readers];
};

std::int64_t now_ns() {
  return std::chrono::nanoseconds(Clock::now().time_since_epoch()).count();
}

/// The answer of a reader, or its Error; `is_refused` tells which.
std::string answer_of(const ObjectReader& reader, std::string_view content, bool& is_refused) {
  is_refused = false;
  try {
    return reader.read(content);
  } catch (const kbx::Error& error) {
    is_refused = true;
    if (std::strlen(error.what()) == 0) throw std::logic_error("an Error without a word");
    return "error: " + error.to_string();
  }
}

class Subject {
 public:
  Subject(const Options& options, ObjectReaders& readers, std::string path, Progress& progress)
      : options_(options),
        readers_(readers),
        path_(std::move(path)),
        progress_(progress),
        original_(kbx::read_file(path_)) {}

  /// How many faults there were.
  unsigned run() {
    learn_answers();
    std::uint64_t next = options_.only.value_or(0);
    const std::uint64_t end = options_.only ? next + 1 : options_.count;
    unsigned faults = 0;
    constexpr unsigned most_faults = 10;
    while (next < end && faults < most_faults) {
      const std::uint64_t stop = std::min(next + batch, end);
      std::fflush(nullptr);
      progress_.started_ns = now_ns();
      progress_.input = next;
      const pid_t child = ::fork();
      if (child < 0) throw std::runtime_error("fork failed");
      if (child == 0) {
        run_batch(next, stop);
        std::exit(0);  // not _exit: leaks are looked for at the end
      }
      const std::string fault = wait_for(child);
      if (fault.empty()) {
        next = stop;
      } else {
        ++faults;
        tell(fault);
        next = progress_.input + 1;
      }
    }
    return faults;
  }

 private:
  Mutant mutant(std::uint64_t index) const {
    std::uint64_t seed = options_.seed;
    for (const char c : kbx::base_name(path_))
      seed = seed * 1099511628211U ^ static_cast<unsigned char>(c);
    Chance chance(seed * 0x9e3779b97f4a7c15U + index);
    return kbx::fuzz::mutate(original_, chance);
  }

  void learn_answers() {
    readers_.lay_out(original_);
    bool is_refused = false;
    for (const ObjectReader& reader : readers_.all())
      answers_.push_back(answer_of(reader, original_, is_refused));
  }

  void run_batch(std::uint64_t from, std::uint64_t to) {
    kbx::fuzz::set_memory_bound(options_.memory_mib << 20);
    for (std::uint64_t index = from; index < to; ++index) {
      const Mutant input = mutant(index);
      progress_.input = index;
      readers_.lay_out(input.content);
      const std::int64_t start = now_ns();
      progress_.started_ns = start;
      kbx::fuzz::reset_memory_peak();
      judge(input, index);
      progress_.longest_ns = std::max(progress_.longest_ns.load(), now_ns() - start);
      progress_.memory_peak =
          std::max(progress_.memory_peak.load(), std::uint64_t{kbx::fuzz::memory_peak()});
      if (input.is_neutral) ++progress_.neutral;
    }
  }

  void judge(const Mutant& input, std::uint64_t index) {
    const auto bytes = std::make_unique<char[]>(input.content.size());
    std::copy(input.content.begin(), input.content.end(), bytes.get());
    const std::string_view content(bytes.get(), input.content.size());
    for (std::size_t i = 0; i < readers_.all().size(); ++i) {
      const ObjectReader& reader = readers_.all()[i];
      progress_.reader = i;
      bool is_refused = false;
      std::string answer;
      try {
        answer = answer_of(reader, content, is_refused);
        if (index == options_.count / 2) commit_fault(content, answer);
        if (index > options_.count / 2 && options_.fault == "answer") answer += "!";
      } catch (const std::exception& error) {
        end_batch(fmt::format("an exception that is no Error: {}", error.what()));
      }
      ++(is_refused ? progress_.refused : progress_.read)[i];
      if (input.is_neutral && reader.is_judgement && answer != answers_[i])
        end_batch(fmt::format("another answer than to the sound object\n--- sound\n{}\n--- now\n{}",
                              answers_[i], answer));
    }
  }

  void commit_fault(std::string_view content, std::string& answer) const {
    if (options_.fault == "crash") std::abort();
    if (options_.fault == "overread")
      answer += std::string(content.data() + content.size(), std::size_t{1});
    if (options_.fault == "exception") throw std::out_of_range("as asked for");
    if (options_.fault == "hang") std::this_thread::sleep_for(std::chrono::hours(1));
    if (options_.fault == "memory") answer.resize(std::size_t{1} << 34);
  }

  [[noreturn]] static void end_batch(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    ::_exit(fault_status);
  }

  /// What went wrong with the child; "" if nothing did.
  std::string wait_for(pid_t child) const {
    const std::int64_t limit = static_cast<std::int64_t>(options_.seconds) * 1'000'000'000;
    for (;;) {
      int status = 0;
      const pid_t ended = ::waitpid(child, &status, WNOHANG);
      if (ended == child && WIFEXITED(status))
        return WEXITSTATUS(status) == 0 ? "" : fmt::format("exit status {}", WEXITSTATUS(status));
      if (ended == child) return fmt::format("signal {}", WTERMSIG(status));
      if (now_ns() - progress_.started_ns > limit) {
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        return fmt::format("no answer within {} s", options_.seconds);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  void tell(const std::string& fault) const {
    const std::uint64_t index = progress_.input;
    const Mutant input = mutant(index);
    const std::string kept = kbx::join_path(
        options_.findings, fmt::format("{}-{}-{}", options_.seed, index, kbx::base_name(path_)));
    kbx::write_file_atomically(kept, input.content);
    std::printf(
        "FAULT: %s in reader \"%s\"\n  %s\n  again: --seed %llu --count %llu --only %llu %s\n  "
        "kept: %s\n",
        fault.c_str(), readers_.all()[progress_.reader].name.c_str(), input.what.c_str(),
        static_cast<unsigned long long>(options_.seed),
        static_cast<unsigned long long>(options_.count), static_cast<unsigned long long>(index),
        path_.c_str(), kept.c_str());
  }

  const Options& options_;
  ObjectReaders& readers_;
  const std::string path_;
  Progress& progress_;
  const std::string original_;
  std::vector<std::string> answers_;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--")) {
      options.objects.emplace_back(word);
      continue;
    }
    if (++i == argc) throw std::runtime_error("an option needs a value");
    const std::string value = argv[i];
    if (word == "--objtree")
      options.objtree = value;
    else if (word == "--srctree")
      options.srctree = value;
    else if (word == "--symvers")
      options.symvers = value;
    else if (word == "--count")
      options.count = std::stoull(value);
    else if (word == "--seed")
      options.seed = std::stoull(value);
    else if (word == "--seconds")
      options.seconds = std::stoull(value);
    else if (word == "--memory")
      options.memory_mib = std::stoull(value);
    else if (word == "--findings")
      options.findings = value;
    else if (word == "--only")
      options.only = std::stoull(value);
    else if (word == "--fault")
      options.fault = value;
    else
      throw std::runtime_error("unknown option " + std::string(word));
  }
  if (options.objects.empty()) throw std::runtime_error("name the objects to alter");
  return options;
}

Progress& shared_progress() {
  void* const memory =
      ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
  return *new (memory) Progress{};
}

/// One line for each reader: a test in which all inputs are refused at the door would prove little.
void tell_readers(const ObjectReaders& readers, const Progress& progress) {
  for (std::size_t i = 0; i < readers.all().size(); ++i)
    std::printf("  %-20s read %8llu, refused %8llu\n", readers.all()[i].name.c_str(),
                static_cast<unsigned long long>(progress.read[i]),
                static_cast<unsigned long long>(progress.refused[i]));
}

int run(const Options& options) {
  Progress& progress = shared_progress();
  ObjectReaders readers(options.objtree, options.srctree, options.symvers);
  kbx::fuzz::require(readers.all().size() <= most_readers, "too many readers\n");
  unsigned faults = 0;
  for (const std::string& object : options.objects) {
    progress.longest_ns = 0;
    progress.memory_peak = 0;
    const unsigned found = Subject(options, readers, object, progress).run();
    faults += found;
    std::printf("%s: %u faults; longest %.0f ms, most memory %.1f MiB\n",
                kbx::base_name(object).c_str(), found,
                static_cast<double>(progress.longest_ns) / 1e6,
                static_cast<double>(progress.memory_peak) / (1 << 20));
    std::fflush(stdout);
  }
  std::printf("%zu objects, %llu alterations each, seed %llu: %u faults; %llu answers compared\n",
              options.objects.size(), static_cast<unsigned long long>(options.count),
              static_cast<unsigned long long>(options.seed), faults,
              static_cast<unsigned long long>(progress.neutral));
  tell_readers(readers, progress);
  return faults == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(parse(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mutations: %s\n", error.what());
    return 2;
  }
}
