// Types as they are, one line each and one for every entry: ids, sizes and offsets in plain sight. The text is that of
// `bpftool btf dump`, so that the two can be compared line by line.
#pragma once

#include <string>
#include <string_view>

#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// The type's line, "[114] STRUCT 'task_struct' size=3264 vlen=249", and one line for each entry, which begins with a tab.
/// Ends with a newline.
std::string raw_text(const types& all, const type& one);

/// All types; those of a base are left out.
std::string raw_text(const types& all);

/// The kind's name as it stands in such text: "STRUCT"; "UNKN" for kinds that are not known here.
std::string_view kind_word(kind what);

}  // namespace lsmith::btf
