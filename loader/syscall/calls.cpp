#include <lsmith/loader/syscall/calls.hpp>

#include <lsmith/btf/base/system_call.hpp>

namespace lsmith::loader {
namespace {

using namespace std::string_view_literals;  // a literal with its length: the core has no strlen

constexpr int eagain = 11, einval = 22, enotsupp = 524;
constexpr std::uint32_t query_effective = 1;  // BPF_F_QUERY_EFFECTIVE
constexpr int close_on_exec = 0x80000;       // O_CLOEXEC
constexpr int duplicate_close_on_exec = 1030;  // F_DUPFD_CLOEXEC
constexpr int at_working_directory = -100;   // AT_FDCWD

constinit bpf_function current_bpf = kernel_bpf;

error call_error(std::string_view call, long returned) {
  return {.why = cause::call_failed, .system_error = static_cast<std::uint16_t>(-returned), .name = call};
}

/// Owns a descriptor that the kernel has just returned, and moves it above the standard streams.
result<fd> own(std::string_view call, long returned) {
  if (returned < 0) return failure(call_error(call, returned));
  fd taken(static_cast<int>(returned));
  if (taken.get() > 2) return taken;
  const long moved = system_call(sys::fcntl, taken.get(), duplicate_close_on_exec, 3);
  if (moved < 0) return failure(call_error("fcntl"sv, moved));
  return fd(static_cast<int>(moved));
}

result<void> done(std::string_view call, long returned) {
  if (returned < 0) return failure(call_error(call, returned));
  return {};
}

template <class Info>
result<void> describe(const fd& what, Info& into) {
  abi::info_by_fd attributes{
      .bpf_fd = static_cast<std::uint32_t>(what.get()), .info_len = sizeof into, .info = abi::address(&into)};
  return done("BPF_OBJ_GET_INFO_BY_FD"sv, bpf(abi::command::obj_get_info_by_fd, attributes));
}

template <class Info>
result<Info> describe(const fd& what) {
  Info info;
  if (auto described = describe(what, info); !described) return std::unexpected(described.error());
  return info;
}

/// The commands that walk the objects of one kind by their ids.
struct walk {
  abi::command next, open;
  std::string_view next_name, open_name;
};

constexpr walk walks[] = {
    {abi::command::prog_get_next_id, abi::command::prog_get_fd_by_id, "BPF_PROG_GET_NEXT_ID"sv, "BPF_PROG_GET_FD_BY_ID"sv},
    {abi::command::map_get_next_id, abi::command::map_get_fd_by_id, "BPF_MAP_GET_NEXT_ID"sv, "BPF_MAP_GET_FD_BY_ID"sv},
    {abi::command::link_get_next_id, abi::command::link_get_fd_by_id, "BPF_LINK_GET_NEXT_ID"sv, "BPF_LINK_GET_FD_BY_ID"sv},
    {abi::command::btf_get_next_id, abi::command::btf_get_fd_by_id, "BPF_BTF_GET_NEXT_ID"sv, "BPF_BTF_GET_FD_BY_ID"sv},
};

const walk& walk_of(kernel_object which) { return walks[static_cast<std::size_t>(which)]; }

}  // namespace

long kernel_bpf(abi::command command, void* attributes, std::uint32_t size) {
  return system_call(sys::bpf, static_cast<long>(command), pointer_argument(attributes), static_cast<long>(size));
}

long bpf(abi::command command, void* attributes, std::uint32_t size) { return current_bpf(command, attributes, size); }

replaced_bpf::replaced_bpf(bpf_function instead) : before_(current_bpf) { current_bpf = instead; }
replaced_bpf::~replaced_bpf() { current_bpf = before_; }

void put_name(char (&field)[abi::name_length], std::string_view name) {
  const std::size_t length = name.size() < abi::name_length ? name.size() : abi::name_length - 1;
  for (std::size_t i = 0; i < length; ++i) field[i] = name[i];
}

result<fd> create_map(const abi::map_create& what) {
  auto attributes = what;
  return own("BPF_MAP_CREATE"sv, bpf(abi::command::map_create, attributes));
}

result<fd> load_program(const abi::prog_load& what) {
  constexpr int attempts = 5;
  auto attributes = what;
  long returned = -eagain;
  for (int attempt = 0; attempt < attempts && returned == -eagain; ++attempt) returned = bpf(abi::command::prog_load, attributes);
  return own("BPF_PROG_LOAD"sv, returned);
}

result<fd> create_link(const abi::link_create& what) {
  auto attributes = what;
  return own("BPF_LINK_CREATE"sv, bpf(abi::command::link_create, attributes));
}

result<fd> open_raw_tracepoint(const fd& program) {
  abi::raw_tracepoint_open attributes{.prog_fd = static_cast<std::uint32_t>(program.get())};
  return own("BPF_RAW_TRACEPOINT_OPEN"sv, bpf(abi::command::raw_tracepoint_open, attributes));
}

result<fd> attach_lsm(const fd& program, abi::attach_type as) {
  auto link = create_link({.prog_fd = static_cast<std::uint32_t>(program.get()), .attach_type = static_cast<std::uint32_t>(as)});
  if (link || (link.error().system_error != einval && link.error().system_error != enotsupp)) return link;
  return open_raw_tracepoint(program);
}

result<fd> attach_lsm_to_cgroup(const fd& program, const fd& cgroup) {
  return create_link({.prog_fd = static_cast<std::uint32_t>(program.get()),
                      .target_fd = static_cast<std::uint32_t>(cgroup.get()),
                      .attach_type = static_cast<std::uint32_t>(abi::attach_type::lsm_cgroup)});
}

result<std::uint32_t> run_program(const fd& program, std::span<std::byte> context) {
  abi::test_run attributes{.prog_fd = static_cast<std::uint32_t>(program.get()),
                           .ctx_size_in = static_cast<std::uint32_t>(context.size()),
                           .ctx_in = abi::address(context.data())};
  if (auto ran = done("BPF_PROG_TEST_RUN"sv, bpf(abi::command::prog_test_run, attributes)); !ran)
    return std::unexpected(ran.error());
  return attributes.retval;
}

result<fd> load_btf(bytes types, std::span<char> log, int token) {
  abi::btf_load attributes{.btf = abi::address(types.data()),
                           .btf_log_buf = abi::address(log.data()),
                           .btf_size = static_cast<std::uint32_t>(types.size()),
                           .btf_log_size = static_cast<std::uint32_t>(log.size()),
                           .btf_log_level = log.empty() ? 0u : 1u,
                           .btf_flags = token < 0 ? 0 : abi::by_token,
                           .btf_token_fd = token < 0 ? 0 : token};
  return own("BPF_BTF_LOAD"sv, bpf(abi::command::btf_load, attributes));
}

result<void> update_element(int map, const void* key, const void* value, std::uint64_t flags) {
  abi::map_element attributes{
      .map_fd = static_cast<std::uint32_t>(map), .key = abi::address(key), .value = abi::address(value), .flags = flags};
  return done("BPF_MAP_UPDATE_ELEM"sv, bpf(abi::command::map_update_elem, attributes));
}

result<void> lookup_element(int map, const void* key, void* value) {
  abi::map_element attributes{.map_fd = static_cast<std::uint32_t>(map), .key = abi::address(key), .value = abi::address(value)};
  return done("BPF_MAP_LOOKUP_ELEM"sv, bpf(abi::command::map_lookup_elem, attributes));
}

result<void> freeze_map(int map) {
  abi::map_element attributes{.map_fd = static_cast<std::uint32_t>(map)};
  return done("BPF_MAP_FREEZE"sv, bpf(abi::command::map_freeze, attributes));
}

result<void> delete_element(int map, const void* key) {
  abi::map_element attributes{.map_fd = static_cast<std::uint32_t>(map), .key = abi::address(key)};
  return done("BPF_MAP_DELETE_ELEM"sv, bpf(abi::command::map_delete_elem, attributes));
}

result<void> lookup_and_delete(int map, const void* key, void* value) {
  abi::map_element attributes{.map_fd = static_cast<std::uint32_t>(map), .key = abi::address(key), .value = abi::address(value)};
  return done("BPF_MAP_LOOKUP_AND_DELETE_ELEM"sv, bpf(abi::command::map_lookup_and_delete_elem, attributes));
}

result<void> next_key(int map, const void* key, void* next) {
  abi::map_element attributes{.map_fd = static_cast<std::uint32_t>(map), .key = abi::address(key), .value = abi::address(next)};
  return done("BPF_MAP_GET_NEXT_KEY"sv, bpf(abi::command::map_get_next_key, attributes));
}

result<void> lookup_elements(abi::map_batch& what) {
  return done("BPF_MAP_LOOKUP_BATCH"sv, bpf(abi::command::map_lookup_batch, what));
}

result<void> update_elements(abi::map_batch& what) {
  return done("BPF_MAP_UPDATE_BATCH"sv, bpf(abi::command::map_update_batch, what));
}

result<void> delete_elements(abi::map_batch& what) {
  return done("BPF_MAP_DELETE_BATCH"sv, bpf(abi::command::map_delete_batch, what));
}

result<void> lookup_and_delete_batch(abi::map_batch& what) {
  return done("BPF_MAP_LOOKUP_AND_DELETE_BATCH"sv, bpf(abi::command::map_lookup_and_delete_batch, what));
}

result<void> pin(const fd& what, const char* path) {
  abi::object_pin attributes{.pathname = abi::address(path), .bpf_fd = static_cast<std::uint32_t>(what.get())};
  return done("BPF_OBJ_PIN"sv, bpf(abi::command::obj_pin, attributes));
}

result<fd> open_pin(const char* path) {
  abi::object_pin attributes{.pathname = abi::address(path)};
  return own("BPF_OBJ_GET"sv, bpf(abi::command::obj_get, attributes));
}

result<void> pin_below(const fd& directory, const fd& what, const char* path) {
  abi::object_pin attributes{.pathname = abi::address(path),
                             .bpf_fd = static_cast<std::uint32_t>(what.get()),
                             .file_flags = abi::path_relative,
                             .path_fd = directory.get()};
  return done("BPF_OBJ_PIN"sv, bpf(abi::command::obj_pin, attributes));
}

result<fd> open_pin_below(const fd& directory, const char* path) {
  abi::object_pin attributes{.pathname = abi::address(path), .file_flags = abi::path_relative, .path_fd = directory.get()};
  return own("BPF_OBJ_GET"sv, bpf(abi::command::obj_get, attributes));
}

result<std::uint32_t> programs_of_cgroup(const fd& cgroup, std::span<std::uint32_t> ids) {
  abi::prog_query attributes{.target_fd = static_cast<std::uint32_t>(cgroup.get()),
                             .attach_type = static_cast<std::uint32_t>(abi::attach_type::lsm_cgroup),
                             .query_flags = query_effective,
                             .prog_ids = abi::address(ids.data()),
                             .prog_cnt = static_cast<std::uint32_t>(ids.size())};
  if (auto queried = done("BPF_PROG_QUERY"sv, bpf(abi::command::prog_query, attributes)); !queried)
    return std::unexpected(queried.error());
  return attributes.prog_cnt;
}

result<abi::prog_info> describe_program(const fd& program) { return describe<abi::prog_info>(program); }
result<void> describe_program(const fd& program, abi::prog_info& into) { return describe(program, into); }
result<abi::map_info> describe_map(const fd& map) { return describe<abi::map_info>(map); }
result<abi::link_info> describe_link(const fd& link) { return describe<abi::link_info>(link); }
result<abi::btf_info> describe_btf(const fd& types) { return describe<abi::btf_info>(types); }
result<void> describe_btf(const fd& types, abi::btf_info& into) { return describe(types, into); }

result<std::uint32_t> maps_of_program(const fd& program, std::span<std::uint32_t> ids) {
  abi::prog_info info{.nr_map_ids = static_cast<std::uint32_t>(ids.size()), .map_ids = abi::address(ids.data())};
  if (auto described = describe(program, info); !described) return std::unexpected(described.error());
  return info.nr_map_ids;
}

result<std::uint32_t> next_id(kernel_object which, std::uint32_t after) {
  abi::get_by_id attributes{.id = after};
  const long returned = bpf(walk_of(which).next, attributes);
  if (returned < 0) return failure(call_error(walk_of(which).next_name, returned));
  return attributes.next_id;
}

result<fd> open_id(kernel_object which, std::uint32_t id) {
  abi::get_by_id attributes{.id = id};
  return own(walk_of(which).open_name, bpf(walk_of(which).open, attributes));
}

result<void> bind_map(const fd& program, const fd& map) {
  abi::prog_bind_map attributes{.prog_fd = static_cast<std::uint32_t>(program.get()),
                                .map_fd = static_cast<std::uint32_t>(map.get())};
  return done("BPF_PROG_BIND_MAP"sv, bpf(abi::command::prog_bind_map, attributes));
}

result<void> detach_link(const fd& link) {
  abi::link_detach attributes{.link_fd = static_cast<std::uint32_t>(link.get())};
  return done("BPF_LINK_DETACH"sv, bpf(abi::command::link_detach, attributes));
}

result<fd> enable_statistics() {
  abi::enable_stats attributes{.type = abi::stats_run_time};
  return own("BPF_ENABLE_STATS"sv, bpf(abi::command::enable_stats, attributes));
}

result<fd> create_token(const fd& bpffs) {
  abi::token_create attributes{.bpffs_fd = static_cast<std::uint32_t>(bpffs.get())};
  return own("BPF_TOKEN_CREATE"sv, bpf(abi::command::token_create, attributes));
}

result<fd> open_path(const char* path, int flags) {
  return own("openat"sv, system_call(sys::openat, at_working_directory, pointer_argument(path), flags | close_on_exec));
}

}  // namespace lsmith::loader
