#include <lsmith/asm/text/write.hpp>

namespace lsmith::isa::text {
namespace {

void write_map(const map& one, std::string& out) {
  const std::string_view type = name_of(one.type);
  ((out += ".map ") += one.name) += ", ";
  out += type;
  for (const std::uint32_t number : {one.key_size, one.value_size, one.entries}) (out += ", ") += std::to_string(number);
  if (one.flags != 0) (out += ", ") += std::to_string(one.flags);
  out += '\n';
}

void write_constant(const named_constant& one, std::string& out) {
  (out += ".constant ") += one.name;
  (out += ", ") += std::to_string(one.value);
  out += '\n';
}

void write_program(const program& one, std::span<const remark> remarks, std::string& out) {
  (out += ".program ") += one.name;
  (out += ", ") += one.hook;
  if (one.attach == attach_kind::lsm_cgroup) out += ", cgroup";
  if (one.attach == attach_kind::modify_return) out += ", modify_return";
  if (one.sleepable) out += ", sleepable";
  out += '\n';
  out += print_listing(one.code, {.names = one.relocations, .functions = one.functions, .remarks = remarks});
}

}  // namespace

std::string write(const object& whole, std::span<const remark> remarks) {
  std::string out;
  for (const fault& lost : not_in_files(whole, "a text")) out += "// " + to_string(lost) + '\n';
  out += ".licence \"" + whole.licence + "\"\n";
  for (const map& one : whole.maps) write_map(one, out);
  for (const named_constant& one : whole.constants) write_constant(one, out);
  for (const program& one : whole.programs) {
    write_program(one, remarks, out);
    remarks = {};
  }
  return out;
}

}  // namespace lsmith::isa::text
