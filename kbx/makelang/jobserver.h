#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::makelang {

/// The tokens that the makes of one tree share (GNU make manual, "Integrating GNU make: POSIX
/// Jobserver"): a pipe with one byte per job beyond the one that every make may run anyway.
class Jobserver {
 public:
  Jobserver() = default;
  ~Jobserver();
  Jobserver(const Jobserver&) = delete;
  Jobserver& operator=(const Jobserver&) = delete;

  /// Makes the pipe with `tokens` tokens in it. False if there can be none.
  bool serve(int tokens);
  /// Joins the server that MAKEFLAGS names: "R,W" or "fifo:PATH". False if it is not reachable.
  bool join(std::string_view auth);

  bool active() const { return read_end_ >= 0; }
  /// "R,W" for --jobserver-auth.
  const std::string& auth() const { return auth_; }
  /// The descriptor to poll for a token.
  int poll_descriptor() const { return read_end_; }
  /// Takes a token if one is there, without waiting.
  bool try_take();
  void give_back();
  void give_back_all();
  /// Ends, drops what was taken with the pipe; for a server.
  void close();
  /// Descriptors that a recursive make must inherit.
  std::vector<int> inherited() const;

 private:
  int read_end_ = -1;  // as the children know it
  int write_end_ = -1;
  int own_read_end_ = -1;  // the same pipe, not blocking, for this process alone
  bool is_fifo_ = false;
  std::string auth_;
  std::vector<char> taken_;
};

}  // namespace kbx::makelang
