// What the BTF fuzzers do with an input: resolve relocations of all kinds against it, and, if it parses, use and print all its
// types.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <lsmith/btf/encode/sanitize.hpp>
#include <lsmith/btf/explore/dump.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/btf/explore/print.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::tests {

/// Resolves relocations of many kinds, against the mapped bytes and against the same bytes read piece by piece.
inline void resolve_all(const std::vector<std::byte>& whole) {
  using btf::core_relo_kind;
  std::vector<btf::relocation> relocations = {
      {.kind = core_relo_kind::hook_id, .name = "socket_create"},
      {.kind = core_relo_kind::argument_slot, .type = "stream", .name = "last"},
      {.kind = core_relo_kind::previous_retval, .type = "stream"},
      {.kind = core_relo_kind::function_id, .name = "bpf_lsm_init"},
      {.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "f_path.dentry"},
      {.kind = core_relo_kind::field_byte_size, .type = "file", .name = "many[1]"},
      {.kind = core_relo_kind::field_lshift_u64, .type = "file", .name = "high"},
      {.kind = core_relo_kind::field_signed, .type = "file", .name = "second"},
      {.kind = core_relo_kind::field_exists, .type = "file", .name = "nothing"},
      {.kind = core_relo_kind::type_size, .type = "u32"},
      {.kind = core_relo_kind::type_exists, .type = "nothing"},
      {.kind = core_relo_kind::enumval_value, .type = "wide_enum", .name = "WIDE"},
  };
  btf::source mapped = btf::source::mapped(whole);
  (void)btf::resolve(mapped, relocations);
  streamed pieces(whole, btf::source::least_window, 700);
  btf::source reading = pieces.source();
  (void)btf::resolve(reading, relocations);
}

/// Compares types of the input with those of a small sample kernel, in both directions, and collects the candidates of a path.
inline void compare_all(const std::vector<std::byte>& whole) {
  using btf::core_relo_kind;
  static const std::vector<std::byte> sample = sample_bytes();
  for (const bool as_kernel : {true, false}) {
    btf::source kernel = btf::source::mapped(as_kernel ? whole : sample);
    btf::source own = btf::source::mapped(as_kernel ? sample : whole);
    btf::candidate room[4];
    std::vector<btf::relocation> relocations;
    for (std::uint32_t like = 1; like < 40; like += 3)
      for (const core_relo_kind kind : {core_relo_kind::type_matches, core_relo_kind::type_exists, core_relo_kind::field_exists})
        relocations.push_back({.kind = kind, .type = "file", .name = "f_path", .like = static_cast<btf::type_id>(like)});
    relocations.push_back({.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "[1].f_path", .room = room});
    (void)btf::resolve(kernel, relocations, own);
  }
}

/// Uses every type and every hook, and prints them.
inline void use_all(const btf::types& all) {
  for (const btf::hook& each : btf::hooks(all)) (void)btf::prototype(all, each);
  for (const btf::type each : all) {
    (void)all.size_of(each.id());
    (void)all.locate(each.id(), "f_path.dentry");
  }
  (void)all.find("file");
  (void)btf::sanitize_for(0, all.raw());
  if (all.count() > 2000) return;  // printing takes long: its output grows with the number of types
  (void)btf::raw_text(all);
  (void)btf::c_header(all);
}

}  // namespace lsmith::tests
