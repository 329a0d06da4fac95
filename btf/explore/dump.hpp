// Prints types with their ids, sizes and offsets: one line for each type and one for each entry. The text is equal to that of
// `bpftool btf dump file FILE`, so that the two can be compared line by line.
#pragma once

#include <string>
#include <string_view>

#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// The line of the type, "[114] STRUCT 'task_struct' size=3264 vlen=249", and one line for each entry, which begins with a tab.
/// Ends with a newline. Names are printed unchanged: see printable() for terminals.
std::string raw_text(const types& all, const type& one);

/// The same for all types, except those of a base.
std::string raw_text(const types& all);

/// The kind's name in this text: "STRUCT"; "UNKN" for a kind that `kind` does not list.
std::string_view kind_word(kind what);

}  // namespace lsmith::btf
