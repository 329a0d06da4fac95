// Compares every command, flag and field of abi.hpp and abi_info.hpp with the kernel's BTF. Runs on the running kernel and in
// every machine of the ring. What an older kernel does not have is skipped and counted.
#include <doctest/doctest.h>

#include <cctype>
#include <cstddef>
#include <map>
#include <string>

#include <lsmith/asm/object/map.hpp>
#include <lsmith/loader/events/ring_memory.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/syscall/abi.hpp>
#include <lsmith/loader/syscall/abi_info.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::loader;

const btf::types& kernel() {
  static const auto types = read_types();
  REQUIRE(types);
  return *types;
}

/// Walks all types, because find_all() cannot find an enum without a name.
std::optional<std::int64_t> enumerator(std::string_view of, std::string_view name) {
  for (const btf::type& candidate : kernel()) {
    if (!candidate.is(btf::enums) || candidate.name() != of) continue;
    for (const btf::enumerator& one : candidate.enumerators())
      if (one.name == name) return one.value;
  }
  return std::nullopt;
}

std::string lower(std::string_view text) {
  std::string all(text);
  for (char& one : all) one = static_cast<char>(std::tolower(one));
  return all;
}

struct number {
  std::string_view of, name;
  std::int64_t ours;
};

template <class T>
constexpr std::int64_t value(T enumerator) {
  return static_cast<std::int64_t>(enumerator);
}

constexpr std::string_view unnamed = {};  // enums without a name. BPF_F_SLEEPABLE is a macro, so BTF does not have it

using abi::command;
const number numbers[] = {
    {"bpf_cmd", "BPF_MAP_CREATE", value(command::map_create)},
    {"bpf_cmd", "BPF_MAP_LOOKUP_ELEM", value(command::map_lookup_elem)},
    {"bpf_cmd", "BPF_MAP_UPDATE_ELEM", value(command::map_update_elem)},
    {"bpf_cmd", "BPF_MAP_DELETE_ELEM", value(command::map_delete_elem)},
    {"bpf_cmd", "BPF_MAP_GET_NEXT_KEY", value(command::map_get_next_key)},
    {"bpf_cmd", "BPF_PROG_LOAD", value(command::prog_load)},
    {"bpf_cmd", "BPF_OBJ_PIN", value(command::obj_pin)},
    {"bpf_cmd", "BPF_OBJ_GET", value(command::obj_get)},
    {"bpf_cmd", "BPF_PROG_TEST_RUN", value(command::prog_test_run)},
    {"bpf_cmd", "BPF_PROG_GET_NEXT_ID", value(command::prog_get_next_id)},
    {"bpf_cmd", "BPF_PROG_GET_FD_BY_ID", value(command::prog_get_fd_by_id)},
    {"bpf_cmd", "BPF_MAP_GET_FD_BY_ID", value(command::map_get_fd_by_id)},
    {"bpf_cmd", "BPF_OBJ_GET_INFO_BY_FD", value(command::obj_get_info_by_fd)},
    {"bpf_cmd", "BPF_RAW_TRACEPOINT_OPEN", value(command::raw_tracepoint_open)},
    {"bpf_cmd", "BPF_BTF_LOAD", value(command::btf_load)},
    {"bpf_cmd", "BPF_BTF_GET_FD_BY_ID", value(command::btf_get_fd_by_id)},
    {"bpf_cmd", "BPF_MAP_FREEZE", value(command::map_freeze)},
    {"bpf_cmd", "BPF_BTF_GET_NEXT_ID", value(command::btf_get_next_id)},
    {"bpf_cmd", "BPF_LINK_CREATE", value(command::link_create)},
    {"bpf_cmd", "BPF_LINK_GET_FD_BY_ID", value(command::link_get_fd_by_id)},
    {"bpf_cmd", "BPF_LINK_GET_NEXT_ID", value(command::link_get_next_id)},
    {"bpf_cmd", "BPF_LINK_DETACH", value(command::link_detach)},
    {"bpf_cmd", "BPF_TOKEN_CREATE", value(command::token_create)},
    {"bpf_cmd", "BPF_PROG_BIND_MAP", value(command::prog_bind_map)},
    {"bpf_cmd", "BPF_ENABLE_STATS", value(command::enable_stats)},
    {"bpf_cmd", "BPF_MAP_DELETE_BATCH", value(command::map_delete_batch)},
    {"bpf_cmd", "BPF_MAP_UPDATE_BATCH", value(command::map_update_batch)},
    {"bpf_cmd", "BPF_MAP_LOOKUP_AND_DELETE_BATCH", value(command::map_lookup_and_delete_batch)},
    {"bpf_cmd", "BPF_MAP_LOOKUP_BATCH", value(command::map_lookup_batch)},
    {"bpf_cmd", "BPF_MAP_LOOKUP_AND_DELETE_ELEM", value(command::map_lookup_and_delete_elem)},
    {"bpf_cmd", "BPF_PROG_QUERY", value(command::prog_query)},
    {"bpf_cmd", "BPF_MAP_GET_NEXT_ID", value(command::map_get_next_id)},
    {"bpf_prog_type", "BPF_PROG_TYPE_SOCKET_FILTER", value(abi::prog_type::socket_filter)},
    {"bpf_prog_type", "BPF_PROG_TYPE_KPROBE", value(abi::prog_type::kprobe)},
    {"bpf_prog_type", "BPF_PROG_TYPE_XDP", value(abi::prog_type::xdp)},
    {"bpf_prog_type", "BPF_PROG_TYPE_TRACING", value(abi::prog_type::tracing)},
    {"bpf_prog_type", "BPF_PROG_TYPE_LSM", value(abi::prog_type::lsm)},
    {"bpf_prog_type", "BPF_PROG_TYPE_SYSCALL", value(abi::prog_type::syscall)},
    {"bpf_attach_type", "BPF_MODIFY_RETURN", value(abi::attach_type::modify_return)},
    {"bpf_attach_type", "BPF_LSM_MAC", value(abi::attach_type::lsm_mac)},
    {"bpf_attach_type", "BPF_LSM_CGROUP", value(abi::attach_type::lsm_cgroup)},
    {"bpf_link_type", "BPF_LINK_TYPE_RAW_TRACEPOINT", value(abi::link_type::raw_tracepoint)},
    {"bpf_link_type", "BPF_LINK_TYPE_TRACING", value(abi::link_type::tracing)},
    {"bpf_link_type", "BPF_LINK_TYPE_CGROUP", value(abi::link_type::cgroup)},
    {"bpf_stats_type", "BPF_STATS_RUN_TIME", value(abi::stats_run_time)},
    {unnamed, "BPF_ANY", value(abi::any_element)},
    {unnamed, "BPF_NOEXIST", value(abi::new_element)},
    {unnamed, "BPF_F_NO_PREALLOC", value(abi::map_without_preallocation)},
    {unnamed, "BPF_F_RDONLY_PROG", value(abi::map_read_only_program)},
    {unnamed, "BPF_F_MMAPABLE", value(abi::map_mappable)},
    {unnamed, "BPF_F_PATH_FD", value(abi::path_relative)},
    {unnamed, "BPF_F_TOKEN_FD", value(abi::by_token)},
    {unnamed, "BPF_F_RB_OVERWRITE", value(abi::ring_overwrites)},
};

struct field {
  const char* path;
  std::size_t ours;
};

#define OFFSET(structure, name, path) {path, offsetof(abi::structure, name)}
const field fields[] = {
    OFFSET(map_create, map_type, "map_type"),
    OFFSET(map_create, key_size, "key_size"),
    OFFSET(map_create, value_size, "value_size"),
    OFFSET(map_create, max_entries, "max_entries"),
    OFFSET(map_create, map_flags, "map_flags"),
    OFFSET(map_create, inner_map_fd, "inner_map_fd"),
    OFFSET(map_create, numa_node, "numa_node"),
    OFFSET(map_create, map_name, "map_name"),
    OFFSET(map_create, map_ifindex, "map_ifindex"),
    OFFSET(map_create, btf_fd, "btf_fd"),
    OFFSET(map_create, btf_key_type_id, "btf_key_type_id"),
    OFFSET(map_create, btf_value_type_id, "btf_value_type_id"),
    OFFSET(map_create, btf_vmlinux_value_type_id, "btf_vmlinux_value_type_id"),
    OFFSET(map_create, map_extra, "map_extra"),
    OFFSET(map_create, value_type_btf_obj_fd, "value_type_btf_obj_fd"),
    OFFSET(map_create, map_token_fd, "map_token_fd"),
    OFFSET(map_element, map_fd, "map_fd"),
    OFFSET(map_element, key, "key"),
    OFFSET(map_element, value, "value"),
    OFFSET(map_element, flags, "flags"),
    OFFSET(prog_load, prog_type, "prog_type"),
    OFFSET(prog_load, insn_cnt, "insn_cnt"),
    OFFSET(prog_load, insns, "insns"),
    OFFSET(prog_load, license, "license"),
    OFFSET(prog_load, log_level, "log_level"),
    OFFSET(prog_load, log_size, "log_size"),
    OFFSET(prog_load, log_buf, "log_buf"),
    OFFSET(prog_load, kern_version, "kern_version"),
    OFFSET(prog_load, prog_flags, "prog_flags"),
    OFFSET(prog_load, prog_name, "prog_name"),
    OFFSET(prog_load, prog_ifindex, "prog_ifindex"),
    OFFSET(prog_load, expected_attach_type, "expected_attach_type"),
    OFFSET(prog_load, prog_btf_fd, "prog_btf_fd"),
    OFFSET(prog_load, func_info_rec_size, "func_info_rec_size"),
    OFFSET(prog_load, func_info, "func_info"),
    OFFSET(prog_load, func_info_cnt, "func_info_cnt"),
    OFFSET(prog_load, line_info_rec_size, "line_info_rec_size"),
    OFFSET(prog_load, line_info, "line_info"),
    OFFSET(prog_load, line_info_cnt, "line_info_cnt"),
    OFFSET(prog_load, attach_btf_id, "attach_btf_id"),
    OFFSET(prog_load, attach_btf_obj_fd, "attach_btf_obj_fd"),
    OFFSET(prog_load, core_relo_cnt, "core_relo_cnt"),
    OFFSET(prog_load, fd_array, "fd_array"),
    OFFSET(prog_load, core_relos, "core_relos"),
    OFFSET(prog_load, core_relo_rec_size, "core_relo_rec_size"),
    OFFSET(prog_load, log_true_size, "log_true_size"),
    OFFSET(prog_load, prog_token_fd, "prog_token_fd"),
    OFFSET(prog_load, fd_array_cnt, "fd_array_cnt"),
    OFFSET(link_create, prog_fd, "link_create.prog_fd"),
    OFFSET(link_create, target_fd, "link_create.target_fd"),
    OFFSET(link_create, attach_type, "link_create.attach_type"),
    OFFSET(link_create, flags, "link_create.flags"),
    OFFSET(link_create, target_btf_id, "link_create.target_btf_id"),
    OFFSET(link_create, cookie, "link_create.tracing.cookie"),
    OFFSET(raw_tracepoint_open, name, "raw_tracepoint.name"),
    OFFSET(raw_tracepoint_open, prog_fd, "raw_tracepoint.prog_fd"),
    OFFSET(btf_load, btf, "btf"),
    OFFSET(btf_load, btf_log_buf, "btf_log_buf"),
    OFFSET(btf_load, btf_size, "btf_size"),
    OFFSET(btf_load, btf_log_size, "btf_log_size"),
    OFFSET(btf_load, btf_log_level, "btf_log_level"),
    OFFSET(btf_load, btf_log_true_size, "btf_log_true_size"),
    OFFSET(btf_load, btf_flags, "btf_flags"),
    OFFSET(btf_load, btf_token_fd, "btf_token_fd"),
    OFFSET(info_by_fd, bpf_fd, "info.bpf_fd"),
    OFFSET(info_by_fd, info_len, "info.info_len"),
    OFFSET(info_by_fd, info, "info.info"),
    OFFSET(object_pin, pathname, "pathname"),
    OFFSET(object_pin, bpf_fd, "bpf_fd"),
    OFFSET(object_pin, file_flags, "file_flags"),
    OFFSET(map_batch, in_batch, "batch.in_batch"),
    OFFSET(map_batch, out_batch, "batch.out_batch"),
    OFFSET(map_batch, keys, "batch.keys"),
    OFFSET(map_batch, values, "batch.values"),
    OFFSET(map_batch, count, "batch.count"),
    OFFSET(map_batch, map_fd, "batch.map_fd"),
    OFFSET(map_batch, elem_flags, "batch.elem_flags"),
    OFFSET(map_batch, flags, "batch.flags"),
    OFFSET(link_detach, link_fd, "link_detach.link_fd"),
    OFFSET(prog_bind_map, prog_fd, "prog_bind_map.prog_fd"),
    OFFSET(prog_bind_map, map_fd, "prog_bind_map.map_fd"),
    OFFSET(prog_bind_map, flags, "prog_bind_map.flags"),
    OFFSET(enable_stats, type, "enable_stats.type"),
    OFFSET(prog_query, attach_type, "query.attach_type"),
    OFFSET(prog_query, query_flags, "query.query_flags"),
    OFFSET(prog_query, attach_flags, "query.attach_flags"),
    OFFSET(prog_query, prog_ids, "query.prog_ids"),
    OFFSET(prog_query, prog_cnt, "query.prog_cnt"),
    OFFSET(prog_query, target_fd, "query.target_fd"),
    OFFSET(test_run, prog_fd, "test.prog_fd"),
    OFFSET(test_run, retval, "test.retval"),
    OFFSET(test_run, data_size_in, "test.data_size_in"),
    OFFSET(test_run, data_size_out, "test.data_size_out"),
    OFFSET(test_run, data_in, "test.data_in"),
    OFFSET(test_run, data_out, "test.data_out"),
    OFFSET(test_run, repeat, "test.repeat"),
    OFFSET(test_run, duration, "test.duration"),
    OFFSET(test_run, ctx_size_in, "test.ctx_size_in"),
    OFFSET(test_run, ctx_size_out, "test.ctx_size_out"),
    OFFSET(test_run, ctx_in, "test.ctx_in"),
    OFFSET(test_run, ctx_out, "test.ctx_out"),
    OFFSET(token_create, flags, "token_create.flags"),
    OFFSET(token_create, bpffs_fd, "token_create.bpffs_fd"),
    OFFSET(object_pin, path_fd, "path_fd"),
};

/// A field of a structure that the kernel fills in.
struct info_field {
  const char* structure;
  const char* path;
  std::size_t ours;
};

#define FIELD(structure, name) {"bpf_" #structure, #name, offsetof(abi::structure, name)}
const info_field info_fields[] = {
    FIELD(prog_info, type),
    FIELD(prog_info, id),
    FIELD(prog_info, tag),
    FIELD(prog_info, jited_prog_len),
    FIELD(prog_info, xlated_prog_len),
    FIELD(prog_info, jited_prog_insns),
    FIELD(prog_info, xlated_prog_insns),
    FIELD(prog_info, load_time),
    FIELD(prog_info, created_by_uid),
    FIELD(prog_info, nr_map_ids),
    FIELD(prog_info, map_ids),
    FIELD(prog_info, name),
    FIELD(prog_info, ifindex),
    FIELD(prog_info, netns_dev),
    FIELD(prog_info, netns_ino),
    FIELD(prog_info, nr_jited_ksyms),
    FIELD(prog_info, nr_jited_func_lens),
    FIELD(prog_info, jited_ksyms),
    FIELD(prog_info, jited_func_lens),
    FIELD(prog_info, btf_id),
    FIELD(prog_info, func_info_rec_size),
    FIELD(prog_info, func_info),
    FIELD(prog_info, nr_func_info),
    FIELD(prog_info, nr_line_info),
    FIELD(prog_info, line_info),
    FIELD(prog_info, jited_line_info),
    FIELD(prog_info, nr_jited_line_info),
    FIELD(prog_info, line_info_rec_size),
    FIELD(prog_info, jited_line_info_rec_size),
    FIELD(prog_info, nr_prog_tags),
    FIELD(prog_info, prog_tags),
    FIELD(prog_info, run_time_ns),
    FIELD(prog_info, run_cnt),
    FIELD(prog_info, recursion_misses),
    FIELD(prog_info, verified_insns),
    FIELD(prog_info, attach_btf_obj_id),
    FIELD(prog_info, attach_btf_id),
    FIELD(map_info, type),
    FIELD(map_info, id),
    FIELD(map_info, key_size),
    FIELD(map_info, value_size),
    FIELD(map_info, max_entries),
    FIELD(map_info, map_flags),
    FIELD(map_info, name),
    FIELD(map_info, ifindex),
    FIELD(map_info, btf_vmlinux_value_type_id),
    FIELD(map_info, netns_dev),
    FIELD(map_info, netns_ino),
    FIELD(map_info, btf_id),
    FIELD(map_info, btf_key_type_id),
    FIELD(map_info, btf_value_type_id),
    FIELD(map_info, btf_vmlinux_id),
    FIELD(map_info, map_extra),
    FIELD(link_info, type),
    FIELD(link_info, id),
    FIELD(link_info, prog_id),
    FIELD(link_info, tracing.attach_type),
    FIELD(link_info, tracing.target_obj_id),
    FIELD(link_info, tracing.target_btf_id),
    FIELD(link_info, cgroup.cgroup_id),
    FIELD(link_info, cgroup.attach_type),
    FIELD(btf_info, btf),
    FIELD(btf_info, btf_size),
    FIELD(btf_info, id),
    FIELD(btf_info, name),
    FIELD(btf_info, name_len),
    FIELD(btf_info, kernel_btf),
};
#undef FIELD
#undef OFFSET

/// How many names a kernel may lack: those that came after 5.10. A kernel with BPF_F_RB_OVERWRITE (6.19), the newest of them,
/// has all.
std::size_t most_unknown() { return running_kernel() >= kernel_version{6, 19} ? 0 : 25; }

}  // namespace

TEST_CASE("bpf(2): every command, type and flag has the kernel's number") {
  std::size_t unknown = 0;
  for (const number& one : numbers) {
    CAPTURE(std::string(one.name));
    const auto theirs = enumerator(one.of, one.name);
    unknown += !theirs;
    if (theirs) CHECK(*theirs == one.ours);
  }
  CHECK(unknown <= most_unknown());
}

TEST_CASE("bpf(2): the types of maps are those of the kernel, each by its name and number") {
  constexpr std::string_view prefix = "BPF_MAP_TYPE_", older_name = "_DEPRECATED";
  std::map<std::string, std::int64_t> theirs;
  for (const btf::enumerator& one : kernel().find("bpf_map_type", btf::kind::enum_)->enumerators()) {
    const bool names_a_type = one.name.starts_with(prefix) && !one.name.ends_with(older_name);
    if (names_a_type) theirs[lower(one.name.substr(prefix.size()))] = one.value;
  }
  CHECK(theirs.erase("unspec") == 1);
  for (const auto& [name, number] : theirs) {
    CAPTURE(name);
    const auto ours = find_map_type(name);
    REQUIRE(ours);
    CHECK(value(*ours) == number);
    CHECK(name_of(*ours) == name);
  }
  for (const map_type_name& ours : map_type_names()) {
    CAPTURE(std::string(ours.name));
    const bool is_newer = static_cast<std::size_t>(value(ours.type)) > theirs.size();
    CHECK(theirs.contains(std::string(ours.name)) == !is_newer);
  }
  CHECK(theirs.size() >= 28);
  if (running_kernel() >= kernel_version{6, 19}) CHECK(theirs.size() == map_type_names().size());
}

TEST_CASE("bpf(2): every field of the attributes has the kernel's offset") {
  const auto attributes = kernel().find("bpf_attr", btf::kind::union_);
  REQUIRE(attributes);
  std::size_t unknown = 0;
  for (const field& one : fields) {
    CAPTURE(one.path);
    const auto theirs = kernel().locate(attributes->id(), one.path);
    unknown += !theirs;
    if (theirs) CHECK(theirs->byte_offset() == one.ours);
  }
  CHECK(unknown <= most_unknown());
}

TEST_CASE("bpf(2): every field of the info structures has the kernel's offset") {
  std::size_t unknown = 0;
  for (const info_field& one : info_fields) {
    CAPTURE(one.structure);
    CAPTURE(one.path);
    const auto structure = kernel().find(one.structure, btf::kind::struct_);
    REQUIRE(structure);
    const auto theirs = kernel().locate(structure->id(), one.path);
    unknown += !theirs;
    if (theirs) CHECK(theirs->byte_offset() == one.ours);
  }
  CHECK(unknown <= most_unknown());
}

TEST_CASE("ring buffer: its pages, positions and record headers have the kernel's offsets") {
  const auto ring = kernel().find("bpf_ringbuf", btf::kind::struct_);
  const auto header = kernel().find("bpf_ringbuf_hdr", btf::kind::struct_);
  REQUIRE(ring);
  REQUIRE(header);
  const auto offset_of = [&](const char* member) {
    const auto found = kernel().locate(ring->id(), member);
    return found ? found->byte_offset() : 0;
  };
  const std::size_t page = ring_memory::page_size(), producer = offset_of("producer_pos");
  CHECK(offset_of("consumer_pos") % page == 0);
  CHECK(producer == offset_of("consumer_pos") + page + ring_memory::producer_position);
  CHECK(offset_of("data") == producer + page);
  const bool overwrites = running_kernel() >= kernel_version{6, 19};
  CHECK(offset_of("overwrite_pos") == (overwrites ? producer + ring_memory::overwrite_position : 0));

  CHECK(kernel().size_of(header->id()) == record_header::size);
  CHECK(kernel().locate(header->id(), "len")->byte_offset() == 0);
  CHECK(enumerator(unnamed, "BPF_RINGBUF_HDR_SZ") == record_header::size);
  CHECK(enumerator(unnamed, "BPF_RINGBUF_BUSY_BIT") == record_header::busy);
  CHECK(enumerator(unnamed, "BPF_RINGBUF_DISCARD_BIT") == record_header::discarded);
}
