#include <lsmith/asm/object/map_btf.hpp>

namespace lsmith {
namespace {

std::string_view word_for(const map_field& number, bool is_text) {
  if (is_text) return "char";
  switch (number.size) {
    case 1: return number.is_signed ? "signed char" : "unsigned char";
    case 2: return number.is_signed ? "short" : "unsigned short";
    case 4: return number.is_signed ? "int" : "unsigned int";
    default: return number.is_signed ? "long long" : "unsigned long long";
  }
}

btf::type_id add_field(btf::encoder& to, const map_field& field) {
  const bool is_text = field.is_signed && field.size == 1 && field.count > 1;
  const auto encoding = field.is_signed ? btf::int_encoding::signed_ : btf::int_encoding::unsigned_;
  const btf::type_id number = to.int_(word_for(field, is_text), field.size, encoding);
  if (field.count == 1) return number;
  const btf::type_id index = to.int_("unsigned int", 4);
  return to.array(number, index, field.count);
}

btf::type_id add_layout(btf::encoder& to, const map_layout& layout, std::uint32_t bytes) {
  if (layout.fields.empty()) return btf::type_id::none;
  if (layout.fields.size() == 1 && layout.fields[0].name.empty()) return add_field(to, layout.fields[0]);
  std::vector<btf::new_member> members;
  for (const map_field& field : layout.fields) members.push_back({field.name, add_field(to, field), 8 * field.offset});
  return to.struct_(layout.name, bytes, members);
}

}  // namespace

bool needs_btf(map_type type) {
  return type == map_type::task_storage || type == map_type::inode_storage || type == map_type::sk_storage ||
         type == map_type::cgrp_storage;
}

bool passes_btf(map_type type, const map_btf& described) {
  return described.value != btf::type_id::none && (described.key != btf::type_id::none || needs_btf(type));
}

map_btf add_types(btf::encoder& to, const map& of) {
  const btf::type_id key = add_layout(to, of.key, of.key_size);
  return {key, add_layout(to, of.value, of.value_size)};
}

}  // namespace lsmith
