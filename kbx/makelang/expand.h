#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbx/makelang/state.h"

namespace kbx::makelang {

/// The variables of a running $(call), $(foreach) or $(let), innermost first.
struct Frame {
  std::vector<std::pair<std::string, Variable>> variables;
  std::optional<Variable> shell_status;  // .SHELLSTATUS, once a $(shell) has run in here
  Frame* outer = nullptr;
  const Frame* outer_named = nullptr;  // the next frame whose names are not $(call)'s numbers
};

/// Where messages and errors of an expansion belong.
struct ReadingPlaces {
  SourceRef reading;    // the line of the makefile at work
  SourceRef expanding;  // the definition of the variable being expanded
  bool is_set = false;  // `reading` is settled, even if it is no place
};

/// True when nesting has used up the stack but for what reporting an error needs, and `reserve`
/// bytes more.
bool stack_is_low(size_t reserve = 0);

/// Expands text where it is used: in a scope, inside functions, on a line of a makefile. Results
/// are appended to strings that the caller gives, so that nested references copy nothing twice.
class Expander {
 public:
  Expander(EvaluationState& state, const Scope* scope, SourceRef where)
      : state_(state), scope_(scope), places_{where, where, static_cast<bool>(where)} {}
  /// The same place and functions at work, seen from another scope.
  Expander(const Expander& other, const Scope* scope) : Expander(other) { scope_ = scope; }
  Expander(const Expander&) = default;

  void append(std::string& out, std::string_view text);
  std::string expand(std::string_view text) {
    std::string out;
    append(out, text);
    return out;
  }

  /// The variable of that name as seen from here, or null. Noted as an observation.
  const Variable* find(std::string_view name);
  /// Appends the expanded value. `name` is needed for values joined by target-specific +=.
  void append_value(std::string& out, std::string_view name, const Variable& variable);
  /// The expanded value of a variable; "" if undefined.
  std::string value(std::string_view name);

  /// $(call NAME,…) with expanded arguments; arguments[0] is the name.
  void call(std::string& out, const std::vector<std::string_view>& arguments);
  /// Runs `command` for $(shell) and != and sets .SHELLSTATUS in the innermost set of variables:
  /// that of a running $(call) or $(foreach), else the target's, else the global one. Newlines of
  /// the output become spaces; at its end all of them go (`trims_all`) or one.
  std::string shell(std::string_view command, bool trims_all);
  /// The error of a call that cannot be carried out, at the variable being expanded.
  Error error(const std::string& message, std::string hint = {}) const {
    return state_.error(places_.expanding, message, std::move(hint));
  }

  /// Throws the Error for nesting that has no end.
  [[noreturn]] void refuse_depth(const std::string& message) const;

  EvaluationState& state() { return state_; }
  const Scope* scope() const { return scope_; }
  SourceRef reading() const { return places_.reading; }
  void set_reading(SourceRef where) { places_ = {where, where, true}; }

  /// Enters and leaves a set of variables.
  void push(Frame& frame, bool numbered) {
    frame.outer = frames_;
    frame.outer_named = named_frames_;
    frames_ = &frame;
    if (!numbered) named_frames_ = &frame;
  }
  void pop() {
    named_frames_ = frames_->outer_named;
    frames_ = frames_->outer;
  }

 private:
  size_t append_reference(std::string& out, std::string_view text, size_t open);
  size_t append_function(std::string& out, std::string_view text, size_t open);
  void append_named(std::string& out, std::string_view name);
  void append_variable(std::string& out, std::string_view name);
  void append_substitution(std::string& out, std::string_view name, std::string_view from,
                           std::string_view to);
  void append_joined(std::string& out, std::string_view name, const Scope* scope, bool local,
                     size_t begin);
  const Variable* find_in_frames(std::string_view name) const;
  const Variable* look_up(std::string_view name) const;
  const Variable* find_shell_status() const;
  void set_shell_status(int status);

  EvaluationState& state_;
  const Scope* scope_;
  Frame* frames_ = nullptr;
  const Frame* named_frames_ = nullptr;
  ReadingPlaces places_;
};

/// Holds a Frame in place for as long as it lives.
class FrameGuard {
 public:
  FrameGuard(Expander& expander, Frame& frame, bool numbered) : expander_(expander) {
    expander_.push(frame, numbered);
  }
  ~FrameGuard() { expander_.pop(); }
  FrameGuard(const FrameGuard&) = delete;
  FrameGuard& operator=(const FrameGuard&) = delete;

 private:
  Expander& expander_;
};

/// A string from the spare buffers of the state, given back at its end.
class Buffer {
 public:
  explicit Buffer(EvaluationState& state) : state_(state) {
    if (state.spare_buffers.empty()) {
      text_ = std::make_unique<std::string>();
    } else {
      text_ = std::move(state.spare_buffers.back());
      state.spare_buffers.pop_back();
      text_->clear();
    }
  }
  ~Buffer() { state_.spare_buffers.push_back(std::move(text_)); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  std::string& operator*() { return *text_; }
  std::string* operator->() { return text_.get(); }

 private:
  EvaluationState& state_;
  std::unique_ptr<std::string> text_;
};

}  // namespace kbx::makelang
