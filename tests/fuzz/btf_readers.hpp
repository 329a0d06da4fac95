// What the fuzzers of BTF do with an input: ask all questions of it, and if it parses, look at and print all of it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <lsmith/btf/dump.hpp>
#include <lsmith/btf/hooks.hpp>
#include <lsmith/btf/print.hpp>
#include <lsmith/btf/resolve.hpp>
#include <lsmith/btf/types.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::tests {

/// Asks every question, of the mapped bytes and of the same bytes read piece by piece.
inline void resolve_all(const std::vector<std::byte>& whole) {
  using btf::question;
  std::vector<btf::wanted> asked = {
      {.ask = question::hook_id, .name = "socket_create"},
      {.ask = question::argument_slot, .type = "stream", .name = "last"},
      {.ask = question::previous_answer, .type = "stream"},
      {.ask = question::function_id, .name = "bpf_lsm_init"},
      {.ask = question::field_byte_offset, .type = "file", .name = "f_path.dentry"},
      {.ask = question::field_byte_size, .type = "file", .name = "many[1]"},
      {.ask = question::field_lshift_u64, .type = "file", .name = "high"},
      {.ask = question::field_signed, .type = "file", .name = "second"},
      {.ask = question::field_exists, .type = "file", .name = "nothing"},
      {.ask = question::type_size, .type = "u32"},
      {.ask = question::type_exists, .type = "nothing"},
      {.ask = question::enumval_value, .type = "wide_enum", .name = "WIDE"},
  };
  btf::source mapped = btf::source::mapped(whole);
  (void)btf::resolve(mapped, asked);
  streamed pieces(whole, btf::source::least_window, 700);
  btf::source reading = pieces.source();
  (void)btf::resolve(reading, asked);
}

/// Looks at everything and prints it.
inline void use_all(const btf::types& all) {
  for (const btf::hook& each : btf::hooks(all)) (void)btf::prototype(all, each);
  for (const btf::type each : all) {
    (void)all.size_of(each.id());
    (void)all.locate(each.id(), "f_path.dentry");
  }
  (void)all.find("file");
  if (all.count() > 2000) return;  // printing is linear, and long
  (void)btf::raw_text(all);
  (void)btf::c_header(all);
}

}  // namespace lsmith::tests
