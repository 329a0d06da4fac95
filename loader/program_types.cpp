#include <lsmith/loader/program_types.hpp>

#include <algorithm>

#include <lsmith/asm/debug_info.hpp>
#include <lsmith/asm/elf/answers.hpp>
#include <lsmith/asm/encoding.hpp>
#include <lsmith/btf/encode.hpp>

namespace lsmith::loader {

namespace {

// All but the bytes of the types, to which more may be added.
program_types describe(const program& source, const resolved_program& ready, btf::encoder& types) {
  program_types all;
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
  return all;
}

}  // namespace

program_types describe_program(const program& source, const resolved_program& ready) {
  if (source.lines.empty()) return {};
  btf::encoder types;
  program_types all = describe(source, ready, types);
  all.types = types.finish();
  return all;
}

bool is_left_to_kernel(const program& source, const relocation& open) { return elf::way_of(open, source.code) == elf::way::core; }

checked<program_types> describe_for_kernel(const program& source, const std::vector<named_constant>& constants, const btf::types& built_on,
                                           resolved_program& ready) {
  btf::encoder types;
  program_types all = describe(source, ready, types);
  btf::local_types local(built_on);
  auto answered = elf::answer({.programs = {source}, .constants = constants}, local, built_on, types);
  if (!answered) return std::unexpected(std::move(answered.error()));
  for (const elf::core_question& one : answered->questions) {
    const std::vector<isa::insn>& code = answered->programs.front().code;
    const std::size_t slots = code[one.slot].opcode == isa::ld_imm64_opcode ? 2 : 1;
    std::copy_n(code.begin() + one.slot, slots, ready.code.begin() + one.slot);
    all.questions.push_back({one.slot * 8, btf::number(one.access.type), types.string(one.access.path), static_cast<std::uint32_t>(one.ask)});
  }
  all.types = types.finish();
  return all;
}

}  // namespace lsmith::loader
