#include <lsmith/loader/inspect/loaded_program.hpp>

#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

template <class Record>
std::uint64_t make_room(std::vector<Record>& list, std::uint32_t count) {
  list.resize(count);
  return count != 0 ? abi::address(list.data()) : 0;
}

}  // namespace

// The first question brings the sizes, the second fills what there is room for.
result<loaded_program> read_program(const fd& program) {
  const auto sizes = describe_program(program);
  if (!sizes) return std::unexpected(sizes.error());
  loaded_program read;
  abi::prog_info& asked = read.info;
  asked.xlated_prog_len = sizes->xlated_prog_len;
  asked.xlated_prog_insns = make_room(read.code, sizes->xlated_prog_len / sizeof(isa::insn));
  asked.nr_map_ids = sizes->nr_map_ids;
  asked.map_ids = make_room(read.maps, sizes->nr_map_ids);
  asked.nr_func_info = sizes->nr_func_info;
  asked.func_info_rec_size = sizeof(abi::func_info);
  asked.func_info = make_room(read.functions, sizes->nr_func_info);
  asked.nr_line_info = sizes->nr_line_info;
  asked.line_info_rec_size = sizeof(abi::line_info);
  asked.line_info = make_room(read.lines, sizes->nr_line_info);
  if (auto filled = describe_program(program, asked); !filled) return std::unexpected(filled.error());
  if (asked.xlated_prog_insns == 0) read.code.clear();  // kept back
  return read;
}

}  // namespace lsmith::loader
