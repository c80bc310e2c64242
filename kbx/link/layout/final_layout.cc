#include "kbx/link/layout/final_layout.h"

#include <algorithm>
#include <optional>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/layout/data_pages.h"
#include "kbx/link/layout/empty_sections.h"
#include "kbx/link/layout/section_checks.h"
#include "kbx/link/layout/user_segments.h"

/// The passes of a final link's layout, in GNU ld 2.40's order, since values that depend on one
/// another come out by it: a marking pass finds empty sections; sizes and segments follow one
/// another until neither changes; symbols are assigned between the passes and once at the end.
namespace kbx::link {
namespace {

using script::Phase;

/// Whatever changes, the program headers are as many as before at some time.
constexpr int most_rounds = 10;
constexpr int rounds_with_any_change = 6;
constexpr int most_adjustments = 1000;
constexpr unsigned relaxation_passes = 3;

void say_warnings(LayoutFaults& faults, const LayoutRules& rules, const Say& say) {
  for (const std::string& line : faults.warnings) say(fmt::format("{}: {}", rules.program, line));
  faults.warnings.clear();
}

/// Ends the link if there is an error; all but the last are said before.
void fail_if_any(LayoutFaults& faults, const Plan& plan, const LayoutRules& rules, const Say& say) {
  say_warnings(faults, rules, say);
  if (faults.errors.empty()) return;
  const std::string last = faults.errors.back();
  faults.errors.pop_back();
  for (const std::string& line : faults.errors) say(fmt::format("{}: {}", rules.program, line));
  throw Error(last, largest_in_full_regions(plan));
}

void evaluate_regions(Plan& plan, ScriptState& state, const LayoutRules& rules, const Say& say) {
  for (const std::string& line : plan.regions.take_warnings())
    say(fmt::format("{}: {}", rules.program, line));
  const ScriptActions actions = state.actions(Phase::first);
  plan.regions.evaluate([&](const script::Expression& expression) {
    const auto value = actions.evaluate(expression, 0, nullptr);
    if (!value)
      throw Error(expression.place.location(), "invalid origin or length of a memory region",
                  "it may use numbers and symbols that are defined before it");
    return *value;
  });
}

/// A section without addresses of its own is loaded where the one before it in its region is.
void hand_on_load_regions(Plan& plan) {
  const Slot* before = nullptr;
  for (Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    if (!slot->is_output_section()) continue;
    const bool has_address =
        slot->start || slot->is_at_zero || (slot->script && slot->script->address);
    const bool has_load_address = slot->script && slot->script->load_address;
    if (before && !slot->load_region && !has_load_address && !has_address &&
        slot->region == before->region)
      slot->load_region = before->load_region;
    before = slot;
  }
}

/// The first of the thread-local sections starts as aligned as any of them wants to be.
void align_thread_local(Plan& plan) {
  OutputSection* first = plan.sections.first();
  while (first && !(first->traits & trait_thread_local)) first = first->next;
  for (const OutputSection* section = first; section && (section->traits & trait_thread_local);
       section = section->next)
    first->alignment_power = std::max(first->alignment_power, section->alignment_power);
}

class LayoutPasses {
 public:
  LayoutPasses(Plan& plan, ScriptState& state, const LayoutRules& rules, const LayoutHooks& hooks,
               const OutputSection* eh_frame_header, const Say& say)
      : plan_(plan), state_(state), rules_(rules), hooks_(hooks), say_(say) {
    rules_.relro = state.data_segment.relro;
    needs_.eh_frame_header = eh_frame_header;
    state_.faults = &faults_;
    state_.size_of_headers = [this] { return size_of_headers(); };
    if (!plan.program_headers.empty()) set_header_count(plan.program_headers.size());
  }

  ~LayoutPasses() {
    state_.faults = nullptr;
    const std::uint64_t size = size_of_headers();
    state_.size_of_headers = [size] { return size; };
  }

  LayoutPasses(const LayoutPasses&) = delete;
  LayoutPasses& operator=(const LayoutPasses&) = delete;

  FinalLayout run() {
    check_program_headers(plan_, faults_);
    size(!rules_.relaxes);
    bool is_stale = hooks_.edit && hooks_.edit();
    for (int round = most_rounds; round > 0; --round) {
      if (hooks_.relax)
        relax();
      else if (is_stale)
        size_again();
      is_stale = order_linked(plan_, false);
      is_stale = map(round > rounds_with_any_change) || is_stale;
      is_stale = adjust() || is_stale;
      if (!is_stale) return finish();
    }
    throw Error("looping in map_segments",
                "sizes of sections depend on the program headers, and these on the sizes");
  }

 private:
  std::uint64_t size_of_headers() {
    if (rules_.is_flat) return 0;
    needs_.wants_headers = true;
    if (!needs_.program_headers) set_header_count(guess_program_headers(plan_, rules_, needs_));
    return rules_.file_header_size() + *needs_.program_headers;
  }

  void set_header_count(std::size_t count) {
    needs_.program_headers = count * rules_.program_header_size();
  }

  void pass(const ScriptActions& actions, bool checks) {
    SizingPass pass;
    pass.checks_regions = checks;
    pass.is_first = !has_sized_;
    pass.faults = &faults_;
    pass.rules = &rules_;
    has_sized_ = true;
    // Before RELRO is where it ends up, code would be shortened for addresses that it loses again.
    if (relaxation_pass_ && state_.data_segment.state != script::DataSegment::State::relro_adjust)
      pass.before_placing = [this](InputSection& section) {
        if (hooks_.relax(section, *relaxation_pass_)) repeats_pass_ = true;
      };
    assign_addresses(plan_, actions, pass);
    for (std::string& line : state_.take_warnings()) faults_.warnings.push_back(std::move(line));
  }

  /// A pass over the places, and more if what is read-only after relocation, or the data segment,
  /// wants to start elsewhere.
  void size(bool checks) {
    script::DataSegment& data = state_.data_segment;
    using State = script::DataSegment::State;
    data.state = State::none;
    pass(state_.actions(Phase::allocating), checks);
    if (data.state != State::end_seen) {
      data.state = State::done;
      return;
    }
    bool goes_again = false;
    if (data.relro && data.relro_end != 0) {
      const std::uint64_t base = data.base;
      const std::uint64_t end = move_relro(plan_, data);
      pass(state_.actions(Phase::allocating), checks);
      goes_again = data.relro_end > end;
      if (goes_again) data.base = base;
    } else {
      goes_again = saves_page(data);
    }
    if (goes_again) pass(state_.actions(Phase::allocating), checks);
    if (!data.relro || data.relro_end == 0) return;
    needs_.relro_start = data.base;
    needs_.relro_end = data.relro_end;
  }

  void relax() {
    for (unsigned pass = 0; pass < relaxation_passes; ++pass) {
      relaxation_pass_ = pass;
      do {
        repeats_pass_ = false;
        assign_symbols(plan_, state_.actions(Phase::assigning));
        size(false);
      } while (repeats_pass_);
    }
    relaxation_pass_.reset();
    size_again();
  }

  void size_again() {
    assign_symbols(plan_, state_.actions(Phase::assigning));
    size(true);
  }

  /// Maps the segments. True if there are as many program headers as the addresses do not allow
  /// for; later on only more than that counts.
  bool map(bool may_shrink) {
    if (rules_.is_flat) return false;
    const auto before = needs_.program_headers;
    segments_ = map_segments(plan_, rules_, needs_);
    const std::uint64_t now = segments_.size() * rules_.program_header_size();
    if (before == now) return false;
    if (!may_shrink && before && *before > now) return false;
    needs_.program_headers = now;
    return true;
  }

  bool adjust() {
    const auto changes = [](const std::function<bool()>& adjuster) { return adjuster(); };
    bool has_changed = false;
    for (int i = 0; std::any_of(hooks_.adjusters.begin(), hooks_.adjusters.end(), changes); ++i) {
      if (i == most_adjustments)
        throw Error("the sizes of sections do not settle", "this is a fault of the linker");
      has_changed = true;
      size_again();
      map(true);
    }
    return has_changed;
  }

  FinalLayout finish() {
    assign_symbols(plan_, state_.actions(Phase::final));
    state_.settle_symbols();
    if (hooks_.settled) hooks_.settled();
    if (rules_.checks_sections) check_section_addresses(plan_, rules_, faults_);
    fail_if_any(faults_, plan_, rules_, say_);
    FinalLayout layout;
    layout.file = place_in_file(plan_, std::move(segments_), rules_, needs_, faults_);
    layout.relro_start = needs_.relro_start;
    layout.relro_end = needs_.relro_end;
    fail_if_any(faults_, plan_, rules_, say_);
    return layout;
  }

  Plan& plan_;
  ScriptState& state_;
  LayoutRules rules_;
  const LayoutHooks& hooks_;
  const Say& say_;
  SegmentNeeds needs_;
  LayoutFaults faults_;
  std::vector<Segment> segments_;
  bool has_sized_ = false;
  std::optional<unsigned> relaxation_pass_;
  bool repeats_pass_ = false;
};

}  // namespace

void mark_text(Plan& plan, bool is_readonly) {
  OutputSection* const text = plan.sections.find(".text");
  if (!text) return;
  text->traits &= ~Traits{trait_readonly};
  if (is_readonly) text->traits |= trait_readonly;
}

void prepare_final_layout(Plan& plan, ScriptState& state, const LayoutRules& rules,
                          const Say& say) {
  state.begin_final(rules);
  evaluate_regions(plan, state, rules, say);
  hand_on_load_regions(plan);
  align_thread_local(plan);
  SizingPass marking;
  marking.is_marking = true;
  marking.rules = &rules;
  state.data_segment.state = script::DataSegment::State::none;
  const ScriptActions actions = state.actions(Phase::mark);
  assign_addresses(plan, actions, marking);
  for (const std::string& line : state.take_warnings())
    say(fmt::format("{}: {}", rules.program, line));
  remove_empty_sections(plan, rules);
  evaluate_program_headers(plan, actions.evaluate);
  if (!has_relro_sections(plan)) state.data_segment.relro = false;
}

FinalLayout lay_out(Plan& plan, ScriptState& state, const LayoutRules& rules,
                    const LayoutHooks& hooks, const OutputSection* eh_frame_header,
                    const Say& say) {
  return LayoutPasses(plan, state, rules, hooks, eh_frame_header, say).run();
}

}  // namespace kbx::link
