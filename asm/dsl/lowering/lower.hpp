// From what a policy says to how it is computed: the graph becomes blocks of steps.
#pragma once

#include <lsmith/asm/dsl/graph/options.hpp>
#include <lsmith/asm/dsl/lowering/lowered.hpp>
#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl {

/// Lowers the whole recording. Faults (a value used where it is not computed) are told to the recording. The texts of
/// the recording's nodes are referred to and must outlive the result.
lowered lower(recording& from, const options& how);

}  // namespace lsmith::dsl
