#include <lsmith/loader/load/prog_btf.hpp>

#include <algorithm>

#include <lsmith/asm/debug/debug_info.hpp>
#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/resolve/core_relocations.hpp>
#include <lsmith/btf/encode/encode.hpp>

namespace lsmith::loader {
namespace {

btf::type_id add_type(btf::encoder& to, const subprogram::type& one) {
  if (!one.points_to.empty()) return to.pointer(to.forward(one.points_to));
  if (one.bytes == 8)
    return to.int_(one.is_signed ? "long long" : "unsigned long long", 8,
                   one.is_signed ? btf::int_encoding::signed_ : btf::int_encoding::unsigned_);
  constexpr std::string_view signed_words[] = {"", "signed char", "short", "", "int"};
  constexpr std::string_view unsigned_words[] = {"", "unsigned char", "unsigned short", "", "unsigned int"};
  return one.is_signed ? to.int_(signed_words[one.bytes], one.bytes, btf::int_encoding::signed_)
                       : to.int_(unsigned_words[one.bytes], one.bytes);
}

/// The prototype of the subprogram at `slot`.
btf::type_id add_prototype(btf::encoder& to, const program& source, std::uint32_t slot) {
  static const subprogram unknown;
  const auto found = std::ranges::find(source.functions, slot, &subprogram::slot);
  const subprogram& function = found == source.functions.end() ? unknown : *found;
  constexpr std::string_view names[] = {"a", "b", "c", "d", "e"};
  std::vector<btf::new_param> parameters;
  for (const subprogram::type& one : function.takes) parameters.push_back({names[parameters.size()], add_type(to, one)});
  return to.func_proto(add_type(to, function.gives), parameters);
}

// A program's name may start with a digit, as in "1st". The name of a FUNC may not: the kernel would reject the whole BTF.
std::string identifier_of(const std::string& name) {
  const bool digit_first = !name.empty() && name[0] >= '0' && name[0] <= '9';
  return digit_first ? "_" + name : name;
}

// Everything except prog_btf::types: the caller may add to the encoder first.
prog_btf describe(const program& source, statements use, btf::encoder& types) {
  const std::vector<function_extent> functions = functions_of(source);
  prog_btf all;
  const btf::type_id number = types.int_("int", 4, btf::int_encoding::signed_);
  const btf::type_id context = types.pointer(btf::type_id::none);
  const btf::new_param parameter{"ctx", context};
  const btf::type_id program = types.func_proto(number, {&parameter, 1});
  for (const function_extent& one : functions) {
    const btf::type_id proto = one.slot == 0 ? program : add_prototype(types, source, one.slot);
    const btf::type_id function = types.func(identifier_of(one.name), proto, btf::linkage::static_);
    all.functions.push_back({one.slot, static_cast<std::uint32_t>(function)});
  }

  source_texts sources(use);
  for (const auto& [line, inherited] : lines_of(source, functions))
    all.lines.push_back({line.slot, types.string(line.where.file != nullptr ? line.where.file : "unknown"),
                         types.string(line_text(line, source, sources)), pack_line(line.where)});
  return all;
}

}  // namespace

prog_btf describe_program(const program& source, statements use) {
  // A function whose address is taken needs its func_info, also without lines.
  if (source.lines.empty() && functions_of(source).size() == 1) return {};
  btf::encoder types;
  prog_btf all = describe(source, use, types);
  all.types = types.finish();
  return all;
}

bool is_left_to_kernel(const program& source, const relocation& open) { return elf::way_of(open, source.code) == elf::way::core; }

checked<prog_btf> describe_for_kernel(const program& source, const std::vector<named_constant>& constants,
                                      const btf::types& built_on, resolved_program& ready, statements use) {
  btf::encoder types;
  prog_btf all = describe(source, use, types);
  btf::local_types local(built_on);
  auto resolved = elf::resolve_for_kernel({.programs = {source}, .constants = constants}, local, built_on, types);
  if (!resolved) return std::unexpected(std::move(resolved.error()));
  for (const elf::core_record& one : resolved->core_relocations) {
    const std::vector<isa::insn>& code = resolved->programs.front().code;
    const std::size_t slots = code[one.slot].opcode == isa::ld_imm64_opcode ? 2 : 1;
    std::copy_n(code.begin() + one.slot, slots, ready.code.begin() + one.slot);
    all.relocations.push_back(
        {one.slot * 8, btf::number(one.access.type), types.string(one.access.path), static_cast<std::uint32_t>(one.kind)});
  }
  all.types = types.finish();
  return all;
}

}  // namespace lsmith::loader
