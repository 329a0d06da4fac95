// Fills the attributes of BPF_MAP_CREATE and BPF_PROG_LOAD. The library (load/) and the core (image/) both use these functions,
// so a new field cannot be set in one of them and forgotten in the other.
//
// Part of the core: no heap.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/loader/syscall/abi.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {

/// A map to create. A descriptor of 0 means none; for the token, -1 does.
struct map_attributes {
  std::string_view name = {};
  std::uint32_t type = 0, key_size = 0, value_size = 0, max_entries = 0, flags = 0;
  int inner = 0;      ///< for a map of maps: a map like those that it will contain
  int btf = 0;        ///< BTF that describes keys and values
  std::uint32_t key_type = 0, value_type = 0;  ///< type ids in that BTF
  int token = -1;     ///< BPF token (6.9+)
};

inline abi::map_create fill(const map_attributes& from) {
  abi::map_create what{.map_type = from.type,
                       .key_size = from.key_size,
                       .value_size = from.value_size,
                       .max_entries = from.max_entries,
                       .map_flags = from.flags,
                       .inner_map_fd = static_cast<std::uint32_t>(from.inner)};
  put_name(what.map_name, from.name);
  if (from.btf != 0 && from.value_type != 0) {
    what.btf_fd = static_cast<std::uint32_t>(from.btf);
    what.btf_key_type_id = from.key_type;
    what.btf_value_type_id = from.value_type;
  }
  if (from.token >= 0) {
    what.map_flags |= abi::by_token;
    what.map_token_fd = from.token;
  }
  return what;
}

/// A program to load. The result of fill() refers to the spans and to `license` (zero-terminated): they must outlive the call.
struct prog_attributes {
  std::string_view name = {};
  std::uint32_t prog_type = 0, attach_type = 0, flags = 0;
  std::uint32_t attach_btf_id = 0;
  std::span<const isa::insn> code = {};
  const char* license = nullptr;
  int btf = 0;  ///< BTF that the records below refer to; 0 leaves them out
  std::span<const abi::func_info> functions = {};
  std::span<const abi::line_info> lines = {};
  std::span<const abi::core_relo> relocations = {};  ///< resolved by the kernel (5.17+)
  std::span<const int> fd_array = {};
  int token = -1;  ///< BPF token (6.9+)
};

inline abi::prog_load fill(const prog_attributes& from) {
  const auto count = [](const auto& list) { return static_cast<std::uint32_t>(list.size()); };
  abi::prog_load what{.prog_type = from.prog_type,
                      .insn_cnt = count(from.code),
                      .insns = abi::address(from.code.data()),
                      .license = abi::address(from.license),
                      .prog_flags = from.flags,
                      .expected_attach_type = from.attach_type,
                      .attach_btf_id = from.attach_btf_id};
  put_name(what.prog_name, from.name);
  if (from.btf != 0) {
    what.prog_btf_fd = static_cast<std::uint32_t>(from.btf);
    what.func_info_rec_size = sizeof(abi::func_info);
    what.func_info = abi::address(from.functions.data());
    what.func_info_cnt = count(from.functions);
    what.line_info_rec_size = sizeof(abi::line_info);
    what.line_info = abi::address(from.lines.data());
    what.line_info_cnt = count(from.lines);
  }
  if (!from.relocations.empty()) {
    what.core_relo_rec_size = sizeof(abi::core_relo);
    what.core_relos = abi::address(from.relocations.data());
    what.core_relo_cnt = count(from.relocations);
  }
  if (!from.fd_array.empty()) what.fd_array = abi::address(from.fd_array.data());
  if (from.token >= 0) {
    what.prog_flags |= abi::by_token;
    what.prog_token_fd = from.token;
  }
  return what;
}

}  // namespace lsmith::loader
