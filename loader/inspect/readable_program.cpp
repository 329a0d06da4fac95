#include <lsmith/loader/inspect/readable_program.hpp>

#include <algorithm>
#include <iterator>
#include <cstring>
#include <optional>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/btf/text/kernel_names.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/kernel/kernel_symbols.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

using isa::insn;

template <std::size_t length>
std::string text_of(const char (&field)[length]) {
  return {field, strnlen(field, length)};
}

// ------------------------------------------------------------------------------------------------------------- maps --

map described(const abi::map_info& info) {
  return {.name = text_of(info.name),
          .type = static_cast<map_type>(info.type),
          .key_size = info.key_size,
          .value_size = info.value_size,
          .entries = info.max_entries,
          .flags = info.map_flags};
}

/// A map by its id. If it cannot be opened, or if another map has the same name, its name is made of its id.
map name_map(std::uint32_t id, const object& so_far) {
  map made;
  if (const auto opened = open_id(kernel_object::map, id))
    if (const auto info = describe_map(*opened)) made = described(*info);
  if (made.name.empty() || so_far.find_map(made.name) != nullptr) made.name = "map_" + std::to_string(id);
  return made;
}

void name_maps(const loaded_program& read, readable_program& into) {
  std::vector<std::uint32_t> ids;
  program& one = into.whole.programs[0];
  const auto name_of = [&](std::uint32_t id) {
    const auto known = std::ranges::find(ids, id);
    if (known != ids.end()) return into.whole.maps[static_cast<std::size_t>(known - ids.begin())].name;
    ids.push_back(id);
    into.whole.maps.push_back(name_map(id, into.whole));
    return into.whole.maps.back().name;
  };
  for (const std::uint32_t id : read.maps) (void)name_of(id);
  for (std::uint32_t slot = 0; slot < one.code.size(); ++slot) {
    const insn& at = one.code[slot];
    if (at.opcode != isa::ld_imm64_opcode) continue;
    const bool value = at.src() == isa::pseudo_source::map_value;
    if (value || at.src() == isa::pseudo_source::map_fd)
      one.relocations.push_back({.slot = slot,
                                 .from = value ? relocation_source::map_value : relocation_source::map,
                                 .name = name_of(static_cast<std::uint32_t>(at.immediate))});
    ++slot;
  }
}

// ------------------------------------------------------------------------------------------------------------ calls --

bool is_call(const insn& at) { return at.opcode == (isa::opclass::jmp | isa::jump_code::call); }

/// The number of the helper that a kernel function implements; 0 if there is none. Some helpers have a function for each kind
/// of program, such as bpf_perf_event_output_raw_tp: the longest helper name that matches is taken.
std::int32_t helper_of(std::string_view function) {
  if (function == "bpf_user_rnd_u32") return static_cast<std::int32_t>(isa::helper::get_prandom_u32);
  std::int32_t best = 0;
  for (std::int32_t number = 1; number <= isa::last_helper; ++number) {
    const std::string name = "bpf_" + std::string(isa::name_of(isa::helper{number}));
    const bool matches = function == name || function.starts_with(name + "_");
    if (matches && (best == 0 || isa::name_of(isa::helper{number}).size() > isa::name_of(isa::helper{best}).size()))
      best = number;
  }
  return best;
}

void name_calls(readable_program& into) {
  program& one = into.whole.programs[0];
  std::set<std::int32_t> distances;
  for (const insn& at : one.code)
    if (is_call(at) && at.src() != isa::call_source::local) distances.insert(at.immediate);
  const auto names = name_called(distances);
  for (std::uint32_t slot = 0; slot < one.code.size(); ++slot) {
    insn& at = one.code[slot];
    if (at.opcode == isa::ld_imm64_opcode) ++slot;
    if (!is_call(at) || at.src() == isa::call_source::local) continue;
    const auto named = names.find(at.immediate);
    const std::string function = named != names.end() ? named->second : "";
    if (at.src() == isa::call_source::kfunc && !function.empty()) {
      one.relocations.push_back({.slot = slot, .kind = btf::core_relo_kind::function_id, .name = function});
    } else if (const std::int32_t helper = helper_of(function); helper != 0) {
      at.immediate = helper;
    } else {
      into.remarks.push_back(
          {slot, function.empty() ? "calls a function whose name is hidden from this process" : "calls " + function});
    }
  }
}

// After verification a local call has its distance in the offset, and the load of a function's address has the function's
// number in the immediate of its second slot.
void restore_distances(std::vector<insn>& code) {
  for (std::size_t slot = 0; slot < code.size(); ++slot) {
    insn& at = code[slot];
    if (is_call(at) && at.src() == isa::call_source::local) {
      at.immediate = at.offset;
      at.offset = 0;
    }
    if (at.opcode != isa::ld_imm64_opcode) continue;
    ++slot;
    if (at.src() == isa::pseudo_source::function && slot < code.size()) code[slot].immediate = 0;
  }
}

// ------------------------------------------------------------------------------------------------ functions and lines --

std::optional<btf::types> types_of(std::uint32_t id) {
  const auto opened = id != 0 ? open_id(kernel_object::types, id) : result<fd>(failure({}));
  if (!opened) return {};
  const auto sizes = describe_btf(*opened);
  if (!sizes) return {};
  std::vector<std::byte> all(sizes->btf_size);
  abi::btf_info info{.btf = abi::address(all.data()), .btf_size = sizes->btf_size};
  if (!describe_btf(*opened, info)) return {};
  auto parsed = btf::types::own(std::move(all));
  return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

void name_functions(const loaded_program& read, const btf::types& types, program& into) {
  for (const abi::func_info& one : read.functions) {
    const auto function = types.at(static_cast<btf::type_id>(one.type_id));
    if (one.insn_off == 0 || !function) continue;
    into.functions.push_back({.slot = one.insn_off, .name = std::string(function->name())});
  }
}

void take_lines(const loaded_program& read, const btf::types& types, std::vector<isa::remark>& into) {
  std::string last;
  for (const abi::line_info& line : read.lines) {
    std::string text(types.string(line.line_off).value_or(""));
    const std::string_view path = types.string(line.file_name_off).value_or("");
    const std::string location = std::string(path.substr(path.rfind('/') + 1)) + ":" + std::to_string(line.line_col >> 10) + ": ";
    if (!text.starts_with(location)) text.insert(0, location);  // lines that lsmith has loaded begin with it
    if (text != last) into.push_back({line.insn_off, text});
    last = std::move(text);
  }
}

/// Merges both by slot. `own` has at most one remark for a slot; the kernel's lines are already in order.
std::vector<isa::remark> by_slot(std::vector<isa::remark> own, std::vector<isa::remark> lines) {
  std::ranges::sort(own, {}, &isa::remark::slot);
  std::vector<isa::remark> all;
  all.reserve(own.size() + lines.size());
  std::ranges::merge(own, lines, std::back_inserter(all), {}, &isa::remark::slot, &isa::remark::slot);
  return all;
}

std::string hook_of(const abi::prog_info& info) {
  if (info.type != static_cast<std::uint32_t>(abi::prog_type::lsm) || info.attach_btf_id == 0) return {};
  const auto kernel = read_types();
  const auto function = kernel ? kernel->at(static_cast<btf::type_id>(info.attach_btf_id)) : std::nullopt;
  return function && function->name().starts_with(btf::hook_prefix)
             ? std::string(function->name().substr(btf::hook_prefix.size()))
             : "";
}

}  // namespace

readable_program make_readable(const loaded_program& read) {
  readable_program made;
  made.whole.license = (read.info.gpl_compatible & 1) != 0 ? "GPL" : "Proprietary";
  made.whole.programs.push_back({.name = text_of(read.info.name), .hook = hook_of(read.info), .code = read.code});
  program& one = made.whole.programs[0];
  restore_distances(one.code);
  name_maps(read, made);
  name_calls(made);
  std::vector<isa::remark> lines;
  if (const auto types = types_of(read.info.btf_id)) {
    name_functions(read, *types, one);
    take_lines(read, *types, lines);
  }
  std::ranges::sort(one.relocations, {}, &relocation::slot);
  made.remarks = by_slot(std::move(made.remarks), std::move(lines));
  return made;
}

}  // namespace lsmith::loader
