#include <lsmith/loader/program_types.hpp>

#include <string>

#include <lsmith/asm/print.hpp>
#include <lsmith/btf/encode.hpp>

namespace lsmith::loader {
namespace {

/// line_col holds the line in its upper 22 bits and the column in the lower ten; a column that does not fit is left out.
std::uint32_t pack_line(const place& where) {
  constexpr std::uint32_t column_bits = 10, most_columns = (1u << column_bits) - 1;
  return where.line << column_bits | (where.column <= most_columns ? where.column : 0);
}

std::string_view file_name(const place& where) { return where.file != nullptr ? where.file : "unknown"; }

/// Only the last part of the path: what a person looks for in a log.
std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string line_text(const place& where, const resolved_program& ready, std::uint32_t slot) {
  std::string text = std::string(base_name(file_name(where))) + ":" + std::to_string(where.line) + ": ";
  isa::print_at(ready.code, slot, {.helpers = isa::helper_calls::names}, text);
  return text;
}

}  // namespace

program_types describe_program(const program& source, const resolved_program& ready) {
  if (source.lines.empty()) return {};
  program_types all;
  btf::encoder types;
  const btf::type_id number = types.int_("int", 4, btf::int_encoding::signed_);
  const btf::type_id context = types.pointer(btf::type_id::none);
  const btf::new_param parameter{"ctx", context};
  const btf::type_id prototype = types.func_proto(number, {&parameter, 1});
  const btf::type_id function = types.func(source.name, prototype, btf::linkage::static_);
  all.functions.push_back({0, static_cast<std::uint32_t>(function)});

  for (const source_line& line : source.lines)
    all.lines.push_back({line.slot, types.string(file_name(line.where)), types.string(line_text(line.where, ready, line.slot)),
                         pack_line(line.where)});
  all.types = types.finish();
  return all;
}

}  // namespace lsmith::loader
