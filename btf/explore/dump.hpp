// Prints types with their ids, sizes and offsets: one line for each type and one for each entry. The text is equal to that of
// `bpftool btf dump file FILE`, so that the two can be compared line by line.
#pragma once

#include <string>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/types/types.hpp>

#pragma GCC visibility push(default)
namespace lsmith::btf {

/// The line of the type, "[114] STRUCT 'task_struct' size=3264 vlen=249", and one line for each entry, which begins with a tab.
/// Ends with a newline. Names are printed through printable().
std::string raw_text(const types& all, const type& one);

/// The same for all types, except those of a base. The second form writes type by type, so that its memory does not grow with the
/// text: names in BTF may overlap, and a small file may have a long text.
std::string raw_text(const types& all);
void raw_text(const types& all, const text_sink& out);

/// The kind's name in this text: "STRUCT"; "UNKN" for a kind that `kind` does not list.
std::string_view kind_word(kind what);

}  // namespace lsmith::btf
#pragma GCC visibility pop
