#include <lsmith/loader/program_types.hpp>

#include <lsmith/asm/debug_info.hpp>
#include <lsmith/btf/encode.hpp>

namespace lsmith::loader {

program_types describe_program(const program& source, const resolved_program& ready) {
  if (source.lines.empty()) return {};
  program_types all;
  btf::encoder types;
  const btf::type_id number = types.int_("int", 4, btf::int_encoding::signed_);
  const btf::type_id context = types.pointer(btf::type_id::none);
  const btf::new_param parameter{"ctx", context};
  const btf::type_id program = types.func_proto(number, {&parameter, 1});
  const btf::type_id inner = types.func_proto(number, {});
  const std::vector<function_extent> functions = functions_of(source);
  for (const function_extent& one : functions) {
    const btf::type_id function = types.func(one.name, one.slot == 0 ? program : inner, btf::linkage::static_);
    all.functions.push_back({one.slot, static_cast<std::uint32_t>(function)});
  }

  for (const auto& [line, inherited] : lines_of(source, functions))
    all.lines.push_back({line.slot, types.string(line.where.file != nullptr ? line.where.file : "unknown"),
                         types.string(line_text(line.where, ready.code, line.slot)), pack_line(line.where)});
  all.types = types.finish();
  return all;
}

}  // namespace lsmith::loader
