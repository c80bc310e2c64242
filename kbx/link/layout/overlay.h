#pragma once
#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// Appends the places of an OVERLAY to the plan's: its sections, which share an address, each with
/// the symbols __load_start_NAME and __load_stop_NAME behind it if something refers to them.
void add_overlay(Plan& plan, const script::Overlay& overlay);

}  // namespace kbx::link
