#include <lsmith/loader/image/image.hpp>

#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/btf/text/terminated.hpp>
#include <lsmith/loader/kernel/bpf_activity.hpp>
#include <lsmith/loader/kernel_btf/resolve_live.hpp>
#include <lsmith/loader/syscall/attributes.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

using namespace image_layout;
using namespace std::string_view_literals;  // a literal with its length: the core has no strlen

constexpr int read_only = 0;  // O_RDONLY
constexpr std::uint16_t enospc = 28;
static_assert(most_maps == most_programs);

std::string_view name_in(const char (&field)[abi::name_length]) {
  std::size_t length = 0;
  while (length < abi::name_length && field[length] != '\0') ++length;
  return {field, length};
}

error damaged(std::string_view part) { return {.why = cause::image_damaged, .during = stage::open, .name = part}; }

error no_cgroup(const char* path, std::uint16_t number) {
  return {.why = cause::cgroup_invalid, .during = stage::open, .system_error = number, .name = terminated(path)};
}

error map_failed(const image_layout::map& of, std::uint16_t number, std::string_view what) {
  return {.why = cause::map_operation, .during = stage::create_map, .system_error = number, .name = name_in(of.name), .of = what};
}

/// Loads once more, to find the reason. If it does not fit the log (before 6.4 the kernel keeps the beginning), only the reason
/// is requested.
result<fd> load_with_log(abi::prog_load what, std::span<char> log) {
  constexpr std::uint32_t every_instruction = 1, only_reason = 4;  // BPF_LOG_LEVEL1, BPF_LOG_STATS
  what.log_buf = abi::address(log.data());
  what.log_size = static_cast<std::uint32_t>(log.size());
  what.log_level = every_instruction;
  auto loaded = loader::load_program(what);
  if (loaded || loaded.error().system_error != enospc) return loaded;
  what.log_level = only_reason;
  return loader::load_program(what);
}

/// Memory for the relocations. It is not initialised: only the used part is written.
union relocation_room {
  btf::relocation all[most_relocations];
  relocation_room() {}
};

}  // namespace

template <class T>
bool policy_image::has(part of) const {
  return of.at % alignof(T) == 0 && within(of.at, std::uint64_t{of.count} * sizeof(T), whole_.size());
}

template <class T>
bool policy_image::has_whole(part of) const {
  if (!has<T>(of)) return false;
  for (const T& one : all<const T>(of))
    if (!refers_well(one)) return false;
  return true;
}

bool policy_image::refers_well(const header& one) const {
  if (one.maps.count > most_maps || one.programs.count > most_programs || one.relocations.count > most_relocations) return false;
  const bool since_is_inside =
      one.since.at >= one.description.at && within(one.since.at - one.description.at, one.since.count, one.description.count);
  const bool texts = has<char>(one.about) && has<char>(one.says) && has<char>(one.license) && ends(one.license.at) &&
                     has<char>(one.pin) && has<std::byte>(one.description) && has<char>(one.since) && since_is_inside;
  return texts && has<std::byte>(one.map_btf) && has_whole<image_layout::map>(one.maps) &&
         has_whole<relocation>(one.relocations) && has_whole<image_layout::program>(one.programs) &&
         has_whole<element>(one.elements) && arms_a_number(one);
}

bool policy_image::arms_a_number(const header& one) const {
  if (one.armed_map == header::no_map) return true;
  return one.armed_map < one.maps.count &&
         all<const image_layout::map>(one.maps)[one.armed_map].value_size == sizeof(std::uint64_t);
}

bool policy_image::refers_well(const image_layout::map& one) const {
  return one.inner == image_layout::map::none || one.inner < head_.maps.count;
}

bool policy_image::refers_well(const element& one) const {
  if (one.map >= head_.maps.count) return false;
  const image_layout::map& into = all<const image_layout::map>(head_.maps)[one.map];
  if (!within(one.key, into.key_size, whole_.size())) return false;
  switch (one.what) {
    case image_layout::value_kind::bytes: return within(one.value, into.value_size, whole_.size());
    case image_layout::value_kind::map: return one.value < head_.maps.count;
    case image_layout::value_kind::program: return one.value < head_.programs.count;
    case image_layout::value_kind::cgroup: return ends(one.value);
  }
  return false;
}

/// Whether the text that begins at `at` ends with a zero.
bool policy_image::ends(std::uint64_t at) const {
  while (at < whole_.size() && whole_[at] != std::byte{0}) ++at;
  return at < whole_.size();
}

bool policy_image::refers_well(const relocation& one) const { return has<char>(one.type) && has<char>(one.name); }

bool policy_image::refers_well(const image_layout::program& one) const {
  if (one.hook >= head_.relocations.count || !has<isa::insn>(one.code) || !has<open_number>(one.open)) return false;
  for (const open_number& open : all<const open_number>(one.open))
    if (open.which >= (open.is_map != 0 ? head_.maps.count : head_.relocations.count)) return false;
  return has<std::byte>(one.types) && has<abi::func_info>(one.functions) && has<abi::line_info>(one.lines);
}

result<policy_image> policy_image::open(std::span<std::byte> whole) {
  policy_image opened;
  if (whole.size() < sizeof(header)) return failure(damaged("beginning"sv));
  opened.head_ = read_as<header>(whole.data());
  if (opened.head_.magic != header::right_magic) return failure(damaged("beginning"sv));
  if (opened.head_.size > whole.size() || opened.head_.size % 8 != 0) return failure(damaged("end"sv));
  opened.whole_ = whole.first(opened.head_.size);
  if (checksum_of(opened.whole_) != opened.head_.checksum) return failure(damaged("checksum"sv));
  if (!opened.refers_well(opened.head_)) return failure(damaged("parts"sv));
  return opened;
}

std::string_view policy_image::program_name(std::size_t index) const {
  return name_in(all<image_layout::program>(head_.programs)[index].name);
}

std::string_view policy_image::hook(std::size_t index) const {
  return text(all<relocation>(head_.relocations)[all<image_layout::program>(head_.programs)[index].hook].name);
}

std::string_view policy_image::map_name(std::size_t index) const {
  return name_in(all<image_layout::map>(head_.maps)[index].name);
}

bytes policy_image::description(std::uint64_t since) {
  const auto digits = all<char>(head_.since);
  for (std::size_t i = digits.size(); i-- > 0; since /= 10) digits[i] = static_cast<char>('0' + since % 10);
  return all<const std::byte>(head_.description);
}

result<void> policy_image::resolve(kernel_btf& types) const {
  const auto records = all<relocation>(head_.relocations);
  relocation_room room;
  for (std::size_t i = 0; i < records.size(); ++i)
    room.all[i] = {
        .kind = static_cast<btf::core_relo_kind>(records[i].kind), .type = text(records[i].type), .name = text(records[i].name)};
  const std::span<btf::relocation> relocations(room.all, records.size());
  if (auto resolved = resolve_live(relocations, types); !resolved) return failure(resolved.error());
  for (const btf::relocation& one : relocations)
    if (one.failed != cause::none) return failure(btf::error_of(one));

  for (image_layout::program& one : all<image_layout::program>(head_.programs)) {
    for (const open_number& open : all<open_number>(one.open)) {
      if (open.is_map != 0) continue;
      auto done = isa::patch(all<isa::insn>(one.code), open.slot, static_cast<std::uint64_t>(relocations[open.which].value));
      if (done) continue;
      error what = done.error();
      what.name = relocations[open.which].name;
      return failure(what);
    }
    one.hook_id = static_cast<std::uint32_t>(relocations[one.hook].value);
  }
  return {};
}

result<void> policy_image::make_map(std::size_t index, const fd& types, image_enforcement& into) const {
  const image_layout::map& one = all<const image_layout::map>(head_.maps)[index];
  auto made = create_map(fill({.name = name_in(one.name),
                               .type = one.type,
                               .key_size = one.key_size,
                               .value_size = one.value_size,
                               .max_entries = one.entries,
                               .flags = one.flags,
                               .inner = one.inner == image_layout::map::none ? 0 : into.maps[one.inner].get(),
                               .btf = types ? types.get() : 0,
                               .key_type = one.key_type,
                               .value_type = one.value_type}));
  if (!made)
    return failure({.why = cause::map_refused,
                    .during = stage::create_map,
                    .system_error = made.error().system_error,
                    .name = name_in(one.name)});
  into.maps[index] = std::move(*made);
  return {};
}

// If the kernel does not accept the BTF, the maps are created without, unless the kind of one needs it.
result<void> policy_image::make_maps(image_enforcement& into) const {
  fd types;
  if (head_.map_btf.count != 0) {
    auto loaded = load_btf(all<const std::byte>(head_.map_btf));
    if (loaded) types = std::move(*loaded);
    else if (head_.needs_btf != 0)
      return failure({.why = cause::btf_refused, .during = stage::create_map, .system_error = loaded.error().system_error});
  }
  for (std::size_t i = 0; i < head_.maps.count; ++i)
    if (auto made = make_map(i, types, into); !made) return made;
  return {};
}

result<void> policy_image::put(const element& one, const image_enforcement& of) const {
  const image_layout::map& into = all<const image_layout::map>(head_.maps)[one.map];
  const char* const path = at<const char>(one.value);
  fd cgroup;
  if (one.what == image_layout::value_kind::cgroup) {
    auto opened = open_path(path, read_only);
    if (!opened) return failure(no_cgroup(path, opened.error().system_error));
    cgroup = std::move(*opened);
  }
  const int descriptor = one.what == image_layout::value_kind::map       ? of.maps[one.value].get()
                         : one.what == image_layout::value_kind::program ? of.programs[one.value].get()
                                                                         : cgroup.get();
  const void* const value = one.what == image_layout::value_kind::bytes ? static_cast<const void*>(path) : &descriptor;
  const auto done = update_element(of.maps[one.map].get(), at<const std::byte>(one.key), value);
  if (done) return {};
  if (one.what == image_layout::value_kind::cgroup) return failure(no_cgroup(path, done.error().system_error));
  return failure(map_failed(into, done.error().system_error, "updating an element"sv));
}

result<void> policy_image::fill_maps(const image_enforcement& of) const {
  for (const element& one : all<const element>(head_.elements)) {
    if (one.what == image_layout::value_kind::program) continue;
    if (auto done = put(one, of); !done) return done;
  }
  const auto maps = all<const image_layout::map>(head_.maps);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    if (maps[i].frozen == 0) continue;
    const auto frozen = freeze_map(of.maps[i].get());
    if (!frozen) return failure(map_failed(maps[i], frozen.error().system_error, "freezing the values"sv));
  }
  return {};
}

result<void> policy_image::fill_program_arrays(const image_enforcement& of) const {
  for (const element& one : all<const element>(head_.elements)) {
    if (one.what != image_layout::value_kind::program) continue;
    if (auto done = put(one, of); !done) return done;
  }
  return {};
}

// The first load has no log, because a log takes longer than verifying the program (load_program.hpp).
result<void> policy_image::load_program(std::size_t index, image_enforcement& into, std::span<char> log) const {
  const image_layout::program& one = all<const image_layout::program>(head_.programs)[index];
  const auto code = all<isa::insn>(one.code);
  for (const open_number& open : all<const open_number>(one.open)) {
    if (open.is_map == 0) continue;
    if (auto done = isa::patch(code, open.slot, static_cast<std::uint64_t>(into.maps[open.which].get())); !done) return done;
  }
  fd types;
  if (one.types.count != 0)
    if (auto loaded = load_btf(all<const std::byte>(one.types))) types = std::move(*loaded);
  const abi::prog_load what = fill({.name = name_in(one.name),
                                    .prog_type = one.prog_type,
                                    .attach_type = one.attach_type,
                                    .flags = one.flags,
                                    .attach_btf_id = one.hook_id,
                                    .code = code,
                                    .license = at<const char>(head_.license.at),
                                    .btf = types ? types.get() : 0,
                                    .functions = all<const abi::func_info>(one.functions),
                                    .lines = all<const abi::line_info>(one.lines)});
  auto loaded = loader::load_program(what);
  if (!loaded) {
    const std::uint16_t number = loaded.error().system_error;
    if (!log.empty()) loaded = load_with_log(what, log);
    if (!loaded)
      return failure({.why = cause::load_failed, .during = stage::load, .system_error = number, .name = name_in(one.name)});
  }
  into.programs[index] = std::move(*loaded);
  return {};
}

result<void> policy_image::attach(image_enforcement& into) const {
  const auto programs = all<const image_layout::program>(head_.programs);
  for (std::size_t i = 0; i < programs.size(); ++i) {
    if (programs[i].called != 0) continue;
    auto link = attach_lsm(into.programs[i], static_cast<abi::attach_type>(programs[i].attach_type));
    if (!link)
      return failure({.why = cause::attach_failed,
                      .during = stage::attach,
                      .system_error = link.error().system_error,
                      .name = name_in(programs[i].name),
                      .of = hook(i)});
    into.links[i] = std::move(*link);
  }
  return {};
}

result<void> policy_image::can_run() const {
  bool needs_lsm = false;
  for (const image_layout::program& one : all<const image_layout::program>(head_.programs))
    needs_lsm = needs_lsm || one.prog_type == static_cast<std::uint32_t>(abi::prog_type::lsm);
  if (ftrace_is_off()) return failure({.why = cause::ftrace_off, .during = stage::open});
  if (!needs_lsm) return {};
  switch (read_bpf_activity()) {
    case bpf_activity::active: return {};
    case bpf_activity::absent: return failure({.why = cause::bpf_not_active, .during = stage::open});
    case bpf_activity::unknown: return failure({.why = cause::lsms_unknown, .during = stage::open});
  }
  __builtin_unreachable();
}

result<void> policy_image::enforce(image_enforcement& into, std::span<char> log) {
  if (!log.empty()) log[0] = '\0';
  auto done = enforce_all(into, log);
  if (done) return done;
  for (fd* const all : {into.links, into.programs, into.maps})
    for (std::size_t i = 0; i < most_programs; ++i) all[i].reset();
  return done;
}

result<void> policy_image::enforce_all(image_enforcement& into, std::span<char> log) const {
  if (auto runs = can_run(); !runs) return runs;
  if (auto resolved = resolve(into.types); !resolved) return resolved;
  if (auto made = make_maps(into); !made) return made;
  if (auto filled = fill_maps(into); !filled) return filled;
  for (std::size_t i = 0; i < head_.programs.count; ++i)
    if (auto loaded = load_program(i, into, log); !loaded) return loaded;
  if (auto filled = fill_program_arrays(into); !filled) return filled;
  return attach(into);
}

}  // namespace lsmith::loader
