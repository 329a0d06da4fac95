// BTF of a program with each of the nineteen kinds. A kernel that supports all kinds accepts it.
#pragma once

#include <vector>

#include <lsmith/btf/encode/encode.hpp>

namespace lsmith::tests {

inline std::vector<std::byte> all_kinds() {
  using namespace btf;
  encoder e;
  const type_id number_type = e.int_("int", 4, int_encoding::signed_);                                         // 1
  const type_id real = e.float_("double", 8);                                                                  // 2
  const type_id text = e.array(number_type, number_type, 4);                                                   // 3
  const type_id away = e.forward("far_away");                                                                  // 4
  const type_id pointer = e.pointer(e.type_tag("user", e.const_(e.volatile_(e.restrict_(e.pointer(away))))));  // 5 to 10
  const type_id wide = e.enum64("wide", 8, std::vector<new_enumerator>{{"WIDE", 0x1'0000'0000}, {"SMALL", 1}});   // 11
  const type_id mode = e.enum_("mode", 4, std::vector<new_enumerator>{{"ON", 1}, {"OFF", -1}});                // 12
  const type_id choice = e.union_("choice", 8, std::vector<new_member>{{"real", real, 0}, {"wide", wide, 0}}); // 13
  const type_id all = e.struct_("all", 40,
                                std::vector<new_member>{{"text", text, 0},
                                                        {"pointer", pointer, 128},
                                                        {"choice", choice, 192},
                                                        {"mode", mode, 256},
                                                        {"few", number_type, 288, 3}});  // 14
  e.typedef_("all_t", all);                                                                                    // 15
  e.decl_tag("pinned", all, 1);                                                                                // 16
  const type_id proto = e.func_proto(number_type, std::vector<new_param>{{"first", number_type}, {"second", pointer}});   // 17
  e.func("everywhere", proto, linkage::global);                                                                // 18
  e.func("here", proto, linkage::static_);                                                                     // 19
  const new_section_entry entry = {e.var("state", number_type), 0, 4};                                         // 20
  e.datasec(".data.rel", 4, {&entry, 1});                                                                      // 21
  return e.finish();
}

}  // namespace lsmith::tests
