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

// The first call reports the sizes of the lists; the second fills them.
result<loaded_program> read_program(const fd& program) {
  const auto sizes = describe_program(program);
  if (!sizes) return std::unexpected(sizes.error());
  loaded_program read;
  abi::prog_info& info = read.info;
  info.xlated_prog_len = sizes->xlated_prog_len;
  info.xlated_prog_insns = make_room(read.code, sizes->xlated_prog_len / sizeof(isa::insn));
  info.nr_map_ids = sizes->nr_map_ids;
  info.map_ids = make_room(read.maps, sizes->nr_map_ids);
  info.nr_func_info = sizes->nr_func_info;
  info.func_info_rec_size = sizeof(abi::func_info);
  info.func_info = make_room(read.functions, sizes->nr_func_info);
  info.nr_line_info = sizes->nr_line_info;
  info.line_info_rec_size = sizeof(abi::line_info);
  info.line_info = make_room(read.lines, sizes->nr_line_info);
  if (auto filled = describe_program(program, info); !filled) return std::unexpected(filled.error());
  if (info.xlated_prog_insns == 0) read.code.clear();  // the kernel does not show the code
  return read;
}

}  // namespace lsmith::loader
