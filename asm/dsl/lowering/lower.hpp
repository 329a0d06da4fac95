// Lowers the graph of a policy to blocks of steps.
#pragma once

#include <lsmith/asm/dsl/graph/options.hpp>
#include <lsmith/asm/dsl/lowering/lowered.hpp>
#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl {

/// Lowers the whole recording. Faults (value_out_of_scope, value_unfit) are reported to the recording. The result refers to
/// strings in the recording's nodes, so the recording must outlive it.
lowered lower(recording& from, const options& how);

}  // namespace lsmith::dsl
